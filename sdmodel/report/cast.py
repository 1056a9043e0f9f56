"""Study and runs → the scenarios that the page shows, in one order, each with its title and its colour everywhere."""

from dataclasses import dataclass

import xarray as xr

from sdmodel.analysis.wording import scenario_title
from sdmodel.runs.schema import SCENARIO, codes
from sdmodel.study.spec import Study

COLOURS = 7  # CSS variables --s0 … --s6; more scenarios take them again with another line and another marker
DRAWN = 3  # scenarios compared that are drawn over time at first: the pair and one more
GREY = 7  # --s7, for the baseline: a yardstick, not a proposal


@dataclass(frozen=True)
class Member:
    """A scenario on the page: `label` is its name in the runs, `slot` its place in the cast, `tint` in the palette.

    `turn` counts how often the palette was used up before. `headline` marks the pair that the answer is about,
    `compared` those drawn over time, `drawn` those of them that are shown at first, `baseline` the yardstick.
    """

    label: str
    title: str
    slot: int
    tint: int
    turn: int
    headline: bool
    compared: bool
    drawn: bool
    baseline: bool

    @property
    def colour(self) -> str:
        """The CSS variable that holds its colour, light and dark."""
        return f"--s{self.tint}"


def cast(study: Study, runs: xr.Dataset) -> tuple[Member, ...]:
    """The scenarios that have runs: the headline pair, the others compared, then the rest of the study."""
    present, _ = codes(runs[SCENARIO].values)
    order = [label for label in study.scenarios if label in present]
    order += [label for label in present if label not in order]
    compared = [label for label in study.compare if label in present] or order
    ranked = list(dict.fromkeys([*compared, *order]))
    coloured = [label for label in ranked if label != study.baseline or label in compared[:2]]
    return tuple(_member(study, label, ranked.index(label), coloured, compared) for label in ranked)


def _member(study: Study, label: str, slot: int, coloured: list[str], compared: list[str]) -> Member:
    turn, tint = divmod(coloured.index(label), COLOURS) if label in coloured else (0, GREY)
    return Member(
        label=label,
        title=scenario_title(study, label),
        slot=slot,
        tint=tint,
        turn=turn,
        headline=label in compared[:2],
        compared=label in compared,
        drawn=label in compared[:DRAWN],
        baseline=label == study.baseline,
    )
