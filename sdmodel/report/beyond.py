"""Scenarios beyond the headline pair → what the next one adds, how each differs from the baseline, who is extreme."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.wording import joined
from sdmodel.report.cast import Member
from sdmodel.report.measures import Measure
from sdmodel.report.spread import Contrast, Spread, contrasts, spread
from sdmodel.report.text import upper_first, within
from sdmodel.study.spec import Study

NAMED_SCENARIOS = 5


def addition(study: Study, runs: xr.Dataset, members: Sequence[Member], told: Sequence[Measure], rival: Member) -> str:
    """What the first compared scenario beyond the pair does to each measure, against `rival`; empty without one."""
    further = [member for member in members if member.compared and not member.headline and not member.baseline]
    if not further:
        return ""
    found = contrasts(study, runs, (further[0], rival), told)
    changes = [_brought(contrast) for contrast in found if np.isfinite(contrast.first.centre)]
    if not changes or not found[0].first.pairs:
        return ""
    return f"Against {rival.title}, {further[0].title} brings {joined(changes)}."


def _brought(contrast: Contrast) -> str:
    measure, first = contrast.measure, contrast.first
    way, part = first.way()
    counts = first.pairs > 1 and not measure.share  # a yes or no is the same in most futures
    held = f" ({way} {within(part, 'futures')})" if counts else f" ({way})"
    before = f" from {measure.value(contrast.second.centre)}" if np.isfinite(contrast.second.centre) else ""
    return f"{measure.inline}{before} to {measure.full(first.centre)}{held}"


def against_baseline(
    members: Sequence[Member], told: Sequence[Measure], table: xr.Dataset, baseline: Member
) -> tuple[str, ...]:
    """A line for each side of the pair, then for the first few of the other scenarios that are compared."""
    compared = [member for member in members if (member.compared or member.headline) and not member.baseline]
    shown = sorted(compared, key=lambda member: not member.headline)[:NAMED_SCENARIOS]
    return tuple(_change(member, told, table, baseline) for member in shown)


def _change(member: Member, told: Sequence[Measure], table: xr.Dataset, baseline: Member) -> str:
    changes = []
    for measure in told:
        of = spread(table, measure, member)
        if np.isfinite(of.difference_centre):
            way, part = of.way()
            held = f" ({way} {within(part, 'futures')})" if of.pairs > 1 and not measure.share else ""
            changes.append(f"{measure.inline} {measure.difference(of.difference_centre, of.centre)}{held}")
    return f"{member.title}: {joined(changes) if changes else f'no number to set against {baseline.title}'}."


def extremes(members: Sequence[Member], told: Sequence[Measure], table: xr.Dataset) -> str:
    """For each measure the scenarios with the lowest and the highest median; those with an overlay are left out."""
    plain = [member for member in members if " + " not in member.label] or list(members)
    sentences = []
    for measure in told:
        spreads: list[tuple[Member, Spread]] = [(member, spread(table, measure, member)) for member in plain]
        ranked = sorted((pair for pair in spreads if np.isfinite(pair[1].centre)), key=lambda pair: pair[1].centre)
        if len(ranked) > 1 and ranked[0][1].centre < ranked[-1][1].centre:
            low, high = (f"{member.title} ({measure.full(of.centre)})" for member, of in (ranked[0], ranked[-1]))
            words = ("earliest", "latest") if measure.moment else ("lowest", "highest")
            sentences.append(f"{upper_first(measure.title)} is {words[0]} under {low} and {words[1]} under {high}.")
    return " ".join(sentences)
