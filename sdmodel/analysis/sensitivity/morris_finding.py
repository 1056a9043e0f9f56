"""Elementary effects of outcomes and trajectories → the finding "morris": which inputs matter, and how evenly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.sensitivity.losses import Loss, caveats_of, columns, told_of, worst
from sdmodel.analysis.sensitivity.morris import Effects, ranked
from sdmodel.analysis.sensitivity.sobol_finding import labels
from sdmodel.analysis.wording import caveats, joined, number, quoted_title
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO, TIME, TRAJECTORY
from sdmodel.study.spec import Study

NAME = "morris"
STRONGEST = 3
BOUNDS = {"": "", "_low": ", low end of the 95 % interval", "_high": ", high end of the 95 % interval"}
_DIMS = (OUTCOME, INPUT, SCENARIO)
_OVER_TIME = (TRAJECTORY, TIME, INPUT, SCENARIO)


@dataclass(frozen=True)
class Told:
    """What was varied and looked at, as in `sobol_finding.Told`, along `paths` Morris trajectories on `levels`."""

    factors: Mapping[str, Sequence[str]]
    outcomes: Sequence[str]
    trajectories: Sequence[str]
    times: np.ndarray
    units: Mapping[str, str]
    paths: int
    levels: int
    runs: int
    failed: int
    seed: int
    notes: Sequence[str] = ()
    losses: Mapping[str, Sequence[Loss]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One scenario: effects on `outcomes`, and on `courses` (trajectory after trajectory, time after time)."""

    outcomes: Effects
    courses: Effects


def morris_finding(study: Study, told: Told, parts: Mapping[str, Part]) -> Finding:
    """The finding; see `morris_table` for its table."""
    table = morris_table(study, told, parts)
    return Finding(NAME, table, _sentence(study, told, table), _caveats(study, told))


def morris_table(study: Study, told: Told, parts: Mapping[str, Part]) -> xr.Dataset:
    """Dims outcome, input, scenario, trajectory, time; effects in the unit of the outcome, for an input's whole range.

    mu_star (with _low and _high of a 95 % bootstrap interval), mu (not known for a group, whose members move in
    different directions), sigma (outcome, input, scenario); mu_star_over_time and sigma_over_time (trajectory, time,
    input, scenario); rank_measure (input, scenario), the largest part of the strongest input's µ* over all outcomes and
    times; insensitive; paths and dropped (outcome, scenario); failed, failing_with and withheld as in
    `sobol_finding.sobol_table`.
    """
    attrs = {
        "study": study.name,
        "paths": told.paths,
        "levels": told.levels,
        "runs": told.runs,
        "failed": told.failed,
        "seed": told.seed,
    }
    variables = _variables(told, list(parts.values())) | _lost(told)
    table = xr.Dataset(variables, coords=labels(study, told, parts), attrs=attrs)
    table[TIME].attrs["units"] = told.units.get(TIME, "")
    return table


def measured(part: Part) -> np.ndarray:
    """By how much each factor matters at most, over outcomes and times, beside the strongest there: 0 to 1."""
    return ranked(np.concatenate([part.outcomes.mu_star[0], part.courses.mu_star[0]]))[1]


