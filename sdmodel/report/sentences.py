"""Outcomes of the headline pair → the answer in plain English: sentences and key figures, the same for any study."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.beyond import addition, against_baseline, extremes
from sdmodel.report.cast import Member
from sdmodel.report.drivers import Driver, Drivers
from sdmodel.report.measures import Measure
from sdmodel.report.spread import Contrast, Spread, contrasts, jointly, spread
from sdmodel.report.text import count, share, upper_first, within
from sdmodel.study.spec import Study

NAMED_DRIVERS = 3
WORTH_NAMING = 0.03  # first-order index below which an unknown is not named
Pair = tuple[Member, Member]


@dataclass(frozen=True)
class Side:
    """One scenario of the pair in a key figure."""

    member: Member
    value: str
    range: str


@dataclass(frozen=True)
class KeyFigure:
    """Large numbers on a card: a measure for each side of the pair, and what they say together."""

    title: str
    unit: str
    sides: tuple[Side, ...]
    note: str


@dataclass(frozen=True)
class Paragraph:
    """A few sentences, or a list of them, under a short head."""

    head: str
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """`headline` in a sentence, `more` in one or two beside it, then key figures, then paragraphs."""

    headline: str
    more: str = ""
    figures: tuple[KeyFigure, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()


def answer(
    study: Study,
    runs: xr.Dataset,
    members: Sequence[Member],
    told: Sequence[Measure],
    compared: Finding | None,
    drivers: Drivers,
) -> Answer:
    """What the runs say about the pair (or the one scenario there is) in the measures `told`."""
    headline = [member for member in members if member.headline]
    if compared is None or not told or not headline:
        return Answer("The runs hold no outcomes of this study: the figures show what happens over time.")
    if len(headline) == 1:
        return _alone(headline[0], told, compared.table, drivers)
    pair = (headline[0], headline[1])
    found = contrasts(study, runs, pair, told)
    best = pair[found[0].winner or 0]
    more = [addition(study, runs, members, told, best), _strongest_of(best, told, drivers)]
    more += [_of_numbers(told)] if found[0].first.pairs > 1 else []
    paragraphs = [_compared(contrast, pair) for contrast in found]
    paragraphs += _deciding(pair, told, drivers)
    paragraphs += _against_baseline(members, told, compared.table)
    paragraphs += _all(members, told, compared.table)
    cards = tuple(_card(contrast, pair) for contrast in found)
    return Answer(_headline(runs, found, pair), " ".join(filter(None, more)), cards, tuple(paragraphs))


def _of_numbers(told: Sequence[Measure]) -> str:
    if all(measure.share for measure in told):
        return "Per cent are shares of futures."
    others = ", per cent shares of futures" if any(measure.share for measure in told) else ""
    return f"Numbers are medians over futures{others}."


def _headline(runs: xr.Dataset, found: Sequence[Contrast], pair: Pair) -> str:
    """One sentence: does one side win on everything, or is there a choice to make?"""
    futures, winner = int(found[0].first.pairs), found[0].winner
    if winner is None or {contrast.winner for contrast in found} != {winner}:
        return _open_choice(found, pair)
    best, other = pair[winner], pair[1 - winner]
    against = f"{other.title}," if "," in other.title else other.title
    measured = joined([_both_medians(contrast, winner) for contrast in found])
    said = f"{best.title} does better than {against} on {'both ' if len(found) == 2 else ''}{measured}"
    if futures < 2 or any(contrast.measure.share for contrast in found):  # a yes or no is mostly the same on both sides
        return f"{said}."
    held = within(jointly(runs, [contrast.measure for contrast in found], best, other), count(futures, "future"))
    return f"{said}, and on both at once {held}." if len(found) == 2 else f"{said}, {held}."


def _both_medians(contrast: Contrast, winner: int) -> str:
    """ "crisis probability by 2045 (0.44 against 0.68)", the winner's first; no numbers where a median is missing."""
    measure, sides = contrast.measure, (contrast.first, contrast.second)
    here, there = sides[winner].centre, sides[1 - winner].centre
    if not (np.isfinite(here) and np.isfinite(there)):
        return measure.inline
    return f"{measure.inline} ({measure.value(here)} against {measure.full(there)})"


