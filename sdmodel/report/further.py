"""Findings that have no place of their own on the page → its further sections, each caveat told once.

A caveat of one finding stands in its section. What several have in common, and what the page says of its risks, stands
with the limits of the model at the end.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.report.figures.figure import Figure
from sdmodel.report.sections import ORDER, Section, section
from sdmodel.report.text import unbroken

OWN_PLACE = ("comparison", "sensitivity", "loops", "calibration", "reality")
"""Findings for which the page has a section made for them."""
PLACES = ("decisions", "loops", "evidence")
_PLACE = {"dominance": "loops", "elasticity": "loops", "posterior": "evidence", "structure": "evidence"}


@dataclass(frozen=True)
class Further:
    """A section, where on the page it stands, and those of its caveats that are told there."""

    section: Section
    place: str
    caveats: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures of the section."""
        return self.section.figures


def more_sections(findings: Sequence[Finding], said: Iterable[str] = ()) -> tuple[Further, ...]:
    """The sections in the order of the page; those of unknown names come last. What is `said` elsewhere is left out."""
    rank = {name: place for place, name in enumerate(ORDER)}
    chosen = sorted((one for one in findings if one.name not in OWN_PLACE), key=lambda o: rank.get(o.name, len(rank)))
    seen: Counter[str] = Counter()
    found = []
    for finding in chosen:
        found.append((_PLACE.get(finding.name, PLACES[0]), section(finding, seen[finding.name])))
        seen[finding.name] += 1
    common = {*_common(one for _, one in found), RISK_CAVEAT, *map(unbroken, said)}
    return tuple(Further(one, place, tuple(c for c in one.caveats if c not in common)) for place, one in found)


def shared(further: Iterable[Further]) -> list[str]:
    """The caveats that no section tells."""
    return _common(one.section for one in further)


def _common(sections: Iterable[Section]) -> list[str]:
    counted = Counter(caveat for one in sections for caveat in dict.fromkeys(one.caveats))
    return [caveat for caveat, times in counted.items() if times > 1 and caveat != RISK_CAVEAT]
