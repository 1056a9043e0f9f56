"""Runs of several scenarios, in many futures, under rival theories → which scenario is robust, by which criterion.

Each theory is judged by itself, and a scenario by the theory under which it does worst: nobody knows which one is true,
and no theory has a probability. What resampling the futures would change is told with every number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.payoffs import (
    THEORY,
    Met,
    Payoffs,
    asked_outcomes,
    met,
    notes,
    outcome_titles,
    payoffs,
    theory_title,
)
from sdmodel.analysis.robustness.pareto import non_dominated, share_of_futures
from sdmodel.analysis.robustness.regret import PERCENT, high, largest, mean, regrets
from sdmodel.analysis.robustness.satisficing import kept, satisficing
from sdmodel.analysis.robustness.words import Verdict, sentence
from sdmodel.analysis.wording import caveats, scenario_title
from sdmodel.runs.schema import OUTCOME, SCENARIO
from sdmodel.study.spec import Study

NAME = "robustness"
CRITERION, BOUND = "criterion", "bound"
BOUNDS = (0.025, 0.975)
DIMS = (OUTCOME, SCENARIO, THEORY)
Measure = Callable[[np.ndarray], np.ndarray]
_OF_REGRET: dict[str, tuple[Measure, str]] = {
    "max_regret": (largest, "largest regret over futures"),
    "high_regret": (high, f"regret that {PERCENT} % of the futures do not exceed"),
    "mean_regret": (mean, "mean regret over futures"),
}
_OF_LOSS: dict[str, tuple[Measure, str]] = {
    "mean": (lambda numbers: np.asarray(numbers.mean(axis=-1)), "mean over futures"),
    "sd": (lambda numbers: _deviation(numbers), "standard deviation over futures"),
}
CRITERIA = ("high_regret", "max_regret", "mean_regret", "mean")
SATISFICING = "satisficing"


@dataclass(frozen=True)
class _Judged:
    """A measure of each scenario under each theory (scenario, theory), and on each resample (resample, …)."""

    value: np.ndarray
    again: np.ndarray

    def bounds(self) -> np.ndarray:
        """(bound, scenario, theory): ends of the 95 % interval."""
        return np.asarray(np.quantile(self.again, BOUNDS, axis=0, method="nearest"))

    def verdict(self, criterion: str, outcome: str, *, most: bool = False) -> Verdict:
        """The scenario that is best under the theory worst for it, and in which share of resamples it stays so."""
        sign = -1.0 if most else 1.0
        worst, again = (sign * self.value).max(axis=-1), (sign * self.again).max(axis=-1)
        best = np.flatnonzero(worst == worst.min())
        stays = (again[:, best[0]] <= again.min(axis=-1)).mean() if len(again) else np.nan
        return Verdict(criterion, outcome, tuple(map(int, best)), float(sign * worst.min()), float(stays), worst)


def robustness(
    study: Study, runs: xr.Dataset, *, outcomes: list[str] | None = None, resamples: int = 200, seed: int = 0
) -> Finding:
    """The finding "robustness" of all scenarios in `outcomes` (default: cost and risk).

    Dims (outcome, scenario, theory), in the unit of each outcome: max_regret, high_regret (90 %), mean_regret, mean,
    sd, each with (…, bound) of a 95 % bootstrap interval over futures. Dims (scenario, theory): satisficing, the share
    of futures that keep to all limits of the study; pareto_median, pareto_share, the Pareto front of the outcomes by
    medians and over futures. Dims (criterion, outcome): winner, worst_case (its value under the theory worst for it),
    decided (share of resamples with the same winner).

    Raises:
        RunsError: an outcome is unknown or does not say what is better, or no two scenarios meet.
    """
    names = asked_outcomes(study, outcomes)
    limits = {name: one.acceptable for name, one in study.outcomes.items() if one.acceptable}
    limited = list(limits)
    where = met(study, runs, list(dict.fromkeys([*names, *limited])))
    drawn = _drawn(len(where.futures), resamples, seed)
    table = xr.Dataset(
        coords={OUTCOME: names, SCENARIO: list(where.scenarios), THEORY: list(where.theories), BOUND: ["low", "high"]},
        attrs={"study": study.name, "futures": len(where.futures), "resamples": resamples, "seed": seed},
    )
    judged = [payoffs(study, runs, name, where) for name in names]
    verdicts = _by_outcome(table, judged, drawn)
    if limited:
        within = kept([payoffs(study, runs, name, where) for name in limited])
        verdicts.append(_satisficing(table, within, drawn))
        table.attrs["limits"] = [
            f"{name} {' '.join(map(str, study.outcomes[name].acceptable or ()))}" for name in limited
        ]
    _fronts(table, judged)
    _verdicts(table, verdicts, judged, where)
    titles = [scenario_title(study, name) for name in where.scenarios]
    table = table.assign_coords(
        title=(SCENARIO, titles),
        theory_title=(THEORY, [theory_title(study, theory) for theory in where.theories]),
        outcome_title=(OUTCOME, outcome_titles(study, names)),
        units=(OUTCOME, [one.unit for one in judged]),
    )
    own = (*notes(study, where), *_notes(limited))
    return Finding(NAME, table, sentence(table, verdicts), caveats(study, [one.outcome for one in judged], *own))


def _drawn(futures: int, resamples: int, seed: int) -> np.ndarray:
    """(resample, future): which futures are in each resample; the same for all scenarios and theories."""
    return np.random.default_rng(seed).integers(futures, size=(resamples, futures), dtype=np.int32)


def _measured(numbers: np.ndarray, measure: Measure, drawn: np.ndarray) -> _Judged:
    value = measure(numbers)
    again = [measure(numbers[..., rows]) for rows in drawn]
    return _Judged(value, np.array(again).reshape(-1, *value.shape))


def _by_outcome(table: xr.Dataset, judged: Sequence[Payoffs], drawn: np.ndarray) -> list[Verdict]:
    """Adds regrets, means and deviations of each outcome to `table`; the verdicts on them."""
    columns: dict[str, list[_Judged]] = {name: [] for name in (*_OF_REGRET, *_OF_LOSS)}
    for one in judged:
        regret = regrets(one.losses)
        for name, (measure, _) in _OF_REGRET.items():
            columns[name].append(_measured(regret, measure, drawn))
        for name, (measure, _) in _OF_LOSS.items():
            columns[name].append(_measured(one.losses, measure, drawn))
    for name, (_, words) in (_OF_REGRET | _OF_LOSS).items():
        signs = _signs(judged) if name == "mean" else np.ones((len(judged), 1, 1))
        table[name] = (DIMS, signs * np.array([one.value for one in columns[name]]), {"long_name": words})
        ends = np.moveaxis(np.array([one.bounds() for one in columns[name]]), 1, -1)
        table[f"{name}_bounds"] = ((*DIMS, BOUND), np.sort(signs[..., None] * ends, axis=-1))
    table["mean_sd_front"] = (DIMS, _mean_sd(columns), {"long_name": "no scenario has a better mean and a smaller sd"})
    ranked = [name for name in CRITERIA if name in columns]
    return [columns[name][place].verdict(name, one.outcome.name) for place, one in enumerate(judged) for name in ranked]


def _signs(judged: Sequence[Payoffs]) -> np.ndarray:
    """(outcome, 1, 1): what turns a loss into the outcome again."""
    return np.array([1.0 if one.outcome.better == "lower" else -1.0 for one in judged]).reshape(-1, 1, 1)


def _mean_sd(columns: dict[str, list[_Judged]]) -> np.ndarray:
    """Whether a scenario is on the front of mean and deviation of an outcome, under each theory."""
    return np.array([non_dominated([m.value, s.value]) for m, s in zip(columns["mean"], columns["sd"], strict=True)])


def _satisficing(table: xr.Dataset, within: np.ndarray, drawn: np.ndarray) -> Verdict:
    found = _measured(within, satisficing, drawn)
    words = {"long_name": "share of futures that keep to all limits of the study"}
    table[SATISFICING] = ((SCENARIO, THEORY), found.value, words)
    table[f"{SATISFICING}_bounds"] = ((SCENARIO, THEORY, BOUND), np.moveaxis(found.bounds(), 0, -1))
    return found.verdict(SATISFICING, "", most=True)


def _fronts(table: xr.Dataset, judged: Sequence[Payoffs]) -> None:
    """Adds the Pareto front of the outcomes to `table`, where there are two or more; medians and scenarios on it."""
    medians = np.array([np.quantile(one.losses, 0.5, axis=-1, method="inverted_cdf") for one in judged])
    table["median"] = (DIMS, _signs(judged) * medians, {"long_name": "median over futures"})
    if len(judged) > 1:
        table["pareto_median"] = ((SCENARIO, THEORY), non_dominated(list(medians)))
        table["pareto_share"] = ((SCENARIO, THEORY), share_of_futures([one.losses for one in judged]))


def _verdicts(table: xr.Dataset, verdicts: Sequence[Verdict], judged: Sequence[Payoffs], where: Met) -> None:
    """Adds winner, worst_case and decided to `table`; one that asks all outcomes stands under the first."""
    better = {one.outcome.name: one.outcome.better for one in judged}
    names, criteria = list(better), list(dict.fromkeys(one.criterion for one in verdicts))
    shape = (len(criteria), len(names))
    winner, numbers = np.full(shape, "", dtype=object), np.full((2, *shape), np.nan)
    for one in verdicts:
        cell = (criteria.index(one.criterion), names.index(one.outcome) if one.outcome else 0)
        sign = (
            -1.0 if one.criterion == "mean" and table["mean"].sel({OUTCOME: one.outcome}).min() * one.worst < 0 else 1.0
        )
        winner[cell] = ", ".join(where.scenarios[place] for place in one.best)
        numbers[(slice(None), *cell)] = sign * one.worst, one.decided
    table[CRITERION] = criteria
    table["winner"] = ((CRITERION, OUTCOME), winner.astype(str))
    for name, column in zip(("worst_case", "decided"), numbers, strict=True):
        table[name] = ((CRITERION, OUTCOME), column)


def _deviation(numbers: np.ndarray) -> np.ndarray:
    """The standard deviation over futures; NaN where a time never comes in some."""
    with np.errstate(invalid="ignore"):
        return np.asarray(numbers.std(axis=-1))


def _notes(limited: Sequence[str]) -> tuple[str, ...]:
    regret = "Regret is to the best of the scenarios that were run: another one may change it."
    return (regret, "" if limited else "The study sets no acceptable limits, so nothing is said of satisficing.")
