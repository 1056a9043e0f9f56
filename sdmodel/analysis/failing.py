"""Words such as "crisis_probability_2045 > 0.5 and regret(mean_loss) > 1" → in which runs they hold."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.outcomes import acceptable
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.terms import Outcome

_OR, _AND = (re.compile(rf"\s+{word}\s+", re.IGNORECASE) for word in ("or", "and"))
_TERM = re.compile(r"\s*(.+?)\s*(<=|>=|==|!=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")
_REGRET = re.compile(r"regret\s*\(\s*(.+?)\s*\)", re.IGNORECASE)
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Term:
    """An outcome, or the regret of a scenario in it, beyond a limit."""

    outcome: str
    limit: tuple[str, float]
    regret: bool = False

    @property
    def text(self) -> str:
        """ "regret(loss) > 0.5"."""
        name = f"regret({self.outcome})" if self.regret else self.outcome
        return f"{name} {self.limit[0]} {self.limit[1]:g}"


@dataclass(frozen=True)
class Failing:
    """What failing is: any of `groups`, in each of which all terms must hold."""

    groups: tuple[tuple[Term, ...], ...]

    @property
    def text(self) -> str:
        """The words from which it came, in one spelling."""
        return " or ".join(" and ".join(term.text for term in group) for group in self.groups)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Each term once."""
        return tuple(dict.fromkeys(term for group in self.groups for term in group))

    def holds(self, numbers: Mapping[Term, np.ndarray]) -> np.ndarray:
        """bool (future,): where it holds, from the numbers of each term."""
        true = {term: acceptable(numbers[term], term.limit) for term in self.terms}
        return np.asarray(np.any([np.all([true[term] for term in group], axis=0) for group in self.groups], axis=0))


def failing_of(text: str, outcomes: Mapping[str, Outcome]) -> Failing:
    """What the words mean: comparisons of outcomes with numbers, joined by `and` and `or` (`and` binds first).

    A time that never comes counts as later than any: "both_pillars_year > 2045" holds where it never comes.

    Raises:
        RunsError: it is no such text, or names an outcome that the study does not have.
    """
    return Failing(tuple(tuple(_term(part, text, outcomes) for part in _AND.split(group)) for group in _OR.split(text)))


def beyond(outcome: Outcome) -> Failing:
    """Not to keep to the `acceptable` limit of an outcome.

    Raises:
        RunsError: the outcome has none.
    """
    if outcome.acceptable is None:
        raise RunsError(
            f'outcome "{outcome.name}" has no acceptable limit, so nothing says what failing is. '
            f'Say it: --fails "{outcome.name} > NUMBER", or add acceptable = "<= NUMBER" to the study.'
        )
    sign, bound = outcome.acceptable
    return Failing(((Term(outcome.name, (_OPPOSITE[sign], bound)),),))


def _term(part: str, text: str, outcomes: Mapping[str, Outcome]) -> Term:
    match = _TERM.fullmatch(part)
    if match is None or not math.isfinite(float(match[3])):
        raise RunsError(
            f'cannot read "{part.strip()}" in "{text}": it must be an outcome, one of < <= > >= == != and a number, '
            'such as "peak > 0.3"; several are joined by "and" or "or"; regret(peak) is the regret in an outcome.'
        )
    inner = _REGRET.fullmatch(match[1])
    spelled = inner[1] if inner else match[1]
    known = {key(name): name for name in outcomes}
    if key(spelled) not in known:
        listed = did_you_mean(spelled, outcomes) or f" It has: {', '.join(outcomes)}."
        raise RunsError(f'"{text}": the study has no outcome "{spelled}".{listed}')
    return Term(known[key(spelled)], (match[2], float(match[3])), inner is not None)
