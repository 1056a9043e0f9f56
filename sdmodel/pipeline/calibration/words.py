"""The table of a calibration → its sentence and caveats: what fits, what the data leave open, what to keep in mind."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.calibration.identified import IDENTIFIED, ONE_SIDE
from sdmodel.analysis.wording import joined, number
from sdmodel.study.calibration.spec import Calibration

_FEW = 2  # observations a fitted number below which a fit is cheap
MEMORY = "from memory"


def sentence(table: xr.Dataset) -> str:
    """What was fitted, what of it is identified, and whether the model foretells what was held out."""
    names, statuses = table["constant"].values, table["status"].values
    known = [str(name) for name in names[statuses == IDENTIFIED]]
    first, last = table.attrs["fit"]
    told = (
        f"Fitted {len(names)} constants to {_counted(table.attrs['points'], 'observation')} of {first:g} to {last:g}; "
    )
    told += f"the data determine {_listed(known, len(names))}. "
    return f"{told}{verdict(table)}"


def verdict(table: xr.Dataset) -> str:
    """Whether the model beats the plain guesses on the observations held out."""
    held = [name for name in table["series"].values if _of(table, name, "points") > 0]
    if not held:
        return "No observation was held out, so nothing tests the fit."
    better = [_title(table, name) for name in held if beats(table, name)]
    worse = [_title(table, name) for name in held if not beats(table, name)]
    parts = [f"the model beats both plain guesses for {joined(better)}"] if better else []
    parts += [f"it does no better than a plain guess for {joined(worse)}"] if worse else []
    points = int(sum(_of(table, name, "points") for name in held))
    return f"On the {_counted(points, 'observation')} held out {' and '.join(parts)}."


def beats(table: xr.Dataset, name: str, window: str = "holdout") -> bool:
    """Whether the model's error in a window is below those of the last value carried forward and of the mean."""
    guesses = (_of(table, name, guess, window) for guess in ("rmse_last_value", "rmse_mean"))
    return all(_of(table, name, "rmse", window) < guess for guess in guesses if np.isfinite(guess))


def pairs(table: xr.Dataset) -> tuple[str, ...]:
    """A sentence for each pair that the data join."""
    told = []
    columns = ("pair_first", "pair_second", "pair_combination", "pair_powers")
    for first, second, combination, powers in zip(*(table[name].values for name in columns), strict=True):
        if combination == "combination":
            told.append(f"Of {first} and {second} the data tell a combination alone (powers {powers}).")
        else:
            told.append(f"Of {first} and {second} the data tell the {combination} alone, not the two apart.")
    return tuple(told)


def caveats(asked: Calibration, table: xr.Dataset) -> tuple[str, ...]:
    """Those of the study, then what holds of this fit."""
    return tuple(dict.fromkeys((*asked.caveats, *_own(table), *pairs(table))))


def _own(table: xr.Dataset) -> list[str]:
    facts, told = table.attrs, []
    freedom = facts["points"] - facts["free"]
    if facts["points"] < _FEW * facts["free"]:
        told.append(
            f"{facts['points']} observations against {facts['free']} fitted numbers (constants and observation "
            "equations): a good fit shows little."
        )
    if freedom > 0 and facts["sum_of_squares"] > freedom:
        told.append(
            f"The fit leaves {facts['sum_of_squares'] / freedom:.2g} times the scatter that the stated errors explain; "
            "intervals are widened in proportion."
        )
    if facts["same_end"] < 0.5 * facts["starts"]:
        told.append(
            f"{facts['same_end']} of {facts['starts']} searches ended as low as the best: the sum of squares has "
            "several valleys."
        )
    used = [name for name in table["series"].values if _from_memory(table, name)]
    if used:
        told.append(
            f"Rests on rows from memory, which nobody verified: {joined([_title(table, name) for name in used])}."
        )
    one_sided = [str(name) for name in table["constant"].values[table["status"].values == ONE_SIDE]]
    if one_sided:
        told.append(f"Known on one side only: {joined(one_sided)}; the other end of the interval is that of the range.")
    told.append(
        f"Bands hold the curves of all {facts['band_sets']} sets of constants within the 95 % threshold that were met "
        "on the profiles and at the ends of searches, with the 95 % interval of what the observation equation leaves "
        "open: a lower bound of what is uncertain, without the scatter of single observations."
    )
    return told


def _from_memory(table: xr.Dataset, name: str) -> bool:
    rows = (table["series_of"].values == name) & (table["window_of"].values == "fit")
    return bool((table["status_of"].values[rows] == MEMORY).any())


def _of(table: xr.Dataset, name: str, statistic: str, window: str = "holdout") -> float:
    return float(table["statistics"].sel(series=name, window=window, statistic=statistic))


def _title(table: xr.Dataset, name: str) -> str:
    return str(table["title"].sel(series=name).values)


def _listed(known: Sequence[str], total: int) -> str:
    if not known:
        return "none of them"
    return f"{'all' if len(known) == total else len(known)} of them ({joined(list(known))})"


def _counted(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"
