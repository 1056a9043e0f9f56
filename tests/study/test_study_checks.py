"""Tables of reality checks are read, bound to the model, and told to be wrong with file, line, table and key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.checks.spec import CheckRun, Course
from sdmodel.study.file import read_study
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule

Write = Callable[[str], Path]
CHECK = """
[checks.RC1]
statement = "If controls tighten, then suspicion rises"
kind = "structure"
claims = ["C16"]
runs.tight = { scenario = "managed", shock = "pandemic", set = { "Tariff_Goal" = 0.8 } }
runs.base = { }
expect = ["end(tight, 'SUSPICION') > end(base, 'suspicion')", "at(base, 'threat', 2030) < 1"]
draw = ["THREAT"]
"""


def read(write: Write, study_text: str, check: str = CHECK) -> Study:
    return read_study(write(study_text + check))


def complaint(write: Write, model: Model, text: str) -> str:
    with pytest.raises(StudyError) as caught:
        bind(read_study(write(text)), model)
    return str(caught.value)


def test_a_check_is_read_with_its_runs(write: Write, study_text: str) -> None:
    check = read(write, study_text).checks["RC1"]
    assert (check.kind, check.claims) == ("structure", ("C16",))
    assert check.runs["tight"] == CheckRun("managed", ("pandemic",), {"Tariff_Goal": 0.8})
    assert check.runs["base"] == CheckRun("status_quo")
    assert check.times == (2030.0,)


def test_binding_gives_the_names_of_the_model(write: Write, study_text: str, model: Model) -> None:
    bound = bind(read(write, study_text), model)
    check = bound.checks["RC1"]
    assert check.runs["tight"].settings == {"tariff goal": 0.8}
    assert (check.variables, check.drawn) == (("suspicion", "threat"), ("threat",))
    assert all(node.name in ("suspicion", "threat") for node in check.nodes() if isinstance(node, Course))
    assert bind(bound, model) == bound


def test_without_draw_the_variables_of_the_expectations_are_drawn(write: Write, study_text: str, model: Model) -> None:
    study = bind(read(write, study_text, CHECK.replace('draw = ["THREAT"]\n', "")), model)
    assert study.checks["RC1"].drawn == ("suspicion", "threat")


def test_a_run_may_follow_a_schedule_and_its_lever_be_read(write: Write, study_text: str, model: Model) -> None:
    text = CHECK.replace('"Tariff_Goal" = 0.8', '"tariff goal" = { start = 0.1, step = { at = 2025, value = 0.5 } }')
    text = text.replace("at(base, 'threat', 2030) < 1", "end(tight, 'tariff goal') = 0.5")
    check = bind(read(write, study_text, text), model).checks["RC1"]
    assert isinstance(check.runs["tight"].settings["tariff goal"], Schedule)


def test_a_check_may_go_beyond_the_limits_of_the_model(write: Write, study_text: str, model: Model) -> None:
    """Extreme conditions are what checks are for; a scenario may not."""
    check = CHECK.replace('"Tariff_Goal" = 0.8', '"tariff goal" = 7')
    assert bind(read(write, study_text, check), model).checks["RC1"].runs["tight"].settings == {"tariff goal": 7.0}
    assert "outside the limits" in complaint(
        write, model, study_text.replace('"tariff goal" = 0.9', '"tariff goal" = 7')
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("'SUSPICION'", "'suspicoin'", ("expect", "item 1", 'no variable "suspicoin"', 'Did you mean "suspicion"')),
        ("'threat', 2030", "'threat', 2050", ("expect", "item 2", 'at 2050, run "base": the run ends at 2040')),
        ("'threat', 2030", "'threat', 1990", ("item 2", "the run starts at 2020")),
        ("'threat', 2030", "'tariff goal', 2030", ("item 2", "a constant that follows no schedule")),
        ('"Tariff_Goal"', '"tarif goal"', ("runs", "tight", 'Did you mean "tariff goal"')),
        ('draw = ["THREAT"]', 'draw = ["effect table"]', ("draw", "a table (lookup)")),
    ],
)
def test_what_the_model_has_not_is_told(
    write: Write, model: Model, study_text: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    said = complaint(write, model, study_text + CHECK.replace(old, new))
    assert said.startswith("study.toml, line ")
    assert "[checks.RC1]" in said
    assert [word for word in words if word not in said] == []


def test_a_run_that_ends_later_may_be_read_later(write: Write, model: Model, study_text: str) -> None:
    text = CHECK.replace("runs.base = { }", 'runs.base = { set = { "final time" = 2060 } }')
    bind(read(write, study_text, text.replace("'threat', 2030", "'threat', 2050")), model)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("end(tight", "end(tigth", ('no run "tigth"', 'Did you mean "tight"', "item 1")),
        ("end(tight", "edn(tight", ('no function "edn"', "position 1", "item 1")),
        ('"managed", shock', '"manged", shock', ('no scenario "manged"', 'Did you mean "managed"')),
        ('"pandemic"', '"pandemonium"', ('no shock "pandemonium"', "runs", "tight")),
        ('shock = "pandemic"', 'variant = "lock_in"', ('no variant "lock_in"',)),
        ('shock = "pandemic"', 'shok = "pandemic"', ("no such key", 'Did you mean "shock"')),
        ('kind = "structure"', 'knd = "structure"', ("no such key", 'Did you mean "kind"')),
        ('kind = "structure"', 'kind = "wish"', ("'behaviour' or 'structure'",)),
        ("runs.base", 'runs."the base"', ("one word of letters",)),
        ("end(base, 'suspicion')", "0.5", ('"runs" → "base"', "at(base")),
        ("= 0.8", '= "much"', ("must be a number", "Tariff_Goal")),
    ],
)
def test_what_the_format_does_not_allow_is_told(
    write: Write, study_text: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    text = CHECK.replace(old, new)
    if "at(base" in words:
        words, text = words[:1], text.replace("at(base", "at(tight")
    with pytest.raises(StudyError) as caught:
        read(write, study_text, text)
    assert "study.toml, line " in str(caught.value)
    assert "[checks.RC1]" in str(caught.value)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("key", ["statement", "runs.tight", "expect"])
def test_a_check_needs_words_runs_and_expectations(write: Write, study_text: str, key: str) -> None:
    kept = "\n".join(line for line in CHECK.split("\n") if not line.startswith((key, "runs.base")))
    with pytest.raises(StudyError, match=r"\[checks\.RC1\]"):
        read(write, study_text, kept)


def test_claims_must_be_those_of_the_table(write: Write, model: Model, study_text: str) -> None:
    path = write(
        study_text.replace('baseline = "status_quo"', 'baseline = "status_quo"\nclaims = "claims.csv"') + CHECK
    )
    header = "id,quote,kind,represented_by,status,note\n"
    (path.parent / "claims.csv").write_text(header + 'C17,"words",check,check:RC1,reproduced,"so"\n')
    with pytest.raises(StudyError, match=r'the table of claims has no "C16"\. Did you mean "C17"'):
        bind(read_study(path), model)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.sampled_from(["end(tight, 'suspicion')", "end(", "always(base, 'x' < 1)"]))
def test_any_expectation_is_read_or_raises_study_errors_only(
    write: Write, model: Model, study_text: str, text: str
) -> None:
    quoted = "".join(f"\\U{ord(letter):08x}" for letter in text if not 0xD800 <= ord(letter) < 0xE000)
    said = ""
    try:
        bind(read(write, study_text, CHECK.replace("end(tight, 'SUSPICION') > end(base, 'suspicion')", quoted)), model)
    except StudyError as error:
        said = str(error)
    assert not said or "study.toml, line " in said
