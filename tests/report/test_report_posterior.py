"""Figures of a posterior: each constant against its prior, pairs known together, and data in their bands."""

import json

import numpy as np
import pytest
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.figures.posterior import bands, figures, marginals, pairs

HOSTILE = "<img src=x> %{x}"


def posterior(name: str = "rate") -> Finding:
    """Two constants, the first in logarithms, known together; a series of three observations, the last held out."""
    edges = np.array([np.geomspace(1, 100, 5), np.linspace(0, 4, 5)])
    flat = 0.25 / (edges[:, 1:] - edges[:, :-1])
    of_constant = {
        "median": [10.0, 2.0],
        "low": [5.0, 1.0],
        "high": [20.0, 3.0],
        "prior_low": [1.3, 0.2],
        "prior_high": [80.0, 3.8],
        "contraction": [0.7, -0.01],
        "own": [12.0, 2.0],
        "r_hat": [1.001, 1.002],
        "unit": ["1/Year", "Dmnl"],
    }
    of_observation = {
        "series_of": ["polls"] * 3,
        "observed_at": [2020.0, 2021.0, 2022.5],
        "observed": [10.0, 20.0, 90.0],
        "observed_low": [5.0, 15.0, 20.0],
        "observed_median": [10.0, 21.0, 30.0],
        "observed_high": [15.0, 25.0, 40.0],
        "inside": [True, True, False],
        "window_of": ["fit", "fit", "holdout"],
        "source_of": ["A", "B", HOSTILE],
    }
    curves = {
        f"{kind}_{end}": (
            ("series", "time"),
            np.array([[10.0, 20.0, 30.0]]) + room * (end == "high") - room * (end == "low"),
        )
        for kind, room in (("curve", 2.0), ("predicted", 5.0))
        for end in ("low", "median", "high")
    }
    table = xr.Dataset(
        {
            **{column: ("constant", values) for column, values in of_constant.items()},
            **{column: ("observation", values) for column, values in of_observation.items()},
            **curves,
            "edges": (("constant", "edge"), edges),
            "density": (("constant", "bin"), 2 * flat),
            "prior_density": (("constant", "bin"), flat),
            "draws": (("draw", "constant"), np.arange(12.0).reshape(6, 2)),
            "pair_first": ("pair", [name]),
            "pair_second": ("pair", ["delay"]),
            "pair_correlation": ("pair", [-0.93]),
            "title": ("series", ["Polls"]),
            "series_unit": ("series", ["percent"]),
        },
        coords={"constant": [name, "delay"], "series": ["polls"], "time": [2020.0, 2021.0, 2022.5]},
        attrs={"fit": [2020, 2021], "holdout": [2022, 2023]},
    )
    return Finding("posterior", table, "Converged.")


def test_a_marginal_shows_posterior_over_prior_and_tells_how_much_was_learned() -> None:
    first, second = marginals(posterior())
    after, before = first.spec["data"]
    assert (after["name"], before["name"]) == ("after the data", "before (prior)")
    assert "fill" in after
    assert "fill" not in before
    assert first.spec["layout"]["xaxis"] == {"type": "log", "range": [0.0, 2.0]}
    assert second.spec["layout"]["xaxis"] == {"range": [0.0, 4.0]}
    assert "70" in first.note
    assert first.title == "rate: 10.0 (5.00 to 20.0)"
    assert "0" in second.note
    assert "-" not in second.note


def test_a_flat_prior_of_logarithms_is_level_on_its_axis() -> None:
    """The density is that by the logarithm where the axis is one."""
    [before] = [one for one in marginals(posterior())[0].spec["data"] if one["name"].startswith("before")]
    assert before["y"] == pytest.approx([before["y"][0]] * len(before["y"]), rel=1e-3)


def test_a_pair_shows_its_draws_and_names_its_axes() -> None:
    [one] = pairs(posterior())
    assert one.spec["data"][0]["x"] == [0, 2, 4, 6, 8, 10]
    assert (one.below, one.above) == ("rate (1/Year)", "delay")
    assert "−0.93" in one.note


def test_bands_tell_how_many_observations_lie_inside() -> None:
    [one] = bands(posterior())
    assert one.note.startswith("2 of 3 observations")
    [held] = [trace for trace in one.spec["data"] if trace.get("name") == "held out"]
    assert held["marker"]["symbol"] == ["square-open"]
    assert one.spec["layout"]["shapes"][0]["x0"] == 2022
    wide, narrow = one.spec["data"][:2]
    assert max(wide["y"]) > max(narrow["y"])
    assert one.rows[2][0] == "2022.5"
    assert one.rows[2][-2:] == ("no", "held out")


def test_all_figures_are_json_with_keys_of_their_own_and_names_that_are_text() -> None:
    every = figures(posterior(HOSTILE))
    assert len({one.key for one in every}) == len(every) == 4
    specs = json.dumps([one.spec for one in every], allow_nan=False)
    assert "<img" not in specs
    assert " %{x} " not in specs
