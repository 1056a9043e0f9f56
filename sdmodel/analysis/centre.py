"""The values of an outcome over futures → the one number that stands for them.

That is the median; but where every value is 0 or 1 (a crisis has come, or it has not) a median is one of the two and
says next to nothing: there it is the mean, the share of futures in which the outcome holds.
"""

import numpy as np

from sdmodel.analysis.outcomes import acceptable
from sdmodel.study.terms import Outcome

MEDIAN, SHARE = "median", "share of futures"
"""Words for the two kinds of centre."""


def is_share(outcome: Outcome, numbers: np.ndarray) -> bool:
    """Whether `numbers`, the values of `outcome` in all scenarios, are a yes or no: 0 and 1, both, and nothing else."""
    return outcome.reduce != "first" and yes_or_no(numbers)


def yes_or_no(numbers: np.ndarray) -> bool:
    """Whether the finite ones among `numbers` are 0 and 1, both, and nothing else."""
    zero, one = numbers == 0, numbers == 1
    return bool(zero.any() and one.any() and (zero | one | ~np.isfinite(numbers)).all())


def keeps(numbers: np.ndarray, limit: tuple[str, float], of_share: bool) -> float:
    """The share of `numbers` that keep to `limit`; NaN when there is none.

    A limit between 0 and 1 on a yes or no can only be meant of the share of futures: 1 when that keeps to it, else 0.
    """
    if not len(numbers):
        return float("nan")
    if of_share and 0 < limit[1] < 1:
        return float(acceptable(np.array([numbers.mean()]), limit)[0])
    return float(acceptable(numbers, limit).mean())
