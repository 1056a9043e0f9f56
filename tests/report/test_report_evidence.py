"""The page says what numbers rest on, and which claims of the text behind the study the model does not reproduce."""

from dataclasses import replace

import pytest
import xarray as xr
from made_up_study import MANIFEST, UNKNOWNS

from sdmodel.model.expr import Number
from sdmodel.model.model import Constant, Model, Stock
from sdmodel.report import claims, grounds
from sdmodel.report.page import render
from sdmodel.study.evidence.spec import Claim, Parameter
from sdmodel.study.spec import Study


@pytest.fixture
def told(study: Study) -> Study:
    """The made-up study with a table of parameters and one of claims."""
    rows = {
        name: Parameter(name, "parameter", 0.2, 0.1, 0.5, "Dmnl", "judgement", "Two experts", f"What {name} is.", line)
        for line, name in enumerate(UNKNOWNS, start=2)
    }
    rows["policy start time"] = Parameter(
        "policy start time", "lever", 2021.0, 2020.0, 2035.0, "Year", "scenario", "Set by scenarios", "When.", 20
    )
    drawn = {name: replace(one, basis="judgement", source="Two experts") for name, one in study.uncertainties.items()}
    made = {
        name: Claim(name, words, (), (), status, note, 2)
        for name, words, status, note in (
            ("C01", "a <b>dilemma</b>", "reproduced", "It grows."),
            ("C02", "ending in war", "weak", "War is a hazard & no event."),
            ("C03", "lock-in", "not reproduced", "Distrust fades."),
            ("C04", "an early phase", "assumed", "It goes in."),
        )
    }
    return replace(study, parameters=rows, uncertainties=drawn, claims=made)


@pytest.fixture
def small() -> Model:
    return Model(
        name="small",
        variables=(
            Constant(name=UNKNOWNS[0], value=0.2, unit="1/Year", documentation="What it is."),
            Stock(name="level", net_flow=Number(0.0), initial=Number(1.0)),
        ),
    )


def test_unknowns_are_listed_with_value_basis_and_source(told: Study, small: Model) -> None:
    heads, rows = grounds.unknowns(told, small)
    assert heads == ("Unknown", "Value", "Distribution", "Range", "Unit", "Basis", "Source", "Meaning")
    assert rows[0] == (
        *(UNKNOWNS[0], "0.20", "triangular", "0.10 – 0.50, mode 0.20", "1/Year", "judgement", "Two experts"),
        "What it is.",
    )


def test_without_bases_the_list_of_unknowns_has_no_empty_columns(study: Study, small: Model) -> None:
    heads, rows = grounds.unknowns(study, small)
    assert heads == ("Unknown", "Distribution", "Range", "Unit", "Meaning")
    assert {len(row) for row in rows} == {5}
    assert grounds.inputs(study, small)[1] == []


def test_inputs_that_were_not_varied_are_listed_apart(told: Study, small: Model) -> None:
    _, rows = grounds.inputs(told, small)
    assert rows == [
        ("policy start time", "lever", "2021", "2020 – 2035", "Year", "scenario", "Set by scenarios", "When.")
    ]


def test_claims_that_fall_short_come_first_the_worst_on_top(told: Study) -> None:
    assert [row[0] for row in claims.short(told)] == ["C03", "C02"]
    assert [row[0] for row in claims.others(told)] == ["C01", "C04"]
    assert claims.summary(told) == (
        "Of 4 claims of the text behind this model, 1 is reproduced, 1 is reproduced weakly, 1 is not reproduced and "
        "1 went in as an assumption and is not tested."
    )


def test_the_page_has_a_section_on_what_the_model_does_not_reproduce(
    told: Study, model: Model, runs: xr.Dataset, findings: list
) -> None:
    page = render(told, model, runs, findings, MANIFEST)
    assert '<a href="#short">What it does not reproduce</a>' in page
    assert "What the model does not reproduce" in page
    assert "War is a hazard &amp; no event." in page
    assert "a &lt;b&gt;dilemma&lt;/b&gt;" in page
    assert f"{len(UNKNOWNS)} of the {len(UNKNOWNS)} uncertainties rest on judgement; of the" in page
    assert "Inputs that were set or held fixed (1)" in page


def test_without_claims_the_page_has_no_such_section(
    study: Study, model: Model, runs: xr.Dataset, findings: list
) -> None:
    page = render(study, model, runs, findings, MANIFEST)
    assert 'id="short"' not in page
    assert "rest on judgement;" not in page
