"""The check before a model is used: what it says of sound models, and of each thing that may be wrong."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel.engine import compiled, crosscheck
from sdmodel.errors import EngineMismatch, ModelError
from sdmodel.pipeline.preflight import inspection as module
from sdmodel.pipeline.preflight.inspection import preflight
from sdmodel.pipeline.preflight.table_use import outside, uses
from sdmodel.pipeline.preflight.trials import by_another_method, by_half_the_step, compared
from sdmodel.read import read
from sdmodel.read.equivalents import equivalents

SKETCH = "\\\\\\---/// Sketch\n///---\\\\\\\n:L\x7f<%^E!@\n"
DRAIN = ("s = INTEG(-s/lag, 100) ~ Person ~", "lag = 2 ~ Month ~")


def _levels(found, check):
    return [(one.level, one.variable) for one in found.remarks if one.check == check]


def test_a_sound_model_has_notes_at_most(mdl):
    """All checks in their order, and progress of each."""
    told = []
    path = mdl(*DRAIN, "seen = s * 2 ~ Person ~", step=0.015625)
    found = preflight(path, progress=lambda *now: told.append(now))
    assert found.sound
    assert [one.check for one in found.checks] == [
        *("reading", "units", "unused", "run", "lookups", "time step", "integration", "PySD"),
    ]
    assert [(one.level, one.variable) for one in found.remarks] == [("note", "seen")]
    assert sum(done for _, done, _ in told) == told[0][2]


def test_a_missing_file_is_asked_wrongly(tmp_path):
    """No finding: an error."""
    with pytest.raises(ModelError, match="no such file"):
        preflight(tmp_path / "none.mdl")


def test_what_cannot_be_read_is_one_error_each(mdl):
    """Variable, line and reason; nothing else is checked."""
    found = preflight(mdl("a = 1", "b = FIND ZERO(a)", "c = NOSUCHTHING(a)"))
    assert not found.sound
    assert [(one.level, one.variable, one.line) for one in found.remarks] == [("error", "b", 7), ("error", "c", 12)]
    assert [one.check for one in found.checks] == ["reading"]


def test_text_that_is_no_model_is_one_error(tmp_path):
    path = tmp_path / "empty.mdl"
    path.write_text("nothing")
    (remark,) = preflight(path).remarks
    assert remark.level == "error"
    assert "no equation found" in remark.message


def test_units_that_do_not_fit_are_warnings_and_numbers_notes(mdl):
    """A synonym mends the one that is none."""
    path = mdl(*DRAIN, "x = s + 5 ~ Person ~", "y = s ~ Head ~", "z = s ~ (Person ~", step=0.015625)
    found = preflight(path, pysd=False)
    assert _levels(found, "units") == [("note", "x"), ("warning", "y"), ("note", "z")]
    assert _levels(preflight(path, pysd=False, synonyms=[("Person", "Head")]), "units") == [
        ("note", "x"),
        ("note", "z"),
    ]


def test_units_that_the_file_itself_calls_the_same(mdl):
    """Vensim's list of equivalents is at the end of the file."""
    path = mdl(*DRAIN, "y = s ~ Head ~", step=0.015625, tail=f"{SKETCH}22:Person,Head\n22:Day,Days\n")
    assert preflight(path, pysd=False).sound
    assert equivalents(path.read_text()) == (("Person", "Head"), ("Day", "Days"))
    xmile = '<model_units><unit name="People"><eqn/><alias>person</alias></unit><unit name="J"><eqn>N*m</eqn></unit>'
    assert equivalents(xmile) == (("People", "person"), ("J", "N*m"))


def test_an_input_that_nothing_reads_is_a_warning(mdl):
    found = preflight(mdl(*DRAIN, "idle = 1 ~ Dmnl ~", step=0.015625), pysd=False)
    assert _levels(found, "unused") == [("warning", "idle")]
    assert not found.sound


def test_a_run_that_fails_is_an_error_with_its_cause(mdl):
    """Variable and time; what needs a run is not tried."""
    found = preflight(mdl("gap = 2 - Time", "x = 1/gap", "s = INTEG(x, 0)"))
    (remark,) = [one for one in found.remarks if one.level == "error"]
    assert '"x" is inf at time 2' in remark.message
    assert [one.check for one in found.checks][-1] == "run"


def test_a_lookup_that_is_left_is_told_with_first_time_value_and_range(mdl):
    """By the variable that reads it; the model is not disturbed."""
    path = mdl("t((1,1),(3,9))", "x = t(Time * 2)", "y = t(2)", "s = INTEG(x, 0)", start=1, stop=4, step=0.5)
    model = read(path)
    (one,) = outside(model)
    assert (one.table, one.reader.name, one.value, one.low, one.high, one.time) == ("t", "x", 4, 1, 3, 2)
    assert len(uses(model)) == 2
    found = preflight(path, pysd=False)
    assert _levels(found, "lookups") == [("warning", "x")]
    message = next(one.message for one in found.remarks if one.check == "lookups")
    assert 'lookup "t" is read at 4, outside 1 to 3, first at time 2;' in message


