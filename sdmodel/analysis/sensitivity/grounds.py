"""A study and the drivers of an outcome → how much of them rests on judgement, in a sentence."""

from collections.abc import Iterable, Sequence

import xarray as xr

from sdmodel.analysis.wording import plain_input
from sdmodel.runs.schema import INPUT
from sdmodel.study.evidence.parameters import resting
from sdmodel.study.spec import Study

STRONGEST = 10
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def strongest(one: xr.Dataset) -> list[str]:
    """The inputs of a sensitivity table of one outcome and scenario that move it at all, the strongest first."""
    index = one["first_order"].fillna(-1).values
    order = [place for place in index.argsort(kind="stable")[::-1] if index[place] > 0]
    return [plain_input(str(one[INPUT].values[place])) for place in order]


def on_judgement(study: Study, drivers: Iterable[tuple[str, Sequence[str]]]) -> str:
    """How many uncertainties rest on judgement, and how many of the strongest `drivers` of outcomes, by their titles.

    Empty for a study without a table of parameters: then nobody has told what its numbers rest on.
    """
    every = resting(study)
    if not every:
        return ""
    parts = [f"{every.told()[:1].upper()}{every.told()[1:]}"]
    for title, names in drivers:
        chosen = [name for name in names if name in study.uncertainties][:STRONGEST]
        of_these = resting(study, chosen)
        if of_these and of_these.total > 1:
            done = "all do" if of_these.judged == of_these.total else _does(of_these.judged)
            parts.append(f"of the {_WORDS[of_these.total]} strongest drivers of “{title}” {done}")
    return f"{'; '.join(parts)}."


def _does(number: int) -> str:
    return f"{_WORDS[number]} {'does' if number == 1 else 'do'}" if number else "none does"
