"""The opponents: each turns a question (model, inputs of n members, outputs) into values [output, member, time].

All peers answer the same question, Euler's method, so that speed.py can first show that they agree and then time them.
A peer that cannot work here (no C compiler, package not installed, model not understood) raises `Absent`, which says
why. Vensim's Reality Checks are no part of what is computed, and some peers cannot read them: their copies have none.
"""

import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.absent import Absent
from benchmarks.native_c import BUILD, HERE, SCALAR_FLAGS, VECTOR_FLAGS, NativeC, names
from benchmarks.vector_c import c_text
from sdmodel.read.vensim.reality import is_reality_check
from sdmodel.read.vensim.sections import search

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Question:
    """What every peer is asked: `outputs` of the model at `every` time units, for the members in `columns`."""

    model: Path
    outputs: tuple[str, ...]
    every: float

    @cached_property
    def text(self) -> str:
        return self.model.read_text(encoding="utf-8")

    def control(self, name: str) -> float:
        """A control setting as the file has it."""
        found = re.search(rf"^{name}\s*=\s*([-+.\deE]+)", self.text, re.MULTILINE)
        assert found, f"{self.model.name} has no plain number for {name}"
        return float(found[1])

    @cached_property
    def times(self) -> np.ndarray:
        start, stop = self.control("INITIAL TIME"), self.control("FINAL TIME")
        return start + self.every * np.arange(round((stop - start) / self.every) + 1)

    @property
    def steps(self) -> int:
        return round((self.control("FINAL TIME") - self.control("INITIAL TIME")) / self.control("TIME STEP"))

    @cached_property
    def reality_checks(self) -> tuple[tuple[int, int], ...]:
        """Where in the text its reality checks begin and end."""
        entries = (entry for part in search(self.text).parts for entry in part.entries)
        return tuple(sorted(entry.span for entry in entries if is_reality_check(entry.equation)))

    @property
    def said_of_copies(self) -> str:
        """What a table says of the copies that peers read; empty where they compute all that the file states."""
        if not self.reality_checks:
            return ""
        count = len(self.reality_checks)
        return f" Peers read a copy without its {count} statements of reality checks, which compute nothing."

    def copy_into(self, folder: str) -> Path:
        """The model in another folder, without reality checks, saving every `every`.

        PySD writes beside it, and Simlin saves what the file says.
        """
        text = self.text
        for begin, end in reversed(self.reality_checks):
            text = text[:begin] + text[end:]
        text = re.sub(r"^(SAVEPER\s*=\s*)[^~|]*", rf"\g<1>{self.every}\n\t", text, count=1, flags=re.MULTILINE)
        path = Path(folder) / self.model.name
        path.write_text(text, encoding="utf-8")
        return path


class Peer(Protocol):
    """`asked` prepares everything that is not simulation; `answer` is what is timed."""

    name: str

    def asked(self, columns: Columns) -> Any: ...

    def answer(self, asked: Any) -> Any: ...

    def values(self, answer: Any) -> np.ndarray: ...


def members(columns: Columns) -> int:
    return len(next(iter(columns.values())))


class Engine:
    """The compiled engine of sdmodel, on `threads` threads."""

    def __init__(self, question: Question, threads: int) -> None:
        from sdmodel.engine.compiled import simulate
        from sdmodel.read import read

        self.name = f"sdmodel, {threads} thread" + "s" * (threads > 1)
        self.question, self.threads, self.simulate = question, threads, simulate
        self.model = read(question.model)

    def asked(self, columns: Columns) -> Any:
        import xarray as xr

        return xr.Dataset({name: ("experiment", np.asarray(column)) for name, column in columns.items()})

    def answer(self, asked: Any) -> Any:
        question = self.question
        return self.simulate(self.model, asked, save=question.outputs, every=question.every, threads=self.threads)

    def values(self, answer: Any) -> np.ndarray:
        return np.stack([answer[name].transpose("experiment", "time").values for name in self.question.outputs])