def _open_choice(found: Sequence[Contrast], pair: Pair) -> str:
    told = []
    for contrast in found:
        title = contrast.measure.inline
        if contrast.winner is None:
            told.append(f"the runs do not settle which does better on {title}")
        else:
            counts = contrast.first.pairs > 1 and not contrast.measure.share
            held = f", {within(contrast.winning, 'futures')}" if counts else ""
            better = f"{pair[contrast.winner].title} does better on {_both_medians(contrast, contrast.winner)}"
            told.append(f"{better}{held}")
    return f"Neither {pair[0].title} nor {pair[1].title} is better on all counts: {'; '.join(told)}."


def _strongest_of(member: Member, told: Sequence[Measure], drivers: Drivers) -> str:
    """The one unknown that decides each measure most under `member`; empty where none is worth naming."""
    named = []
    for measure in told:
        first = next(iter(drivers.get((measure.name, member.label), ())), None)
        if first and first.index >= WORTH_NAMING:
            named.append(f"{first.name} for {measure.inline} ({share(first.index)} of its variance)")
    return f"Under {member.title} the unknown that decides most is {joined(named)}." if named else ""


def _card(contrast: Contrast, pair: Pair) -> KeyFigure:
    measure, first = contrast.measure, contrast.first
    sides = tuple(_side(measure, member, of) for member, of in zip(pair, (first, contrast.second), strict=True))
    if measure.share:
        note = f"Only under {pair[0].title} {within(first.higher, 'futures')}, only under {pair[1].title} "
        note += f"{within(first.lower, 'futures')}; difference {measure.difference(first.difference_centre, 1.0)}"
        return KeyFigure(measure.title, measure.unit, sides, note if first.pairs > 1 else "")
    way, part = first.way()
    note = f"{upper_first(way)} under {pair[0].title}"
    note += f" {within(part, count(int(first.pairs), 'future'))}" if first.pairs > 1 else ""
    if np.isfinite(first.difference_centre):
        difference = measure.difference(first.difference_centre, first.centre)
        note += f"; difference {difference}{' at the median' if first.pairs > 1 else ''}"
    return KeyFigure(measure.title, measure.unit, sides, note if first.pairs else "")


def _side(measure: Measure, member: Member, of: Spread) -> Side:
    return Side(member, measure.value(of.centre), " – ".join(measure.ends(of.low, of.high)) if of.low < of.high else "")


def _compared(contrast: Contrast, pair: Pair) -> Paragraph:
    measure, first, second = contrast.measure, contrast.first, contrast.second
    sentences = [
        f"{upper_first(measure.title)} {_is(measure, first)} under {pair[0].title} and "
        f"{_spread(measure, second)} under {pair[1].title}."
    ]
    if first.pairs > 1 and measure.share:
        sentences.append(
            f"In the same future, only {pair[0].title} has it {within(first.higher, 'futures')}, and only "
            f"{pair[1].title} {within(first.lower, 'futures')}."
        )
    elif first.pairs > 1 and np.isfinite(first.difference_centre):
        way, part = first.way()
        ends = (first.difference_centre, first.difference_low, first.difference_high)
        middle, low, high = (measure.difference(end, first.centre) for end in ends)
        sentences.append(
            f"Compared in the same future, {pair[0].title} is {way} {within(part, 'them')}; the difference is "
            f"{middle} at the median, {low} to {high} in nine of ten."
        )
    if measure.limit_on_share:
        sentences.append(f"The study accepts {measure.limit()} of futures: {_keep(pair, first, second)}.")
    elif measure.limit() and first.pairs > 1:
        sentences.append(
            f"The study accepts {measure.limit()}: {pair[0].title} keeps to that "
            f"{within(first.acceptable, 'futures')}, {pair[1].title} {within(second.acceptable, 'futures')}."
        )
    return Paragraph(upper_first(measure.title), " ".join(sentences))


