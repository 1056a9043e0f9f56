"""A table of claims beside a study says what stands for each claim of a text; every reference must lead somewhere."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.evidence.claims import counts, falling_short, open_references
from sdmodel.study.file import read_study

HEAD = """\
model = "small.mdl"
baseline = "managed"
claims = "claims.csv"
[scenarios.managed]
[outcomes.peak]
variable = "threat"
reduce = "max"
[shocks.pandemic]
"export control" = 0.5
[variants.greedy]
"export control" = 0.9
"""
TABLE = """\
id,quote,kind,represented_by,status,note
C01,"a dilemma, emerging",stock; loop,variable:Suspicion; scenario:managed;outcome:peak,reproduced,Suspicion grows.
C02,"war",outcome,shock:pandemic; variant:greedy; data:points.csv,weak,It is a hazard.
C03,"lock-in",,loop:R1,not reproduced,It fades.
C04,"a meeting",,,outside the model,A meeting is no variable.
"""


@pytest.fixture
def asked(write: Callable[[str], Path]) -> Callable[..., Path]:
    """Writes a table of claims and a study on it."""

    def asked(table: str = TABLE, head: str = HEAD) -> Path:
        path = write(head)
        (path.parent / "claims.csv").write_text(table, encoding="utf-8")
        (path.parent / "points.csv").write_text("year,value\n", encoding="utf-8")
        return path

    return asked


def refusal(path: Path, model: Model) -> str:
    with pytest.raises(StudyError) as caught:
        bind(read_study(path), model)
    return str(caught.value)


def test_claims_are_in_the_study_with_the_models_own_names(asked: Callable[..., Path], model: Model) -> None:
    study = bind(read_study(asked()), model)
    first = study.claims["C01"]
    assert (first.quote, first.kinds, first.status, first.note, first.line) == (
        "a dilemma, emerging",
        ("stock", "loop"),
        "reproduced",
        "Suspicion grows.",
        2,
    )
    assert first.represented_by == ("variable:suspicion", "scenario:managed", "outcome:peak")
    assert counts(study.claims) == {"reproduced": 1, "weak": 1, "not reproduced": 1, "outside the model": 1}
    assert [claim.name for claim in falling_short(study.claims)] == ["C03", "C02"]
    assert {what: path.name for what, path in study.files.items()} == {
        "claims": "claims.csv",
        "data points.csv": "points.csv",
    }


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("variable:suspicon", 'the model has no variable "suspicon". Did you mean "suspicion"?'),
        ("scenario:manged", 'the study has no scenario "manged". Did you mean "managed"?'),
        ("outcome:peek", 'the study has no outcome "peek". Did you mean "peak"?'),
        ("shock:flood", 'the study has no shock "flood".'),
        ("variant:greed", 'the study has no variant "greed". Did you mean "greedy"?'),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_with_its_line(
    asked: Callable[..., Path], model: Model, reference: str, words: str
) -> None:
    told = refusal(asked(f"{TABLE}C05,x,,{reference},weak,Because.\n"), model)
    assert told == f'study.toml, line 3, key "claims": claims.csv, line 6, "C05": {words}'


def test_a_check_must_be_one_of_the_study(asked: Callable[..., Path], model: Model) -> None:
    from sdmodel.study.checks.spec import Check

    study = read_study(asked(f"{TABLE}C05,x,,check:RC02,weak,Because.\n"))
    assert open_references(study) == {"loop": 1, "check": 1}
    made = Check(name="RC01", statement="If so, then so.", kind="behaviour", runs={}, expect=())
    with pytest.raises(StudyError, match=r'"C05": the study has no check "RC02"\. Did you mean "RC01"'):
        bind(replace(study, checks={"RC01": made}), model)


def test_a_missing_data_file_is_told_with_its_line(asked: Callable[..., Path]) -> None:
    with pytest.raises(StudyError) as caught:
        read_study(asked(TABLE.replace("data:points.csv", "data:pionts.csv; data:../x.csv")))
    told = str(caught.value).split("\n")
    assert told[0].startswith('claims.csv, line 3: "C02": there is no file "pionts.csv" beside the study.')
    assert 'Did you mean "points.csv"?' in told[0]
    assert 'claims.csv, line 3: "C02": "../x.csv" leads out of the folder' in told[1]


def test_references_of_a_kind_that_the_study_has_nothing_of_are_counted_as_open(asked: Callable[..., Path]) -> None:
    study = read_study(asked())
    assert open_references(study) == {"loop": 1}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("C05,x,,scenario:,weak,Because.", '"scenario:" is no reference such as variable:NAME.'),
        ("C05,x,,scenari:managed,weak,Because.", 'Did you mean "scenario"?'),
        ("C05,x,stok,,weak,Because.", 'there is no kind "stok". Did you mean "stock"?'),
        ("C05,x,,,weakly,Because.", 'there is no status "weakly". Did you mean "weak"?'),
        ("C05,x,,,,Because.", 'the cell "status" is empty. Known: "reproduced", "weak"'),
        ("C05,x,,,weak,", '"C05" needs a note: one sentence how the model shows it, or why not.'),
        ("C05,,,,weak,Because.", "the claim has no quoted words."),
        (",x,,,weak,Because.", "the claim has no id."),
        ("C04,x,,,weak,Because.", '"C04" stands in line 5 already.'),
    ],
)
def test_a_wrong_row_is_told_with_file_and_line(asked: Callable[..., Path], row: str, words: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_study(asked(f"{TABLE}{row}\n"))
    assert str(caught.value).startswith("claims.csv, line 6: ")
    assert words in str(caught.value)
