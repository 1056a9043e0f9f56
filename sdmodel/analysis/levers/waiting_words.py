"""The table of the finding "waiting" → its sentence and its notes."""

import numpy as np
import xarray as xr

from sdmodel.analysis.wording import joined, number

_TIMES = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_SLIGHT = 0.01  # of the greatest worth of waiting over all priors: less adds nothing worth the name


def sentence(table: xr.Dataset) -> str:
    """What to do at the prior asked for, what that is worth, and between which priors waiting pays."""
    one, told = table.sel(prior=table.attrs["asked_prior"], method="nearest"), table.attrs
    first, second = map(str, table["title"].values)
    unit = f" ({told['unit']})" if str(told["unit"]).casefold() not in ("", "dmnl") else ""
    laid = f" ({told['settings']})" if told["settings"] else ""
    chance = f"With a chance of {number(float(one['prior']))} for “{first}” and else “{second}”{laid}"
    if not np.isfinite(float(one["best_patience"])):
        head = f"{chance}, it is best not to begin, by {told['outcome_title']}{unit}."
    else:
        head = (
            f"{chance}, best is {_rule(table, float(one['best_size']), float(one['best_patience']))}: "
            f"{told['outcome_title']}{unit} is {number(float(one['rule']))} better than {_fixed(table, one)}; to "
            f"know which of them holds would be worth {number(float(one['knowing']))}."
        )
    return f"{head} {_range(table)} {_regret(table)}"


def notes(table: xr.Dataset) -> list[str]:
    """How far the best of a grid is known, and what the last patience stands for."""
    one, told = table.sel(prior=table.attrs["asked_prior"], method="nearest"), table.attrs
    last = number(float(table["patience"].values[-1]))
    found = [
        f"The chance is no frequency but what one believes. {told['patience_name']} {last} stands for going on "
        f"whatever comes, {told['size_name']} {number(float(told['never_size']))} for not to begin.",
    ]
    if np.isfinite(float(one["best_patience"])) and told["futures"] > 1:
        found.append(
            f"The best of a grid: in 95 % of resamples of {told['futures']:,} futures it has {told['size_name']} "
            f"{_span(one, 'best_size')} and {told['patience_name']} {_span(one, 'best_patience')}, and waiting is "
            f"worth {_span(one, 'waiting')}."
        )
    return found


def _range(table: xr.Dataset) -> str:
    """Between which priors the rule is worth something above fixed paths."""
    worth, priors = table["waiting"].values, table["prior"].values
    pays = priors[worth > _SLIGHT * max(float(worth.max()), 0.0)]
    if not len(pays):
        return "Waiting to see adds nothing at any chance."
    most = int(worth.argmax())
    idle = priors[~np.isfinite(table["best_patience"].values)]
    below = (
        f"; up to a chance of {number(float(idle.max()))} it is best not to begin"
        if len(idle) and idle.max() > 0
        else ""
    )
    return (
        f"Waiting to see pays at chances from {number(float(pays[0]))} to {number(float(pays[-1]))}, most at "
        f"{number(float(priors[most]))}, where it is worth {number(float(worth[most]))}{below}."
    )


def _regret(table: xr.Dataset) -> str:
    """What needs no chance of either theory."""
    told = table.attrs
    others = joined(
        [
            f"{number(float(told['regret_never']))} of not to begin",
            f"{number(float(told['regret_always']))} of the best that goes on whatever comes",
        ]
    )
    if not np.isfinite(told["regret_patience"]):
        return f"Without any belief, not to begin leaves the least to regret, at most {number(told['regret'])}."
    rule = _rule(table, float(told["regret_size"]), float(told["regret_patience"]))
    return (
        f"Without any belief, {rule} leaves the least to regret, at most {number(float(told['regret']))} instead of "
        f"{others}."
    )


def _rule(table: xr.Dataset, size: float, patience: float) -> str:
    told = table.attrs
    begun = f"{told['size_name']} {number(size)}"
    if patience == float(table["patience"].values[-1]):
        return f"{begun} whatever comes"
    return f"{begun} with {told['patience_name']} {_counted(patience, str(told['patience_unit']))}"


def _counted(value: float, unit: str) -> str:
    """ "8 years", where the unit is one of time that has a plural."""
    word = unit.casefold()
    if word not in _TIMES:
        return number(value, unit)
    return f"{number(value)} {word}{'' if value == 1 else 's'}"


def _fixed(table: xr.Dataset, one: xr.Dataset) -> str:
    size, worth = float(one["fixed_size"]), number(float(one["waiting"]))
    if size == float(table.attrs["never_size"]):
        return "not to begin, the best fixed path"
    return f"not to begin, and {worth} better than {table.attrs['size_name']} {number(size)} whatever comes"


def _span(one: xr.Dataset, name: str) -> str:
    low, high = float(one[f"{name}_low"]), float(one[f"{name}_high"])
    return number(low) if low == high else f"{number(low)} to {number(high)}"