def _keep(pair: Pair, first: Spread, second: Spread) -> str:
    """Who keeps to a limit on the share of futures."""
    kept = [member.title for member, of in zip(pair, (first, second), strict=True) if of.acceptable == 1]
    if len(kept) == 1:
        return f"{kept[0]} alone keeps to that"
    return "both keep to that" if kept else "neither keeps to that"


def _is(measure: Measure, of: Spread) -> str:
    """ "is 0.28 (0.05 to 0.78 in nine futures of ten)", or "comes true in 26 % of futures"."""
    return f"comes true {_spread(measure, of)}" if measure.share else f"is {_spread(measure, of)}"


def _spread(measure: Measure, of: Spread) -> str:
    """ "0.28 (0.05 to 0.78 in nine futures of ten)"."""
    if measure.share:
        return within(of.centre, "futures")
    if not np.isfinite(of.centre):
        return "never reached" if measure.moment else "not known"
    if not of.low < of.high:
        return measure.full(of.centre)
    never = f", and never in {share(of.never)}" if of.never > 0 else ""
    return f"{measure.full(of.centre)} ({' to '.join(measure.ends(of.low, of.high))} in nine futures of ten{never})"


def _against_baseline(members: Sequence[Member], told: Sequence[Measure], table: xr.Dataset) -> list[Paragraph]:
    baseline = next((member for member in members if member.baseline and not member.headline), None)
    if baseline is None:
        return []
    return [Paragraph(f"Against {baseline.title}", items=against_baseline(members, told, table, baseline))]


def _all(members: Sequence[Member], told: Sequence[Measure], table: xr.Dataset) -> list[Paragraph]:
    text = extremes(members, told, table) if len(members) > 2 else ""
    return [Paragraph(f"Of all {count(len(members), 'scenario')}", text)] if text else []


def _deciding(shown: Sequence[Member], told: Sequence[Measure], drivers: Drivers) -> list[Paragraph]:
    """Which unknowns decide each measure, with their shares of its variance under each scenario shown."""
    sentences = []
    for measure in told:
        strongest = _strongest([drivers.get((measure.name, member.label), ()) for member in shown])
        if strongest:
            names = joined([_driver(found) for found in strongest])
            sentences.append(f"{upper_first(measure.title)} depends most on {names}.")
    if not sentences:
        return []
    under = " and under ".join(member.title for member in shown)
    sentences.append(f"(Per cent of the outcome's variance that goes with the unknown alone, under {under}.)")
    return [Paragraph("What decides it", " ".join(sentences))]


def _strongest(sides: Sequence[Sequence[Driver]]) -> list[list[Driver | None]]:
    """The unknowns with the largest index on any side, each with its driver on every side (None where it is weak)."""
    by_name = [{driver.name: driver for driver in side} for side in sides]
    best: dict[str, float] = {}
    for driver in (driver for side in sides for driver in side):
        best[driver.name] = max(driver.index, best.get(driver.name, 0.0))
    names = [name for name in sorted(best, key=lambda name: -best[name]) if best[name] >= WORTH_NAMING]
    return [[side.get(name) for side in by_name] for name in names[:NAMED_DRIVERS]]


def _driver(sides: Sequence[Driver | None]) -> str:
    there = [driver for driver in sides if driver is not None]
    shares = joined([share(driver.index if driver else 0.0) for driver in sides])
    signs = {driver.correlation > 0 for driver in there}
    way = ("; raises it" if signs.pop() else "; lowers it") if len(signs) == 1 else ""
    return f"{there[0].name} ({shares}{way})"


def _alone(member: Member, told: Sequence[Measure], table: xr.Dataset, drivers: Drivers) -> Answer:
    spreads = [spread(table, measure, member) for measure in told]
    sentences = [f"{m.inline} {_is(m, of)}" for m, of in zip(told, spreads, strict=True)]
    cards = tuple(KeyFigure(m.title, m.unit, (_side(m, member, of),), "") for m, of in zip(told, spreads, strict=True))
    headline = f"Under {member.title}, {joined(sentences)}."
    return Answer(headline, figures=cards, paragraphs=tuple(_deciding([member], told, drivers)))
