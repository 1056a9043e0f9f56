"""Arrays as loops or unrolled? python -m benchmarks.arrays [--sizes 100 1000 6000] [--rounds N] [--json].

sdmodel expands every array into scalar variables, so that its kernel is one long run of instructions for each element.
The peer is C in which each array equation is a loop over elements, members in the lanes of a vector (`arrays_loops.h`,
written by hand; -O3 -march=native and what -ffast-math stands for). The model is a supply chain of regions and goods:
four stocks an element, sums over each dimension and over both. Both agree before they are timed, in turn, as in
`speed`. Beside the runs stand the CPU-seconds before the first: reading the file, and compiling with an empty cache.

What was found when this was written:

* Small arrays (a hundred elements): unrolled is near the loops while runs last, and what it needs to be compiled nobody
  notices.
* Large arrays (thousands of elements): loops win everywhere. Their code stays in the first-level cache whatever the
  size, the unrolled code is fetched anew at each step; numbers that differ by element but not by member are kept once
  in C, once a lane in the kernel, because there every constant is an input. The loops compile in a time that hardly
  changes with the size, the unrolled kernel in one that grows with it, and reading grows with it too: to be read and
  compiled costs as much as thousands of runs.
* A round has few members where each takes long, so that Python's work around the kernel (inputs, labels: in proportion
  to the variables, not to the members) is a part of what is shown for the largest size, and a smaller one of a sweep.
* So unrolled is right for the models that are common, and loses by the time before the first run, more than by that of
  the runs, where arrays have thousands of elements.

How loops could be had without giving up scalars in `model` and `printers`: a pass between `program` and `blocks` that
finds auxiliaries of one array with the same shape of equation (as `printers/recurring.py` does for expressions of one
variable), whose references are literals, the same for all, or places that rise evenly with the element. Working memory
would be laid out so that the elements of an array follow each other; then such a group is one function with a loop of
so many rounds and one pointer an array. Sums over a dimension are chains of additions, to be found as a shape of their
own. What does not fit stays unrolled. It would shorten the text of the kernel and LLVM's time; the time of reading
needs the same idea one floor higher, where arrays are expanded.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.native_c import BUILD, VECTOR_FLAGS, NativeC
from benchmarks.peers import Columns, Engine, Peer, Question
from benchmarks.rounds import Table, check, gathered, machine, show, timed

SIZES = (100, 1_000, 6_000)
OUTPUTS = ("total inventory", "total shipments", "mean price")
INPUTS = {"cover": 2.0, "adjustment time": 4.0, "price sensitivity": 0.3}
UNROLLED, LOOPS = "sdmodel, 1 thread", "C, loops over elements"
MEMBERS = 4_096
FAST_MATH = ("-fno-math-errno", "-fassociative-math", "-freciprocal-math", "-ffinite-math-only")
"""Not -ffast-math by its name: with that gcc links what turns off subnormal numbers in the whole process."""
MODEL = """{{UTF-8}}
region: {regions} ~~|
good: {goods} ~~|
base demand[region, good] = {demand}; ~Unit/Year~|
capacity[region] = {capacity} ~Unit/Year~|
cover = 2 ~Year~|
adjustment time = 4 ~Year~|
price sensitivity = 0.3 ~1/Year~|
lead time = 3 ~Year~|
minimum time = 0.5 ~Year~|
smoothing time = 4 ~Year~|
growth = 0.01 ~1/Year~|
pull[region, good] = base demand[region, good] * (1 + growth * Time) / (0.5 + 0.5 * price[region, good]) ~Unit/Year~|
shipments[region, good] = MIN(pull[region, good], inventory[region, good] / minimum time) ~Unit/Year~|
arrivals[region, good] = transit[region, good] / lead time ~Unit/Year~|
desired inventory[region, good] = cover * expected demand[region, good] ~Unit~|
wanted orders[region, good] = MAX(0, expected demand[region, good] + (desired inventory[region, good]
    - inventory[region, good] + lead time * expected demand[region, good] - transit[region, good])
    / adjustment time) ~Unit/Year~|
room[region] = MIN(1, capacity[region] / MAX(SUM(wanted orders[region, good!]), 0.001)) ~Dmnl~|
orders[region, good] = wanted orders[region, good] * room[region] ~Unit/Year~|
scarcity[good] = SUM(desired inventory[region!, good]) / SUM(inventory[region!, good]) ~Dmnl~|
inventory[region, good] = INTEG(arrivals[region, good] - shipments[region, good], cover * base demand[region, good])
    ~Unit~|
transit[region, good] = INTEG(orders[region, good] - arrivals[region, good], lead time * base demand[region, good])
    ~Unit~|
expected demand[region, good] = INTEG((pull[region, good] - expected demand[region, good]) / smoothing time,
    base demand[region, good]) ~Unit/Year~|
