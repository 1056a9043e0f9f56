"""Peers and a question → first whether they agree, then runs a second, in turn; what it was measured on."""

import gc
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.absent import Absent
from benchmarks.peers import Columns, Peer, members

CLONE = Path(__file__).parent.parent
TOLERANCE = 1e-6
PATIENCE = 0.7  # seconds of one peer in one round: many short rounds, so that a busy moment spoils few of them
CHECKED = {"PySD": 2, "Simlin": 32}  # members in the check; all others: 256
MOST = {"PySD": 64, "Simlin": 4_000}


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


def head(columns: Columns, count: int) -> Columns:
    return {name: np.ascontiguousarray(values[:count]) for name, values in columns.items()}


def difference(trusted: np.ndarray, values: np.ndarray) -> float:
    """Largest difference of values [output, member, time], relative to each value (or 1e-6 of its output's largest)."""
    expected = trusted[:, : values.shape[1]]
    scale = np.maximum(np.abs(expected), 1e-6 * np.abs(expected).max(axis=(1, 2), keepdims=True))
    return float(np.max(np.abs(values - expected) / scale))


def check(peers: list[Peer], columns: Columns, tolerance: float = TOLERANCE) -> float:
    """Largest relative difference between any peer and the first one; stops when it is more than `tolerance`."""
    worst, trusted = 0.0, None
    for peer in peers:
        few = head(columns, CHECKED.get(peer.name, 256))
        values = peer.values(peer.answer(peer.asked(few)))
        trusted = values if trusted is None else trusted
        found = difference(trusted, values)
        if not found < tolerance:
            sys.exit(f"{peer.name} and {peers[0].name} differ by {found:.2e}: nothing is timed until they agree.")
        worst = max(worst, found)
    return worst


def runs_in(peer: Peer, columns: Columns, seconds: float) -> int:
    """How many of the members `peer` runs in about that time."""
    count = 1 if peer.name == "PySD" else min(8, members(columns))  # one of its runs may take half a minute
    if peer.name != "PySD":
        peer.answer(peer.asked(head(columns, count)))  # what is compiled is compiled now
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


def started(command: list[str], folder: str, cache: str) -> tuple[float, float]:
    """Seconds (clock, CPU) of one new Python process; its kernel cache is emptied first when `cache` says so."""
    kernels = Path(folder) / "kernels"
    if cache == "empty cache":
        shutil.rmtree(kernels, ignore_errors=True)
    environment = os.environ | {"SDMODEL_CACHE": str(kernels), "PYTHONPATH": str(CLONE)}
    before, begun = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=environment, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"a cold start failed ({' '.join(command)[:80]}): {done.stderr.decode().strip()[-300:]}")
    after, wall = os.times(), time.perf_counter() - begun
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


def show(one: Table, pairs: Iterable[tuple[str, str]]) -> None:
    print(f"\n{one.title}\n{one.asked}")
    print(f"{'':24}{'runs/s':>14}{'runs/CPU-s':>14}{'runs a round':>14}{'rounds':>8}")
    for row in one.rows:
        print(f"{row.peer:24}{row.wall:14,.6g}{row.cpu:14,.6g}{row.runs:14,}{row.rounds:8}")
    for name, reason in one.absent.items():
        print(f"{name:24}left out: {reason}")
    for pair in pairs:
        if (ratio := one.ratio(*pair)) is not None:
            print(f"  {pair[0]} / {pair[1]}: {ratio:,.3g}")
