"""Runs a second of the compiled engine beside its peers: python -m benchmarks.speed [--json] [--rounds N] [--no-pysd].

First all peers must give the same numbers in the same futures (1e-6, relative); only then are they timed, in turn
(A B C, A B C, …) in one process, and the median is shown. Prints one table a model and one of cold starts.
"""

import argparse
import gc
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import Absent, Columns, Engine, HandWritten, Peer, PySD, Question, Simlin, members
from sdmodel.design.sequences import lhs
from sdmodel.study.file import read_study

MODELS = Path(__file__).parent.parent / "models"
TOLERANCE = 1e-6
PATIENCE = 0.4  # seconds of one peer in one round: many short rounds, so that a busy moment spoils few of them
CHECKED = {"PySD": 2, "Simlin": 32}  # members in the check; all others: 256
MOST = {"PySD": 64, "Simlin": 4_000}
DILEMMA = Question(
    MODELS / "technology_security_dilemma.mdl",
    *(("US suspicion", "China suspicion", "US cumulated welfare loss", "China cumulated welfare loss",
       "crisis probability"), 1.0),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of a table: median runs a second, by the clock and of CPU time, over `rounds` rounds of `runs` runs."""

    peer: str
    wall: float
    cpu: float
    runs: int
    rounds: int
    each: tuple[float, ...]  # runs per CPU-second in each round


@dataclass
class Table:
    """Rows of one model, and what was asked."""

    title: str
    asked: str
    rows: list[Row]
    absent: dict[str, str]

    def ratio(self, one: str, other: str) -> float | None:
        """How many times more runs a CPU-second `one` makes than `other`: the median of rounds that stood together."""
        of = {row.peer: row.each for row in self.rows}
        if one not in of or other not in of:
            return None
        return median(a / b for a, b in zip(of[one], of[other], strict=False))


def futures(study: str, count: int, goals: bool = False, phases: bool = False) -> Columns:
    """Draws of all uncertainties of a study; `goals` draws the policy levers as well, `phases` when they move."""
    drawn = lhs(read_study(MODELS / study), count, seed=2021)
    columns = {str(name): np.ascontiguousarray(values) for name, values in drawn.data_vars.items()}
    generator = np.random.default_rng(2021)
    if goals:
        for lever in ("industrial policy", "self sufficiency drive", "export control", "mapping effort",
                      "capability restraint", "intention signalling", "fair warning"):  # fmt: skip
            for power in ("US", "China"):
                columns[f"{power} {lever} goal"] = generator.uniform(0, 1, count)
        columns |= {
            "negotiation goal": generator.uniform(0, 1, count),
            "shock magnitude": generator.uniform(0, 0.5, count),
        }
    if phases:
        for phase, first in (("policy", 2021), ("reassurance", 2023)):
            columns[f"{phase} start time"] = generator.uniform(first, first + 10, count)
            columns[f"{phase} phase in duration"] = generator.uniform(1, 10, count)
    return columns


def head(columns: Columns, count: int) -> Columns:
    return {name: np.ascontiguousarray(values[:count]) for name, values in columns.items()}


def check(peers: list[Peer], columns: Columns) -> float:
    """Largest relative difference between any peer and the first one; stops when it is more than TOLERANCE."""
    worst, trusted = 0.0, None
    for peer in peers:
        few = head(columns, CHECKED.get(peer.name, 256))
        values = peer.values(peer.answer(peer.asked(few)))
        trusted = values if trusted is None else trusted
        expected = trusted[:, : values.shape[1]]
        scale = np.maximum(np.abs(expected), 1e-6 * np.abs(expected).max(axis=(1, 2), keepdims=True))
        difference = float(np.max(np.abs(values - expected) / scale))
        if not difference < TOLERANCE:
            sys.exit(f"{peer.name} and {peers[0].name} differ by {difference:.2e}: nothing is timed until they agree.")
        worst = max(worst, difference)
    return worst


def runs_in(peer: Peer, columns: Columns, seconds: float) -> int:
    """How many of the members `peer` runs in about that time."""
    count = min(8, members(columns))
    while True:
        asked = peer.asked(head(columns, count))
        started = time.perf_counter()
        peer.answer(asked)
        took = time.perf_counter() - started
        limit = min(members(columns), MOST.get(peer.name, members(columns)))
        if took > seconds / 4 or count == limit or peer.name == "PySD":
            return max(1, min(limit, int(count * seconds / took) // 8 * 8 or int(count * seconds / took)))
        count = min(limit, count * 8)


def timed(peers: list[Peer], columns: Columns, rounds: int) -> list[Row]:
    """Every peer in turn, `rounds` times, each warmed up by itself; what is not simulation is prepared beforehand.

    The warm-up is the same work once more, off the clock. Without it whoever comes after a slow peer is measured up to
    a fifth too slow: while that one was busy, the memory freed before went back to the system (or to the host of a
    virtual machine), and has to be fetched and cleared again page by page.
    """
    work = {peer.name: peer.asked(head(columns, runs_in(peer, columns, PATIENCE))) for peer in peers}
    count = {peer.name: members_of(work[peer.name]) for peer in peers}
    took: dict[str, list[tuple[float, float]]] = {peer.name: [] for peer in peers}
    for number in range(rounds):
        for peer in peers:
            if peer.name == "PySD" and number >= max(2, rounds // 3):
                continue
            if peer.name != "PySD":  # one of its runs takes longer than all that it could be warmed up for
                peer.answer(work[peer.name])
            gc.collect()  # as timeit does: what one peer left behind must not be swept up on the clock of another
            gc.disable()
            wall, cpu = time.perf_counter(), time.process_time()
            peer.answer(work[peer.name])
            took[peer.name].append((time.perf_counter() - wall, time.process_time() - cpu))
            gc.enable()
    return [
        Row(
            name,
            *(count[name] / median(part) for part in zip(*pairs, strict=True)),
            count[name],
            len(pairs),
            tuple(count[name] / cpu for _, cpu in pairs),
        )
        for name, pairs in took.items()
    ]


def members_of(asked: Any) -> int:
    if isinstance(asked, np.ndarray):
        return asked.shape[1]
    return len(asked) if isinstance(asked, list) else asked.sizes["experiment"]


def gathered(makers: Iterable[tuple[str, Callable[[], Peer]]]) -> tuple[list[Peer], dict[str, str]]:
    """The peers that work here, and why the others do not."""
    peers, absent = [], {}
    for name, make in makers:
        try:
            peers.append(make())
        except Absent as reason:
            absent[name] = str(reason)
    return peers, absent


def table(title: str, question: Question, columns: Columns, rounds: int, by_hand: bool, pysd: bool) -> Table:
    """Check, then time, one model."""
    makers: list[tuple[str, Callable[[], Peer]]] = [
        (f"sdmodel, {threads} threads", lambda threads=threads: Engine(question, threads)) for threads in (1, 2)
    ]
    if by_hand:
        makers += [
            (f"C by hand, {kind}", lambda kind=kind: HandWritten(question, kind)) for kind in ("vector", "scalar")
        ]
    makers += [("Simlin", lambda: Simlin(question))] + [("PySD", lambda: PySD(question))] * pysd
    peers, absent = gathered(makers)
    worst = check(peers, columns)
    asked = (
        f"Euler, {question.steps} steps, {len(columns)} inputs differ by member, {len(question.outputs)} outputs every "
        f"{question.every:g}. sdmodel, C and PySD compute what these outputs need, Simlin every variable. "
        f"All agree within {worst:.0e} of each value."
    )
    return Table(title, asked, timed(peers, columns, rounds), absent)


COLD = {
    "sdmodel (Python)": "import sys; from sdmodel.read import read; from sdmodel.engine.compiled import simulate; "
    "simulate(read(sys.argv[1]))",
    "Simlin": "import sys, simlin; s = simlin.load(sys.argv[1]).simulate(); s.run_to_end(); s.get_series('time')",
    "PySD": "import sys, pysd; pysd.read_vensim(sys.argv[1]).run()",
}


def cold_starts(pysd: bool) -> dict[str, tuple[float, float]]:
    """Seconds (clock, CPU) from starting a process to its end with the first result, all variables saved."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        model = DILEMMA.copy_into(folder)
        commands = {name: ["-W", "ignore", "-c", code, str(model)] for name, code in COLD.items()}
        if (MODELS.parent / "sdmodel" / "__main__.py").exists():
            commands = {"sdmodel run": ["-m", "sdmodel", "run", str(model)], **commands}
        for name, command in commands.items():
            if name == "PySD" and not pysd:
                continue
            kinds = ("empty cache", "warm cache") if name.startswith("sdmodel") else ("",)
            for kind in kinds:
                times = [_started(command, folder, kind) for _ in range(1 if name == "PySD" else 3)]
                took[f"{name}, {kind}".rstrip(", ")] = (
                    median(wall for wall, _ in times),
                    median(cpu for _, cpu in times),
                )
    return took


def _started(command: list[str], folder: str, cache: str) -> tuple[float, float]:
    """Seconds (clock, CPU) of one new Python process; its kernel cache is emptied first when `cache` says so."""
    kernels = Path(folder) / "kernels"
    if cache == "empty cache":
        shutil.rmtree(kernels, ignore_errors=True)
    environment = os.environ | {"SDMODEL_CACHE": str(kernels), "PYTHONPATH": str(MODELS.parent)}
    before, started = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=environment, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"a cold start failed ({' '.join(command)[:80]}): {done.stderr.decode().strip()[-300:]}")
    after, wall = os.times(), time.perf_counter() - started
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def machine() -> dict[str, str]:
    """What it was measured on."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = (line for line in information.read_text().splitlines() if line.startswith("model name"))
        cpu = next(lines, f": {cpu}").split(":", 1)[1].strip()
    told = {"CPU": cpu, "cores": str(os.cpu_count()), "system": platform.system(), "Python": platform.python_version()}
    for package in ("sdmodel", "llvmlite", "numpy", "pysimlin", "pysd"):
        try:
            told[package] = version(package)
        except PackageNotFoundError:
            continue
    try:
        told["gcc"] = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True).stdout.strip()
    except OSError:
        told["gcc"] = "none"
    return told


PAIRS = (
    *(("sdmodel, 1 thread", "C by hand, vector"), ("sdmodel, 1 thread", "C by hand, scalar")),
    *(("sdmodel, 1 thread", "Simlin"), ("sdmodel, 1 thread", "PySD"), ("C by hand, vector", "C by hand, scalar")),
)


def show(one: Table) -> None:
    print(f"\n{one.title}\n{one.asked}")
    print(f"{'':24}{'runs/s':>14}{'runs/CPU-s':>14}{'runs a round':>14}{'rounds':>8}")
    for row in one.rows:
        print(f"{row.peer:24}{row.wall:14,.6g}{row.cpu:14,.6g}{row.runs:14,}{row.rounds:8}")
    for name, reason in one.absent.items():
        print(f"{name:24}left out: {reason}")
    for pair in PAIRS:
        if (ratio := one.ratio(*pair)) is not None:
            print(f"  {pair[0]} / {pair[1]}: {ratio:,.3g}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    words.add_argument("--rounds", type=int, default=9, help="rounds, at least 5 (default 9)")
    words.add_argument("--no-pysd", action="store_true", help="leave out PySD, which takes most of the time")
    words.add_argument("--only", choices=["dilemma", "small", "cold"], help="only this part")
    given = words.parse_args()
    rounds, pysd, tables, cold = max(5, given.rounds), not given.no_pysd, [], {}
    if given.only in (None, "dilemma"):
        study, n = "technology_security_dilemma.toml", 100_000
        title = "Technology security dilemma: all uncertainties and levers drawn"
        tables.append(table(title, DILEMMA, futures(study, n, goals=True), rounds, True, pysd))
        title = "The same, and every member moves its levers at other times"
        tables.append(table(title, DILEMMA, futures(study, n, goals=True, phases=True), rounds, True, False))
    if given.only in (None, "small"):
        sir = Question(MODELS / "sir.mdl", ("Susceptible", "Infectious", "ever infected"), 1.0)
        race = Question(MODELS / "richardson.mdl", ("Arms A", "Arms B"), 1.0)
        for title, question, study in (("SIR", sir, "sir.toml"), ("Richardson's arms race", race, "richardson.toml")):
            tables.append(table(title, question, futures(study, 200_000), rounds, False, pysd))
    if given.only in (None, "cold"):
        cold = cold_starts(pysd)
    if given.json:
        print(
            json.dumps(
                {"machine": machine(), "tables": [asdict(one) for one in tables], "cold_seconds": cold}, indent=1
            )
        )
        return
    print("  ".join(f"{name} {value}" for name, value in machine().items()))
    for one in tables:
        show(one)
    if cold:
        print("\nTo the first result in a new process (dilemma, one run, all variables), seconds")
        print(f"{'':34}{'clock':>8}{'CPU':>8}")
        for name, (wall, cpu) in cold.items():
            print(f"{name:34}{wall:8.2f}{cpu:8.2f}")


if __name__ == "__main__":
    main()