class HandWritten(NativeC):
    """The dilemma in C, written by hand. `kind`: "vector" (members in vector lanes) or "scalar" (one at a time)."""

    def __init__(self, question: Question, kind: str) -> None:
        flags = VECTOR_FLAGS if kind == "vector" else SCALAR_FLAGS
        source = HERE / f"dilemma_{kind}.c"
        super().__init__(question, f"C by hand, {kind}", source, flags, numbers(question.text))
        assert names(self.library, "output") == list(question.outputs)


class Generated(NativeC):
    """Any model in vector C as `vector_c` prints it: generated, not written by hand. Kept in benchmarks/build."""

    def __init__(self, question: Question) -> None:
        from sdmodel.read import read

        model = read(question.model)
        BUILD.mkdir(exist_ok=True)
        source = BUILD / f"{re.sub(r'[^A-Za-z0-9]+', '_', model.name)}_vector.c"
        source.write_text(c_text(model, question.outputs), encoding="utf-8")
        super().__init__(question, "C, vectors", source, VECTOR_FLAGS, model.constants)


def numbers(text: str) -> dict[str, float]:
    """All variables of a Vensim file that are plain numbers, by their own names."""
    equations = (part.split("~")[0].replace("{UTF-8}", "").strip() for part in text.split("|"))
    found = (re.fullmatch(r"([^=*]+?)\s*=\s*([-+.\deE]+)", equation) for equation in equations)
    return {" ".join(match[1].split()): float(match[2]) for match in found if match}


class Simlin:
    """Simlin's virtual machine (Rust) through pysimlin: one compiled simulation, reset for every member."""

    name = "Simlin"

    def __init__(self, question: Question) -> None:
        try:
            import simlin
        except ImportError:
            raise Absent("pysimlin is not installed (pip install 'sdmodel[bench]')") from None
        self.question = question
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.simulation = simlin.load(question.copy_into(folder)).simulate()
        except simlin.SimlinError as problem:
            raise Absent(f"it cannot load {question.model.name}: {' '.join(str(problem).split())[:200]}") from None

    def asked(self, columns: Columns) -> list[list[tuple[str, float]]]:
        rows = np.column_stack(list(columns.values())).tolist()
        return [list(zip(columns, row, strict=True)) for row in rows]

    def answer(self, asked: list[list[tuple[str, float]]]) -> list[list[np.ndarray]]:
        simulation, outputs = self.simulation, self.question.outputs
        answers = []
        for row in asked:
            simulation.reset()
            for name, value in row:
                simulation.set_value(name, value)
            simulation.run_to_end()
            answers.append([simulation.get_series(name) for name in outputs])
        return answers

    def values(self, answer: list[list[np.ndarray]]) -> np.ndarray:
        return np.array(answer).transpose(1, 0, 2)


class PySD:
    """PySD: the model translated to Python once, then run for every member."""

    name = "PySD"

    def __init__(self, question: Question) -> None:
        try:
            import pysd
        except ImportError:
            raise Absent("pysd is not installed") from None
        self.question, self.folder = question, tempfile.TemporaryDirectory()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.model = pysd.read_vensim(str(question.copy_into(self.folder.name)))
            except Exception as problem:  # whatever its parser meets: it has no class of its own for it
                self.folder.cleanup()
                raise Absent(f"it cannot load {question.model.name}: {' '.join(str(problem).split())[:200]}") from None

    def asked(self, columns: Columns) -> list[dict[str, float]]:
        rows = np.column_stack(list(columns.values())).tolist()
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def answer(self, asked: list[dict[str, float]]) -> list[Any]:
        outputs, times = list(self.question.outputs), list(self.question.times)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [self.model.run(params=row, return_columns=outputs, return_timestamps=times) for row in asked]

    def values(self, answer: list[Any]) -> np.ndarray:
        return np.array([frame[list(self.question.outputs)].to_numpy().T for frame in answer]).transpose(1, 0, 2)
