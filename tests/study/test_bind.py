"""Binding gives a study the model's own names, or tells all that does not fit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.expr import Apply, Ref
from sdmodel.model.model import Constant, Model
from sdmodel.study.bind import bind
from sdmodel.study.file import read_study
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.terms import Scenario, Schedule, Setting

Write = Callable[[str], Path]
HEAD = 'model = "small.mdl"\nbaseline = "a"\n[scenarios.a]\n'


def complaint(write: Write, model: Model, text: str) -> str:
    study = read_study(write(text))
    with pytest.raises(StudyError) as caught:
        bind(study, model)
    return str(caught.value)


def test_names_are_replaced_by_those_of_the_model(write: Write, model: Model, study_text: str) -> None:
    spelled = study_text.replace('"tariff goal"', '"Tariff_Goal"').replace('"suspicion"', '"SUSPICION"')
    spelled = spelled.replace('"confirmation bias"', "Confirmation_Bias")
    study = bind(read_study(write(spelled)), model)
    assert list(study.scenarios["managed"].settings) == ["tariff goal", "export control"]
    assert study.uncertainties["confirmation bias"].name == "confirmation bias"
    assert study.outcomes["loss"].variable == "suspicion"
    assert study.figures == ("suspicion",)


def test_units_of_outcomes_come_from_the_model(write: Write, model: Model, study_text: str) -> None:
    outcomes = bind(read_study(write(study_text)), model).outcomes
    assert {name: one.unit for name, one in outcomes.items()} == {
        "loss": "Index*Year",
        "peak": "",
        "in_2030": "Index",
        "calm": "Year",
    }


def test_the_integral_of_a_dimensionless_variable_has_the_unit_of_time(write: Write, model: Model) -> None:
    plain = replace(model["suspicion"], unit="Dmnl")
    text = HEAD + '[outcomes.x]\nvariable = "suspicion"\nreduce = "integral"\n'
    assert bind(read_study(write(text)), model.replaced([plain])).outcomes["x"].unit == "Year"


def test_binding_twice_changes_nothing(write: Write, model: Model, study_text: str) -> None:
    study = bind(read_study(write(study_text)), model)
    assert bind(study, model) == study


def test_stocks_and_controls_may_be_set_to_numbers(write: Write, model: Model) -> None:
    study = bind(read_study(write(HEAD + 'suspicion = 0.1\n"time step" = 0.5\nsaveper = 1\n')), model)
    assert study.scenarios["a"].settings == {"suspicion": 0.1, "TIME STEP": 0.5, "SAVEPER": 1.0}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"tarif goal" = 1', 'line 4, [scenarios.a], key "tarif goal": the model has no such constant'),
        ('"tarif goal" = 1', 'Did you mean "tariff goal"?'),
        ("zzz = 1", '"sdmodel inspect" lists'),
        ('"" = 1', "the model has no such constant"),
        ("threat = 1", 'is computed by "confirmation bias * export control". Set what it reads instead: "confirmation'),
        ('"effect table" = 1', "is a table (lookup)"),
        ("suspicion = { start = 1 }", '"suspicion" is a stock: a number sets its initial value'),
        ('"TIME STEP" = { start = 1 }', "is a control of the run"),
        ('"tariff goal" = 1.5', '1.5 is outside the limits that the model gives "tariff goal": 0 to 1 Dmnl'),
        ('"tariff goal" = { start = -1, step = { at = 2025, value = 2 } }', "-1 is outside the limits"),
        ('"tariff goal" = { start = -1, step = { at = 2025, value = 2 } }', "2 is outside the limits"),
        ('"tariff goal" = { pulse = 0.6, at = 2025, width = 2 }', "1.1 is outside the limits"),
        ('"tariff goal" = { table = [[2020, 0], [2025, 3]] }', "3 is outside the limits"),
        ('"tariff goal" = { ramp = { from = 2020, to = 2025, value = 3 } }', "3 is outside the limits"),
        ('"tariff goal" = { step = { at = 2205, value = 1 } }', "never happens: the run ends at 2040"),
        ('"tariff goal" = 1\nTariff_Goal = 0', '"tariff goal" is set twice here'),
        ("[shocks.b]\nthreat = 1", 'line 5, [shocks.b], key "threat"'),
        ('[uncertainties.threat]\ndistribution = "uniform"\nlow = 0\nhigh = 1', "[uncertainties.threat]: "),
        ('[uncertainties."tariff goal"]\ndistribution = "uniform"\nlow = 0\nhigh = 2', "2 is outside the limits"),
        ('[uncertainties."tariff goal"]\ndistribution = "categorical"\nvalues = [0, 3]', "3 is outside the limits"),
        (
            '[uncertainties.a]\ndistribution = "categorical"\nvalues = [0]\n',
            "[uncertainties.a]: the model has no such constant",
        ),
        (
            '[uncertainties."tariff goal"]\ndistribution = "categorical"\nvalues = [0]\n'
            '[uncertainties.Tariff_goal]\ndistribution = "categorical"\nvalues = [1]\n',
            "is uncertain twice",
        ),
        ('[outcomes.x]\nvariable = "suspicon"\nreduce = "max"', 'line 5, [outcomes.x], key "variable": '),
        ('[outcomes.x]\nvariable = "suspicon"\nreduce = "max"', 'Did you mean "suspicion"?'),
        ('[outcomes.x]\nvariable = "effect table"\nreduce = "max"', "is a table (lookup): it has no course in time"),
        ('[outcomes.x]\nvariable = "tariff goal"\nreduce = "max"', "is a constant that follows no schedule"),
        ('[outcomes.x]\nvariable = "suspicion"\nreduce = { at = 2041 }', "at 2041: the run ends at 2040"),
        ('[outcomes.x]\nvariable = "suspicion"\nreduce = { at = 2019 }', "at 2019: the run starts at 2020"),
        ('"FINAL TIME" = 2030\n[outcomes.x]\nvariable = "suspicion"\nreduce = { at = 2035 }', "the run ends at 2030"),
        ('[report]\nfigures = ["suspicio"]', 'line 5, [report], key "figures": the model has no variable "suspicio"'),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(write: Write, model: Model, line: str, words: str) -> None:
    assert words in complaint(write, model, HEAD + line + "\n")


@pytest.mark.parametrize(("every", "words"), [(0.1, "not a whole number of time steps"), (30, "longer than the run")])
def test_the_saving_interval_must_fit_the_run(write: Write, model: Model, every: float, words: str) -> None:
    assert words in complaint(write, model, f"save_every = {every}\n{HEAD}")


def test_all_that_does_not_fit_is_told_at_once(write: Write, model: Model) -> None:
    text = HEAD + 'a = 1\nb = 1\n[outcomes.x]\nvariable = "y"\nreduce = { at = 1 }\n'
    assert len(complaint(write, model, text).splitlines()) == 4


def test_a_constant_that_follows_a_schedule_can_be_drawn(write: Write, model: Model) -> None:
    text = (
        HEAD
        + '"tariff goal" = { step = { at = 2025, value = 1 } }\n[outcomes.x]\nvariable = "tariff_goal"\nreduce = "mean"'
    )
    assert bind(read_study(write(text)), model).outcomes["x"].variable == "tariff goal"


def test_times_that_an_equation_decides_are_not_judged(write: Write, model: Model) -> None:
    free = replace(model, variables=tuple(one for one in model.variables if one.name != "FINAL TIME"))
    text = HEAD + '[outcomes.x]\nvariable = "suspicion"\nreduce = { at = 9999 }'
    assert bind(read_study(write(text)), free).outcomes["x"].time == 9999


def test_a_long_equation_is_cut_in_the_message(write: Write, model: Model) -> None:
    long = replace(model["threat"], text="x + " * 200, equation=Apply("add", (Ref("suspicion"), Ref("suspicion"))))
    assert len(complaint(write, model.replaced([long]), HEAD + "threat = 1")) < 300


def test_limits_may_be_open_at_one_side(write: Write, model: Model) -> None:
    open_above = Constant(name="tariff goal", value=1.0, limits=(0.0, None))
    bound = bind(read_study(write(HEAD + '"tariff goal" = 1000')), model.replaced([open_above]))
    assert bound.scenarios["a"].settings == {"tariff goal": 1000.0}
    assert "0 to ∞" in complaint(write, model.replaced([open_above]), HEAD + '"tariff goal" = -1')


RAMP, STEP, PULSE = (2021.0, 2025.0, 0.1), (2025.0, 1.0), (2026.0, 1.5, 0.3)


@pytest.mark.parametrize(
    ("below", "above", "joined"),
    [
        (0.3, 0.9, 0.9),
        (Schedule(ramp=RAMP), 0.9, 0.9),
        (0.3, Schedule(pulse=PULSE), Schedule(start=0.3, pulse=PULSE)),
        (0.3, Schedule(start=0.0, pulse=PULSE), Schedule(start=0.0, pulse=PULSE)),
        (Schedule(start=0.2, ramp=RAMP), Schedule(pulse=PULSE), Schedule(start=0.2, ramp=RAMP, pulse=PULSE)),
        (Schedule(start=0.2, ramp=RAMP), Schedule(step=STEP), Schedule(start=0.2, ramp=RAMP, step=STEP)),
        (Schedule(start=0.2, ramp=RAMP), Schedule(start=0.0, step=STEP), Schedule(start=0.0, step=STEP)),
        (
            Schedule(table=((1.0, 1.0), (2.0, 2.0))),
            Schedule(pulse=PULSE),
            Schedule(table=((1.0, 1.0), (2.0, 2.0)), pulse=PULSE),
        ),
    ],
)
def test_a_shock_replaces_or_joins_what_the_scenario_does(below: Setting, above: Setting, joined: Setting) -> None:
    assert laid_over({"X": below, "Y": 1.0}, {"X": above}, "shock") == {"X": joined, "Y": 1.0}


@pytest.mark.parametrize(
    ("below", "above"),
    [
        (Schedule(pulse=PULSE), Schedule(pulse=PULSE)),
        (Schedule(step=STEP), Schedule(step=STEP)),
        (Schedule(pulse=PULSE), Schedule(step=STEP)),
        (Schedule(ramp=RAMP), Schedule(ramp=RAMP)),
    ],
)
def test_courses_that_cannot_be_joined_are_refused(below: Schedule, above: Schedule) -> None:
    with pytest.raises(StudyError, match=r'shock, lever "X": its .* cannot be joined'):
        laid_over({"X": below}, {"X": above}, "shock")


def test_a_study_made_in_code_is_named_in_errors(model: Model) -> None:
    study = Study("made", "", Path("small.mdl"), "a", {"a": Scenario("a", "", {"gaol": 1.0})})
    with pytest.raises(StudyError, match=r'^made, \[scenarios.a\], key "gaol"'):
        bind(study, model)
