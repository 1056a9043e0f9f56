"""Public model files with canonical outputs → what sdmodel makes of each: an Outcome, by the rules of their own script.

The files are a part of the SDXorg test-models suite, and three real models, kept beside the checkout; where they are
missing, `FILES` is empty and the tests are skipped. Each model runs in a copy of its folder without the reference.
"""

import importlib.util
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Literal

import numpy as np
import xarray as xr

SUITE = Path(__file__).parents[2] / ".." / "shared" / "conformance"
MODELS = SUITE / "models"
MISSING = "the public test models are not on this machine"
CLONE = Path(__file__).parents[2]
Kind = Literal["reproduced", "refused", "differs", "crashed", "runs", "defective"]
Job = Callable[[Path, Path, Sequence[Path]], None]
PATIENCE = 60  # CPU-seconds for one model, so that a busy machine makes no difference

FILES: tuple[str, ...] = tuple(
    sorted(
        path.relative_to(MODELS).as_posix() for path in MODELS.rglob("*") if path.suffix in (".mdl", ".xmile", ".stmx")
    )
    if MODELS.is_dir()
    else ()
)


@dataclass(frozen=True)
class Outcome:
    """What came of one model file.

    "reproduced": all columns of the canonical output are within tolerance; "runs": there is no such output; "refused":
    `reason` is the message; "differs": `reason` is the worst column; "crashed": an exception that is no SdmodelError;
    "defective": the suite says that this file has lost some of its equations.
    """

    file: str
    kind: Kind
    reason: str = ""


@cache
def rules() -> ModuleType:
    """The suite's own script, as a module: which output is canonical, what is compared, how close is close."""
    name = "conform_rules"
    found = importlib.util.spec_from_file_location(name, SUITE / "conform.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # dataclasses of a module look it up there
    found.loader.exec_module(module)
    return module


@cache
def expected() -> frozenset[str]:
    """The model files whose canonical outputs must be reproduced."""
    lines = (SUITE / "expected.txt").read_text(encoding="utf-8").splitlines() if FILES else []
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


class Refusal(Exception):
    """The model was refused; the message is what the user is told."""


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """TimeoutError after that many CPU-seconds, where the system can interrupt: no model may hold up all the others."""

    def late(*_: object) -> None:
        raise TimeoutError(f"no result within {seconds} CPU-seconds")

    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass
class _Engine:
    """A way to run a model file into a table, as the suite's script calls it."""

    work: Job
    refused: str = ""
    crashed: str = ""

    def job(self, model: Path, out: Path, columns: object, data: Sequence[Path]) -> dict[str, Any]:
        del columns  # a hint: every column is written
        try:
            with _limited(PATIENCE):
                self.work(model, out, data)
        except Refusal as refusal:
            self.refused = str(refusal)
            return {"ok": False, "phase": "load", "error": self.refused}
        except Exception as error:
            self.crashed = f"{type(error).__name__}: {error}"
            return {"ok": False, "phase": "run", "error": self.crashed}
        return {"ok": True}


def outcome_of(file: str, work: Job) -> Outcome:
    """What comes of the model file at `file` (below MODELS) when `work` runs it into a table."""
    script, engine = rules(), _Engine(work)
    options = SimpleNamespace(keep=None, strict_columns=False)
    record = script.run_one(MODELS.resolve() / file, MODELS.resolve(), engine, options)
    if engine.crashed:
        return Outcome(file, "crashed", engine.crashed)
    if record["status"] != "pass" and script.options(MODELS / file).get("defect"):
        return Outcome(file, "defective", engine.refused)
    if engine.refused:
        return Outcome(file, "refused", engine.refused)
    kinds: dict[str, Kind] = {"pass": "reproduced", "no_canonical": "runs"}
    kind = kinds.get(record["status"], "differs")
    return Outcome(file, kind, script.why(record) or record.get("error", "") if kind == "differs" else "")


def through_library(model: Path, out: Path, data: Sequence[Path]) -> None:
    """read → simulate → table, in this process."""
    from sdmodel.engine.compiled import simulate
    from sdmodel.errors import SdmodelError
    from sdmodel.read import read
    from sdmodel.runs.table import save_table

    try:
        known = read(model, data=tuple(data)) if data else read(model)
        one = simulate(known).isel(experiment=0, drop=True)
    except SdmodelError as error:
        raise Refusal(str(error)) from error
    missing = {name: ((), value) for name, value in known.constants.items() if name not in one}
    save_table(one.assign(missing), out)


def lanes_differ(model: Path) -> list[str]:
    """Variables that are not the same, bit for bit, in eleven equal members of a model; none for random ones."""
    from sdmodel.engine.compiled import simulate
    from sdmodel.model.model import Draw
    from sdmodel.read import read

    known = read(model)
    if any(known.of(Draw)):
        return []
    name, value = next(iter(known.constants.items()))
    eleven = xr.Dataset({name: ("experiment", np.full(11, value))})
    runs, alone = simulate(known, eleven), simulate(known)
    shown = [str(name) for name in alone.data_vars if "time" in alone[name].dims]
    return [
        n for n in shown if not all(np.array_equal(row, alone[n].values[0], equal_nan=True) for row in runs[n].values)
    ]


def through_command(model: Path, out: Path, data: Sequence[Path]) -> None:
    """`sdmodel run MODEL --output OUT`, in a process of its own."""
    words = [sys.executable, "-m", "sdmodel", "run", str(model), "--output", str(out)]
    words += [word for file in data for word in ("--data", str(file))]
    done = subprocess.run(words, cwd=CLONE, capture_output=True, text=True, timeout=10 * PATIENCE, check=False)
    told = done.stderr.strip()
    if done.returncode in (2, 3):
        raise Refusal(told)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {told[-400:]}")


@cache
def outcome(file: str) -> Outcome:
    """What comes of a model file through the library, worked out once a session."""
    return outcome_of(file, through_library)


def known_outcomes() -> tuple[Outcome, ...]:
    """All outcomes in the order of FILES."""
    return tuple(outcome(file) for file in FILES)
