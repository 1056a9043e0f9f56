"""SDEverywhere's C for a model, one member at a time: made by its own command line from a checkout of its repository.

The environment variable SDEVERYWHERE names the checkout (with its node packages installed); the peer is absent without.
"""

import ctypes
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.absent import Absent
from benchmarks.native_c import SCALAR_FLAGS, loaded

if TYPE_CHECKING:
    from benchmarks.peers import Columns, Question

SUPPORT = Path("packages/cli/src/c")
COMMAND = Path("packages/cli/src/main.js")


class SDEverywhere:
    """`runModelWithBuffers` of the generated C, compiled with -O3 -march=native, called once a member."""

    name = "SDEverywhere"

    def __init__(self, question: "Question", inputs: Sequence[str]) -> None:
        self.question, self.inputs = question, tuple(inputs)
        checkout = _checkout()
        with tempfile.TemporaryDirectory() as folder:
            source = _generated(checkout, question, self.inputs, Path(folder))
            support = [path for path in (checkout / SUPPORT).glob("*.c") if path.name != "main.c"]
            flags = (*SCALAR_FLAGS, f"-I{checkout / SUPPORT}")
            self.library = loaded(source, flags, *support)
        self.parameters = _parameters((checkout / SUPPORT / "model.c").read_text(encoding="utf-8"))
        self.rows = ctypes.c_int.in_dll(self.library, "numOutputs").value

    def asked(self, columns: "Columns") -> np.ndarray:
        """[member, input]"""
        return np.ascontiguousarray(np.column_stack([columns[name] for name in self.inputs]))

    def answer(self, asked: np.ndarray) -> np.ndarray:
        """[member, row, time]"""
        out = np.empty((len(asked), self.rows, len(self.question.times)))
        for one, into in zip(asked, out, strict=True):
            given = {"inputs": one.ctypes.data, "outputs": into.ctypes.data}
            self.library.runModelWithBuffers(*(ctypes.c_void_p(given.get(name)) for name in self.parameters))
        return out

    def values(self, answer: np.ndarray) -> np.ndarray:
        return answer[:, -len(self.question.outputs) :].transpose(1, 0, 2)  # some versions write the clock first


def _checkout() -> Path:
    named = os.environ.get("SDEVERYWHERE")
    if not named:
        raise Absent("the environment variable SDEVERYWHERE does not name a checkout of SDEverywhere")
    if not (Path(named) / COMMAND).is_file():
        raise Absent(f"SDEVERYWHERE={named} has no {COMMAND}")
    if shutil.which("node") is None:
        raise Absent("SDEverywhere needs node on the path")
    return Path(named).resolve()


def _generated(checkout: Path, question: "Question", inputs: Sequence[str], folder: Path) -> Path:
    """The C file of the model, as `sde generate --genc` writes it."""
    model, spec = question.copy_into(str(folder)), folder / "spec.json"
    asked = {"inputVarNames": list(inputs), "outputVarNames": list(question.outputs)}
    spec.write_text(json.dumps(asked), encoding="utf-8")
    command = ["node", str(checkout / COMMAND), "generate", "--genc", "--spec", str(spec), "--builddir", str(folder)]
    done = subprocess.run([*command, str(model)], cwd=folder, capture_output=True, text=True, check=False)
    source = folder / f"{model.stem}.c"
    if done.returncode or not source.is_file():
        raise Absent(f"sde generate failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return source


def _parameters(text: str) -> list[str]:
    """Names of the parameters of `runModelWithBuffers`, which differ by version."""
    found = re.search(r"^void runModelWithBuffers\(([^)]*)\)\s*\{", text, re.MULTILINE)
    if found is None:
        raise Absent("this version of SDEverywhere has no runModelWithBuffers")
    return [parameter.split("*")[-1].strip() for parameter in found[1].split(",")]
