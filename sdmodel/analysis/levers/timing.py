"""Outcomes over the times at which two moves begin, and over how long they take → the finding "timing".

outcome               title, unit, of_time (a moment)
outcome first second  begun (base run), begun_futures (median over futures; of a risk and of what may never come the
                      mean or the share)                           coords: when each of the two moves begins
outcome first_over second_over  lasting                            coords: how long each takes; starts as they are
order                 what it is called;  outcome order: in_order, in_order_futures
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.wording import caveats, joined, number, outcome_title, scenario_title
from sdmodel.study.search.spec import Timing
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

NAME = "timing"


@dataclass(frozen=True)
class Map:
    """`base` [outcome, first, second] and `futures` [outcome, first, second, future] at the times of both axes."""

    first: Floats
    second: Floats
    base: Floats
    futures: Floats | None = None


def timing_finding(
    study: Study, timing: Timing, outcomes: tuple[str, ...], begun: Map, lasting: Map | None, futures: int, seed: int
) -> Finding:
    """The finding "timing"; see the docstring of the module for its table."""
    asked = [study.outcomes[name] for name in outcomes]
    over_futures = _over_futures(asked, begun)
    firsts = tuple(move.title for move in timing.moves)
    orders = np.array([f"{firsts[0]} first", f"{firsts[1]} first", "both early", "both late"])
    table = xr.Dataset(
        {
            "title": ("outcome", np.array([outcome_title(one) for one in asked], dtype=np.str_)),
            "unit": ("outcome", np.array([one.unit for one in asked], dtype=np.str_)),
            "of_time": ("outcome", [one.reduce == "first" for one in asked]),
            "begun": (("outcome", "first", "second"), begun.base),
            "begun_futures": (("outcome", "first", "second"), over_futures),
            "in_order": (("outcome", "order"), _corners(begun.base)),
            "in_order_futures": (("outcome", "order"), _corners(over_futures)),
        },
        coords={"outcome": list(outcomes), "first": begun.first, "second": begun.second, "order": orders},
        attrs={
            "study": study.name,
            "timing": timing.name,
            "title": timing.title,
            "moves": list(firsts),
            "scenario": timing.scenario,
            "scenario_title": scenario_title(study, timing.scenario),
            "futures": futures,
            "seed": seed,
        },
    )
    if lasting is not None:
        table = table.assign(lasting=(("outcome", "first_over", "second_over"), lasting.base))
        table = table.assign_coords(first_over=lasting.first, second_over=lasting.second)
    said = " ".join(_told(one, place, begun, timing) for place, one in enumerate(asked))
    return Finding(NAME, table, f"{timing.title} {said}", caveats(study, asked, *_notes(begun, futures)))


def _corners(begun: Floats) -> Floats:
    """[outcome, order]: first early and second late, the reverse, both early, both late."""
    return np.stack([begun[:, 0, -1], begun[:, -1, 0], begun[:, 0, 0], begun[:, -1, -1]], axis=1)


def _over_futures(asked: list[Outcome], begun: Map) -> Floats:
    """Medians; of a risk the mean, for a mixture of chances is their mean. A year that never comes is the latest."""
    if begun.futures is None:
        return begun.base
    with np.errstate(invalid="ignore"):
        found = [
            np.nanmean(numbers, axis=-1) if one.risk else np.nanmedian(numbers, axis=-1)
            for one, numbers in zip(asked, begun.futures, strict=True)
        ]
    return np.array(found)


def _told(outcome: Outcome, place: int, begun: Map, timing: Timing) -> str:
    """Which order is better by this outcome, and whether waiting helps."""
    one, other, early, late = (float(value) for value in _corners(begun.base)[place])
    names = [move.title for move in timing.moves]
    of_time = outcome.reduce == "first"
    shown = [
        f"{name} {number(value, outcome.unit if not of_time else '', of_time=of_time)}"
        for name, value in (
            (f"with {within(names[0])} first", one),
            (f"with {within(names[1])} first", other),
            ("with both early", early),
            ("with both late", late),
        )
    ]
    return f"{outcome_title(outcome)}: {joined(shown)}."


def within(title: str) -> str:
    """A title in the middle of a sentence: "Less vulnerability" as "less vulnerability", "US policy" as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _notes(begun: Map, futures: int) -> list[str]:
    gap = f"First and last are {number(begun.first[0], of_time=True)} and {number(begun.first[-1], of_time=True)}."
    if begun.futures is None:
        return [gap]
    failed = int(np.isnan(begun.futures).any(axis=(0, 1, 2)).sum())
    return [gap, f"In {failed:,} of {futures:,} futures some runs failed and are not counted." if failed else ""]
