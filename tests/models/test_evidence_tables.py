"""The tables beside the dilemma: each number with what it rests on, each claim with how the model fares."""

import csv
import re
from collections import Counter

import pytest
from shipped import FOLDER, model, study

from sdmodel.model.model import CONTROLS, Constant
from sdmodel.study.bind import bind
from sdmodel.study.evidence.claims import open_references
from sdmodel.study.evidence.parameters import resting
from sdmodel.study.evidence.spec import ASSUMED, NOT_REPRODUCED, OUTSIDE
from sdmodel.study.spec import Study

SPEC = FOLDER.parents[1] / "shared" / "design" / "domain" / "SPEC.md"


@pytest.fixture(scope="module")
def asked() -> Study:
    """The shipped study, bound to its model: so names, values, units and references are right."""
    return bind(study(), model())


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_constant_has_one_row_in_the_order_of_the_model(asked: Study) -> None:
    constants = [one.name for one in model().visible() if isinstance(one, Constant)]
    assert list(asked.parameters) == constants
    assert [row["name"] for row in rows("parameters.csv")] == constants


def test_values_and_units_of_the_table_are_those_of_the_model(asked: Study) -> None:
    for name, one in asked.parameters.items():
        assert (one.value, one.unit) == (model()[name].value, model()[name].unit), name


def test_every_row_says_what_it_rests_on_and_what_it_means(asked: Study) -> None:
    for name, one in asked.parameters.items():
        assert one.source, name
        assert one.meaning.endswith("."), name
        assert len(one.meaning.split()) >= 5, name


def test_kinds_tell_levers_controls_and_switches_from_parameters(asked: Study) -> None:
    kinds = Counter(one.kind for one in asked.parameters.values())
    assert (kinds["lever"], kinds["initial value"], kinds["control"]) == (58, 20, len(CONTROLS))
    drawn = {asked.parameters[name].kind for name in asked.uncertainties}
    assert drawn == {"parameter", "initial value"}
    switches = {name for name, one in asked.parameters.items() if one.kind == "switch"}
    assert {"confirmation bias", "opportunism"} <= switches
    assert all(asked.parameters[name].basis == "hypothesis" for name in switches)
    assert not switches & set(asked.uncertainties)


def test_most_uncertainties_rest_on_judgement_and_the_study_says_how_many(asked: Study) -> None:
    """The draft counted 108, as its rows for both powers together hid that China's suspicion and US capacity are two
    more."""
    found = resting(asked)
    assert found is not None
    assert (found.judged, found.total) == (110, 123)
    assert any(caveat.startswith(f"{found.told()};") for caveat in asked.caveats)
    typed = (FOLDER / "technology_security_dilemma.toml").read_text(encoding="utf-8")
    assert "rest on judgement" not in typed


def test_data_files_that_sources_name_are_there() -> None:
    named = {name for row in rows("parameters.csv") for name in re.findall(r"data/\w+\.csv", row["source"])}
    assert len(named) > 5
    assert [name for name in sorted(named) if not (FOLDER / name).is_file()] == []


def test_words_of_the_essay_in_sources_are_quoted_in_the_claims() -> None:
    """Whatever stands in quotation marks in a source is, but for what "…" leaves out, in the quotation of a claim."""
    claims = " ".join(plain(row["quote"]) for row in rows("claims.csv"))
    for row in rows("parameters.csv"):
        for words in re.findall(r'"([^"]+)"', row["source"]):
            for part in plain(words).split("…"):
                assert part.strip() in claims, (row["name"], part)


def plain(words: str) -> str:
    return re.sub(r"[‘’]", "'", words)


def test_all_63_claims_are_there_and_each_is_told_apart(asked: Study) -> None:
    assert list(asked.claims) == [f"C{number:02}" for number in range(1, 64)]
    for name, claim in asked.claims.items():
        assert claim.kinds, name
        assert claim.represented_by, name
        assert claim.note.endswith("."), name
        assert len(set(claim.represented_by)) == len(claim.represented_by), name


def test_what_goes_in_does_not_count_as_reproduced(asked: Study) -> None:
    """A claim that is a number or a lever of the start is assumed, one that fades is not reproduced."""
    status = {name: claim.status for name, claim in asked.claims.items()}
    assert {status[name] for name in ("C09", "C17", "C23", "C26", "C57")} == {ASSUMED}
    assert (status["C12"], status["C14"]) == (OUTSIDE, NOT_REPRODUCED)


def test_claims_name_the_checks_that_put_them_to_the_test(asked: Study) -> None:
    for name, check in asked.checks.items():
        for claim in check.claims:
            assert f"check:{name}" in asked.claims[claim].represented_by, (name, claim)


def test_no_reference_is_open_but_to_a_table_that_the_study_has_not(asked: Study) -> None:
    """What the study has, `bind` has checked; loops have the names of the list of loops, R1 to R11 and B1 to B12."""
    assert set(open_references(asked)) <= {"loop", "check", "variant"}
    loops = [one for claim in asked.claims.values() for one in claim.represented_by if one.startswith("loop:")]
    known = {f"loop:R{number}" for number in range(1, 12)} | {f"loop:B{number}" for number in range(1, 13)}
    assert loops
    assert set(loops) <= known


@pytest.mark.skipif(not SPEC.is_file(), reason="the specification is not beside the checkout")
def test_quotations_are_word_for_word_those_of_the_specification() -> None:
    listed = re.findall(r'^\| (C\d\d) \| "(.*?)"(?: \([^|]*\))? \| ', SPEC.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(row["id"], row["quote"]) for row in rows("claims.csv")] == listed
