"""Runs a second of the compiled engine beside its peers: python -m benchmarks.speed [--json] [--rounds N] [--no-pysd].

First all peers must give the same numbers in the same futures (1e-6, relative), those of the dilemma also in futures
with all rival theories switched on (where engine and C must agree within 1e-12); only then are they timed, in turn
(A B C, A B C, …) in one process, and the median is shown. Prints one table a model and one of cold starts.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.peers import Columns, Engine, HandWritten, Peer, PySD, Question, Simlin
from benchmarks.rounds import Table, check, gathered, head, machine, show, started, timed
from sdmodel.design.sequences import lhs
from sdmodel.study.file import read_study

MODELS = Path(__file__).parent.parent / "models"
DILEMMA = Question(
    MODELS / "technology_security_dilemma.mdl",
    *(("US suspicion", "China suspicion", "US cumulated welfare loss", "China cumulated welfare loss",
       "crisis probability"), 1.0),
)  # fmt: skip


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


RIVAL_THEORIES = {
    "suspicion lock in": (0.5, 1),
    "lock in threshold": (0.3, 0.9),
    "lock in steepness": (5, 60),
    "US rally effect": (0.5, 20),
    "China rally effect": (0.5, 20),
    "shock blame rate": (0.5, 10),
    "blame fading time": (1, 30),
    "shock magnitude": (0.2, 0.8),
    "war onset share": (0.2, 1),
    "violent fraction": (0.05, 0.4),
    "war duration": (0.5, 15),
    "war cost": (5, 60),
    "war trade loss": (0.1, 1),
}
"""Ranges of what is 0 in the file, of what goes with it, and of a shock to blame a rival for."""
STRICT = 1e-12


def switched_on(columns: Columns, seed: int = 2021) -> Columns:
    """The same futures with every mechanism of the rival theories at work, drawn."""
    generator, count = np.random.default_rng(seed), len(next(iter(columns.values())))
    drawn = {name: generator.uniform(low, high, count) for name, (low, high) in RIVAL_THEORIES.items()}
    return {**columns, **drawn}


def agreement(peers: list[Peer], columns: Columns, by_hand: bool) -> float:
    """Largest relative difference between peers; of the dilemma, also with the rival theories switched on."""
    worst = check(peers, columns)
    if by_hand:
        rivals = switched_on(head(columns, 256))
        strict = [peer for peer in peers if isinstance(peer, Engine | HandWritten)]
        worst = max(worst, check(peers, rivals), check(strict, rivals, STRICT))
    return worst


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
    worst = agreement(peers, columns, by_hand)
    asked = (
        f"Euler, {question.steps} steps, {len(columns)} inputs differ by member, {len(question.outputs)} outputs every "
        f"{question.every:g}. sdmodel, C and PySD compute what these outputs need, Simlin every variable. "
        f"All agree within {worst:.0e} of each value.{question.said_of_copies}"
    )
    return Table(title, asked, timed(peers, columns, rounds), absent)


COLD = {
    "sdmodel (Python)": "import sys; from sdmodel.read import read; from sdmodel.engine.compiled import simulate; "
    "simulate(read(sys.argv[1]))",
    "Simlin": "import sys, simlin; s = simlin.load(sys.argv[1]).simulate(); s.run_to_end(); s.get_series('time')",
    "PySD": "import sys, pysd; pysd.read_vensim(sys.argv[1]).run()",
}
PACKAGES = {"Simlin": "simlin", "PySD": "pysd"}


def cold_starts(pysd: bool) -> dict[str, tuple[float, float]]:
    """Seconds (clock, CPU) from starting a process to its end with the first result, all variables saved."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        model = DILEMMA.copy_into(folder)
        commands = {name: ["-W", "ignore", "-c", code, str(model)] for name, code in COLD.items()}
        if (MODELS.parent / "sdmodel" / "__main__.py").exists():
            commands = {"sdmodel run": ["-m", "sdmodel", "run", str(model)], **commands}
        for name, command in commands.items():
            if (name == "PySD" and not pysd) or (name in PACKAGES and find_spec(PACKAGES[name]) is None):
                continue
            kinds = ("empty cache", "warm cache") if name.startswith("sdmodel") else ("",)
            for kind in kinds:
                times = [started(command, folder, kind) for _ in range(1 if name == "PySD" else 3)]
                took[f"{name}, {kind}".rstrip(", ")] = (
                    median(wall for wall, _ in times),
                    median(cpu for _, cpu in times),
                )
    return took


PAIRS = (
    *(("sdmodel, 1 thread", "C by hand, vector"), ("sdmodel, 1 thread", "C by hand, scalar")),
    *(("sdmodel, 1 thread", "Simlin"), ("sdmodel, 1 thread", "PySD"), ("C by hand, vector", "C by hand, scalar")),
)


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
        show(one, PAIRS)
    if cold:
        print("\nTo the first result in a new process (dilemma, one run, all variables), seconds")
        print(f"{'':34}{'clock':>8}{'CPU':>8}")
        for name, (wall, cpu) in cold.items():
            print(f"{name:34}{wall:8.2f}{cpu:8.2f}")


if __name__ == "__main__":
    main()
