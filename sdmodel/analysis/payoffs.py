"""Runs with outcomes → one outcome by (scenario, theory, future), so that scenarios meet under the same conditions.

A run labelled `managed + lock_in` is the scenario `managed` under the theory `lock_in`; what is laid over no scenario
is the theory OWN. A shock counts as a theory of the world, too: somebody else sets it.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.pairs import Pairs, pairs
from sdmodel.analysis.wording import joined, outcome_title, share
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean
from sdmodel.runs.schema import OUTCOME, check, failed, require, values
from sdmodel.study.overlay import MARK
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

OWN = "own"
"""The theory of the study itself, with nothing laid over its scenarios."""
THEORY = "theory"


@dataclass(frozen=True)
class Met:
    """Which scenarios meet: `rows` (scenario, theory, future) are experiments; `futures` are the numbers of futures.

    Only futures in which every scenario ran to its end under every theory; `lost` counts the others. `left` names
    theories under which some scenario did not run.
    """

    scenarios: tuple[str, ...]
    theories: tuple[str, ...]
    futures: np.ndarray
    rows: np.ndarray
    lost: int
    left: tuple[str, ...]


@dataclass(frozen=True)
class Payoffs:
    """`numbers` (scenario, theory, future) of an outcome, finite or, for a first time that never came, inf."""

    outcome: Outcome
    numbers: np.ndarray
    unit: str

    @property
    def losses(self) -> np.ndarray:
        """The numbers turned so that less is better; RunsError when the study does not say what is better."""
        if not self.outcome.better:
            raise RunsError(
                f'the study does not say whether a lower or a higher "{self.outcome.name}" is better. '
                f'Add better = "lower" (or "higher") to [outcomes.{self.outcome.name}], and sweep again.'
            )
        return self.numbers if self.outcome.better == "lower" else -self.numbers


def split(study: Study, label: str) -> tuple[str, str]:
    """The scenario of a label and the theory that it is under."""
    if label in study.scenarios:
        return label, OWN
    scenario, _, theory = label.partition(MARK)
    return scenario, theory or OWN


def theory_title(study: Study, theory: str) -> str:
    """ "the study's own theory", or the titles of what is laid over the scenarios."""
    if theory == OWN:
        return "the study's own theory"
    return joined([study.overlays[name].title if name in study.overlays else name for name in theory.split(MARK)])


def met(study: Study, runs: xr.Dataset, names: list[str]) -> Met:
    """Scenarios, theories and futures in which all outcomes `names` can be compared.

    Raises:
        RunsError: outcomes are missing, there is one scenario only, or no future in which all scenarios ran.
    """
    check(runs)
    require(runs, names, OUTCOME, f'"outcomes" adds the outcomes of study "{study.name}" to its runs.')
    found = pairs(runs, study.scenarios)
    placed = {split(study, label): place for place, label in enumerate(found.scenarios)}
    scenarios = list(dict.fromkeys(scenario for scenario, _ in placed))
    theories = list(dict.fromkeys(theory for _, theory in placed))
    whole = [theory for theory in theories if all((scenario, theory) in placed for scenario in scenarios)]
    if len(scenarios) < 2 or not whole:
        raise RunsError(
            "robustness compares scenarios that meet under the same theory in the same futures, and these runs hold no "
            'two such scenarios. Sweep at least two, each under the same theories: "sdmodel sweep STUDY".'
        )
    rows = found.rows[[[placed[scenario, theory] for theory in whole] for scenario in scenarios]]
    sound = _sound(study, runs, names, found)[[[placed[s, t] for t in whole] for s in scenarios]].all(axis=(0, 1))
    if not sound.any():
        raise RunsError(
            "there is no future in which every scenario ran to its end. Sweep again, all scenarios at once."
        )
    left = tuple(theory for theory in theories if theory not in whole)
    return Met(tuple(scenarios), tuple(whole), found.futures[sound], rows[..., sound], int((~sound).sum()), left)


def payoffs(study: Study, runs: xr.Dataset, name: str, where: Met) -> Payoffs:
    """The outcome of that name where scenarios meet."""
    outcome = study.outcomes[name]
    numbers = values(runs, name).astype(float)[where.rows]
    if outcome.reduce == "first":
        numbers = np.where(np.isnan(numbers), np.inf, numbers)
    return Payoffs(outcome, numbers, str(runs[name].attrs.get("units", "")))


def notes(study: Study, where: Met) -> tuple[str, ...]:
    """Caveats on what is not counted, and on how theories are weighed."""
    lost, left = where.lost, [f'"{theory_title(study, theory)}"' for theory in where.left]
    total = lost + len(where.futures)
    return (
        f"A future is left out where a run of any scenario failed: {share(lost, total)}." if lost else "",
        f"Not every scenario was run under {joined(left)}, which is left out." if left else "",
        "Theories have no probabilities: each is told by itself, and the worst of them counts."
        if len(where.theories) > 1
        else "",
    )


def asked_outcomes(study: Study, asked: list[str] | None) -> list[str]:
    """The outcomes to judge by: those asked for; else cost and risk; else the first that says what is better.

    Raises:
        RunsError: one is unknown, or the study has none that says what is better.
    """
    for name in asked or ():
        if name not in study.outcomes:
            raise RunsError(f'the study has no outcome "{name}".{did_you_mean(name, study.outcomes)}')
    if asked:
        return list(dict.fromkeys(asked))
    main = [name for name in dict.fromkeys((study.cost_outcome, study.risk_outcome)) if name in study.outcomes]
    found = [name for name in main or study.outcomes if study.outcomes[name].better]
    if not found:
        raise RunsError('no outcome of the study says what is better. Add better = "lower" or "higher" to one of them.')
    return found if main else found[:2]


def outcome_titles(study: Study, names: list[str]) -> list[str]:
    """Their titles."""
    return [outcome_title(study.outcomes[name]) for name in names]


def _sound(study: Study, runs: xr.Dataset, names: list[str], found: Pairs) -> np.ndarray:
    """bool (label, future): ran to the end, and has a value of each outcome; a first time need not come."""
    sound = found.present & ~found.spread(failed(runs)).astype(bool)
    for name in names:
        if study.outcomes[name].reduce != "first":
            sound &= np.isfinite(found.spread(values(runs, name).astype(float)))
    return np.asarray(sound)
