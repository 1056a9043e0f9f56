"""The table of the finding "overlay" → its sentence: what changes, in which scenarios, and what theories do to that."""

import numpy as np
import xarray as xr

from sdmodel.analysis.wording import joined, number, percent

MOST_NAMED = 6
"""Scenarios that are told one by one; of more, the two ends."""


def sentence(table: xr.Dataset) -> str:
    """What the overlay changes in each outcome, then how that differs under each theory laid over as well."""
    return " ".join(words for name in table["outcome"].values for words in _of_outcome(table.sel(outcome=name)))


def _of_outcome(one: xr.Dataset) -> list[str]:
    first, *rest = range(one.sizes["under"])
    told = [_alone(one, first)]
    return [*told, *(_under(one, place) for place in rest if str(one["under"].values[first]) == "")]


def _alone(one: xr.Dataset, place: int) -> str:
    """Mean loss rises with "Pandemic" by 0.31 % of GDP under "Status quo" and by 0.35 under "Decoupling"."""
    here = one.isel(under=place)
    title, name = str(one["title"].values), f'"{one.attrs["overlay_title"]}"'
    within = f' (all under "{here["under_title"].values}")' if str(here["under"].values) else ""
    rows = _told(here["effect"].values)
    if not rows:
        return f"No run tells what {name} does to {title}."
    verb, signs = _verb([float(here["effect"].values[row]) for row in rows])
    if not verb:
        return f"{title} does not change with {name}{within}."
    every = np.isfinite(here["effect"].values).sum() == len(rows)
    sizes = [
        f"{'by ' if every else ''}{amount(one, float(here['effect'].values[row]), signs=signs, unit=row == rows[0])} "
        f"under {_title(one, row)}"
        for row in rows
    ]
    return f"{title} {verb} with {name}{within} {'' if every else 'by between '}{joined(sizes)}{_share(here, rows)}."


def _under(one: xr.Dataset, place: int) -> str:
    """With "No blame" laid over both, 20 % ("Managed") to 97 % ("Status quo") of that vanishes."""
    ratio, title = one.isel(under=place)["ratio"].values, f'"{one["under_title"].values[place]}"'
    known = np.flatnonzero(np.isfinite(ratio))
    if not len(known):
        return f"What {title} makes of that is not told apart from nothing."
    ranked = sorted(map(int, known), key=lambda row: float(ratio[row]))
    if (ratio[known] < 1).all() and (ratio[known] >= 0).all():
        said = [(percent(1 - float(ratio[row])), _title(one, row)) for row in (ranked[-1], ranked[0])]
        return f"With {title} laid over both, {_between(said)} of that vanishes."
    said = [(number(float(ratio[row])), _title(one, row)) for row in (ranked[0], ranked[-1])]
    return f"With {title} laid over both, that is {_between(said)} times as large."


def _between(ends: list[tuple[str, str]]) -> str:
    """20 % ("Managed") to 97 % ("Status quo"); one number alone where both are told alike."""
    if len({words for words, _ in ends}) == 1:
        return ends[0][0]
    return " to ".join(f"{words} ({where})" for words, where in ends)


def amount(one: xr.Dataset, effect: float, *, signs: bool, unit: bool = True) -> str:
    """A change in the unit of its outcome; that of a yes or no in points of a hundred."""
    size = 100 * effect if bool(one["of_share"]) else effect
    words = "points of a hundred" if bool(one["of_share"]) else str(one["units"].values)
    return f"{'+' if signs and size > 0 else ''}{number(size if signs else abs(size), words if unit else '')}"


def _verb(effects: list[float]) -> tuple[str, bool]:
    """How the outcome moves, and whether signs have to be told."""
    ways = {np.sign(effect) for effect in effects} - {0.0}
    if not ways:
        return "", False
    if len(ways) > 1:
        return "changes", True
    return ("rises" if ways == {1.0} else "falls"), False


def _told(effects: np.ndarray) -> list[int]:
    """The scenarios to tell: all of a few, of many the one with the least effect and the one with the greatest."""
    known = [row for row, effect in enumerate(effects) if np.isfinite(effect)]
    if len(known) <= MOST_NAMED:
        return known
    ranked = sorted(known, key=lambda row: float(effects[row]))
    return [ranked[0], ranked[-1]]


def _title(one: xr.Dataset, row: int) -> str:
    return f'"{one["scenario_title"].values[row]}"'


def _share(here: xr.Dataset, rows: list[int]) -> str:
    """ ", worse in 97 to 100 % of futures"."""
    word = "worse" if np.isfinite(here["worse"].values[rows]).all() else "higher"
    shares = here[word].values[rows]
    if not np.isfinite(shares).all():
        return ""
    ends = list(dict.fromkeys(percent(float(part)) for part in (shares.min(), shares.max())))
    return f", {word} in {' to '.join(ends)} of futures"
