"""Numbers, shares and names → the English words of a finding."""

import math
from collections.abc import Sequence

from sdmodel.study.overlay import layers_of
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

RISK_CAVEAT = "Risk is an index conditional on the model: it orders scenarios, it is not a forecast."
_YEARS = ("year", "years", "yr")


def plain_input(column: str) -> str:
    """An input as the model names it: that of a scheduled constant is where its course starts."""
    return column.removesuffix(" @ start")


def number(value: float, unit: str = "", *, of_time: bool = False) -> str:
    """Three significant digits and the unit: "0.631", "12,300 %"; times and years as they are: "2033.5"."""
    if not math.isfinite(value):
        return "never" if of_time else "not known"
    if of_time:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if unit.casefold() in _YEARS and 1000 <= value < 3000:
        return number(value, of_time=True)
    digits = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
    return digits if unit.casefold() in ("", "dmnl", "dimensionless", "1") else f"{digits} {unit}"


def share(count: int, total: int, noun: str = "futures") -> str:
    """ "in 97 % of 1,000 futures"; all and none only when it is all or none."""
    if total == 0:
        return f"in no common {noun.removesuffix('s')}"
    if count in (0, total):
        if total == 1:
            return f"{'' if count else 'not '}in the only {noun.removesuffix('s')}"
        return f"in {'all' if count else 'none'} of {total:,} {noun}"
    percent = 100.0 * count / total
    rounded = f"{percent:.0f}" if 0.5 < percent < 99.5 else f"{percent:.1f}" if 0.05 < percent < 99.95 else ""
    return f"in {rounded} % of {total:,} {noun}" if rounded else f"in {count:,} of {total:,} {noun}"


def joined(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def percent(part: float) -> str:
    """ "37 %"; 100 % only of what is all of it, and 0 % only of what is none."""
    if not math.isfinite(part):
        return "not known"
    if not 0 < part < 1 or 0.005 < part < 0.995:
        return f"{100 * part:.0f} %"
    if 0.0005 < part < 0.9995:
        return f"{100 * part:.1f} %"
    return "more than 99.9 %" if part > 0.5 else "less than 0.1 %"


def counted(amount: int, noun: str) -> str:
    """ "1 future", "1,000 futures"."""
    return f"{amount:,} {noun}{'' if amount == 1 else 's'}"


def quoted_title(study: Study, label: str) -> str:
    """The title of a scenario inside a sentence: a title such as Nothing is then not taken for a word of it."""
    return f'"{scenario_title(study, label)}"'


def scenario_title(study: Study, label: str) -> str:
    """The title of a scenario, with those of what is laid over it: "Status quo drift with Lock-in and Pandemic"."""
    if label in study.scenarios:
        return study.scenarios[label].title or label
    scenario, over = layers_of(label)
    if not over or any(name not in study.overlays for name in over):
        return label
    return f"{scenario_title(study, scenario)} with {joined([overlay_title(study, name) for name in over])}"


def overlay_title(study: Study, name: str) -> str:
    """The title of a shock or variant, or its name in plain spelling."""
    return (study.overlays[name].title if name in study.overlays else "") or name.replace("_", " ")


def outcome_title(outcome: Outcome) -> str:
    """The title of an outcome, or its name in plain spelling."""
    return outcome.title or outcome.name.replace("_", " ")


def caveats(study: Study, outcomes: Sequence[Outcome], *own: str) -> tuple[str, ...]:
    """The caveats of the study, that of risk where a risk is among `outcomes`, and the analysis's `own`, each once."""
    risk = [RISK_CAVEAT] if any(outcome.risk for outcome in outcomes) else []
    return tuple(dict.fromkeys((*study.caveats, *risk, *(text for text in own if text))))


def failures(failed: int, total: int) -> str:
    """The caveat that some runs are not counted; empty when all are."""
    if not failed:
        return ""
    return f"{failed:,} of {total:,} runs failed (their numbers left the finite range) and are not counted."
