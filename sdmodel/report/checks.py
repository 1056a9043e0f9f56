"""The finding "reality" → the section "Reality checks": who holds where, the weakest first, and a figure for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.finding import NAME, verdicts_of
from sdmodel.analysis.reality.verdicts import Verdict
from sdmodel.analysis.wording import joined
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.reality import CheckFigure, reality
from sdmodel.report.text import count, share, within

OFTEN = 0.9  # a check that holds in fewer futures is named in the first lines and stands in the first table
NAMED = 8  # checks named in a sentence at most
HEADS = ("Check", "Statement", "Futures in which it holds", "95 % interval", "Model's own numbers", "Claims tested")


@dataclass(frozen=True)
class Row:
    """A line of the table; `figure` is the key of its figure, empty where nothing is drawn."""

    name: str
    statement: str
    share: str
    interval: str
    holds: bool
    claims: str
    figure: str


@dataclass(frozen=True)
class Checks:
    """What the template shows: `weak` are the checks that fail or hold in few futures, `sound` the others."""

    sentence: str
    weak: tuple[Row, ...]
    sound: tuple[Row, ...]
    drawn: tuple[CheckFigure, ...]
    caveats: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures of the section."""
        return tuple(one.figure for one in self.drawn)


def checks(findings: Sequence[Finding]) -> Checks | None:
    """The section, or None when no reality checks are among the findings."""
    finding = next((one for one in findings if one.name == NAME), None)
    if finding is None:
        return None
    ordered = sorted(verdicts_of(finding), key=_strength)
    drawn = tuple(sorted(reality(finding), key=lambda one: _strength(one.verdict)))
    keys = {one.verdict.name: one.figure.key for one in drawn}
    rows = [(_row(verdict, keys.get(verdict.name, "")), _is_weak(verdict)) for verdict in ordered]
    weak, sound = (tuple(row for row, weak in rows if weak is side) for side in (True, False))
    return Checks(_sentence(ordered), weak or sound, sound if weak else (), drawn, finding.caveats)


def state(verdict: Verdict) -> str:
    """ "holds in 52 % of futures": a check in a few words."""
    if not verdict.holds:
        return "fails"
    return f"holds {within(verdict.share, 'futures')}" if verdict.futures else "holds"


def _strength(verdict: Verdict) -> tuple[bool, float]:
    """Those that fail come first, then those that hold in the fewest futures."""
    return verdict.holds, verdict.share if verdict.futures else 1.0


def _is_weak(verdict: Verdict) -> bool:
    return not verdict.holds or (verdict.futures > 0 and verdict.share < OFTEN)


def _row(verdict: Verdict, figure: str) -> Row:
    told = ("–", "–")
    if verdict.futures:
        told = (share(verdict.share), f"{share(verdict.low)} – {share(verdict.high)}")
    return Row(verdict.name, verdict.statement, *told, verdict.holds, ", ".join(verdict.claims), figure)


def _sentence(ordered: Sequence[Verdict]) -> str:
    """How many hold with the model's own numbers, in how many always, and which least often."""
    fail = [one.name for one in ordered if not one.holds]
    held = f"{len(ordered) - len(fail):,} of {len(ordered):,}" if fail else f"All {len(ordered):,}"
    told = f"{held} hold with the model's own numbers"
    told += f"; {joined(fail)} {'fails' if len(fail) == 1 else 'fail'}." if fail else "."
    tried = [one for one in ordered if one.futures]
    if not tried:
        return told
    always = sum(one.held == one.futures for one in tried)
    told += f" Hold in all of {count(tried[0].futures, 'future')}: {always:,} of {len(tried):,}."
    seldom = sorted((one for one in tried if one.share < OFTEN), key=lambda one: one.share)
    if not seldom:
        return told
    names = joined([f"{one.name} ({share(one.share)})" for one in seldom[:NAMED]])
    below = f"{len(seldom):,} {'holds' if len(seldom) == 1 else 'hold'} in less than {share(OFTEN)}"
    return f"{told} Of the others, {below}; least often: {names}."
