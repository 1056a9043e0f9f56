"""A table of parameters beside a study gives it uncertainties, and says what each number rests on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.evidence.parameters import resting
from sdmodel.study.file import read_study
from sdmodel.study.table_file import LONGEST_CELL, MOST_BYTES

Write = Callable[[str], Path]
HEAD = 'model = "small.mdl"\nbaseline = "a"\nparameters = "numbers.csv"\n[scenarios.a]\n'
TABLE = """\
name,kind,value,low,high,distribution,unit,basis,source,meaning
export control,lever,0.2,0,1,,Dmnl,scenario,Set by scenarios,"Denied, in part."
confirmation bias,switch,0.5,0.2,0.8,triangular,,judgement,Two experts,How suspicion colours what is seen.
tariff goal,,0.5,0.1,1,uniform,Dmnl,measured,Customs,Where tariffs are to end.
"""


@pytest.fixture
def asked(write: Write) -> Callable[..., Path]:
    """Writes a table of parameters and a study on it."""

    def asked(table: str = TABLE, more: str = "", encoding: str = "utf-8") -> Path:
        path = write(HEAD + more)
        (path.parent / "numbers.csv").write_text(table, encoding=encoding)
        return path

    return asked


def complaint(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return str(caught.value)


def test_rows_with_a_distribution_are_drawn_in_the_order_of_the_table(asked: Callable[..., Path]) -> None:
    study = read_study(asked())
    assert list(study.uncertainties) == ["confirmation bias", "tariff goal"]
    bias, tariff = study.uncertainties.values()
    assert (bias.distribution, bias.low, bias.mode, bias.high) == ("triangular", 0.2, 0.5, 0.8)
    assert (bias.basis, bias.source) == ("judgement", "Two experts")
    assert (tariff.distribution, tariff.low, tariff.high) == ("uniform", 0.1, 1.0)
    assert list(study.parameters) == ["export control", "confirmation bias", "tariff goal"]
    control = study.parameters["export control"]
    assert (control.kind, control.value, control.unit, control.line) == ("lever", 0.2, "Dmnl", 2)
    assert (control.basis, control.source, control.meaning) == ("scenario", "Set by scenarios", "Denied, in part.")
    assert study.parameters["tariff goal"].kind == "parameter"
    assert study.files["parameters"].name == "numbers.csv"


def test_the_study_file_replaces_adds_and_takes_out(asked: Callable[..., Path]) -> None:
    study = read_study(
        asked(
            more='[uncertainties]\nsuspicion = { distribution = "uniform", low = 0, high = 1 }\n'
            '"Confirmation_Bias" = { distribution = "uniform", low = 0, high = 0.5 }\n'
            '"tariff goal" = { distribution = "fixed" }\n'
        )
    )
    assert list(study.uncertainties) == ["Confirmation_Bias", "suspicion"]
    bias = study.uncertainties["Confirmation_Bias"]
    assert (bias.distribution, bias.high, bias.basis, bias.source) == ("uniform", 0.5, "judgement", "Two experts")
    assert study.fixed == ("tariff goal",)


def test_every_distribution_can_stand_in_the_table(asked: Callable[..., Path]) -> None:
    table = (
        "name,distribution,value,low,high,mode,mean,sd,values,basis\n"
        "a,triangular,0.5,0,1,0.25,,,,judgement\n"
        "b,normal,0.5,0,1,,,0.2,,judgement\n"
        "c,normal,0.5,0,1,,0.4,0.2,,judgement\n"
        "d,loguniform,,0.01,1,,,,,judgement\n"
        "e,integer,,1,9,,,,,judgement\n"
        "f,categorical,,,,,,,1; 2;2,judgement\n"
        "g,fixed,3,,,,,,,definition\n"
        "h,Uniform,,0,1,,,,,judgement\n"
    )
    drawn = read_study(asked(table)).uncertainties
    assert list(drawn) == list("abcdefh")
    assert (drawn["a"].mode, drawn["b"].mean, drawn["c"].mean, drawn["c"].sd) == (0.25, 0.5, 0.4, 0.2)
    assert (drawn["e"].high, drawn["f"].values, drawn["h"].distribution) == (9.0, (1.0, 2.0, 2.0), "uniform")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,,0.5,0,1,triangle,,judgement,,", 'there is no distribution "triangle". Did you mean "triangular"?'),
        ("x,,0.5,1,0,triangular,,judgement,,", '"low" must be less than "high": 1 and 0.'),
        ("x,,2,0,1,triangular,,judgement,,", 'the value 2 is outside of "low" and "high": 0 to 1.'),
        ("x,,2,0,1,,,judgement,,", 'the value 2 is outside of "low" and "high": 0 to 1.'),
        ("x,,0.5,0,1,uniform,,,,", '"x" has no basis: say what its number rests on (judgement, measured,'),
        ("x,,0.5,0,1,uniform,,jugdement,,", 'there is no basis "jugdement". Did you mean "judgement"?'),
        ("x,levers,0.5,0,1,uniform,,judgement,,", 'there is no kind "levers". Did you mean "lever"?'),
        ("x,,0.5,,1,uniform,,judgement,,", 'a uniform distribution needs a number in the column "low".'),
        ("x,,,0,1,triangular,,judgement,,", 'needs a number in the column "mode" or a value.'),
        ("x,,half,0,1,uniform,,judgement,,", '"value" must be a finite number, not "half".'),
        ("x,,inf,0,1,uniform,,judgement,,", '"value" must be a finite number, not "inf".'),
        ("x,,1,0,5,loguniform,,judgement,,", '"low" must be greater than 0, not 0.'),
        (",,1,0,5,uniform,,judgement,,", "has no name that can be read."),
        ("Tariff_Goal,,,0,5,uniform,,judgement,,", '"Tariff_Goal" stands in line 4 already.'),
        ("x,,1,0,5,uniform,,judgement", "has 8 cells, and the table 10 columns"),
        (f"x,,1,0,5,uniform,,judgement,,{'m' * (LONGEST_CELL + 1)}", "a cell with more than 5,000 characters."),
    ],
)
def test_a_wrong_row_is_told_with_file_and_line(asked: Callable[..., Path], row: str, words: str) -> None:
    told = complaint(asked(f"{TABLE}{row}\n"))
    assert told.startswith("numbers.csv, line 5: ")
    assert words in told
    assert "\n" not in told


def test_a_number_that_its_distribution_does_not_know_is_told(asked: Callable[..., Path]) -> None:
    told = complaint(asked("name,low,high,sd,distribution,basis\nx,0,1,2,uniform,judgement\n"))
    assert 'line 2: a uniform distribution has no "sd": leave that cell empty.' in told


def test_all_problems_are_told_at_once(asked: Callable[..., Path]) -> None:
    told = complaint(asked(TABLE + "x,,1,0,1,uniform,,,,\n\ny,,3,0,1,uniform,,judgement,,\n"))
    assert [line.split(": ")[0] for line in told.split("\n")] == ["numbers.csv, line 5", "numbers.csv, line 7"]


def test_columns_that_nobody_knows_or_that_are_missing_are_told(asked: Callable[..., Path]) -> None:
    told = complaint(asked("name,lowest,unit,unit\nx,0,Dmnl,Dmnl\n"))
    assert 'numbers.csv, line 1: there is no column "lowest". Did you mean "low"?' in told
    assert 'there are two columns "unit".' in told
    assert 'the column "basis" is missing.' in told


def test_a_row_over_several_lines_is_one_row_and_the_next_keeps_its_line(asked: Callable[..., Path]) -> None:
    table = 'name,basis,meaning\n"export control",scenario,"two\nlines"\ntariff goal,,\n'
    assert complaint(asked(table)).startswith("numbers.csv, line 4: ")


def test_a_table_of_windows_with_byte_order_mark_is_read_alike(asked: Callable[..., Path]) -> None:
    plain = read_study(asked()).uncertainties
    assert read_study(asked(TABLE.replace("\n", "\r\n"), encoding="utf-8-sig")).uncertainties == plain


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (MOST_BYTES + 1), "numbers.csv is larger than 2 MB"),
        (b"name,basis\nx,\xff\n", "numbers.csv, line 2: not UTF-8 text"),
        (b"name\0,basis\n", "numbers.csv is not a text"),
        (b'name,basis\nx,"judgement\n', "numbers.csv, line 2: not a row of a table with commas"),
        (b"", 'numbers.csv, line 1: the column "name" is missing.'),
    ],
)
def test_what_is_no_table_is_refused(asked: Callable[..., Path], content: bytes, words: str) -> None:
    path = asked()
    (path.parent / "numbers.csv").write_bytes(content)
    assert words in complaint(path)


def test_the_table_must_lie_in_the_folder_of_the_study(asked: Callable[..., Path]) -> None:
    path = asked()
    for name, words in (("../numbers.csv", "leads out of the folder"), ("number.csv", 'Did you mean "numbers.csv"?')):
        path.write_text(HEAD.replace("numbers.csv", name), encoding="utf-8")
        assert words in complaint(path)


def test_names_values_and_units_of_the_table_must_be_those_of_the_model(
    asked: Callable[..., Path], model: Model
) -> None:
    table = (
        "name,value,low,high,distribution,unit,basis\n"
        "export control,0.25,,,,Year,judgement\n"
        "exprt control,0.2,,,,,judgement\n"
        "tariff gaol,0.5,0,1,uniform,,judgement\n"
        "tariff goal,0.5,0,2,uniform,,judgement\n"
        "threat,,,,,,judgement\n"
    )
    with pytest.raises(StudyError) as caught:
        bind(read_study(asked(table)), model)
    told = str(caught.value).split("\n")
    where = 'study.toml, line 3, key "parameters": numbers.csv, line'
    assert all(line.startswith(where) for line in told)
    expected = (
        '2, "export control": the table says 0.25, the model 0.2: which is right?',
        '2, "export control": the table says "Year", the model "Dmnl": which unit is right?',
        '3, "exprt control": the model has no such constant. Did you mean "export control"?',
        '4, "tariff gaol": the model has no such constant, control or stock. Did you mean "tariff goal"?',
        '5, "tariff goal": 2 is outside the limits that the model gives "tariff goal": 0 to 1 Dmnl.',
        '6, "threat": "threat" is computed by',
    )
    assert len(told) == len(expected)
    for words in expected:
        assert any(words in line for line in told), words


def test_binding_takes_the_models_own_names_and_changes_nothing_the_second_time(
    asked: Callable[..., Path], model: Model
) -> None:
    bound = bind(read_study(asked(TABLE.replace("tariff goal", "Tariff_Goal"))), model)
    assert list(bound.uncertainties) == ["confirmation bias", "tariff goal"]
    assert list(bound.parameters) == ["export control", "confirmation bias", "tariff goal"]
    assert bind(bound, model) == bound


def test_what_is_fixed_must_be_in_the_model(asked: Callable[..., Path], model: Model) -> None:
    study = read_study(asked(more='[uncertainties]\n"tarif" = { distribution = "fixed" }\n'))
    with pytest.raises(StudyError, match=r"\[uncertainties.tarif\]: the model has no such constant"):
        bind(study, model)


def test_the_caveat_counts_what_rests_on_judgement(asked: Callable[..., Path]) -> None:
    study = read_study(asked())
    assert study.caveats[-1].startswith("1 of the 2 uncertainties rests on judgement; ")
    found = resting(study)
    assert found is not None
    assert (found.judged, found.total) == (1, 2)


def test_without_a_table_nothing_is_said_of_judgement(write: Write, study_text: str) -> None:
    study = read_study(write(study_text))
    assert resting(study) is None
    assert study.caveats == ("Risk is an index.",)
