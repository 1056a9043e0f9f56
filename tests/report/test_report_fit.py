"""The section "Does it fit?": there when a calibration was made, with figures, tables and what is not identified."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_up_study import MANIFEST

from sdmodel.analysis.calibration.goodness import STATISTICS
from sdmodel.analysis.files import from_dict, to_dict
from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.fit import fit
from sdmodel.report.page import render, write_report
from sdmodel.study.spec import Study

HOSTILE = "<img src=x onerror='window.hacked = 1'>"


def calibration(title: str = "Polls", event: str = "An order") -> Finding:
    """One series of three observations, one of them held out; one constant that is known and one that is not."""
    time = np.linspace(2020.0, 2024.0, 5)
    statistics = np.full((1, 2, len(STATISTICS)), np.nan)
    statistics[0, :, :3] = [[2, np.nan, 1.5], [1, np.nan, 4.0]]
    statistics[0, :, -2:] = [[3.0, 3.0], [2.0, 5.0]]
    curve = (("series", "time"), [10.0 + 2 * np.arange(5)])
    of_constant = {
        "value": [0.0224, 3.0],
        "own": [0.045, 3.0],
        "low": [0.02, 1.0],
        "high": [0.03, 6.0],
        "least": [0.01, 1.0],
        "most": [0.1, 6.0],
        "status": ["identified", "not identified"],
        "unit": ["1/Year", "Dmnl"],
    }
    of_series = {"title": [title], "variable": ["suspicion"], "series_unit": ["percent"]}
    of_observation = {
        "series_of": ["polls"] * 3,
        "observed_at": [2020.5, 2021.0, 2023.5],
        "observed": [11.0, 12.0, 13.0],
        "error": [1.0, 1.0, 1.0],
        "fitted": [11.0, 12.0, 17.0],
        "with_own": [10.0, 11.0, 16.0],
        "marked": [True, False, False],
        "window_of": ["fit", "fit", "holdout"],
        "status_of": ["verified", "derived", "verified"],
        "source_of": ["a", "b", event],
    }
    table = xr.Dataset(
        {
            **{name: ("constant", values) for name, values in of_constant.items()},
            **{name: ("series", values) for name, values in of_series.items()},
            **{name: ("observation", values) for name, values in of_observation.items()},
            **dict.fromkeys(("curve", "curve_own"), curve),
            "curve_low": (("series", "time"), [9.0 + 2 * np.arange(5)]),
            "curve_high": (("series", "time"), [11.0 + 2 * np.arange(5)]),
            "profile_value": (("constant", "point"), [[0.02, 0.0224, 0.03], [1.0, 3.0, np.nan]]),
            "profile_rise": (("constant", "point"), [[3.9, 0.0, 4.2], [0.0, 0.0, np.nan]]),
            "statistics": (("series", "window", "statistic"), statistics),
            **{f"bound_{name}": ("bound", [text]) for name, text in (("title", "Loss"), ("basis", "a study"))},
            **{
                f"bound_{name}": ("bound", [v])
                for name, v in zip(("value", "own", "low", "high"), (3.0, 2, 1, 5), strict=True)
            },
            "event_at": ("mark", [2021.2]),
            "event": ("mark", [event]),
            "event_status": ("mark", ["verified"]),
        },
        {
            "constant": ["speed", "cost"],
            "series": ["polls"],
            "time": time,
            "window": ["fit", "holdout"],
            "statistic": list(STATISTICS),
        },
        {"threshold": 3.84, "holdout": [2022.0, 2024.0]},
    )
    return Finding("calibration", table, "Fitted two constants.", ("Few points.",))


def test_the_page_has_the_section_only_with_the_finding(
    study: Study, model: Model, runs: xr.Dataset, findings: list[Finding]
) -> None:
    assert 'id="fit"' not in render(study, model, runs, findings, MANIFEST)
    page = render(study, model, runs, [*findings, calibration()], MANIFEST)
    for words in (
        "Does it fit?",
        "Fitted two constants.",
        "Few points.",
        "Not identified by these data: cost",
        "0.0224",
    ):
        assert words in page, words


def test_the_tables_say_what_beats_a_plain_guess_and_what_is_kept() -> None:
    found = fit([calibration()])
    assert found is not None
    assert [row[-1] for row in found.statistics] == ["yes", "no"]
    assert found.bounds[0][3:5] == ("1 – 5", "yes")
    assert found.events == (("2021.20", "An order", "verified"),)
    assert found.open == ("cost",)


def test_figures_hold_data_curves_marks_and_the_shade_of_what_was_held_out() -> None:
    found = fit([calibration()])
    assert found is not None
    [course] = found.courses
    fitted, held = (next(t for t in course.spec["data"] if t.get("name") == name) for name in ("fitted to", "held out"))
    assert fitted["y"] == [11.0, 12.0]
    assert fitted["marker"]["symbol"] == ["circle-open", "circle"]
    assert held["x"] == [2023.5]
    assert [(shape["x0"], shape["x1"]) for shape in course.spec["layout"]["shapes"]] == [(2022.0, 2024.0)]
    low, high = course.spec["layout"]["yaxis"]["range"]
    assert low < course.spec["data"][-1]["y"][0] < 9 < 19 < high
    assert [len(figure.spec["data"][0]["x"]) for figure in found.profiles] == [3, 2]


def test_a_finding_that_was_kept_as_json_gives_the_same_section() -> None:
    assert fit([from_dict(to_dict(calibration()))]) == fit([calibration()])


@pytest.mark.parametrize("width", [1440, 390])
def test_a_browser_draws_every_figure_and_words_stay_words(
    tmp_path: Path,
    open_page: Callable,
    study: Study,
    model: Model,
    runs: xr.Dataset,
    findings: list[Finding],
    width: int,
) -> None:
    """No complaint, no request, no sideways scrolling; what an event or a title says runs nothing."""
    hostile = calibration(HOSTILE, HOSTILE)
    path = write_report(tmp_path / "report.html", study, model, runs, [*findings, hostile], MANIFEST)
    seen = open_page(path, width)
    drawn = seen.js("[...document.querySelectorAll('#fit .plot')].map(p => p.querySelectorAll('.trace').length)")
    assert len(drawn) == 3
    assert all(drawn)
    assert (
        seen.js("document.querySelector('#fit-0 .scatterlayer .trace:last-child .point').getAttribute('display')")
        != "none"
    )
    assert seen.complaints == []
    assert seen.requests == [path.resolve().as_uri()]
    assert seen.js("window.hacked") is None
    assert seen.js("document.scrollingElement.scrollWidth - window.innerWidth") <= 0
