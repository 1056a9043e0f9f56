"""The page tells what comes true or does not by shares of futures, and draws what has gaps where it has values."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from made_up_study import MANIFEST, with_outcomes

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.cast import cast
from sdmodel.report.figures.cost_risk import cost_risk
from sdmodel.report.figures.fans import fans
from sdmodel.report.measures import measures
from sdmodel.report.page import render
from sdmodel.report.sentences import answer
from sdmodel.report.spread import comparison
from sdmodel.report.table import table
from sdmodel.study.spec import Study


@pytest.fixture
def counted(study: Study) -> Study:
    """The study with its risk as a yes or no."""
    crisis = replace(study.outcomes["crisis"], title="A crisis by 2045")
    return replace(study, outcomes={**study.outcomes, "crisis": crisis})


@pytest.fixture
def chances(runs: xr.Dataset, counted: Study) -> xr.Dataset:
    """Its runs: in each the crisis comes, or does not, from the time at which its probability passes one half."""
    course = runs["crisis probability"]
    return with_outcomes(
        runs.assign({"crisis probability": (course > 0.5).astype(float).assign_attrs(course.attrs)}), counted
    )


def shares_of(chances: xr.Dataset) -> dict[str, float]:
    return {name: float(part.mean()) for name, part in chances["crisis"].groupby(chances["scenario"])}


def test_the_answer_tells_shares_and_no_medians_of_them(counted: Study, chances: xr.Dataset) -> None:
    found = measures(counted, chances)
    assert found["crisis"].share
    assert not found["loss"].share
    members, compared = cast(counted, chances), comparison(counted, chances, [])
    said = answer(counted, chances, members, [found["crisis"], found["loss"]], compared, {})
    gentle, harsh = (f"{100 * shares_of(chances)[name]:.0f}\u00a0%" for name in ("gentle", "harsh"))
    assert f"a crisis by 2045 ({gentle} against {harsh} of futures)" in said.headline
    assert "at once" not in said.headline
    assert "per cent shares of futures" in said.more
    card = said.figures[0]
    assert [side.value for side in card.sides] == [gentle, harsh]
    assert [side.range for side in card.sides] == ["", ""]
    assert card.unit == "share of futures"
    assert "points" in card.note
    text = said.paragraphs[0].text
    assert f"A crisis by 2045 comes true in {gentle} of futures under" in text
    assert "The study accepts at most 40\u00a0% of futures:" in text
    assert "median" not in text


def test_the_table_tells_shares_points_and_whether_the_share_keeps_to_the_limit(
    counted: Study, chances: xr.Dataset
) -> None:
    found, compared = measures(counted, chances), comparison(counted, chances, [])
    rows = {row.member.label: row.cells[0] for row in table(compared.table, cast(counted, chances), [found["crisis"]])}
    for name, part in shares_of(chances).items():
        assert rows[name].centre == f"{100 * part:.0f}\u00a0%"
        assert rows[name].met is (part <= 0.4)
        assert (rows[name].range, rows[name].within) == ("", "")
    assert rows["gentle"].difference.endswith("points")


def test_the_chart_has_markers_at_shares_and_no_cloud_of_zeros_and_ones(counted: Study, chances: xr.Dataset) -> None:
    found, members = measures(counted, chances), cast(counted, chances)
    chart = cost_risk(chances, comparison(counted, chances, []).table, found["loss"], found["crisis"], members)
    heights = {trace["name"]: trace["y"][0] for trace in chart.spec["data"]}
    assert len(chart.spec["data"]) == len(members)
    for member in members:
        assert heights[member.title] == pytest.approx(shares_of(chances)[member.label], rel=1e-3)


def test_its_course_is_a_line_at_the_share_of_futures(counted: Study, chances: xr.Dataset, model: Model) -> None:
    figure = fans(chances, counted, model, cast(counted, chances))[2]
    assert figure.title == "Crisis probability"
    assert figure.above == "share of futures"
    assert not [trace for trace in figure.spec["data"] if "fill" in trace]
    ends = {trace["name"]: trace["y"][-1] for trace in figure.spec["data"]}
    assert ends["Full decoupling, fast"] == pytest.approx(shares_of(chances)["harsh"], rel=1e-3)


def test_a_comparison_that_was_kept_before_is_made_again(study: Study, runs: xr.Dataset) -> None:
    new = comparison(study, runs, [])
    old = Finding("comparison", new.table.drop_vars(["centre", "difference_centre"]), "old", ())
    assert comparison(study, runs, [old]).sentence == new.sentence
    assert comparison(study, runs, [new]) is new


def with_gaps(runs: xr.Dataset, chosen: slice, scenario: str = "") -> xr.Dataset:
    course = runs["mean suspicion"].copy(deep=True)
    rows = runs["scenario"].values == scenario if scenario else np.ones(runs.sizes["experiment"], dtype=bool)
    course.values[np.ix_(rows, np.arange(runs.sizes["time"])[chosen])] = np.nan
    return runs.assign({"mean suspicion": course.assign_attrs(missing="between the points of data")})


def test_bands_with_gaps_are_drawn_where_there_are_values_and_the_note_says_so(
    study: Study, runs: xr.Dataset, model: Model
) -> None:
    figure = fans(with_gaps(runs, slice(40, None)), study, model, cast(study, runs))[0]
    lines = [trace for trace in figure.spec["data"] if "fill" not in trace]
    assert len(lines) == 4
    assert {trace["x"][-1] for trace in lines} == {2039.5}
    assert all(None not in trace["y"] for trace in figure.spec["data"])
    assert figure.note == "Drawn at the times at which there are values, with straight lines between them."
    assert figure.rows[0][-1] == "–"


def test_a_scenario_without_any_value_is_named(study: Study, runs: xr.Dataset, model: Model) -> None:
    members = cast(study, runs)
    figure = fans(with_gaps(runs, slice(None), "harsh"), study, model, members)[0]
    assert len([trace for trace in figure.spec["data"] if "fill" not in trace]) == 3
    assert figure.note == "Without any value: Full decoupling, fast."
    assert not fans(runs, study, model, members)[0].note


def test_the_note_of_a_figure_is_on_the_page(study: Study, runs: xr.Dataset, model: Model) -> None:
    page = render(study, model, with_gaps(runs, slice(40, None)), [], MANIFEST)
    assert page.count("Drawn at the times at which there are values") == 1
