"""A study file becomes a Study, or an error that says where it is wrong."""

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.errors import StudyError
from sdmodel.study.file import read_study
from sdmodel.study.places import lines_of
from sdmodel.study.terms import Schedule

Write = Callable[[str], Path]
HEAD = 'model = "small.mdl"\nbaseline = "a"\n'


def complaint(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return str(caught.value)


def test_everything_in_the_file_is_in_the_study(write: Write, study_text: str) -> None:
    study = read_study(write(study_text))
    managed = study.scenarios["managed"]
    assert (study.name, study.title, study.baseline) == ("study", "What does it cost?", "status_quo")
    assert (study.futures, study.seed, study.save_every) == (64, 0, 1.0)
    assert study.caveats == ("Risk is an index.",)
    assert study.compare == ("managed", "status_quo")
    assert (study.figures, study.cost_outcome, study.risk_outcome) == (("suspicion",), "loss", "peak")
    assert (managed.title, managed.description, managed.basis) == (
        "Managed interdependence",
        "Some words.",
        "A guess.",
    )
    assert managed.settings["tariff goal"] == 0.9
    assert managed.settings["export control"] == Schedule(start=0.2, ramp=(2021, 2025, 0.1))
    assert study.shocks["pandemic"].settings["export control"] == Schedule(pulse=(2026, 1.5, 0.3))
    bias = study.uncertainties["confirmation bias"]
    assert (bias.distribution, bias.low, bias.mode, bias.high) == ("triangular", 0.2, 0.5, 0.8)
    assert bias.basis == "Experts."
    peak, calm, later = (study.outcomes[name] for name in ("peak", "calm", "in_2030"))
    assert (peak.reduce, peak.acceptable, peak.better, peak.risk) == ("max", ("<=", 0.4), "lower", True)
    assert (calm.reduce, calm.condition, calm.title) == ("first", ("<", 0.35), "Calm")
    assert (later.reduce, later.time) == ("at", 2030.0)
    assert study.model.is_file()


def test_what_is_left_out_has_defaults(write: Write) -> None:
    study = read_study(write(HEAD + "[scenarios.b_c]\n[scenarios.a]\n"))
    assert (study.futures, study.seed, study.save_every, study.title) == (1000, 0, None, "Study")
    assert study.compare == ("b_c", "a")
    assert study.scenarios["b_c"].title == "B c"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(write: Write, study_text: str) -> None:
    path = write(study_text)
    path.write_bytes(b"\xef\xbb\xbf" + study_text.replace("\n", "\r\n").encode())
    assert read_study(path) == read_study(write(study_text))


def setting(value: str) -> str:
    return f'{HEAD}[scenarios.a]\n"US goal" = {value}\n'


def top(line: str) -> str:
    return f"{line}\n{HEAD}[scenarios.a]\n"


def uncertain(lines: str) -> str:
    return f"{HEAD}[scenarios.a]\n[uncertainties.x]\n" + lines.replace("; ", "\n")


def outcome(lines: str) -> str:
    return f"{HEAD}[scenarios.a]\n[outcomes.x]\n" + lines.replace("; ", "\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (setting('"1"'), 'line 4, [scenarios.a], key "US goal": must be a number, not the text "1"'),
        (setting("true"), "must be a number, not true"),
        (setting("nan"), "must be a finite number, not nan"),
        (setting("-inf"), "must be a finite number, not -inf"),
        (setting("1e999"), "must be a finite number"),
        (setting("1" + "0" * 400), "must be a number, not a number too large to compute with"),
        (setting("[1]"), "must be a number, not a list"),
        (setting("1979-05-27"), "must be a number, not a date"),
        (setting("{}"), "is an empty schedule"),
        (setting("{ start = nan }"), 'key "US goal" → "start": must be a finite number, not nan'),
        (setting("{ rmap = 1 }"), 'key "US goal" → "rmap": there is no such key. Did you mean "ramp"?'),
        (setting("{ ramp = { from = 1, to = 2 } }"), 'key "US goal" → "ramp": the key "value" is missing'),
        (setting("{ ramp = { from = 2, to = 2, value = 1 } }"), '"to" must be later than "from": 2 to 2'),
        (setting("{ pulse = 1, at = 2 }"), "needs pulse, at and width together"),
        (setting("{ start = 1, at = 2, width = 1 }"), "needs pulse, at and width together"),
        (setting("{ pulse = 1, at = 2, width = 0 }"), 'key "US goal" → "width": must be greater than 0'),
        (setting("{ table = [[1, 2]] }"), "must have at least 2 items"),
        (setting("{ table = [[2, 2], [1, 3]] }"), "must have rising times"),
        (setting("{ table = [[1, 2], [1, 3]] }"), "must have rising times"),
        (setting("{ table = [[1, 2], [3]] }"), 'key "US goal" → "table" → item 2: must be a pair [time, value]'),
        (setting("{ start = 1, table = [[1, 2], [2, 3]] }"), "has both start and table"),
        (setting("{ pulse = 1, at = 1, width = 1, step = { at = 1, value = 1 } }"), "has both step and pulse"),
        (setting("1\ntitle = 2"), 'key "title": must be a text in quotes, not 2'),
        (top("futures = 0"), 'line 1, key "futures": must be at least 1, not 0'),
        (top("futures = 1.5"), "must be a whole number, not 1.5"),
        (top("seed = -1"), "must be at least 0, not -1"),
        (top("seed = true"), "must be a whole number, not true"),
        (top("save_every = 0"), "must be greater than 0, not 0"),
        (top('caveats = "one"'), 'must be a list in [brackets], not the text "one"'),
        (top("question = 1"), "must be a text in quotes, not 1"),
        (top("scenario = 1"), 'key "scenario": there is no such key. Did you mean "scenarios"?'),
        (top("report = 1"), "must be a table, not 1"),
        ('baseline = "a"\n[scenarios.a]', 'study.toml: the key "model" is missing'),
        ('model = "small.mdl"\nbaseline = "status_qo"\n[scenarios.status_quo]', 'Did you mean "status_quo"?'),
        (HEAD, 'the key "scenarios" is missing'),
        (HEAD + "scenarios = 3", "must be a table, not 3"),
        (HEAD + "[scenarios]\na = 3", "must be a table, not 3"),
        (HEAD + '[scenarios.a]\n[scenarios."a + b"]', 'line 4, [scenarios."a + b"]: must not contain " + "'),
        (HEAD + '[scenarios.a]\n[shocks.""]', "must not be empty"),
        (HEAD + '[scenarios.a]\n[outcomes."x "]\nvariable = "y"\nreduce = "last"', "must not start or end with spaces"),
        (
            HEAD + '[report]\ncompare = ["b"]\n[scenarios.a]',
            'line 4, [report], key "compare": the file has no scenario "b"',
        ),
        (HEAD + '[report]\ncompare = ["a", "a"]\n[scenarios.a]', '"a" is listed twice'),
        (HEAD + '[report]\ncost = "loss"\n[scenarios.a]', 'the file has no outcome "loss"'),
        (HEAD + '[report]\nrisk = "loss"\n[scenarios.a]', 'key "risk": the file has no outcome "loss"'),
        (uncertain("low = 1; high = 2"), 'line 4, [uncertainties.x]: the key "distribution" is missing'),
        (uncertain('distribution = "unifrom"'), 'no distribution "unifrom". Did you mean "uniform"?'),
        (uncertain('distribution = "uniform"; low = 1'), 'the key "high" is missing'),
        (uncertain('distribution = "uniform"; low = 1; high = 1'), '"low" must be less than "high": 1 and 1'),
        (uncertain('distribution = "uniform"; low = -1e308; high = 1e308'), "too wide"),
        (uncertain('distribution = "uniform"; low = 1; high = 2; mode = 1'), 'key "mode": there is no such key'),
        (uncertain('distribution = "triangular"; low = 1; high = 2; mode = 3'), '"mode" must lie between'),
        (uncertain('distribution = "triangular"; low = 1; high = 2'), 'the key "mode" is missing'),
        (uncertain('distribution = "normal"; low = 1; high = 2; mean = 1; sd = 0'), "must be greater than 0, not 0"),
        (uncertain('distribution = "normal"; low = 1; high = 2; mean = 5; sd = 1'), '"mean" must lie between'),
        (uncertain('distribution = "loguniform"; low = 0; high = 2'), 'key "low": must be greater than 0, not 0'),
        (uncertain('distribution = "integer"; low = 0.5; high = 2'), "must be a whole number"),
        (uncertain('distribution = "categorical"; values = []'), "must have at least 1 items"),
        (uncertain('distribution = "categorical"; values = ["a"]'), 'item 1: must be a number, not the text "a"'),
        (outcome('variable = "y"; reduce = "lats"'), 'Did you mean "last"?'),
        (outcome('variable = "y"'), 'the key "reduce" is missing'),
        (outcome('variable = "y"; reduce = 3'), "must be a text in quotes, not 3"),
        (outcome('variable = "y"; reduce = { at = "x" }'), "must be a number"),
        (outcome('variable = "y"; reduce = { first = "0.35" }'), 'such as "<= 0.4"'),
        (outcome('variable = "y"; reduce = { first = "< nan" }'), 'such as "<= 0.4"'),
        (outcome('variable = "y"; reduce = { first = "< 1", at = 1 }'), 'key "reduce" → "at": there is no such key'),
        (outcome('variable = "y"; reduce = "max"; acceptable = "=< 1"'), 'such as "<= 0.4"'),
        (outcome('variable = "y"; reduce = "max"; acceptable = "<= 1e999"'), 'such as "<= 0.4"'),
        (outcome('variable = "y"; reduce = "max"; better = "less"'), "must be 'lower' or 'higher'"),
        (outcome('variable = "y"; reduce = "max"; risk = 1'), "must be true or false, not 1"),
        (outcome('variable = ""; reduce = "max"'), "must not be empty"),
    ],
)
def test_a_fault_is_told_with_its_place(write: Write, text: str, words: str) -> None:
    message = complaint(write(text))
    assert words in message
    assert message.startswith("study.toml")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    path = write('futures = 0\nmodel = "small.mdl"\nbaseline = "a"\nseed = -1\n[scenarios.a]\nx = true\n')
    assert [re.search(r"line (\d)", line)[1] for line in complaint(path).splitlines()] == ["1", "4", "6"]  # type: ignore[index]


