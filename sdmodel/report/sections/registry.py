"""The name of a finding → how it is told on a page."""

import re
from collections.abc import Mapping
from dataclasses import replace

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.report.sections import dynamics, evidence, failing, growth, influence, moments, overlays, policies
from sdmodel.report.sections.parts import Kind, Plate, Section
from sdmodel.report.text import unbroken, upper_first

KINDS: Mapping[str, Kind] = {
    **failing.FIRST,
    **influence.KINDS,
    **dynamics.TIPPING,
    **overlays.KINDS,
    **failing.KINDS,
    **policies.KINDS,
    **moments.KINDS,
    **dynamics.LOOPS,
    **growth.KINDS,
    **evidence.KINDS,
}
ORDER = tuple(KINDS)
"""Names of findings in the order in which a page tells them."""


def section(finding: Finding, place: int = 0) -> Section:
    """The section of any finding; `place` tells several of one name on the same page apart.

    One of an unknown name has its sentence and its caveats, and no figure.
    """
    name = re.sub(r"[^a-z0-9]+", "-", finding.name.lower()).strip("-") or "finding"
    key, caveats = (f"{name}-{place}" if place else name), tuple(map(unbroken, finding.caveats))
    kind = KINDS.get(finding.name)
    if kind is None:
        return Section(
            f"finding-{key}", upper_first(finding.name.replace("_", " ")), "", finding.sentence, caveats=caveats
        )
    risky = RISK_CAVEAT in finding.caveats
    plates = tuple(_own(plate, f"{name}-{place}-{at}", risky) for at, plate in enumerate(kind.plates(finding)))
    tables = tuple(table for table in kind.tables(finding) if table.rows)
    sentence = unbroken(finding.sentence)
    return Section(key, kind.title, kind.lead, sentence, plates, tables, caveats, kind.basis(finding.table))


def _own(plate: Plate, key: str, risky: bool) -> Plate:
    """The plate under a key of its own, with the sentence on risk where the finding judges one."""
    return replace(plate, figure=replace(plate.figure, key=key, risk=plate.figure.risk or risky))
