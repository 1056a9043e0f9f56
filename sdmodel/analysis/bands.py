"""Trajectories → bands: at each time, between which values the middle 50 % or 90 % of the futures lie."""

from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.centre import SHARE, yes_or_no
from sdmodel.analysis.pairs import pairs
from sdmodel.errors import RunsError
from sdmodel.runs.schema import MISSING, SCENARIO, TIME, TRAJECTORY, check, failed, require, values

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
QUANTILE = "quantile"


def bands(runs: xr.Dataset, variables: Iterable[str], levels: Sequence[float] = LEVELS) -> xr.Dataset:
    """Quantiles over the futures: each of `variables` with dims (scenario, quantile, time), in its own unit.

    `futures` (scenario,) counts the runs behind them. Runs that failed are left out, all of each; a scenario of which
    every run failed has NaN. The quantiles belong to each time by itself: no one run need follow a line. Of a variable
    whose attribute `missing` is set they are, at each time, those of the runs that have a value then. A variable that
    is 0 or 1 and nothing else has no quantiles worth the name: its share of futures at 1 stands at every level, and
    its attribute `centred` says so.
    """
    check(runs)
    names = list(variables)
    require(runs, names, TRAJECTORY, "Save them with the runs.")
    if not all(0 <= level <= 1 for level in levels):
        raise RunsError(f"quantile levels lie between 0 and 1, not {', '.join(map(str, levels))}.")
    kept = pairs(runs)
    fine = kept.present & ~kept.spread(failed(runs)).astype(bool)
    coordinates = {SCENARIO: list(kept.scenarios), QUANTILE: np.asarray(levels, dtype=float), TIME: runs[TIME]}
    table = xr.Dataset(coords=coordinates)
    for name in names:
        may_be_missing = bool(runs.variables[name].attrs.get(MISSING))
        courses, told = values(runs, name), _kept_attributes(runs[name])
        if yes_or_no(courses):
            told["centred"] = SHARE
        quantiles = _quantiles(courses, kept.rows, fine, levels, may_be_missing, "centred" in told)
        table[name] = ((SCENARIO, QUANTILE, TIME), quantiles, told)
    table["futures"] = (SCENARIO, fine.sum(axis=1), {"long_name": "runs behind the bands"})
    return table


def _quantiles(
    trajectories: np.ndarray,
    rows: np.ndarray,
    fine: np.ndarray,
    levels: Sequence[float],
    may_be_missing: bool,
    of_share: bool,
) -> np.ndarray:
    """(scenario, quantile, time); a variable may be NaN in a run that is else sound: that is left out too."""
    result = np.full((len(rows), len(levels), trajectories.shape[1]), np.nan)
    for scenario, (row, good) in enumerate(zip(rows, fine, strict=True)):
        chosen = trajectories[row[good]]
        sound = ~np.isinf(chosen) if may_be_missing else np.isfinite(chosen)
        chosen = chosen[sound.all(axis=1)]
        there = ~np.isnan(chosen).all(axis=0)
        if len(chosen) and of_share:
            result[scenario][:, there] = np.nanmean(chosen[:, there], axis=0)
        elif len(chosen):
            result[scenario][:, there] = (np.nanquantile if may_be_missing else np.quantile)(
                chosen[:, there], levels, axis=0
            )
    return result


def _kept_attributes(variable: xr.DataArray) -> dict[str, str]:
    return {name: str(variable.attrs[name]) for name in ("units", "long_name") if name in variable.attrs}
