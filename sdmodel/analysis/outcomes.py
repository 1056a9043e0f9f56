"""Trajectories → outcomes: one number a run, as the study asks for them."""

import operator
from collections.abc import Callable

import numpy as np
import xarray as xr

from sdmodel.errors import RunsError
from sdmodel.runs.schema import (
    EXPERIMENT,
    FAILED,
    MISSING,
    OTHER_TIMES,
    OUTCOME,
    STATUS,
    TIME,
    TRAJECTORY,
    check,
    failed,
    named,
    require,
    values,
)
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

BLOCK = 32_768
_HOLDS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def outcomes(study: Study, runs: xr.Dataset) -> xr.Dataset:
    """`runs` with every outcome of `study` added, dims (experiment,), in the unit of its variable (or of time).

    An outcome whose variable is not finite at all times is NaN, and its run is marked in `failed`. A run that failed
    elsewhere, in what the variable does not depend on, has a number; but NaN if no trajectory that was kept shows what
    failed. Only where the attribute `missing` of a variable says so, it may have no value at some times (between the
    points of data, after the end of its run): reductions pass over these, and all are NaN where the run failed.
    NaN means, where `failed` is false, that the condition of a `first` never held, or that the variable had no value
    when it was asked for; where it is true, that the outcome failed: there a first time that never came is infinite.

    Raises:
        RunsError: variables are missing.
    """
    check(runs)
    asked = study.outcomes.values()
    needed = dict.fromkeys(outcome.variable for outcome in asked)
    require(
        runs, needed, TRAJECTORY, f'The outcomes of study "{study.name}" are made from them: save them with the runs.'
    )
    taken = [o.name for o in asked if o.name in runs.variables and runs[o.name].attrs.get("role") != OUTCOME]
    if taken:
        raise RunsError(
            f'"{taken[0]}" is an outcome of study "{study.name}" and a variable of the runs: rename the outcome.'
        )
    marked, broken = failed(runs), failed(runs)
    numbers = {outcome.name: _reduced(runs, outcome, broken) for outcome in asked}
    unseen = _unseen(runs, np.flatnonzero(marked))
    added: dict[str, xr.Variable] = {FAILED: xr.Variable(EXPERIMENT, broken, {"long_name": FAILED, "role": STATUS})}
    for outcome in asked:
        number, lost = numbers[outcome.name]
        lost[unseen] = True
        if runs.variables[outcome.variable].attrs.get(MISSING):
            lost |= marked
        never = broken & ~lost & np.isnan(number) if outcome.reduce == "first" else False
        number = np.where(lost, np.nan, np.where(never, np.inf, number))
        added[outcome.name] = xr.Variable(EXPERIMENT, number, _described(runs, outcome))
    return runs.assign(added)


def reduced(trajectories: np.ndarray, times: np.ndarray, outcome: Outcome) -> np.ndarray:
    """One number for each row of `trajectories` (experiment, time), as `outcome.reduce` says.

    last; min; max; at (linear between saved times, exact on them); sum of the saved values; integral by trapezoids;
    mean (that integral over the span of time); first saved time at which the condition holds, NaN if it never does.

    What is missing (NaN) is passed over: `last` is the last value that is there, areas go in a straight line from one
    value that is there to the next, a `mean` spans the time from the first to the last of them. `at` a time is missing
    where the value there is, or one of the two saved ones around it. All are NaN where no value is there.
    """
    there = ~np.isnan(trajectories)
    if there.all():
        return _REDUCTIONS[outcome.reduce](trajectories, times, outcome)
    numbers = np.full(len(trajectories), np.nan)
    whole = there.all(axis=1)
    numbers[whole] = _REDUCTIONS[outcome.reduce](trajectories[whole], times, outcome)
    for row in np.flatnonzero(~whole & there.any(axis=1)):
        kept = there[row] if outcome.reduce != "at" else np.ones(len(times), dtype=bool)
        numbers[row] = _REDUCTIONS[outcome.reduce](trajectories[row, kept][None], times[kept], outcome)[0]
    return numbers


def acceptable(numbers: np.ndarray, limit: tuple[str, float]) -> np.ndarray:
    """Where `numbers` keep to a limit such as ("<=", 0.4)."""
    sign, bound = limit
    return np.asarray(_HOLDS[sign](numbers, bound))


def _unseen(runs: xr.Dataset, rows: np.ndarray) -> np.ndarray:
    """Those of the `rows` that failed in which every trajectory is finite, so that nobody can tell what failed."""
    for name in named(runs, TRAJECTORY):
        if not rows.size:
            break
        numbers = np.asarray(runs.variables[name][rows].values, dtype=float)
        rows = rows[np.isfinite(numbers).all(axis=1)]
    return rows


