"""The section of feedback loops: what is left of each outcome without a loop, and what that changes."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from made_up_study import MANIFEST

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.feedback import feedback
from sdmodel.report.page import render
from sdmodel.study.spec import Study


@pytest.fixture
def turned(study: Study) -> Finding:
    """Two loops, two outcomes, two scenarios; the second loop moves nothing but the time, which never comes."""
    with_loop = np.array([[0.7, 2035.0], [0.5, 2040.0]])
    without = np.array([[[0.4, 2030.0], [0.5, 2040.0]], [[0.7, np.nan], [0.5, 2040.0]]])
    dims = ("loop", "scenario", "outcome")
    table = xr.Dataset(
        {
            "with_loop": (dims[1:], with_loop),
            "without_loop": (dims, without),
            "change": (dims, without - with_loop),
            "title": ("loop", ["Spiral <b>", "Forgetting"]),
            "kind": ("loop", ["reinforcing", "balancing"]),
            "path": ("loop", ["a → b → a", "c → c"]),
            "knock_out": ("loop", ["gain = 0", ""]),
            "cut": ("loop", ["", "c → c"]),
        },
        coords={
            "loop": ["R1", "B1"],
            "scenario": ["as_now", "harsh"],
            "outcome": ["crisis", "both"],
            "scenario_title": ("scenario", ["Status quo drift", "Full decoupling, fast"]),
            "outcome_title": ("outcome", ["Crisis probability by 2045", "First year of mutual trust"]),
            "units": ("outcome", ["", "Year"]),
        },
        attrs={"baseline": "as_now"},
    )
    return Finding("loops", table, "2 feedback loops knocked out.", (*study.caveats, "Effects do not add up."))


def test_each_loop_tells_what_is_left_and_what_that_changes_under_the_baseline(study: Study, turned: Finding) -> None:
    found = feedback(study, [turned])
    assert found is not None
    assert found.heads[2:4] == (
        "Crisis probability by 2045 without it",
        "First year of mutual trust (Year) without it",
    )
    spiral, forgetting = found.rows
    assert spiral == ("Spiral <b> (R1)", "reinforcing", "0.40 (−0.30)", "2030 (−5.0)", "a → b → a", "gain = 0")
    assert forgetting[2:4] == ("0.70", "never"), "no change is not told, and what never comes is told so"
    assert forgetting[-1] == "c → c"
    assert found.caveats == ("Effects do not add up.",)


def test_without_the_baseline_the_first_scenario_is_told(study: Study, turned: Finding) -> None:
    found = feedback(replace(study, baseline="talk"), [turned])
    assert found is not None
    assert found.rows[0][2] == "0.40 (−0.30)"


def test_outcomes_that_some_loop_moves_are_drawn(study: Study, turned: Finding) -> None:
    found = feedback(study, [turned])
    assert found is not None
    assert [figure.key for figure in found.figures] == ["loops-0", "loops-1"]
    assert [figure.title for figure in found.figures] == ["Crisis probability by 2045", "First year of mutual trust"]
    assert [figure.risk for figure in found.figures] == [True, False]
    still = turned.table.assign(change=turned.table["change"] * [1.0, 0.0])
    alone = feedback(study, [replace(turned, table=still)])
    assert alone is not None
    assert len(alone.figures) == 1


def test_the_section_is_on_the_page_and_in_its_contents(
    study: Study, model: Model, runs: xr.Dataset, turned: Finding
) -> None:
    page = render(study, model, runs, [turned], MANIFEST)
    assert '<a href="#loops">Feedback loops</a>' in page
    assert "Spiral &lt;b&gt; (R1)" in page
    assert page.count("Effects do not add up.") == 1
    assert 'id="loops"' not in render(study, model, runs, [], MANIFEST)