price[region, good] = INTEG(price sensitivity * (scarcity[good] - price[region, good]), 1) ~Dmnl~|
total inventory = SUM(inventory[region!, good!]) ~Unit~|
total shipments = SUM(shipments[region!, good!]) ~Unit/Year~|
mean price = SUM(price[region!, good!]) / {elements} ~Dmnl~|
INITIAL TIME = 0 ~Year~|
FINAL TIME = 50 ~Year~|
TIME STEP = 0.25 ~Year~|
SAVEPER = 1 ~Year~|
\\\\\\---/// Sketch information - do not modify anything except names
"""


def sides(elements: int) -> tuple[int, int]:
    """Regions and goods with about so many elements, more goods than regions."""
    regions = max(2, int((elements / 2) ** 0.5 + 1e-9))
    while elements % regions and regions > 2:
        regions -= 1
    return regions, max(2, elements // regions)


def numbers(regions: int, goods: int) -> tuple[np.ndarray, np.ndarray]:
    """Base demand [region, good] and capacity [region]: some regions cannot make all that is wanted."""
    generator = np.random.default_rng(7)
    demand = generator.uniform(0.5, 1.5, (regions, goods)).round(4)
    return demand, (demand.sum(axis=1) * generator.uniform(0.9, 1.3, regions)).round(4)


def vensim(regions: int, goods: int) -> str:
    """The text of the model."""
    demand, capacity = numbers(regions, goods)
    return MODEL.format(
        regions=", ".join(f"R{place + 1}" for place in range(regions)),
        goods=", ".join(f"G{place + 1}" for place in range(goods)),
        demand=";".join(",".join(map(str, row)) for row in demand.tolist()),
        capacity=",".join(map(str, capacity.tolist())),
        elements=regions * goods,
    )


def c_text(regions: int, goods: int) -> str:
    """The C file: the sizes and numbers of this model, and the loops, which are the same for all."""
    demand, capacity = numbers(regions, goods)
    rows = ",\n".join("{" + ", ".join(map(str, row)) + "}" for row in demand.tolist())
    return (
        f"enum {{ REGIONS = {regions}, GOODS = {goods} }};\n"
        f"static const double base_demand[REGIONS][GOODS] = {{{rows}}};\n"
        f"static const double capacity[REGIONS] = {{{', '.join(map(str, capacity.tolist()))}}};\n"
        '#include "arrays_loops.h"\n'
    )


class Loops(NativeC):
    """The loops in C for a model of that size."""

    def __init__(self, question: Question, regions: int, goods: int) -> None:
        BUILD.mkdir(exist_ok=True)
        source = BUILD / f"arrays_{regions}_{goods}.c"
        source.write_text(c_text(regions, goods), encoding="utf-8")
        before = _children()
        super().__init__(question, LOOPS, source, (*VECTOR_FLAGS, *FAST_MATH), INPUTS)
        self.compile_seconds = _children() - before


def _children() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


@contextmanager
def own_cache() -> Iterator[None]:
    """A cache that is empty and is thrown away."""
    before = os.environ.get("SDMODEL_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SDMODEL_CACHE"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["SDMODEL_CACHE"]
            else:
                os.environ["SDMODEL_CACHE"] = before


def measured(elements: int, rounds: int, folder: str) -> tuple[Table, dict[str, float]]:
    """Runs a second of both, and the CPU-seconds before the first run."""
    from sdmodel.engine.compiled import machine as compiled_program

    regions, goods = sides(elements)
    path = Path(folder) / f"arrays_{regions}_{goods}.mdl"
    path.write_text(vensim(regions, goods), encoding="utf-8")
    question = Question(path, OUTPUTS, 1.0)
    begun = time.process_time()
    engine = Engine(question, 1)
    seconds = {"sdmodel reads": time.process_time() - begun}
    begun = time.process_time()
    compiled_program(engine.model, OUTPUTS)
    seconds["sdmodel compiles"] = time.process_time() - begun
    found, absent = gathered([(LOOPS, lambda: Loops(question, regions, goods))])
    if isinstance(loops := next(iter(found), None), Loops):
        seconds["gcc compiles the loops"] = loops.compile_seconds
    peers: list[Peer] = [engine, *found]
    columns = futures()
    asked = (
        f"{len(engine.model.variables):,} variables, Euler, {question.steps} steps, {len(columns)} inputs differ by "
        f"member, {len(OUTPUTS)} outputs every {question.every:g}; all agree within {check(peers, columns):.0e}"
    )
    return Table(f"{regions} regions × {goods} goods", asked, timed(peers, columns, rounds), absent), seconds


def futures() -> Columns:
    """Members that differ in three numbers, by a fifth up or down."""
    generator = np.random.default_rng(2)
    return {name: value * generator.uniform(0.8, 1.2, MEMBERS) for name, value in INPUTS.items()}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--sizes", nargs="+", type=int, default=SIZES, help=f"numbers of elements (default {SIZES})")
    words.add_argument("--rounds", type=int, default=5, help="rounds, at least 3 (default 5)")
    words.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    given = words.parse_args()
    told: list[dict[str, Any]] = []
    if not given.json:
        print("  ".join(f"{name} {value}" for name, value in machine().items()))
    with tempfile.TemporaryDirectory() as folder, own_cache():
        measured(sides(4)[0] * sides(4)[1], 3, folder)  # imports stand on nobody's clock
        for elements in given.sizes:
            table, seconds = measured(elements, max(3, given.rounds), folder)
            told.append({"table": asdict(table), "cpu_seconds": seconds})
            if not given.json:
                show(table, [(UNROLLED, LOOPS)])
                print("".join(f"  {name}: {spent:.2f} CPU-s\n" for name, spent in seconds.items()), end="", flush=True)
    if given.json:
        print(json.dumps({"machine": machine(), "sizes": told}, indent=1))


if __name__ == "__main__":
    main()