def _reduced(runs: xr.Dataset, outcome: Outcome, broken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The outcome block by block, so that trajectories on disk pass through in flat memory, and where it failed.

    Marks `broken` runs.
    """
    _refuse_unknown(outcome, runs)
    times = np.asarray(runs[TIME].values, dtype=float)
    may_be_missing = bool(runs.variables[outcome.variable].attrs.get(MISSING))
    numbers, lost = np.empty(len(broken)), np.zeros(len(broken), dtype=bool)
    for start in range(0, len(broken), BLOCK):
        rows = slice(start, start + BLOCK)
        trajectories = values(runs, outcome.variable, rows).astype(float, copy=False)
        fine = ~np.isinf(trajectories) if may_be_missing else np.isfinite(trajectories)
        finite = fine.all(axis=1)
        lost[rows] = ~finite
        numbers[rows] = reduced(np.where(finite[:, None], trajectories, 0.0), times, outcome)
    broken |= lost
    return numbers, lost


def _refuse_unknown(outcome: Outcome, runs: xr.Dataset) -> None:
    """RunsError when the outcome cannot be had from these saved times."""
    where = f'outcome "{outcome.name}"'
    if outcome.reduce not in _REDUCTIONS:
        raise RunsError(f"{where}: no reduction {outcome.reduce!r}; there are {', '.join(_REDUCTIONS)}.")
    if outcome.reduce == "first" and (outcome.condition is None or outcome.condition[0] not in _HOLDS):
        raise RunsError(f'{where}: "first" needs a condition such as "< 0.35".')
    begin, end = float(runs[TIME].values[0]), float(runs[TIME].values[-1])
    if OTHER_TIMES in str(runs.variables[outcome.variable].attrs.get(MISSING, "")):
        end = np.inf  # every run has an end of its own, and no value after it
    if outcome.reduce == "at" and (outcome.time is None or not begin <= outcome.time <= end):
        raise RunsError(f"{where}: time {outcome.time} is not within the saved times {begin:g} to {end:g}.")


def _at(trajectories: np.ndarray, times: np.ndarray, outcome: Outcome) -> np.ndarray:
    assert outcome.time is not None
    after = int(np.searchsorted(times, outcome.time))
    if after == len(times):
        return np.full(len(trajectories), np.nan)
    if times[after] == outcome.time:
        return trajectories[:, after]
    share = (outcome.time - times[after - 1]) / (times[after] - times[after - 1])
    return np.asarray((1.0 - share) * trajectories[:, after - 1] + share * trajectories[:, after])


def _first(trajectories: np.ndarray, times: np.ndarray, outcome: Outcome) -> np.ndarray:
    assert outcome.condition is not None
    holds = acceptable(trajectories, outcome.condition)
    return np.where(holds.any(axis=1), times[holds.argmax(axis=1)], np.nan)


def _integral(trajectories: np.ndarray, times: np.ndarray, _outcome: Outcome) -> np.ndarray:
    return np.asarray(np.trapezoid(trajectories, times, axis=1))


def _mean(trajectories: np.ndarray, times: np.ndarray, outcome: Outcome) -> np.ndarray:
    if len(times) == 1:
        return trajectories[:, 0]
    return np.asarray(_integral(trajectories, times, outcome) / (times[-1] - times[0]))


_REDUCTIONS: dict[str, Callable[[np.ndarray, np.ndarray, Outcome], np.ndarray]] = {
    "last": lambda trajectories, _times, _outcome: trajectories[:, -1],
    "at": _at,
    "min": lambda trajectories, _times, _outcome: trajectories.min(axis=1),
    "max": lambda trajectories, _times, _outcome: trajectories.max(axis=1),
    "mean": _mean,
    "sum": lambda trajectories, _times, _outcome: trajectories.sum(axis=1),
    "integral": _integral,
    "first": _first,
}


def _described(runs: xr.Dataset, outcome: Outcome) -> dict[str, str]:
    """CF attributes: the unit follows from the reduction unless the study gives one."""
    variable, time = (str(runs[name].attrs.get("units", "")) for name in (outcome.variable, TIME))
    product = f"{variable}*{time}" if variable and time else variable or time
    unit = {"first": time, "integral": product}.get(outcome.reduce, variable)
    title = outcome.title or outcome.name
    return {
        "long_name": title,
        "units": outcome.unit or unit,
        "role": OUTCOME,
        "variable": outcome.variable,
        "reduce": outcome.reduce,
    }