def test_a_lookup_in_a_branch_that_is_not_taken_is_not_read(mdl):
    """Nor where it goes on in a line; one that is read at Time alone is a note, as data are."""
    model = read(
        mdl("t((0,0),(2,9))", "x = IF THEN ELSE(Time > 2, 7, t(Time))", "y = IF THEN ELSE(Time > 2, t(Time * 1), 0)")
    )
    assert [one.reader.name for one in outside(model)] == ["y"]
    found = preflight(mdl("x = WITH LOOKUP(Time, ((0,0),(2,9)))"), pysd=False)
    assert _levels(found, "lookups") == [("note", "x")]


def test_a_lookup_inside_a_delay_is_told_of_its_variable(mdl):
    """The stages of a delay are hidden."""
    found = preflight(mdl("t((0,0),(2,9))", "x = SMOOTH(t(Time * 1), 4)"), pysd=False)
    assert _levels(found, "lookups") == [("warning", "x")]


def test_a_time_step_that_is_too_large(mdl):
    """ds/dt = -s/2 from 100 to 4: after 2 months 25 is left with steps of 1, 31.64 with half of them."""
    model = read(mdl(*DRAIN))
    (moved, *_) = by_half_the_step(model, compared(model))
    assert (moved.variable, moved.is_stock, moved.time) == ("s", True, 2)
    assert (moved.before, moved.after) == (25, 100 * 0.75**4)
    assert moved.share == pytest.approx((100 * 0.75**4 - 25) / 93.75)
    other, moved = by_another_method(model, ("s",))
    assert other == "rk4"
    assert moved[0].after == pytest.approx(100 * np.exp(-moved[0].time / 2), rel=1e-3)
    found = preflight(mdl(*DRAIN), pysd=False)
    assert _levels(found, "time step") == [("warning", "s")]
    assert _levels(found, "integration") == [("note", "s")]


def test_an_auxiliary_that_only_switches_at_another_step_is_a_note(mdl):
    """What moves no stock is no error of integration."""
    found = preflight(mdl("s = INTEG(1, 0)", "x = PULSE(0.5, 0.1)", stop=4), pysd=False)
    assert {one.level for one in found.remarks if one.check == "time step"} <= {"note"}
    assert found.sound


def test_a_difference_from_pysd_is_a_warning(mdl, monkeypatch):
    """With the engines' own message."""

    def wrong(*_, **__):
        raise EngineMismatch("the engines disagree")

    monkeypatch.setattr(module, "agreement", wrong)
    found = preflight(mdl(*DRAIN, step=0.015625))
    assert [(one.level, one.message) for one in found.remarks] == [("warning", "the engines disagree")]


def test_a_model_that_pysd_cannot_run_is_a_note(mdl, monkeypatch):
    """Its reason is passed on, and the model is sound for all that."""
    from sdmodel.errors import ExperimentError

    def unable(*_, **__):
        raise ExperimentError("PySD cannot translate this model")

    monkeypatch.setattr(crosscheck.reference, "simulate", unable)
    found = preflight(mdl(*DRAIN, step=0.015625))
    assert found.sound
    assert [one.message for one in found.remarks] == ["PySD cannot translate this model"]


def test_known_faults_of_pysd_are_notes(mdl):
    """They are told where the model meets them."""
    found = preflight(mdl("x = 2.6", "y = SMOOTHI(x, 400, 1)", "s = INTEG(y, 0)", step=0.0625))
    assert [(one.level, one.variable) for one in found.remarks if one.check == "PySD"] == [("note", "y")]
    assert next(one for one in found.checks if one.check == "PySD").sentence.startswith("agrees on 3 variables")


def test_a_check_changes_nothing_in_the_model(mdl):
    """Runs before and after are the same, bit for bit."""
    path = mdl("t((0,0),(9,9))", "x = t(s)", "s = INTEG(x + 1, 0)")
    before = compiled.simulate(read(path))["s"].values
    preflight(path, pysd=False)
    np.testing.assert_array_equal(compiled.simulate(read(path))["s"].values, before)


@pytest.mark.parametrize("name", ["core_spiral", "lotka_volterra", "richardson"])
def test_models_that_come_along_are_sound(name):
    """Notes at most."""
    assert preflight(Path(__file__).parents[2] / "models" / f"{name}.mdl").sound


def test_units_inside_a_macro_are_those_of_what_it_is_called_with(mdl):
    """A macro tells them by the names of its parameters."""
    macro = ":MACRO: SETTLE(input, lag)\nSETTLE = INTEG((input - SETTLE)/lag, input) ~ input ~|\n:END OF MACRO:\n"
    text = mdl(*DRAIN, "slow = SETTLE(s, lag) ~ Person ~", step=0.015625).read_text(encoding="utf-8")
    path = mdl("a = 1").with_name("macro.mdl")
    path.write_text(text.replace("{UTF-8}\n", "{UTF-8}\n" + macro), encoding="utf-8")
    assert _levels(preflight(path, pysd=False), "units") == []


def test_steps_in_a_number_of_months_have_no_unit(mdl):
    """A number may stand for a length of time."""
    found = preflight(mdl("n = INTEGER(4/TIME STEP + 0.5) ~ Dmnl ~"), pysd=False)
    assert _levels(found, "units") == []


def test_a_random_number_between_numbers_may_have_any_unit(mdl):
    """As a number alone may."""
    found = preflight(
        mdl("use = RANDOM UNIFORM(0.2, 0.5, 1) ~ kWh ~", "near = RANDOM NORMAL(0, 9, 5, 1, 2) ~ kWh ~"), pysd=False
    )
    assert _levels(found, "units") == []
