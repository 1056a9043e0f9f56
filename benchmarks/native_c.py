"""A C file with `simulate` → a peer: compiled by GCC, loaded, and called with a matrix of inputs."""

import ctypes
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.absent import Absent

if TYPE_CHECKING:
    from benchmarks.peers import Columns, Question

HERE = Path(__file__).parent
BUILD = HERE / "build"
VECTOR_FLAGS = (
    *("-O3", "-march=native", "-ffp-contract=fast", "-fno-signed-zeros", "-fno-trapping-math"),
    *("-flive-range-shrinkage", "-fno-tree-ter"),
)
SCALAR_FLAGS = ("-O3", "-march=native")


def loaded(source: Path, flags: tuple[str, ...], *more: Path) -> ctypes.CDLL:
    """C files compiled into benchmarks/build and loaded; Absent when there is no gcc, or it complains."""
    compiler = shutil.which("gcc")
    if compiler is None:
        raise Absent("no gcc on the path")
    BUILD.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=BUILD, suffix=f"_{source.stem}.so") as target:  # dlopen caches by name
        files = [str(source), *map(str, more)]
        command = [compiler, *flags, "-I", str(HERE), "-shared", "-fPIC", "-o", target.name, *files, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Absent(f"gcc could not compile {source.name}: {done.stderr.strip()[:300]}")
        return ctypes.CDLL(target.name)


class NativeC:
    """A peer in C: `simulate(members, in, out, start, dt, steps, every)`; in [input, member], out [saved, member, time]

    `defaults` are the values of inputs that no column gives; `compile_seconds` is what GCC took.
    """

    def __init__(
        self, question: "Question", name: str, source: Path, flags: tuple[str, ...], defaults: Mapping[str, float]
    ) -> None:
        started = time.perf_counter()
        self.library = loaded(source, flags)
        self.compile_seconds = time.perf_counter() - started
        self.name, self.question, self.defaults = name, question, dict(defaults)
        self.inputs = names(self.library, "input")
        pointer, number, whole = ctypes.c_void_p, ctypes.c_double, ctypes.c_long
        self.library.simulate.argtypes = [whole, pointer, pointer, number, number, whole, whole]

    def asked(self, columns: "Columns") -> np.ndarray:
        """[input, member]"""
        matrix = np.empty((len(self.inputs), len(next(iter(columns.values())))))
        for row, name in enumerate(self.inputs):
            matrix[row] = columns[name] if name in columns else self.defaults[name]
        return matrix

    def answer(self, asked: np.ndarray) -> np.ndarray:
        question, n = self.question, asked.shape[1]
        out = np.empty((len(question.outputs), n, len(question.times)))
        step = question.control("TIME STEP")
        failed = self.library.simulate(
            *(n, asked.ctypes.data, out.ctypes.data, question.control("INITIAL TIME"), step),
            *(question.steps, round(question.every / step)),
        )
        assert not failed, "more saved times than the C file has room for"
        return out

    def values(self, answer: np.ndarray) -> np.ndarray:
        return answer


def names(library: ctypes.CDLL, what: str) -> list[str]:
    """The names that a C file gives its inputs or outputs."""
    count = ctypes.c_int.in_dll(library, f"{what}_count").value
    return [name.decode() for name in (ctypes.c_char_p * count).in_dll(library, f"{what}_names")]
