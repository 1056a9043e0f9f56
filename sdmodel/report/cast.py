"""Study and runs → the scenarios that the page shows, in one order, each with its title and its colour everywhere."""

from dataclasses import dataclass

import xarray as xr

from sdmodel.analysis.wording import scenario_title
from sdmodel.runs.schema import SCENARIO, codes
from sdmodel.study.spec import Study

COLOURS = 8  # CSS variables --s0 … --s7; more scenarios take them again with another line and another marker


@dataclass(frozen=True)
class Member:
    """A scenario on the page: `label` is its name in the runs, `slot` its place in the palette.

    `headline` marks the pair that the answer is about, `compared` those drawn over time, `baseline` the yardstick.
    """

    label: str
    title: str
    slot: int
    headline: bool
    compared: bool
    baseline: bool

    @property
    def colour(self) -> str:
        """The CSS variable that holds its colour, light and dark."""
        return f"--s{self.slot % COLOURS}"


def cast(study: Study, runs: xr.Dataset) -> tuple[Member, ...]:
    """The scenarios that have runs: the headline pair first, then the others in the order of the study."""
    present, _ = codes(runs[SCENARIO].values)
    order = [label for label in study.scenarios if label in present]
    order += [label for label in present if label not in order]
    compared = [label for label in study.compare if label in present] or order
    pair = compared[:2]
    ranked = [*pair, *(label for label in order if label not in pair)]
    return tuple(
        Member(
            label=label,
            title=scenario_title(study, label),
            slot=slot,
            headline=label in pair,
            compared=label in compared,
            baseline=label == study.baseline,
        )
        for slot, label in enumerate(ranked)
    )
