"""Sobol' indices of outcomes and trajectories → the finding "sobol": tables, a sentence, and is the sample enough?

Enough means that the widest 95 % interval of any first-order or total index is no wider than a stated limit (Sarrazin,
Pianosi & Wagener 2016, Environ. Model. Softw. 79, 135, section 2.3: "convergence of indices", there with 0.05).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.sensitivity.given_data import FEWEST
from sdmodel.analysis.sensitivity.losses import Loss, caveats_of, columns, told_of, worst
from sdmodel.analysis.sensitivity.sobol import Indices, pairs
from sdmodel.analysis.wording import caveats, joined, outcome_title, quoted_title, scenario_title
from sdmodel.analysis.wording import percent as percent_of
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO, TIME, TRAJECTORY
from sdmodel.study.spec import Study

NAME = "sobol"
SAMPLE, OTHER = "sample", "other_input"
LIMIT = 0.1
STRONGEST, MOST_TOLD, NOTABLE = 3, 3, 0.05
MOST_ADVISED = 2**17
"""Blocks; a sample that would have to be larger is no advice."""
KINDS = {"first_order": "first-order index", "total_order": "total index"}
BOUNDS = {"": "", "_low": ", low end of the 95 % interval", "_high": ", high end of the 95 % interval"}
_DIMS = (OUTCOME, INPUT, SCENARIO)
_OVER_TIME = (TRAJECTORY, TIME, INPUT, SCENARIO)
_Dims = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What was varied and looked at: factors with the uncertainties in each, outcomes, trajectories, times, units.

    `blocks` are Saltelli's, of which `samples` were looked at as well; `runs` were made and `failed`; `limit` is how
    wide an interval may be; `notes` are caveats on what was varied; `losses` of each scenario, of the outcomes and then
    the trajectories.
    """

    factors: Mapping[str, Sequence[str]]
    outcomes: Sequence[str]
    trajectories: Sequence[str]
    times: np.ndarray
    units: Mapping[str, str]
    blocks: int
    samples: Sequence[int]
    runs: int
    failed: int
    seed: int
    resamples: int
    limit: float
    notes: Sequence[str] = ()
    losses: Mapping[str, Sequence[Loss]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One scenario: indices of `outcomes`, of `courses` (trajectory after trajectory, time after time), and of
    outcomes in the first blocks alone, one for each of the samples."""

    outcomes: Indices
    courses: Indices
    growing: Sequence[Indices]


def sobol_finding(study: Study, told: Told, parts: Mapping[str, Part]) -> Finding:
    """The finding; see `sobol_table` for its table."""
    table = sobol_table(study, told, parts)
    sentences = " ".join(part for part in (_sentence(study, told, table), verdict(table)) if part)
    return Finding(NAME, table, sentences, _caveats(study, told, table))


def sobol_table(study: Study, told: Told, parts: Mapping[str, Part]) -> xr.Dataset:
    """Dims outcome, input (a factor), scenario, trajectory, time, sample (blocks); shares of variance without unit.

    first_order and total_order (outcome, input, scenario), each with _low and _high of a 95 % bootstrap interval;
    second_order the same with other_input, where asked for; …_over_time (trajectory, time, input, scenario);
    …_growing (sample, …) from the first blocks alone, and `widest` (sample, outcome, scenario) the widest interval
    there; insensitive: nothing moves the outcome, or the input has no part in it; mean, variance, blocks and dropped
    by outcome; failed, those dropped in which the outcome failed, failing_with, what that goes with, and withheld,
    whether so many are lost that nothing is told.
    """
    coords = {**labels(study, told, parts), SAMPLE: list(told.samples)}
    variables = _variables(told, list(parts.values()))
    if "second_order" in variables:
        coords[OTHER] = texts(told.factors)
    table = xr.Dataset(variables, coords=coords)
    table[TIME].attrs["units"] = told.units.get(TIME, "")
    widest, enough, needed = _judged(table, told)
    return table.assign_attrs(
        {
            "study": study.name,
            "blocks": told.blocks,
            "runs": told.runs,
            "failed": told.failed,
            "seed": told.seed,
            "resamples": told.resamples,
            "limit": told.limit,
            "widest": widest,
            "enough": int(enough),
            "needed": needed,
        }
    )


class Looked(Protocol):
    """What `labels` needs to know of an analysis."""

    @property
    def factors(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def outcomes(self) -> Sequence[str]: ...
    @property
    def trajectories(self) -> Sequence[str]: ...
    @property
    def times(self) -> np.ndarray: ...
    @property
    def units(self) -> Mapping[str, str]: ...


def labels(study: Study, told: Looked, scenarios: Iterable[str]) -> dict[str, object]:
    """Coords of a table over factors: names with titles and units, and the members of factors."""
    names = list(scenarios)
    return {
        OUTCOME: texts(told.outcomes),
        INPUT: texts(told.factors),
        SCENARIO: texts(names),
        TRAJECTORY: texts(told.trajectories),
        TIME: told.times,
        "title": (OUTCOME, texts(outcome_title(study.outcomes[name]) for name in told.outcomes)),
        "units": (OUTCOME, texts(told.units.get(name, "") for name in told.outcomes)),
        "trajectory_units": (TRAJECTORY, texts(told.units.get(name, "") for name in told.trajectories)),
        "members": (INPUT, texts(", ".join(members) for members in told.factors.values())),
        "scenario_title": (SCENARIO, texts(scenario_title(study, name) for name in names)),
    }


def texts(words: Iterable[str]) -> np.ndarray:
    """An array of text, also where there is none."""
    return np.array(list(words), dtype=np.str_)


def verdict(table: xr.Dataset) -> str:
    """Whether the sample is enough, in words; empty where there are no intervals."""
    blocks, widest, limit = (table.attrs[name] for name in ("blocks", "widest", "limit"))
    if not math.isfinite(widest):
        return ""
    said = f"With {blocks:,} blocks the widest 95 % interval is {widest:.3f}"
    if table.attrs["enough"]:
        return f"{said}, within the limit of {limit:g}: the sample is enough."
    said = f"{said}, over the limit of {limit:g}: the sample is not enough"
    if not table.attrs["needed"]:
        return f"{said}, and no --n within reach would be: vary less (--only, --screen), or take a wider --limit."
    return f"{said}; about --n {table.attrs['needed']:,} would be."


def _variables(told: Told, parts: Sequence[Part]) -> dict[str, xr.Variable]:
    found: dict[str, xr.Variable] = {}
    times = (len(told.trajectories), len(told.times))
    for kind, meaning in KINDS.items():
        short = kind.removesuffix("_order")
        here = np.stack([getattr(part.outcomes, short) for part in parts], axis=-1)
        courses = np.stack([getattr(part.courses, short) for part in parts], axis=-1)
        courses = courses.reshape(3, *times, *courses.shape[2:])
        growing = np.stack([np.stack([getattr(one, short) for one in part.growing]) for part in parts], axis=-1)
        for at, (bound, words) in enumerate(BOUNDS.items()):
            attrs = {"long_name": f"{meaning}{words}", "units": "1"}
            found[f"{kind}{bound}"] = xr.Variable(_DIMS, here[at], attrs)
            found[f"{kind}_over_time{bound}"] = xr.Variable(_OVER_TIME, courses[at], attrs)
            found[f"{kind}_growing{bound}"] = xr.Variable((SAMPLE, *_DIMS), growing[:, at], attrs)
    found |= _second(told, parts) | _lost(told)
    return found | _counts(told, parts, found)


def _lost(told: Told) -> dict[str, xr.Variable]:
    """What is lost of outcomes; nothing where nobody counted."""
    if not told.losses:
        return {}
    own = [part[: len(told.outcomes)] for part in told.losses.values()]
    return columns(own, withheld=[[one.is_too_much for one in part] for part in own])


def _second(told: Told, parts: Sequence[Part]) -> dict[str, xr.Variable]:
    """Second-order indices as a table that is the same both ways; nothing where they are not asked for."""
    if not parts[0].outcomes.second.shape[2]:
        return {}
    count = len(told.factors)
    square = np.full((3, len(told.outcomes), count, count, len(parts)), np.nan)
    for at, (i, j) in enumerate(pairs(count)):
        square[:, :, i, j] = square[:, :, j, i] = np.stack([part.outcomes.second[..., at] for part in parts], axis=-1)
    return {
        f"second_order{bound}": xr.Variable(
            (OUTCOME, INPUT, OTHER, SCENARIO),
            square[at],
            {"long_name": f"second-order index{words}, in the order of input", "units": "1"},
        )
        for at, (bound, words) in enumerate(BOUNDS.items())
    }


def _counts(told: Told, parts: Sequence[Part], found: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    def of(where: str, name: str, dims: _Dims, words: str) -> xr.Variable:
        own = np.stack([getattr(getattr(part, where), name) for part in parts], axis=-1)
        shape = (len(told.trajectories), len(told.times), len(parts)) if TIME in dims else own.shape
        return xr.Variable(dims, own.reshape(shape), {"long_name": words})

    by, over = (OUTCOME, SCENARIO), (TRAJECTORY, TIME, SCENARIO)
    flat = np.stack([part.outcomes.flat for part in parts], axis=-1)
    blocks = of("outcomes", "blocks", by, "blocks counted")
    moved = found["total_order"].values == 0.0
    return {
        "insensitive": xr.Variable(
            _DIMS, flat[:, None, :] | moved, {"long_name": "nothing moves the outcome, or the input does not"}
        ),
        "insensitive_over_time": of("courses", "flat", over, "nothing moves the variable at this time"),
        "mean": of("outcomes", "mean", by, "mean over blocks"),
        "variance": of("outcomes", "variance", by, "variance over blocks"),
        "variance_over_time": of("courses", "variance", over, "variance over blocks"),
        "blocks": blocks,
        "blocks_over_time": of("courses", "blocks", over, "blocks counted"),
        "dropped": xr.Variable(by, told.blocks - blocks.values, {"long_name": "blocks dropped: a run has no number"}),
        "widest": xr.Variable((SAMPLE, *by), _widest(found, "_growing", 2), {"long_name": "widest 95 % interval"}),
        "widest_over_time": xr.Variable(over, _widest(found, "_over_time", 2), {"long_name": "widest 95 % interval"}),
    }


def _widest(found: Mapping[str, xr.Variable], suffix: str, axis: int) -> np.ndarray:
    """The widest interval over inputs and both kinds of index."""
    widths = [found[f"{kind}{suffix}_high"].values - found[f"{kind}{suffix}_low"].values for kind in KINDS]
    return np.asarray(np.maximum(*widths).max(axis=axis))


def _judged(table: xr.Dataset, told: Told) -> tuple[float, bool, int]:
    """The widest interval of all (of outcomes; without those, of trajectories), whether it keeps to the limit, and how
    many blocks would: widths fall with the root of their number. 0 where these are beyond all reach."""
    widths = table["widest"].values[-1] if told.outcomes else table["widest_over_time"].values
    sound = widths[np.isfinite(widths)]
    if not sound.size:
        return math.nan, False, 0
    widest = float(sound.max())
    wanted = told.blocks * (widest / told.limit) ** 2
    needed = 2 ** max(0, math.ceil(math.log2(max(1.0, wanted))))
    return widest, widest <= told.limit, needed if needed <= max(MOST_ADVISED, told.blocks) else 0


def _sentence(study: Study, told_of_it: Told, table: xr.Dataset) -> str:
    """The strongest inputs of risk and cost, or else of three outcomes, under the baseline if it is there; without
    outcomes, at the last time. What is lost comes first."""
    known = [str(name) for name in table[SCENARIO].values]
    label = study.baseline if study.baseline in known else known[0]
    one = table.sel({SCENARIO: label})
    there = [str(name) for name in one[OUTCOME].values]
    main = [name for name in dict.fromkeys((study.risk_outcome, study.cost_outcome)) if name in there]
    lost = dict(zip([*there, *told_of_it.trajectories], told_of_it.losses.get(label, ()), strict=False))
    asked = (main or there[:MOST_TOLD]) or list(told_of_it.trajectories)
    first, told = told_of(lost, asked, "blocks")
    if there:
        parts = [
            _strongest(one.sel({OUTCOME: name}), "", str(one["title"].sel({OUTCOME: name}).values), "blocks")
            for name in told
        ]
    else:
        last = one.isel({TIME: -1})
        parts = [
            _strongest(last.sel({TRAJECTORY: name}), "_over_time", f"{name} at the end", "blocks_over_time")
            for name in told
        ]
    return " ".join([*first, *([f"Under {quoted_title(study, label)}: {'. '.join(parts)}."] if parts else [])])


def _strongest(one: xr.Dataset, suffix: str, title: str, counted: str) -> str:
    first, total, low, high = (
        one[f"{kind}{suffix}{bound}"].values
        for kind, bound in (("first_order", ""), ("total_order", ""), ("total_order", "_low"), ("total_order", "_high"))
    )
    if int(one[counted]) < FEWEST:
        return f"{title} has a value in too few blocks ({int(one[counted])}) to tell what drives it"
    if not total.any():
        return f"{title} is insensitive: nothing that varies here moves it"
    ranked = [int(at) for at in np.argsort(-total, kind="stable")[:STRONGEST] if total[at] >= NOTABLE]
    told = [
        f"{_called(one, at)} (a part in {percent(total[at])}{' of the variance' if not place else ''}, "
        f"95 % interval {percent(low[at])} to {percent(high[at])})"
        for place, at in enumerate(ranked)
    ]
    depends = f"{title} depends most on {joined(told)}" if told else f"no single input stands out for {title}"
    together = max(0.0, 1.0 - float(first.sum()))
    return f"{depends}; {percent(together)} is what inputs do only together"


def _called(one: xr.Dataset, at: int) -> str:
    """An input as the model names it, or the name of a group in plain spelling."""
    name = str(one[INPUT].values[at])
    return name if str(one["members"].values[at]) == name else name.replace("_", " ")


def percent(share: float) -> str:
    """A share of variance in words; estimates that chance puts below 0 or above 1 are told as these."""
    return percent_of(min(1.0, max(0.0, share)) if math.isfinite(share) else share)


def _caveats(study: Study, told: Told, table: xr.Dataset) -> tuple[str, ...]:
    asked = [study.outcomes[name] for name in told.outcomes]
    wide = table["widest_over_time"].max(TIME, skipna=True)
    over = [str(name) for name in table[TRAJECTORY].values if float(wide.sel({TRAJECTORY: name}).max()) > told.limit]
    loose = f"Intervals over {told.limit:g} at some times: {joined(over)}." if over and told.outcomes else ""
    ranges = "Shares of variance depend on the ranges of the study; what is not uncertain there has no share."
    even = "Intervals take blocks for independent; a Sobol' sequence is more even, so they are rather too wide."
    lost = caveats_of(worst(list(told.losses.values())), "blocks")
    return caveats(study, asked, ranges, even, *told.notes, *lost, loose)
