"""Experiments are every scenario in every future; who sets an input wins in a fixed order."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sdmodel.design.experiments import experiments, settings_experiment
from sdmodel.design.grid import one_at_a_time
from sdmodel.design.sequences import sobol
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.study.schedules import NEVER, scheduled
from sdmodel.study.spec import Study
from sdmodel.study.terms import Scenario, Schedule


def rows(table: xr.Dataset, scenario: str) -> xr.Dataset:
    return table.isel(experiment=np.flatnonzero(table["scenario"].values == scenario))


def test_each_scenario_meets_each_future(study: Study, model: Model) -> None:
    table = experiments(study, sobol(study, 5, seed=7), model=model)
    assert dict(table.sizes) == {"experiment": 20}
    assert table["experiment"].values.tolist() == list(range(20))
    assert table["scenario"].values.tolist() == [name for name in study.scenarios for _ in range(5)]
    assert table["future"].values.tolist() == list(range(5)) * 4
    assert table.attrs == {"design": "sobol", "seed": 7, "study": "cost"}
    assert all(table[name].dtype == np.float64 and table[name].dims == ("experiment",) for name in table.data_vars)


def test_all_scenarios_share_the_draws_of_a_future(study: Study, model: Model) -> None:
    futures = sobol(study, 5, seed=7)
    table = experiments(study, futures, model=model)
    for scenario in ("status_quo", "managed", "later"):
        assert (rows(table, scenario)["bias"].values == futures["bias"].values).all()
    for scenario in ("status_quo", "managed"):
        assert (rows(table, scenario)["control @ start"].values == futures["control"].values).all()


def test_a_scenario_wins_over_the_draw_and_a_shock_over_the_scenario(study: Study, model: Model) -> None:
    futures = sobol(study, 5, seed=7)
    table = experiments(study, futures, model=model, scenarios=["fixed"])
    assert set(table["control @ start"].values) == {0.8}
    assert set(table["bias"].values) == {0.1}
    assert set(table["goal"].values) == {0.5}
    struck = experiments(study, futures, model=model, scenarios=["fixed"], shocks=["panic"])
    assert set(struck["bias"].values) == {1.0}
    assert set(struck["scenario"].values) == {"fixed + panic"}


def test_rows_that_follow_no_schedule_are_neutral(study: Study, model: Model) -> None:
    futures = sobol(study, 3, seed=7)
    quiet = rows(experiments(study, futures, model=model), "status_quo")
    draw = futures["control"].values
    assert (quiet["control @ ramp value"].values == draw).all()
    assert (quiet["control @ step value"].values == draw).all()
    assert set(quiet["control @ step at"].values) == {NEVER}
    assert set(quiet["control @ pulse height"].values) == {0.0}
    assert "control" not in quiet


def test_the_columns_make_one_model_for_all_rows(study: Study, model: Model) -> None:
    table = experiments(study, model=model)
    changed = scheduled(model, map(str, table.data_vars))
    assert set(map(str, table.data_vars)) - {"goal", "bias"} <= set(changed.constants)


def test_the_columns_do_not_depend_on_what_is_chosen(study: Study, model: Model) -> None:
    every = experiments(study, model=model)
    some = experiments(study, model=model, scenarios=["fixed"], shocks=["panic"])
    assert list(every.data_vars) == list(some.data_vars)
    both = xr.concat([every, some], dim="experiment", join="exact", combine_attrs="override")
    assert both.sizes["experiment"] == 5


def test_a_shock_pulses_on_top_of_the_course_of_the_scenario(study: Study, model: Model) -> None:
    table = experiments(study, model=model, shocks=("pandemic",))
    ramped = rows(table, "managed + pandemic")
    assert float(ramped["control @ ramp value"][0]) == 0.1
    assert float(ramped["control @ pulse height"][0]) == 0.3
    assert float(rows(table, "fixed + pandemic")["control @ start"][0]) == 0.8


def test_several_shocks_strike_together(study: Study, model: Model) -> None:
    table = experiments(study, model=model, scenarios=["status_quo"], shocks=["pandemic", "panic"])
    assert table["scenario"].values.tolist() == ["status_quo + pandemic + panic"]
    with pytest.raises(StudyError, match="cannot be joined"):
        experiments(study, model=model, shocks=["pandemic", "embargo"])


def test_a_part_of_the_futures_makes_the_same_rows(study: Study, model: Model) -> None:
    futures = sobol(study, 40, seed=7)
    whole = experiments(study, futures, model=model, shocks=["pandemic"])
    part = experiments(study, futures.isel(future=slice(10, 25)), model=model, shocks=["pandemic"])
    assert part["future"].values.tolist() == list(range(10, 25)) * 4
    same = whole.isel(experiment=np.flatnonzero(np.isin(whole["future"].values, np.arange(10, 25))))
    xr.testing.assert_identical(part, same.assign_coords(experiment=part["experiment"]))


def test_an_unbound_study_is_bound_and_checked(study: Study, model: Model) -> None:
    loose = replace(study, scenarios={"status_quo": Scenario("status_quo", "", {"GOAL": 0.1})})
    assert float(experiments(loose, model=model)["goal"][0]) == 0.1
    wrong = replace(study, scenarios={"status_quo": Scenario("status_quo", "", {"gaol": 0.1})})
    with pytest.raises(StudyError, match="gaol"):
        experiments(wrong, model=model)


def test_no_futures_is_one_future_of_the_model_itself(study: Study, model: Model) -> None:
    table = experiments(study, model=model, scenarios=["status_quo"])
    assert dict(table.sizes) == {"experiment": 1}
    assert float(table["control @ start"][0]) == 0.2


def test_what_moves_in_each_future_goes_along(study: Study, model: Model) -> None:
    table = experiments(study, one_at_a_time(study, model, 2), model=model)
    assert table["varied"].values.tolist() == ["", "control", "control", "bias", "bias"] * 4


def with_stock(study: Study, name: str, **others: float) -> Study:
    scenarios = {"plain": Scenario("plain", "", dict(others)), "set": Scenario("set", "", {name: 0.9})}
    return replace(study, scenarios=scenarios, shocks={}, baseline="plain")


def test_a_stock_that_is_not_set_starts_where_the_model_starts_it(study: Study, model: Model) -> None:
    assert experiments(with_stock(study, "fear"), model=model)["fear"].values.tolist() == [0.3, 0.9]
    assert experiments(with_stock(study, "trust"), model=model)["trust"].values.tolist() == [0.7, 0.9]


def test_a_stock_that_starts_from_a_constant_follows_it_where_only_that_is_set(study: Study, model: Model) -> None:
    table = experiments(with_stock(study, "trust", **{"start of trust": 0.1}), model=model)
    assert table["trust"].values.tolist() == [0.1, 0.9]
    futures = xr.Dataset({"start of trust": ("future", [0.2, 0.3])})
    table = experiments(with_stock(study, "trust"), futures, model=model)
    assert table["trust"].values.tolist() == [0.2, 0.3, 0.9, 0.9]


def test_a_stock_that_starts_from_an_equation_must_be_set_everywhere(study: Study, model: Model) -> None:
    with pytest.raises(ExperimentError, match='Scenario "plain" does not set "debt"'):
        experiments(with_stock(study, "debt"), model=model)
    assert experiments(with_stock(study, "debt", debt=2.0), model=model)["debt"].values.tolist() == [2.0, 0.9]
    scheduled_start = with_stock(study, "trust")
    course = Scenario("plain", "", {"start of trust": Schedule(start=1.0)})
    with pytest.raises(ExperimentError, match='does not set "trust"'):
        experiments(replace(scheduled_start, scenarios=scheduled_start.scenarios | {"plain": course}), model=model)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"scenarios": ["managd"]}, 'no scenario "managd". Did you mean "managed"?'),
        ({"scenarios": ["zzz"]}, "It has: status_quo, managed, fixed, later"),
        ({"scenarios": ["managed", "Managed"]}, 'scenario "managed" is asked for twice'),
        ({"scenarios": []}, "No scenario is chosen"),
        ({"shocks": ["pandemc"]}, 'no shock "pandemc". Did you mean "pandemic"?'),
    ],
)
def test_unknown_scenarios_and_shocks_are_told(study: Study, model: Model, asked: dict, words: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        experiments(study, model=model, **asked)
    assert words in str(caught.value)


def test_one_scenario_may_be_given_as_a_plain_word(study: Study, model: Model) -> None:
    assert set(experiments(study, model=model, scenarios="managed")["scenario"].values) == {"managed"}


@pytest.mark.parametrize(
    ("futures", "words"),
    [
        (xr.Dataset({"bias": ("future", [0.1, np.nan])}), "finite numbers only"),
        (xr.Dataset({"bias": ("future", [0.1, np.inf])}), "finite numbers only"),
        (xr.Dataset({"bias": ("future", ["a", "b"])}), "must hold numbers"),
        (xr.Dataset({"bais": ("future", [0.1])}), 'no input "bais". Did you mean "bias"?'),
        (xr.Dataset({"threat": ("future", [0.1])}), 'is computed by "bias * control"'),
        (xr.Dataset({"bias": ("future", [0.1]), "Bias": ("future", [0.1])}), "twice, in two spellings"),
        (xr.Dataset({"bias": (("future", "x"), [[0.1]])}), 'the one dimension "future"'),
        (xr.Dataset({"bias": ("row", [0.1])}), 'need the dimension "future"'),
        (xr.Dataset({"bias": ("future", [0.1])}, coords={"future": ["a"]}), 'coordinate "future": must hold numbers'),
    ],
)
def test_futures_that_the_model_cannot_take_are_refused(
    study: Study, model: Model, futures: xr.Dataset, words: str
) -> None:
    with pytest.raises(ExperimentError) as caught:
        experiments(study, futures, model=model)
    assert words in str(caught.value)


def test_a_table_made_by_hand_needs_no_numbers_of_futures(study: Study, model: Model) -> None:
    table = experiments(study, xr.Dataset({"BIAS": ("future", [0.1, 0.2])}), model=model, scenarios=["status_quo"])
    assert table["future"].values.tolist() == [0, 1]
    assert table["bias"].values.tolist() == [0.1, 0.2]


def test_settings_make_one_experiment(model: Model) -> None:
    table = settings_experiment(model, {"Goal": 0.9, "time_step": 0.5})
    assert {str(name): table[name].values.tolist() for name in table.data_vars} == {"TIME STEP": [0.5], "goal": [0.9]}
    assert table["scenario"].values.tolist() == ["model"]
    assert table.attrs == {"design": "single", "seed": 0, "study": ""}


def test_settings_win_over_shocks_and_scenario(model: Model, study: Study) -> None:
    table = settings_experiment(model, {"goal": 0.1}, study, "managed", ["panic"])
    assert (float(table["goal"][0]), float(table["bias"][0])) == (0.1, 1.0)
    assert float(table["control @ ramp value"][0]) == 0.1
    assert table["scenario"].values.tolist() == ["managed + panic"]
    assert "control @ step at" not in table


def test_shocks_may_strike_the_model_as_it_stands(model: Model, study: Study) -> None:
    table = settings_experiment(model, {}, study, shocks=["panic"])
    assert table["scenario"].values.tolist() == ["model + panic"]
    assert float(table["bias"][0]) == 1.0


def test_nothing_set_is_still_one_experiment(model: Model) -> None:
    assert dict(settings_experiment(model, {}).sizes) == {"experiment": 1}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gaol": 1.0}, 'no input "gaol". Did you mean "goal"?'),
        ({"threat": 1.0}, "is computed by"),
        ({"fear": Schedule(start=1.0)}, '"fear" is a stock'),
        ({"goal": float("nan")}, "finite"),
        ({"goal": 1.0, "GOAL": 2.0}, "set twice"),
    ],
)
def test_settings_that_the_model_cannot_take_are_refused(model: Model, settings: dict, words: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        settings_experiment(model, settings)
    assert words in str(caught.value)


@pytest.mark.parametrize("asked", [{"scenario": "managed"}, {"shocks": ["panic"]}])
def test_scenarios_need_a_study(model: Model, asked: dict) -> None:
    with pytest.raises(ExperimentError, match="name the study"):
        settings_experiment(model, {}, **asked)
