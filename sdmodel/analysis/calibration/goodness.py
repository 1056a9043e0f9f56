"""Simulated against observed values → the field's statistics of fit, and whether a plain guess does as well.

Theil's inequality statistics split the mean square error into unequal means (bias), unequal variation and imperfect
covariation: Theil (1966), Applied Economic Forecasting; in system dynamics Sterman (1984), Dynamica 10, and (2000),
Business Dynamics, chapter 21.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STATISTICS = (
    "points",
    "r_squared",
    "rmse",
    "mae",
    "mae_over_mean",
    "mape",
    "bias",
    "variation",
    "covariation",
    "rmse_last_value",
    "rmse_mean",
)
"""What `statistics` returns, in this order; see there."""
_ROUNDING = 1e-10


def statistics(simulated: Floats, observed: Floats, last_value: Floats, mean: float) -> dict[str, float]:
    """The statistics of `simulated` against `observed` [observation]; `last_value` and `mean` are the plain guesses.

    r_squared is the squared correlation (NaN below three points or where one side is constant); rmse, mae and both
    rmse of the guesses are in the unit of the observations; mape and mae_over_mean are shares; bias, variation and
    covariation are the shares of the mean square error and sum to 1 (NaN where it is 0 but for rounding, or there is
    one point alone).
    """
    if not len(observed):
        return {name: 0.0 if name == "points" else math.nan for name in STATISTICS}
    wrong = simulated - observed
    mae = float(np.abs(wrong).mean())
    size = abs(float(observed.mean()))
    return {
        "points": float(len(observed)),
        "r_squared": _r_squared(simulated, observed),
        "rmse": _rms(wrong),
        "mae": mae,
        "mae_over_mean": mae / size if size else math.nan,
        "mape": float(np.abs(wrong / observed).mean()) if (observed != 0).all() else math.nan,
        **theil(simulated, observed),
        "rmse_last_value": _rms(last_value - observed),
        "rmse_mean": _rms(mean - observed),
    }


def theil(simulated: Floats, observed: Floats) -> dict[str, float]:
    """The shares of the mean square error due to `bias`, `variation` and `covariation` (Sterman 2000, p. 875)."""
    square = float(((simulated - observed) ** 2).mean())
    if len(observed) < 2 or square <= (_ROUNDING * float(np.abs(observed).max())) ** 2:
        return dict.fromkeys(("bias", "variation", "covariation"), math.nan)
    bias = float(simulated.mean() - observed.mean()) ** 2
    variation = float(simulated.std() - observed.std()) ** 2
    together = float(((simulated - simulated.mean()) * (observed - observed.mean())).mean())
    covariation = 2 * max(0.0, float(simulated.std() * observed.std()) - together)
    return {"bias": bias / square, "variation": variation / square, "covariation": covariation / square}


def carried_forward(times: Floats, values: Floats) -> Floats:
    """For each observation the one before it in time: the forecast that nothing changes; NaN for the first."""
    order = np.argsort(times, kind="stable")
    guess = np.full(len(values), np.nan)
    guess[order[1:]] = values[order[:-1]]
    return guess


def _r_squared(simulated: Floats, observed: Floats) -> float:
    if len(observed) < 3 or not simulated.std() or not observed.std():
        return math.nan
    return float(np.corrcoef(simulated, observed)[0, 1] ** 2)


def _rms(wrong: Floats) -> float:
    known = wrong[np.isfinite(wrong)]
    return float(np.sqrt((known**2).mean())) if len(known) else math.nan
