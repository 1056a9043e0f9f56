"""Any finding → a section: figures, tables, what they rest on, and words that stay words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from every_finding import NAMES, worded
from made_up_study import MANIFEST, make_sensitivity

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.model.model import Model
from sdmodel.report.further import more_sections, shared
from sdmodel.report.page import render
from sdmodel.report.sections import ORDER, Section, section
from sdmodel.report.sections.parts import FIRST, Table
from sdmodel.study.spec import Study


@pytest.fixture(scope="module")
def sections(every: dict[str, Finding]) -> dict[str, Section]:
    return {name: section(finding) for name, finding in every.items()}


def test_every_analysis_has_a_figure_and_a_table_with_rows_as_wide_as_their_heads(sections: dict[str, Section]) -> None:
    assert set(sections) == set(NAMES)
    for name, one in sections.items():
        assert all((one.plates, one.tables, one.title, one.lead, one.basis, one.sentence)), name
        for plate in one.plates:
            assert all(len(row) == len(plate.heads) for row in plate.figure.rows), plate.figure.key
            json.dumps(plate.figure.spec, allow_nan=False)
        for table in one.tables:
            assert table.rows, table.title
            assert all(len(row) == len(table.heads) for row in table.rows), table.title
            assert all(isinstance(cell, str) and cell for row in table.rows for cell in row[:2]), table.title


def test_what_is_drawn_rests_on_stated_scenarios_and_runs(sections: dict[str, Section]) -> None:
    drawn = ("seed", "model's own numbers", "searched from")
    for name, one in sections.items():
        assert any(word in one.basis for word in drawn), (name, one.basis)
    assert "240 runs" in sections["comparison"].basis
    assert sections["sobol"].basis.startswith("Nothing; 80 runs in all; seed ")
    assert sections["tipping"].basis.startswith("No reassurance; ")


def test_keys_are_unique_on_a_page_even_of_one_finding_told_twice(every: dict[str, Finding]) -> None:
    twice = [section(one, place) for one in every.values() for place in (0, 1)]
    keys = [figure.key for one in twice for figure in one.figures]
    assert len(keys) == len(set(keys))
    assert len({one.key for one in twice}) == len(twice)


def test_risk_is_told_under_the_figures_of_findings_that_judge_one(every: dict[str, Finding]) -> None:
    judged = replace(every["comparison"], caveats=(RISK_CAVEAT,))
    assert all(figure.risk for figure in section(judged).figures)
    assert not any(figure.risk for figure in section(every["comparison"]).figures)


def test_a_finding_of_an_unknown_name_has_its_sentence_and_no_figure() -> None:
    told = section(Finding("a <b>new</b> kind", xr.Dataset(), "It is so.", ("Beware.",)), 2)
    assert (told.sentence, told.caveats, told.plates, told.tables) == ("It is so.", ("Beware.",), (), ())
    assert told.key == "finding-a-b-new-b-kind-2"


def test_lines_that_are_drawn_together_are_told_apart(sections: dict[str, Section]) -> None:
    key = {mark.title: mark for mark in sections["hysteresis"].plates[0].key}
    assert set(key) == {"on the way up", "on the way down"}
    assert key["on the way up"].tint != key["on the way down"].tint
    assert {mark.title for mark in sections["calibration"].plates[0].key} >= {"fitted", "model's own values"}


def test_words_of_a_finding_are_escaped_once(every: dict[str, Finding]) -> None:
    """In Plotly's labels tags are escaped; in the key of a figure, which Jinja2 escapes, they are as typed."""
    hostile = "<img src=x onerror=alert(1)> & co"
    for name, finding in every.items():
        if name not in ("dominance", "posterior"):  # that look words up in tables of their own
            told = section(worded(finding, lambda text: f"{text} {hostile}" if text else text))
            for plate in told.plates:
                assert "<img" not in json.dumps(plate.figure.spec), plate.figure.key
                assert all("&lt;" not in mark.title for mark in plate.key)


def test_a_long_table_is_folded_after_its_first_rows() -> None:
    rows = tuple((str(at),) for at in range(30))
    table = Table("T", ("A",), rows)
    assert (len(table.first), len(table.more)) == (FIRST, 30 - FIRST)
    assert not Table("T", ("A",), rows[: FIRST + 1]).more


def test_sections_stand_in_order_and_tell_a_caveat_once(every: dict[str, Finding]) -> None:
    own = [replace(one, caveats=("Of all.", "Of the study.", f"Of {one.name} alone.")) for one in every.values()]
    told = more_sections(own[::-1], ["Of the study."])
    names = [one.section.key for one in told]
    assert names == [name for name in ORDER if name in names]
    assert not {"comparison", "sensitivity", "loops", "calibration"} & set(names)
    assert all(one.caveats == (f"Of {one.section.key} alone.",) for one in told)
    assert "Of all." in shared(told)


def test_the_page_names_every_section_in_its_contents(
    every: dict[str, Finding], study: Study, model: Model, runs: xr.Dataset
) -> None:
    others = [one for one in every.values() if one.name not in ("comparison", "sensitivity", "loops", "calibration")]
    page = render(study, model, runs, [make_sensitivity(study), *others], MANIFEST)
    for one in others:
        assert f'<section id="{one.name}"' in page
        assert f'<a href="#{one.name}">' in page
    assert page.index('id="drivers"') < page.index('id="tipping"') < page.index('id="dominance"')
    assert page.index('id="dominance"') < page.index('id="posterior"') < page.index('id="trust"')


def test_the_chart_of_scenarios_marks_the_median_on_the_bar_of_futures(every: dict[str, Finding]) -> None:
    figure = section(every["comparison"]).figures[0]
    bars, marks = figure.spec["data"]
    table = every["comparison"].table.sel(outcome="peak")
    assert figure.title == "Infectious at the peak"
    assert marks["x"] == pytest.approx(table["median"].values, rel=1e-3)
    assert bars["base"] == pytest.approx(table["low"].values, rel=1e-3)
    assert np.add(bars["base"], bars["x"]) == pytest.approx(table["high"].values, rel=1e-3)
    assert marks["marker"]["color"][0] == "--s7", "the baseline is grey"


def test_a_page_of_nothing_else_stays_as_it_is(study: Study, model: Model, runs: xr.Dataset, tmp_path: Path) -> None:
    assert '<section id="sobol"' not in render(study, model, runs, [], MANIFEST)