def test_very_many_faults_are_counted_not_listed(write: Write) -> None:
    lines = complaint(write(HEAD + "[scenarios.a]\n" + "".join(f"x{n} = true\n" for n in range(200)))).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "… and 150 more problems."


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "=="])
@pytest.mark.parametrize("number", ["0.4", "-1e-3", " 2 ", "+.5"])
def test_conditions_may_have_any_operator_and_number(write: Write, operator: str, number: str) -> None:
    study = read_study(write(outcome(f'variable = "y"; reduce = {{ first = "{operator}{number}" }}')))
    assert study.outcomes["x"].condition == (operator, float(number))


def test_a_toml_mistake_carries_its_line(write: Write) -> None:
    assert "study.toml, line 4, column" in complaint(write(HEAD + "[scenarios.a]\nUS goal = 3\n"))


def test_a_missing_file_names_its_neighbour(write: Write) -> None:
    path = write(HEAD)
    assert 'Did you mean "study.toml"?' in complaint(path.parent / "studi.toml")


def test_a_folder_is_not_a_study(tmp_path: Path) -> None:
    assert "is a folder" in complaint(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "not a regular file" in complaint(tmp_path / "pipe.toml")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in complaint(tmp_path / ("x" * 300))
    assert "there is no such file" in complaint(tmp_path / "a\0b")


def test_bytes_that_are_no_text_are_refused_with_their_line(write: Write) -> None:
    path = write("")
    path.write_bytes(b'title = "a"\n\xff\xfe\x00')
    assert "line 2: not UTF-8" in complaint(path)


def test_a_huge_file_is_not_read(write: Write) -> None:
    path = write("")
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert "larger than 2 MB" in complaint(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 15_000, "nested too deep"),
        ("x = " + "{a=" * 5_000, "nested too deep"),
        ("x = " + "1" * 15_000, "not TOML"),
        ("a." * 5_000 + "a = 1", "more than 16 dots"),
        ("x = { " + '"a" . ' * 2_000 + "a = 1 }", "more than 16 dots"),
        ("# " + "x" * 30_000, "longer than 20,000 characters"),
    ],
)
def test_files_made_to_exhaust_the_reader_are_refused_quickly(write: Write, text: str, words: str) -> None:
    assert words in complaint(write(text))


