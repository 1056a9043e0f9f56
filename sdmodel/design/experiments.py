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
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting, Shock

AS_IT_STANDS = "model"
"""Label of the scenario that sets nothing."""


def experiments(
    study: Study,
    futures: xr.Dataset | None = None,
    *,
    model: Model,
    scenarios: Sequence[str] | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
) -> xr.Dataset:
    """Every scenario in every future, with `variants` and on top of them `shocks` laid over each scenario.

    Default: all scenarios, one future, nothing laid over them.

    Dataset with dim `experiment` (all futures of the first scenario, then of the next …), coords `scenario` and
    `future` (experiment), and one variable for each input column: constants, controls, stocks (initial values) and
    schedule columns. Row (scenario, future) has the same draws for all scenarios (common random numbers). A scenario's
    number wins over the draw, a variant over both, a shock over all. The columns do not depend on what is chosen.
    For a table too large for memory give a part: `futures.isel(future=slice(0, 1000))` makes the same rows, and
    `future` keeps its number.

    Raises:
        StudyError: the study does not fit the model, or a shock or variant cannot be joined to a scenario.
        ExperimentError: unknown scenarios, shocks, variants or columns of `futures`, or values that are not finite.
    """
    study = bind(study, model)
    drawn = draws_of(model, single_future() if futures is None else futures)
    over = _over(study, variants, shocks)
    chosen = list(study.scenarios) if scenarios is None else chosen_of("scenario", scenarios, study.scenarios)
    if not chosen:
        raise ExperimentError("No scenario is chosen; leave `scenarios` out to take all of the study.")
    rows = {_label(name, over): _under(study, study.scenarios[name].settings, over) for name in chosen}
    every = [one.settings for table in (study.scenarios, study.overlays) for one in table.values()]
    plan = plan_of(model, [*every, *rows.values()], drawn.draws)
    return table_of(plan, rows, drawn, {"study": study.name})


def settings_experiment(
    model: Model,
    settings: Mapping[str, Setting],
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
) -> xr.Dataset:
    """One experiment: `settings` on top of shocks on variants on a scenario of `study` (default: the model itself).

    Names in any spelling. Same form as `experiments`, with the columns that this row needs and no others.

    Raises:
        StudyError: the study does not fit the model.
        ExperimentError: names unknown or not to be set, numbers that are not finite, a scenario without study.
    """
    if study is None and (scenario is not None or shocks or variants):
        raise ExperimentError("Scenarios, shocks and variants are written in a study file: name the study as well.")
    base: dict[str, Setting] = {}
    over: list[str] = []
    label = AS_IT_STANDS
    if study is not None:
        study = bind(study, model)
        over = _over(study, variants, shocks)
        if scenario is not None:
            [label] = chosen_of("scenario", [scenario], study.scenarios)
            base = study.scenarios[label].settings
        base = _under(study, base, over)
    row = laid_over(base, settings_of(model, settings), "Settings")
    rows = {_label(label, over): row}
    alone = draws_of(model, single_future())
    return table_of(plan_of(model, [row], ()), rows, alone, {"study": study.name if study else ""})


def _over(study: Study, variants: Sequence[str], shocks: Sequence[str]) -> list[str]:
    """Names of what is laid over the scenarios, from below."""
    return [*chosen_of("variant", variants, study.variants), *chosen_of("shock", shocks, study.shocks)]


def _under(study: Study, settings: dict[str, Setting], over: list[str]) -> dict[str, Setting]:
    for name in over:
        one = study.overlays[name]
        settings = laid_over(settings, one.settings, f'{"Shock" if isinstance(one, Shock) else "Variant"} "{name}"')
    return settings


def _label(scenario: str, over: list[str]) -> str:
    return MARK.join([scenario, *over])
