"""sdmodel's PRIM beside that of the EMA workbench, on the same futures: do both find the same boxes, and how fast?

    python -m benchmarks.prim            prints a table; says so where the EMA workbench is missing

Both peel by the lenient criterion, 5 % at a time. Where a share of futures is no whole number the two round it in
another way, so boxes agree to about a peel, not to the last future: compared are coverage, density and the inputs that
are restricted at the step at which half of all failures are still in the box.
"""

import logging
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.absent import Absent
from sdmodel.analysis.discovery.peeling import REAL, Step, densest, peeled

CASES = ((1000, 10), (2000, 30), (5000, 60))
HALF = 0.5


@dataclass(frozen=True)
class Chosen:
    """The box at which a path is left, and how long the path took."""

    coverage: float
    density: float
    inputs: frozenset[int]
    seconds: float


def case(futures: int, inputs: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Failures are dense (90 %) where x0 > 0.6 and x1 < 0.5, and rare (10 %) elsewhere."""
    random = np.random.default_rng(seed)
    x = random.uniform(size=(futures, inputs))
    inside = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    return x, random.uniform(size=futures) < np.where(inside, 0.9, 0.1)


def ours(x: np.ndarray, fails: np.ndarray) -> Chosen:
    """By `sdmodel.analysis.discovery.peeling`."""
    started = time.perf_counter()
    steps = peeled(x, fails, np.array([REAL] * x.shape[1]))
    seconds = time.perf_counter() - started
    chosen: Step = steps[densest(steps, HALF)]
    return Chosen(
        chosen.failures / fails.sum(), chosen.failures / chosen.futures, frozenset(chosen.box.restricted), seconds
    )


def theirs(x: np.ndarray, fails: np.ndarray) -> Chosen:
    """By `ema_workbench.analysis.prim`; Absent where that is not installed."""
    try:
        import pandas as pd
        from ema_workbench.analysis import prim
    except ImportError as problem:
        raise Absent(f"the EMA workbench is not installed ({problem}): pip install ema_workbench") from None
    logging.getLogger("EMA").setLevel(logging.ERROR)
    table = pd.DataFrame({f"x{n}": column for n, column in enumerate(x.T)})
    started = time.perf_counter()
    box = prim.Prim(table, fails, threshold=0.01).find_box()
    seconds = time.perf_counter() - started
    path = box.peeling_trajectory
    able = path[path["coverage"] >= HALF]
    number = int(able["density"].idxmax())
    limits = box.box_lims[number]
    moved = [n for n, name in enumerate(table) if (limits[name] != box.box_lims[0][name]).any()]
    row = path.loc[number]
    return Chosen(float(row["coverage"]), float(row["density"]), frozenset(moved), seconds)


def main() -> None:
    """One line a case."""
    print("futures × inputs   coverage        density         inputs in both   seconds")
    for futures, inputs in CASES:
        x, fails = case(futures, inputs)
        own = ours(x, fails)
        try:
            other = theirs(x, fails)
        except Absent as reason:
            print(f"{futures:7,} × {inputs:<4}     {own.coverage:.3f}           {own.density:.3f}           {reason}")
            continue
        both = f"{len(own.inputs & other.inputs)} of {len(own.inputs | other.inputs)}"
        print(
            f"{futures:7,} × {inputs:<4}     {own.coverage:.3f} | {other.coverage:.3f}   "
            f"{own.density:.3f} | {other.density:.3f}   {both:14}   {own.seconds:.3f} | {other.seconds:.2f}"
        )


if __name__ == "__main__":
    main()
