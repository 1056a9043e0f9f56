"""Stored runs with outcomes → what every analysis of a given sample needs: inputs that vary, outcomes, by scenario."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.correlated import correlation_caveat
from sdmodel.analysis.wording import outcome_title, scenario_title
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO, check, codes, lost, named, require, values
from sdmodel.study.spec import Study


@dataclass(frozen=True)
class Samples:
    """`inputs` [run, input] and `results` [run, outcome] with their names.

    `rows` [run] of each of the `scenarios` that are looked at; `lost` [run, outcome] where an outcome failed, which is
    NaN there; it may be elsewhere, too (a time that never came).
    """

    inputs: np.ndarray
    results: np.ndarray
    input_names: tuple[str, ...]
    outcome_names: tuple[str, ...]
    scenarios: tuple[str, ...]
    rows: tuple[np.ndarray, ...]
    lost: np.ndarray

    def each(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Inputs and results of each scenario."""
        return ((self.inputs[rows], self.results[rows]) for rows in self.rows)

    def correlation(self, what: str) -> str:
        """The caveat on inputs that are correlated in a scenario's futures, with `what` that means; or ""."""
        told = (correlation_caveat(self.input_names, self.inputs[rows], what) for rows in self.rows)
        return next((one for one in told if one), "")

    def titled(self, table: xr.Dataset, study: Study) -> xr.Dataset:
        """The table with coordinates `outcome_title` and `scenario_title`."""
        outcomes = [
            outcome_title(study.outcomes[name]) if name in study.outcomes else name for name in self.outcome_names
        ]
        scenarios = [scenario_title(study, name) for name in self.scenarios]
        return table.assign_coords(outcome_title=(OUTCOME, outcomes), scenario_title=(SCENARIO, scenarios))


def samples(
    study: Study, runs: xr.Dataset, *, outcomes: Iterable[str] | None = None, scenario: str | None = None
) -> Samples:
    """What `runs` hold; inputs are the study's uncertainties and whatever else varies within a scenario.

    Raises:
        RunsError: an outcome, a scenario or an uncertainty is not in the runs, or nothing varies.
    """
    check(runs)
    names = list(study.outcomes if outcomes is None else outcomes)
    require(runs, names, OUTCOME, f'"outcomes" adds the outcomes of study "{study.name}" to its runs.')
    if not names:
        raise RunsError(f'study "{study.name}" has no outcomes: add a table [outcomes.<name>] to its file.')
    labels, coded = codes(runs[SCENARIO].values)
    chosen = _chosen(study, labels, scenario)
    columns = {name: values(runs, name).astype(float) for name in named(runs, INPUT)}
    inputs = _inputs(study, columns, coded)
    results = np.column_stack([values(runs, name).astype(float) for name in names])
    return Samples(
        np.column_stack([columns[name] for name in inputs]),
        results,
        tuple(inputs),
        tuple(names),
        tuple(chosen),
        tuple(np.flatnonzero(coded == labels.index(label)) for label in chosen),
        np.column_stack([lost(runs, name) for name in names]),
    )


def patterns(results: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Outcomes that share their missing futures are worked out together: which futures [run], which outcomes."""
    sound = np.isfinite(results)
    for pattern in np.unique(sound, axis=1).T:
        yield pattern, (sound == pattern[:, None]).all(axis=0)


def _chosen(study: Study, labels: Sequence[str], scenario: str | None) -> list[str]:
    """The scenarios to look at, in the order of the study."""
    if scenario is not None and scenario not in labels:
        raise RunsError(f'the runs hold no scenario "{scenario}".{did_you_mean(scenario, labels)}')
    if scenario is not None:
        return [scenario]
    return [*(name for name in study.scenarios if name in labels), *(n for n in labels if n not in study.scenarios)]


def _inputs(study: Study, columns: dict[str, np.ndarray], coded: np.ndarray) -> list[str]:
    """Columns of the study's uncertainties (for a scheduled one its start), then others that vary within a scenario."""
    wanted, missing = [], []
    for name in study.uncertainties:
        there = [column for column in (name, f"{name} @ start") if column in columns]
        wanted += there
        missing += [] if there else [f'"{name}"']
    if missing:
        raise RunsError(f'the runs lack uncertain inputs of study "{study.name}": {", ".join(missing)}. Run it again.')
    first = np.unique(coded, return_index=True)[1][coded]
    varying = [name for name, column in columns.items() if (column != column[first]).any()]
    found = list(dict.fromkeys([*wanted, *varying]))
    if not found:
        raise RunsError("no input varies within a scenario: sensitivity needs runs over many futures.")
    return found
