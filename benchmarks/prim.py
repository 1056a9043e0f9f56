"""sdmodel's PRIM beside that of the EMA workbench, on the same futures: do both find the same boxes, and how fast?

    python -m benchmarks.prim      exit code 0: they agree; 1: they do not; 2: the EMA workbench is not installed

Both peel by the lenient criterion, 5 % at a time. Where a share of futures is no whole number the two round it in
another way, so boxes agree to about a peel, not to the last future. Compared is the densest box that still holds half
of all failures: its coverage, its density, and its limits on the two inputs that matter, which are between 0 and 1 and
whose true limits are known; and the density of both paths wherever they hold the same share of failures.
"""

import logging
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np

from benchmarks.absent import Absent
from sdmodel.analysis.discovery.peeling import REAL, Step, densest, peeled

CASES = ((1000, 10), (2000, 30), (5000, 60))
HALF = 0.5
MATTER = (0, 1)
TRUE = {"x0 above": 0.6, "x1 below": 0.5}
TOLERANCE = {"coverage": 0.06, "density": 0.05, "limits": 0.05, "paths": 0.03}
"""About a peel, 5 % of what is inside; paths differ by less, for both give up what is outermost."""


@dataclass(frozen=True)
class Chosen:
    """The box at which a path is left, and how long the path took.

    `limits` has x0 above and x1 below what; `path` the (coverage, density) of every box.
    """

    coverage: float
    density: float
    inputs: frozenset[int]
    limits: tuple[float, float]
    path: np.ndarray
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
        chosen.failures / fails.sum(),
        chosen.failures / chosen.futures,
        frozenset(chosen.box.restricted),
        (float(chosen.box.low[0]), float(chosen.box.high[1])),
        np.array([(step.failures / fails.sum(), step.failures / step.futures) for step in steps]),
        seconds,
    )


def theirs(x: np.ndarray, fails: np.ndarray) -> Chosen:
    """By `ema_workbench.analysis.prim`; Absent where that is not installed."""
    try:
        import pandas as pd

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells which of its other parts could not be loaded
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
    return Chosen(
        float(row["coverage"]),
        float(row["density"]),
        frozenset(moved),
        (float(limits["x0"].iloc[0]), float(limits["x1"].iloc[1])),
        path[["coverage", "density"]].to_numpy(dtype=float),
        seconds,
    )


def apart(own: Chosen, other: Chosen) -> dict[str, float]:
    """How far two boxes, and the paths to them, are apart; infinite where one leaves an input that matters free."""
    both = own.inputs & other.inputs >= set(MATTER)
    return {
        "coverage": abs(own.coverage - other.coverage),
        "density": abs(own.density - other.density),
        "limits": max(abs(a - b) for a, b in zip(own.limits, other.limits, strict=True)) if both else float("inf"),
        "paths": _between(own.path, other.path),
    }


def _between(own: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of density over coverages from one half to 1, each path drawn straight from box to box."""
    at = np.linspace(HALF, 1, 51)
    first, second = (np.interp(at, path[::-1, 0], path[::-1, 1]) for path in (own, other))
    return float(np.abs(first - second).mean())


def told(name: str, one: Chosen) -> str:
    """A line of the table."""
    return (
        f"  {name:12}{one.coverage:10.3f}{one.density:9.3f}{one.limits[0]:10.3f}{one.limits[1]:10.3f}"
        f"{len(one.inputs):8}{one.seconds:10.3f}"
    )


def main() -> int:
    """Three lines a case, and the verdict."""
    print(f"  {'':12}{'coverage':>10}{'density':>9}{'x0 above':>10}{'x1 below':>10}{'inputs':>8}{'seconds':>10}")
    print(f"  {'true box':30} {TRUE['x0 above']:10.3f}{TRUE['x1 below']:10.3f}{len(MATTER):8}")
    wrong: list[str] = []
    for futures, inputs in CASES:
        x, fails = case(futures, inputs)
        own = ours(x, fails)
        print(f"{futures:,} futures × {inputs} inputs\n{told('sdmodel', own)}")
        try:
            other = theirs(x, fails)
        except Absent as reason:
            print(f"No verdict: {reason}")
            return 2
        found = apart(own, other)
        print(f"{told('EMA', other)}\n  apart by    " + ", ".join(f"{name} {by:.3f}" for name, by in found.items()))
        far = [name for name, by in found.items() if not by <= TOLERANCE[name]]
        wrong += [f"{futures:,} × {inputs}: {name} by {found[name]:.3f}" for name in far]
    allowed = ", ".join(f"{name} {by}" for name, by in TOLERANCE.items())
    print(f"They do not agree: {'; '.join(wrong)} (allowed: {allowed})." if wrong else f"They agree within {allowed}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