def test_control_characters_do_not_reach_the_terminal(write: Write) -> None:
    message = complaint(write(HEAD + '[scenarios.a]\n"\\u001b[2J" = "\\u0007"\n["\\u001b"]\n'))
    assert message.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "model",
    ["/etc/passwd", "../outside.mdl", "sub/../../outside.mdl", "C:\\\\x.mdl", "\\\\x.mdl", "..\\\\x.mdl", "link.mdl"],
)
def test_the_model_must_lie_inside_the_folder_of_the_study(write: Write, model: str) -> None:
    path = write(f'model = "{model}"\nbaseline = "a"\n[scenarios.a]\n')
    outside = path.parent.parent / "outside.mdl"
    outside.write_text("")
    (path.parent / "link.mdl").symlink_to(outside)
    assert re.search(r"line 1, key \"model\": .*(absolute|leads out)", complaint(path))


def test_a_link_inside_the_folder_is_followed(write: Write) -> None:
    path = write('model = "link.mdl"\nbaseline = "a"\n[scenarios.a]\n')
    (path.parent / "link.mdl").symlink_to(path.parent / "small.mdl")
    assert read_study(path).model.name == "link.mdl"


def test_a_link_in_a_circle_is_refused(write: Write) -> None:
    path = write('model = "round.mdl"\nbaseline = "a"\n[scenarios.a]\n')
    (path.parent / "round.mdl").symlink_to(path.parent / "round.mdl")
    complaint(path)


