"""A study, its model and futures → experiments: every chosen scenario in every future, one row each."""

from collections.abc import Mapping, Sequence

import xarray as xr

from sdmodel.design.asked import chosen_of, draws_of, settings_of
from sdmodel.design.futures import single_future
from sdmodel.design.rows import plan_of, table_of
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.overlay import MARK, laid_over
from sdmodel.study.spec import Setting, Study

AS_IT_STANDS = "model"
"""Label of the scenario that sets nothing."""


def experiments(
    study: Study,
    futures: xr.Dataset | None = None,
    *,
    model: Model,
    scenarios: Sequence[str] | None = None,
    shocks: Sequence[str] = (),
) -> xr.Dataset:
    """Every scenario in every future, with `shocks` laid over each scenario; default: all scenarios, one future.

    Dataset with dim `experiment` (all futures of the first scenario, then of the next …), coords `scenario` and
    `future` (experiment), and one variable for each input column: constants, controls, stocks (initial values) and
    schedule columns. Row (scenario, future) has the same draws for all scenarios (common random numbers). A scenario's
    number wins over the draw, a shock over both. The columns do not depend on which scenarios and shocks are chosen.
    For a table too large for memory give a part: `futures.isel(future=slice(0, 1000))` makes the same rows, and
    `future` keeps its number.

    Raises:
        StudyError: the study does not fit the model, or a shock cannot be joined to a scenario.
        ExperimentError: unknown scenarios, shocks or columns of `futures`, or values that are not finite.
    """
    study = bind(study, model)
    drawn = draws_of(model, single_future() if futures is None else futures)
    struck = chosen_of("shock", shocks, study.shocks)
    chosen = list(study.scenarios) if scenarios is None else chosen_of("scenario", scenarios, study.scenarios)
    if not chosen:
        raise ExperimentError("No scenario is chosen; leave `scenarios` out to take all of the study.")
    rows = {_label(name, struck): _under(study, study.scenarios[name].settings, struck) for name in chosen}
    every = [one.settings for table in (study.scenarios, study.shocks) for one in table.values()]
    plan = plan_of(model, [*every, *rows.values()], drawn.draws)
    return table_of(plan, rows, drawn, {"study": study.name})


def settings_experiment(
    model: Model,
    settings: Mapping[str, Setting],
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
) -> xr.Dataset:
    """One experiment: `settings` on top of the shocks on top of a scenario of `study` (default: the model itself).

    Names in any spelling. Same form as `experiments`, with the columns that this row needs and no others.

    Raises:
        StudyError: the study does not fit the model.
        ExperimentError: names unknown or not to be set, numbers that are not finite, a scenario without study.
    """
    if study is None and (scenario is not None or shocks):
        raise ExperimentError("Scenarios and shocks are written in a study file: name the study as well.")
    base: dict[str, Setting] = {}
    struck: list[str] = []
    label = AS_IT_STANDS
    if study is not None:
        study = bind(study, model)
        struck = chosen_of("shock", shocks, study.shocks)
        if scenario is not None:
            [label] = chosen_of("scenario", [scenario], study.scenarios)
            base = study.scenarios[label].settings
        base = _under(study, base, struck)
    row = laid_over(base, settings_of(model, settings), "Settings")
    rows = {_label(label, struck): row}
    alone = draws_of(model, single_future())
    return table_of(plan_of(model, [row], ()), rows, alone, {"study": study.name if study else ""})


def _under(study: Study, settings: dict[str, Setting], struck: list[str]) -> dict[str, Setting]:
    for name in struck:
        settings = laid_over(settings, study.shocks[name].settings, f'Shock "{name}"')
    return settings


def _label(scenario: str, struck: list[str]) -> str:
    return MARK.join([scenario, *struck])
