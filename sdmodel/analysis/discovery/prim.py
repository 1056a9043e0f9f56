"""Cases → boxes in which failures are dense, by PRIM, each with what chance and resampling say of it.

Several boxes: each is sought among the futures that the boxes before it do not hold (covering).
"""

import numpy as np

from sdmodel.analysis.discovery.box_chance import chance, resampled
from sdmodel.analysis.discovery.box_search import Rule, search
from sdmodel.analysis.discovery.box_table import Told
from sdmodel.analysis.discovery.boxes import worth
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.discovery.peeling import ALPHA, LEAST_MASS, Step
from sdmodel.errors import RunsError

COVERAGE = 0.5
RULE = Rule(ALPHA, LEAST_MASS, COVERAGE)
FEWEST = 10
"""So many failures, and as many successes, must be there to look for what sets them apart."""


def boxes_by_prim(
    cases: Cases, *, rule: Rule = RULE, step: int | None = None, boxes: int = 1, resamples: int = 50, seed: int = 0
) -> list[Told]:
    """At most so many `boxes`, the best first; none where too few futures are left on either side.

    By default a box is the first on the path that is, within one standard error, as dense as the densest that holds at
    least `rule.coverage` of the failures that are left; in the inputs that chance does not explain, pasted outwards.
    Where chance explains all of them, it is told as it was found, with none significant. `step` takes that box of the
    path as it is instead, for the first box.
    """
    found: list[Told] = []
    left = np.ones(len(cases.fails), dtype=bool)
    while len(found) < boxes:
        failures = int(cases.fails[left].sum())
        if min(failures, int(left.sum()) - failures) < FEWEST:
            break
        one = _box(cases, left.copy(), rule, None if found else step, resamples, seed + len(found))
        if found and not one.stands:  # a further box that chance explains is none
            break
        found.append(one)
        left &= ~one.box.inside(cases.inputs)
    return found


def _box(cases: Cases, left: np.ndarray, rule: Rule, step: int | None, resamples: int, seed: int) -> Told:
    fails = cases.fails[left]
    inputs = np.asfortranarray(cases.inputs if left.all() else cases.inputs[left])  # it is read input by input
    by_chance = chance(inputs, fails, cases.kinds, rule, resamples=resamples, seed=seed)
    try:
        found = search(inputs, fails, cases.kinds, rule, by_chance.level, step=step)
    except IndexError:
        raise RunsError(f"there is no box {step} on the path. Without --box the whole path is listed.") from None
    return Told(
        found.box,
        worth(found.box.inside(inputs), fails, int(cases.fails.sum())),
        left,
        tuple(_of(one, int(fails.sum()), len(fails)) for one in found.steps),
        tuple(one.place for one in found.steps),
        found.chosen,
        by_chance.level,
        float(np.quantile(by_chance.density, 0.95)),
        resampled(inputs, fails, cases.kinds, rule, by_chance.level, resamples=resamples, seed=seed),
        found.stands,
    )


def _of(step: Step, failures: int, futures: int) -> tuple[float, float, float, int]:
    """Coverage, density, mass and count of restricted inputs."""
    return step.failures / failures, step.failures / step.futures, step.futures / futures, len(step.box.restricted)
