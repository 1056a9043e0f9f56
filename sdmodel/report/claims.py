"""The claims of a study → on the page: how many the model reproduces, which it does not, and why."""

from sdmodel.analysis.wording import joined
from sdmodel.report.text import count
from sdmodel.study.evidence.claims import counts, falling_short
from sdmodel.study.evidence.spec import ASSUMED, NOT_REPRODUCED, OUTSIDE, REPRODUCED, WEAK
from sdmodel.study.spec import Study

HEADS = ("Claim", "Words of the text", "How the model fares", "Why")
_SAID = {
    REPRODUCED: ("is reproduced", "are reproduced"),
    WEAK: ("is reproduced weakly", "are reproduced weakly"),
    NOT_REPRODUCED: ("is not reproduced", "are not reproduced"),
    ASSUMED: ("went in as an assumption and is not tested", "went in as assumptions and are not tested"),
    OUTSIDE: ("is outside of it", "are outside of it"),
}


def summary(study: Study) -> str:
    """How the claims fare, in a sentence; empty in a study without claims."""
    if not study.claims:
        return ""
    found = counts(study.claims)
    parts = [f"{number:,} {_SAID[status][number != 1]}" for status, number in found.items()]
    return f"Of {count(len(study.claims), 'claim')} of the text behind this model, {joined(parts)}."


def short(study: Study) -> list[tuple[str, ...]]:
    """(id, words, status, why) of each claim that the model does not, or hardly, reproduce; the worst first."""
    return [(one.name, f"“{one.quote}”", one.status, one.note) for one in falling_short(study.claims)]


def others(study: Study) -> list[tuple[str, ...]]:
    """The same of all other claims."""
    told = {one.name for one in falling_short(study.claims)}
    rest = [one for one in study.claims.values() if one.name not in told]
    return [(one.name, f"“{one.quote}”", one.status, one.note) for one in rest]
