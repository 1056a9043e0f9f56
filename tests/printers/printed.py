"""Models to print, the course that the compiled engine gives them, and one Node process that runs many scripts."""

import json
import math
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.expr import walk
from sdmodel.read import read

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "models").glob("*.mdl"))
CONFORMANCE = ROOT / ".." / "shared" / "conformance" / "models"
PUBLIC = sorted(path for suffix in ("mdl", "xmile", "stmx") for path in CONFORMANCE.rglob(f"*.{suffix}"))
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node on this machine to run JavaScript")
needs_public = pytest.mark.skipif(not PUBLIC, reason="the public test models are not on this machine")

_DRIVER = """
const fs = require("fs"), vm = require("vm");
const text = (value) => Number.isFinite(value) ? value : String(value);
const jobs = JSON.parse(fs.readFileSync(0, "utf8"));
const answers = jobs.map((job) => {
  const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(job.script, context);
  context.asked = JSON.stringify(job.runs);
  return JSON.parse(vm.runInContext(`JSON.stringify(JSON.parse(asked).map(({ inputs, options }) => {
    const run = model.simulate(new Map(inputs), options);
    const columns = [["Time", run.times], ...Object.entries(run.values)];
    return columns.map(([name, values]) => [name, [...values].map((one) => Number.isFinite(one) ? one : String(one))]);
  }))`, context));
});
process.stdout.write(JSON.stringify(answers));
"""


def in_node(jobs):
    """Courses [job][run] of scripts in one Node process that forbids code from text: jobs are (script, [inputs])."""
    asked = [
        {
            "script": script,
            "runs": [{"inputs": list(inputs.items()), "options": options} for inputs, options in map(_pair, runs)],
        }
        for script, runs in jobs
    ]
    done = subprocess.run(
        [NODE, "-e", _DRIVER], input=json.dumps(asked), capture_output=True, text=True, timeout=300, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [
        [{name: np.array(values, dtype=float) for name, values in columns} for columns in runs]
        for runs in json.loads(done.stdout)
    ]


def _pair(run):
    return run if isinstance(run, tuple) else (run, {})


def in_python(text):
    """What a printed program defines, when it is imported with nothing around it."""
    defined = {"__name__": "printed"}
    exec(compile(text, "printed", "exec"), defined)
    return defined


def by_kernel(model, inputs=None, **more):
    """The course of each variable by the compiled engine, `Time` among them."""
    table = None
    if inputs:
        columns = {name: ("experiment", np.array([float(value)])) for name, value in inputs.items()}
        table = xr.Dataset(columns, {"experiment": [0]})
    runs = compiled.simulate(model, table, **more)
    return {"Time": runs["time"].values} | {
        str(name): runs[name].values[0] for name in runs.data_vars if "time" in runs[name].dims
    }


def worst(found, wanted, floor=0.0):
    """The name that is furthest from what is wanted, and the difference by the largest size in its course."""
    apart = {name: _apart(np.asarray(found[name], float), wanted[name], floor) for name in wanted}
    name = max(apart, key=lambda one: apart[one])
    return name, apart[name]


def _apart(found, wanted, floor):
    if found.shape != wanted.shape:
        return math.inf
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted)) | (np.isinf(found) & np.isinf(wanted))
    size = max(floor, np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0.0))
    with np.errstate(all="ignore"):
        distance = np.where(same, 0.0, np.abs(found - wanted) / max(size, 1e-300))
    return float(np.max(np.where(np.isnan(distance), math.inf, distance), initial=0.0))


LARGEST = 50_000
"""Nodes of the expressions of a public model that is still tried: the kernels of larger ones take long to compile."""


@cache
def readable():
    """The public models that can be read, by path."""
    found = {}
    for path in PUBLIC:
        try:
            model = read(path)
        except ModelError:
            continue
        if sum(1 for variable in model.variables for expr in variable.expressions() for _ in walk(expr)) < LARGEST:
            found[path] = model
    return found