def _variables(told: Told, parts: Sequence[Part]) -> dict[str, xr.Variable]:
    times = (len(told.trajectories), len(told.times))

    def stacked(where: str, name: str) -> np.ndarray:
        return np.stack([getattr(getattr(part, where), name) for part in parts], axis=-1)

    found: dict[str, xr.Variable] = {}
    here, courses = stacked("outcomes", "mu_star"), stacked("courses", "mu_star")
    courses = courses.reshape(3, *times, *courses.shape[2:])
    for at, (bound, words) in enumerate(BOUNDS.items()):
        attrs = {"long_name": f"mean size of the elementary effects{words}"}
        found[f"mu_star{bound}"] = xr.Variable(_DIMS, here[at], attrs)
        found[f"mu_star_over_time{bound}"] = xr.Variable(_OVER_TIME, courses[at], attrs)
    together = np.array([len(members) > 1 for members in told.factors.values()])
    mean = np.where(together[None, :, None], np.nan, stacked("outcomes", "mu"))
    spread, over = stacked("outcomes", "sigma"), stacked("courses", "sigma")
    words = "standard deviation of the elementary effects"
    counted = stacked("outcomes", "trajectories")
    flat = stacked("outcomes", "flat")[:, None, :] | (here[0] == 0.0)
    return found | {
        "mu": xr.Variable(_DIMS, mean, {"long_name": "mean elementary effect"}),
        "sigma": xr.Variable(_DIMS, spread, {"long_name": words}),
        "sigma_over_time": xr.Variable(_OVER_TIME, over.reshape(*times, *over.shape[1:]), {"long_name": words}),
        "insensitive": xr.Variable(_DIMS, flat, {"long_name": "the input does not move the outcome"}),
        "rank_measure": xr.Variable(
            (INPUT, SCENARIO),
            np.stack([measured(part) for part in parts], axis=-1),
            {"long_name": "largest part of the strongest input's mu_star, over outcomes and times", "units": "1"},
        ),
        "paths": xr.Variable((OUTCOME, SCENARIO), counted, {"long_name": "Morris trajectories counted"}),
        "dropped": xr.Variable((OUTCOME, SCENARIO), told.paths - counted, {"long_name": "Morris trajectories dropped"}),
    }


def _lost(told: Told) -> dict[str, xr.Variable]:
    """What is lost of outcomes; nothing where nobody counted."""
    if not told.losses:
        return {}
    own = [part[: len(told.outcomes)] for part in told.losses.values()]
    return columns(own, withheld=[[one.is_too_much for one in part] for part in own])


def _sentence(study: Study, about: Told, table: xr.Dataset) -> str:
    known = [str(name) for name in table[SCENARIO].values]
    label = study.baseline if study.baseline in known else known[0]
    one = table.sel({SCENARIO: label})
    under = f"Under {quoted_title(study, label)}"
    lost = dict(zip([*about.outcomes, *about.trajectories], about.losses.get(label, ()), strict=False))
    first, told = told_of(lost, list(about.outcomes) or list(about.trajectories), "trajectories")
    if about.outcomes:
        last = f"{under}: {'. '.join([_strongest(one.sel({OUTCOME: name})) for name in told])}."
    else:
        order = np.argsort(-one["rank_measure"].values, kind="stable")[:STRONGEST]
        last = f"{under}, {joined(told)} moves most with {joined([str(one[INPUT].values[at]) for at in order])}."
    return " ".join([*first, last] if told else first)


def _strongest(one: xr.Dataset) -> str:
    title, unit, size = str(one["title"].values), str(one["units"].values), one["mu_star"].values
    if not np.isfinite(size).all():
        return f"{title} has a value along too few trajectories to tell what moves it"
    if not size.any():
        return f"{title} is insensitive: nothing that varies here moves it"
    order = [int(at) for at in np.argsort(-size, kind="stable")[:STRONGEST] if size[at] > 0]
    return f"{title} is moved most by {joined([_input(one, at, unit) for at in order])}"


def _input(one: xr.Dataset, at: int, unit: str) -> str:
    size, spread, mean = (float(one[name].values[at]) for name in ("mu_star", "sigma", "mu"))
    way = "" if not math.isfinite(mean) or abs(mean) < 0.9 * size else " upwards" if mean > 0 else " downwards"
    uneven = ", unevenly" if spread > size else ""
    return f"{one[INPUT].values[at]} (by {number(size, unit)}{way} over its range{uneven})"


def _caveats(study: Study, told: Told) -> tuple[str, ...]:
    asked = [study.outcomes[name] for name in told.outcomes]
    ends = "Elementary effects rank inputs over their whole ranges, ends included; they are no shares of variance."
    lost = caveats_of(worst(list(told.losses.values())), "trajectories")
    return caveats(study, asked, ends, *told.notes, *lost)