@pytest.mark.parametrize("model", ["smal.mdl", ".", "a\\u0000b", "x" * 400 + ".mdl"])
def test_a_model_that_is_no_file_is_told(write: Write, model: str) -> None:
    assert "model" in complaint(write(f'model = "{model}"\nbaseline = "a"\n[scenarios.a]\n'))


def test_a_misspelt_model_names_its_neighbour(write: Write) -> None:
    assert 'Did you mean "small.mdl"?' in complaint(write('model = "smal.mdl"\nbaseline = "a"\n[scenarios.a]\n'))


def test_lines_are_found_in_quoted_dotted_and_long_texts() -> None:
    text = 'a = """\n[no.table]\nb = 1\n"""\n[ "x y" . z ] # here\n"k = 1".l = 2\n[[many]]\nq=1\n'
    assert lines_of(text) == {
        ("a",): 1,
        ("x y", "z"): 5,
        ("x y", "z", "k = 1", "l"): 6,
        ("many",): 7,
        ("many", "q"): 8,
    }


def only_study_errors(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with contextlib.suppress(StudyError):  # anything else is a traceback on the user's screen
        read_study(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_nonsense_bytes_raise_study_errors_only(tmp_path: Path, content: bytes) -> None:
    only_study_errors(tmp_path / "nonsense.toml", content)


WORDS = [
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    '"',
    "'",
    '"""',
    "\n",
    " ",
    "#",
    ",",
    "nan",
    "true",
    "1",
    "-0",
    "1e999",
    "a",
    "é",
]
KEYS = [
    "scenarios",
    "model",
    "outcomes",
    "ramp",
    "table",
    "reduce",
    "first",
    "distribution",
    '"uniform"',
    "uncertainties",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(WORDS + KEYS), max_size=40))
def test_nonsense_made_of_toml_raises_study_errors_only(tmp_path: Path, words: list[str]) -> None:
    only_study_errors(tmp_path / "nonsense.toml", "".join(words).encode())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_file_with_a_piece_torn_out_or_changed_raises_study_errors_only(
    tmp_path: Path, study_text: str, data: st.DataObject
) -> None:
    (tmp_path / "small.mdl").write_text("")
    start = data.draw(st.integers(0, len(study_text) - 1))
    length = data.draw(st.integers(0, 60))
    new = data.draw(st.sampled_from(["", "{}", "[]", "true", "nan", '"x"', "1", "-1", "= 1\n", "\n[scenarios]\n", "é"]))
    only_study_errors(tmp_path / "torn.toml", (study_text[:start] + new + study_text[start + length :]).encode())


VALUES = st.recursive(
    st.sampled_from(["1", "0.5", "-3", "nan", "true", '"last"', '"<= 1"', "2020-01-01", '"uniform"', "''"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(
                ["start", "ramp", "from", "to", "value", "at", "table", "low", "high", "first", "reduce", "x"]
            ),
            inner,
            max_size=3,
        ).map(lambda items: "{" + ", ".join(f"{name} = {value}" for name, value in items.items()) + "}")
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tables=st.lists(
        st.tuples(st.sampled_from(["scenarios.a", "uncertainties.a", "outcomes.a", "shocks.a", "report"]), VALUES),
        unique_by=lambda pair: pair[0],
        max_size=5,
    ),
    key=st.sampled_from(["variable", "reduce", "distribution", "low", "compare", "figures", "title", "X"]),
)
def test_values_of_wrong_kinds_raise_study_errors_only(tmp_path: Path, tables: list[tuple[str, str]], key: str) -> None:
    (tmp_path / "small.mdl").write_text("")
    body = HEAD + "".join(f"[{table}]\n{key} = {value}\n" for table, value in tables)
    only_study_errors(tmp_path / "wrong.toml", body.encode())
