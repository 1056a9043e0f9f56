"""Runs of one scenario → inputs of each future, and in which of them it fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.discovery.peeling import CATEGORY, REAL, WHOLE
from sdmodel.analysis.failing import Failing, Term
from sdmodel.analysis.payoffs import Met, met, payoffs, split
from sdmodel.analysis.robustness.regret import regrets
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean, key
from sdmodel.runs.schema import FUTURE, INPUT, OUTCOME, SCENARIO, check, failed, named, require, values
from sdmodel.study.spec import Study

_START = " @ start"
_KINDS = {"categorical": CATEGORY, "integer": WHOLE}


@dataclass(frozen=True)
class Cases:
    """`inputs` (future, input) with `names` and `kinds`, `fails` bool (future,); `lost` futures have no answer."""

    scenario: str
    names: tuple[str, ...]
    kinds: np.ndarray
    inputs: np.ndarray
    fails: np.ndarray
    lost: int


def cases(study: Study, runs: xr.Dataset, scenario: str, failing: Failing) -> Cases:
    """Inputs and failures of all futures in which the scenario ran to its end.

    Raises:
        RunsError: the runs lack the scenario or an outcome, or no input varies.
    """
    check(runs)
    require(runs, [term.outcome for term in failing.terms], OUTCOME, "Sweep again with a study that has it.")
    label = chosen_scenario(study, runs, scenario)
    rows = np.flatnonzero(runs[SCENARIO].values.astype(str) == label)
    numbers = {term: _numbers(study, runs, term, rows, label) for term in failing.terms}
    sound = np.all([~np.isnan(column) for column in numbers.values()], axis=0)
    names, inputs = varied(runs, rows[sound])
    told = [study.uncertainties.get(name.removesuffix(_START)) for name in names]
    kinds = np.array([_KINDS.get(one.distribution, REAL) if one else REAL for one in told])
    fails = failing.holds({term: column[sound] for term, column in numbers.items()})
    return Cases(label, tuple(names), kinds, inputs, fails, int((~sound).sum()))


def chosen_scenario(study: Study, runs: xr.Dataset, asked: str) -> str:
    """The label of the runs that is meant, in any spelling; without one the baseline, or the first there is."""
    labels = list(dict.fromkeys(map(str, runs[SCENARIO].values)))
    if not asked:
        return study.baseline if study.baseline in labels else labels[0]
    found = {key(label): label for label in labels}.get(key(asked))
    if found is None:
        near = did_you_mean(asked, labels) or f" They hold: {', '.join(labels)}."
        raise RunsError(f'the runs hold no scenario "{asked}".{near}')
    return found


def _numbers(study: Study, runs: xr.Dataset, term: Term, rows: np.ndarray, label: str) -> np.ndarray:
    """The number of a term in each of `rows`; NaN where there is none, inf for a time that never comes."""
    if term.regret:
        return _regret(study, runs, term.outcome, rows, label)
    numbers = values(runs, term.outcome).astype(float)[rows]
    if study.outcomes[term.outcome].reduce != "first":
        return np.asarray(numbers)
    return np.asarray(np.where(np.isnan(numbers) & ~failed(runs)[rows], np.inf, numbers))


def _regret(study: Study, runs: xr.Dataset, name: str, rows: np.ndarray, label: str) -> np.ndarray:
    where: Met = met(study, runs, [name])
    scenario, theory = split(study, label)
    if scenario not in where.scenarios or theory not in where.theories:
        raise RunsError(f'there is no regret of "{label}": not every scenario was run under its theory.')
    regret = regrets(payoffs(study, runs, name, where).losses)
    own = regret[where.scenarios.index(scenario), where.theories.index(theory)]
    of_future = dict(zip(where.futures.tolist(), own, strict=True))
    return np.array([of_future.get(int(future), np.nan) for future in runs[FUTURE].values[rows]])


def varied(runs: xr.Dataset, rows: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The inputs that differ from future to future, and their values (future, input)."""
    columns: Sequence[tuple[str, np.ndarray]] = [(name, values(runs, name)[rows]) for name in named(runs, INPUT)]
    varied = [(name, column.astype(float)) for name, column in columns if len(column) and (column != column[0]).any()]
    if not varied:
        raise RunsError("no input differs from future to future: conditions of failing need runs in many futures.")
    return [name for name, _ in varied], np.column_stack([column for _, column in varied])
