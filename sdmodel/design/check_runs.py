"""Reality checks and futures → experiments: every run of every check in every future, runs that are alike only once."""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from sdmodel.design.asked import draws_of
from sdmodel.design.futures import single_future
from sdmodel.design.rows import plan_of, table_of
from sdmodel.model.model import Model
from sdmodel.study.checks.spec import Check, CheckRun
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting


@dataclass(frozen=True)
class CheckRows:
    """The different runs that checks need: `settings` by label; `labels` has the label of each (check, run)."""

    settings: Mapping[str, Mapping[str, Setting]]
    labels: Mapping[tuple[str, str], str]


def check_rows(study: Study, checks: Mapping[str, Check]) -> CheckRows:
    """The rows of `checks`; one that several of them need has the label of the first: "RC05 base".

    Raises:
        StudyError: settings cannot be joined to the schedule that a scenario or shock gives to the same lever.
    """
    settings: dict[str, Mapping[str, Setting]] = {}
    labels: dict[tuple[str, str], str] = {}
    seen: dict[frozenset[tuple[str, Setting]], str] = {}
    for check in checks.values():
        for name, run in check.runs.items():
            row = settings_of_run(study, run, f'Check "{check.name}", run "{name}"')
            label = seen.setdefault(frozenset(row.items()), f"{check.name} {name}")
            settings.setdefault(label, row)
            labels[check.name, name] = label
    return CheckRows(settings, labels)


def settings_of_run(study: Study, run: CheckRun, who: str) -> dict[str, Setting]:
    """What `run` sets: its scenario, under variants and shocks, under its own settings; `who` names it in errors."""
    row = dict(study.scenarios[run.scenario or study.baseline].settings)
    for name in run.overlays:
        row = laid_over(row, study.overlays[name].settings, f'{who}: "{name}"')
    return laid_over(row, run.settings, who)


def check_experiments(study: Study, model: Model, rows: CheckRows, futures: xr.Dataset | None = None) -> xr.Dataset:
    """Each of `rows` in every future (default: one, with the model's own numbers), as `experiments` makes them.

    Row (label, future) has the same draws for all labels; what a run sets wins over the draw. `study` is bound.

    Raises:
        ExperimentError: a row does not set what others set, and the model gives it no number.
    """
    drawn = draws_of(model, single_future() if futures is None else futures)
    every = [one.settings for one in (*study.scenarios.values(), *study.overlays.values())]
    plan = plan_of(model, [*every, *rows.settings.values()], drawn.draws)
    return table_of(plan, rows.settings, drawn, {"study": study.name})
