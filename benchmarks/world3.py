"""World3-03 in one run beside its peers: python -m benchmarks.world3 [--model FILE] [--json] [--rounds N] [--no-pysd].

The model is not shipped: give the path of Vensim's `wrld3-03.mdl` by --model or in the environment variable
SDMODEL_WORLD3. Peers must agree (1e-6, relative) before they are timed; PySD is timed, too, but its difference is only
told, since it steps a SMOOTH of an ACTIVE INITIAL variable from another value than Vensim.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.peers import Columns, Engine, Generated, Peer, PySD, Question, Simlin
from benchmarks.rounds import (
    Row,
    Table,
    check,
    difference,
    gathered,
    head,
    machine,
    show,
    started,
    timed,
)
from benchmarks.sdeverywhere import SDEverywhere

OUTPUTS = ("population", "industrial output", "food", "persistent pollution index", "Nonrenewable Resources")
DRAWN = (  # ± 20 %, except the years
    *("average life of industrial capital 1", "average life of service capital 1", "industrial capital output ratio 1"),
    *("fraction of industrial output allocated to consumption constant 1", "initial nonrenewable resources"),
    *("land yield factor 1", "average life of land normal", "desired completed family size normal", "processing loss"),
    *("lifetime perception delay", "persistent pollution transmission delay", "assimilation half life in 1970"),
)
YEARS = {"POLICY YEAR": (1990.0, 2050.0), "zero population growth time": (2000.0, 2200.0)}
PYSD_PARSE = (
    "import sys; from pysd.translators.vensim.vensim_file import VensimFile; "
    "file = VensimFile(sys.argv[1]); file.parse(); file.get_abstract_model()"
)
ONE, TWO, VECTOR_C = "sdmodel, 1 thread", "sdmodel, 2 threads", "C, vectors"
PAIRS = ((ONE, VECTOR_C), (ONE, "Simlin"), (ONE, "SDEverywhere"), (ONE, "PySD"))


@dataclass(frozen=True)
class Aim:
    """A figure and what it should be: at least or at most `aim`; None where a peer is missing."""

    name: str
    measured: float | None
    aim: float
    at_least: bool

    def __str__(self) -> str:
        if self.measured is None:
            return f"{self.name:66}{'left out':>10}"
        met = self.measured >= self.aim if self.at_least else self.measured <= self.aim
        wanted = f"{'≥' if self.at_least else '≤'} {self.aim:.3g}"
        return f"{self.name:66}{self.measured:10.3g}   {wanted:8}{'' if met else '  not met'}"


def model_file(given: str | None) -> Path:
    """The file to run; ends with the reason when there is none."""
    named = given or os.environ.get("SDMODEL_WORLD3")
    if not named:
        sys.exit("World3-03 is not shipped with sdmodel: give --model path/to/wrld3-03.mdl, or set SDMODEL_WORLD3.")
    if not Path(named).is_file():
        sys.exit(f"there is no file {named}: --model or SDMODEL_WORLD3 must be the path of wrld3-03.mdl.")
    return Path(named)


def futures(question: Question, count: int) -> Columns:
    """Members that differ in twelve constants and two policy years."""
    from sdmodel.read import read

    constants, generator = read(question.model).constants, np.random.default_rng(2021)
    columns = {name: constants[name] * generator.uniform(0.8, 1.2, count) for name in DRAWN}
    return columns | {name: generator.uniform(*years, count) for name, years in YEARS.items()}


def speed(question: Question, rounds: int, pysd: bool) -> Table:
    """Check, then time."""
    makers: list[tuple[str, Callable[[], Peer]]] = [
        (ONE, lambda: Engine(question, 1)),
        (TWO, lambda: Engine(question, 2)),
        (VECTOR_C, lambda: Generated(question)),
        ("Simlin", lambda: Simlin(question)),
        ("SDEverywhere", lambda: SDEverywhere(question, (*DRAWN, *YEARS))),
    ]
    peers, absent = gathered(makers)
    columns = futures(question, 40_000)
    asked = (
        f"Euler, {question.steps} steps, {len(columns)} inputs differ by member, {len(OUTPUTS)} outputs every "
        f"{question.every:g}. sdmodel and both C compute what these outputs need, Simlin every variable. "
        f"All agree within {check(peers, columns):.0e} of each value.{question.said_of_copies}"
    )
    if pysd:
        others, more = gathered([("PySD", lambda: PySD(question))])
        for other in others:
            trusted, few = peers[0], head(columns, 1)
            values = [peer.values(peer.answer(peer.asked(few))) for peer in (trusted, other)]
            asked += f" PySD differs by {difference(*values):.1e}."
        peers, absent = [*peers, *others], absent | more
    return Table("World3-03", asked, timed(peers, columns, rounds), absent)


def compile_seconds(question: Question) -> dict[str, float]:
    """CPU-seconds from the model in memory to machine code, with nothing in the cache."""
    from sdmodel.engine.compiled import machine as compiled_program
    from sdmodel.read import read

    model, before = read(question.model), os.environ.get("SDMODEL_CACHE")
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SDMODEL_CACHE"] = folder
        everything = tuple(v.name for v in model.visible() if type(v).__name__ in ("Auxiliary", "Stock"))
        for name, saved in (("the outputs above", question.outputs), ("all variables", everything)):
            compiled_program.cache_clear()
            begun = time.process_time()
            compiled_program(model, saved)
            took[name] = time.process_time() - begun
        compiled_program.cache_clear()
    if before is None:
        del os.environ["SDMODEL_CACHE"]
    else:
        os.environ["SDMODEL_CACHE"] = before
    return took


def cold_starts(question: Question) -> dict[str, tuple[float, float]]:
    """Seconds (clock, CPU) of new processes: to the first result, and PySD's own parsing alone."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        model = question.copy_into(folder)
        run = ["-m", "sdmodel", "run", str(model)]
        for name, command, cache in (
            ("sdmodel run, empty cache", run, "empty cache"),
            ("sdmodel run, warm cache", run, "warm cache"),
            ("PySD's parser alone", ["-W", "ignore", "-c", PYSD_PARSE, str(model)], ""),
        ):
            times = [started(command, folder, cache) for _ in range(3)]
            took[name] = (median(wall for wall, _ in times), median(cpu for _, cpu in times))
    return took


def aims(table: Table, compiling: dict[str, float], cold: dict[str, tuple[float, float]]) -> list[Aim]:
    """What World3 should reach; seconds of new processes are by the clock, so the machine should be quiet."""
    of = {row.peer: row for row in table.rows}
    parse = cold["PySD's parser alone"][0]
    return [
        Aim("runs per CPU-second: sdmodel, 1 thread / C, vectors", table.ratio(ONE, VECTOR_C), 1.0, True),
        Aim("runs per CPU-second: sdmodel, 1 thread / Simlin", table.ratio(ONE, "Simlin"), 100, True),
        Aim("runs a second by the clock: 2 threads / 1 thread", _clock(of), 1.9, True),
        *(Aim(f"seconds to compile for {name}", seconds, 0.5, False) for name, seconds in compiling.items()),
        Aim("first result, empty cache: s, at most 1.2 × PySD's parser + 0.5 s", cold["sdmodel run, empty cache"][0],
            1.2 * parse + 0.5, False),
        Aim("first result, warm cache: s", cold["sdmodel run, warm cache"][0], 0.5, False),
    ]  # fmt: skip


def _clock(of: dict[str, Row]) -> float | None:
    return of[TWO].wall / of[ONE].wall if ONE in of and TWO in of else None


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--model", help="path of wrld3-03.mdl; default: the environment variable SDMODEL_WORLD3")
    words.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    words.add_argument("--rounds", type=int, default=7, help="rounds, at least 5 (default 7)")
    words.add_argument("--no-pysd", action="store_true", help="leave out PySD: a minute")
    given = words.parse_args()
    question = Question(model_file(given.model), OUTPUTS, 1.0)
    table = speed(question, max(5, given.rounds), not given.no_pysd)
    compiling, cold = compile_seconds(question), cold_starts(question)
    found = aims(table, compiling, cold)
    if given.json:
        told = {"machine": machine(), "table": asdict(table), "compile_seconds": compiling, "cold_seconds": cold}
        print(json.dumps(told | {"aims": [asdict(aim) for aim in found]}, indent=1))
        return
    print("  ".join(f"{name} {value}" for name, value in machine().items()))
    show(table, PAIRS)
    print("\nNew processes, seconds\n" + f"{'':34}{'clock':>8}{'CPU':>8}")
    for name, (wall, cpu) in cold.items():
        print(f"{name:34}{wall:8.2f}{cpu:8.2f}")
    print("\nAims\n" + "\n".join(map(str, found)))


if __name__ == "__main__":
    main()
