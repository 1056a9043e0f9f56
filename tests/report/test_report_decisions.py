"""Figures of discovery, robustness and information: data that stand for what the findings say, in valid JSON."""

import json

import numpy as np
import pytest

from sdmodel.analysis.discovery.conditions import discover
from sdmodel.analysis.failing import failing_of
from sdmodel.analysis.files import from_dict, to_dict
from sdmodel.analysis.robustness.value_of_information import information
from sdmodel.analysis.robustness.verdicts import robustness
from sdmodel.report.figures.discovery import LIMIT_HEADS, PATH_HEADS, POINT_HEADS, discovery
from sdmodel.report.figures.information import HEADS
from sdmodel.report.figures.information import information as information_figure
from sdmodel.report.figures.robustness import FRONT_HEADS, REGRET_HEADS, pareto, regret_map
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome, Scenario, Uncertainty

HOSTILE = "<img src=x>"
OUTCOMES = (
    Outcome("loss", "x", "last", title=HOSTILE, better="lower", acceptable=("<=", 0.5)),
    Outcome("risk", "x", "max", title="Risk", better="lower", risk=True),
)


@pytest.fixture(scope="module")
def asked() -> Study:
    from pathlib import Path

    names = ("p", "q", "nothing")
    return Study(
        name="s",
        title="A study",
        model=Path("m.mdl"),
        baseline="a",
        scenarios={name: Scenario(name, name.upper(), {}) for name in "ab"},
        uncertainties={name: Uncertainty(name, "uniform", 0.0, 1.0) for name in names},
        outcomes={one.name: one for one in OUTCOMES},
    )


@pytest.fixture(scope="module")
def runs(asked: Study):
    import xarray as xr

    x = np.random.default_rng(0).uniform(size=(600, 3))
    loss = [((x[:, 0] > 0.6) & (x[:, 1] < 0.5)) * 1.0, x[:, 0] * 0.6]
    count = 2 * len(x)
    data = {
        "loss": ("experiment", np.concatenate(loss), {"role": "outcome", "units": "%"}),
        "risk": ("experiment", np.tile(x[:, 1], 2) + np.repeat([0.0, 0.1], len(x)), {"role": "outcome"}),
    }
    data |= {name: ("experiment", np.tile(x[:, n], 2), {"role": "input"}) for n, name in enumerate(asked.uncertainties)}
    coords = {
        "experiment": np.arange(count),
        "scenario": ("experiment", np.repeat(["a", "b"], len(x)).astype(object)),
        "future": ("experiment", np.tile(np.arange(len(x)), 2)),
        "time": ("time", [0.0, 1.0]),
    }
    return xr.Dataset(data, coords=coords)


def is_safe(figure) -> bool:
    return "<img" not in json.dumps(figure.spec, allow_nan=False)


def test_limits_trade_off_and_futures_of_a_box(asked: Study, runs) -> None:
    found = discover(asked, runs, failing_of("loss > 0.5", asked.outcomes), "a", resamples=20)
    limits, path, futures = discovery(from_dict(to_dict(found)))
    assert {row[0][0] for row in limits.rows} == {"p", "q"}
    assert all(len(row) == len(LIMIT_HEADS) for row in limits.rows)
    bars = limits.spec["data"][1]
    for start, length, row in zip(bars["base"], bars["x"], limits.rows, strict=True):
        assert (start, start + length) == pytest.approx((0.6, 1.0) if row[0][0] == "p" else (0.0, 0.5), abs=0.06)
    assert path.spec["data"][0]["x"][0] == 1.0
    assert all(len(row) == len(PATH_HEADS) for row in path.rows)
    assert sum(len(cloud["x"]) for cloud in futures.spec["data"]) == 400
    assert all(len(row) == len(POINT_HEADS) for row in futures.rows)
    assert all(map(is_safe, (limits, path, futures)))


def test_without_a_box_there_is_no_figure(asked: Study, runs) -> None:
    found = discover(asked, runs, failing_of("loss > 9", asked.outcomes), "a", resamples=20)
    assert discovery(from_dict(to_dict(found))) == ()


def test_the_map_of_regret_and_the_front(asked: Study, runs) -> None:
    found = from_dict(to_dict(robustness(asked, runs, outcomes=["loss", "risk"], resamples=20)))
    regret = regret_map(found, "risk")
    assert regret.spec["data"][1]["text"] == ["0", "0.10"]
    assert "has A, 0" in regret.alt
    assert all(len(row) == len(REGRET_HEADS) for row in regret.rows)
    front = pareto(found)
    assert front is not None
    assert all(len(row) == len(FRONT_HEADS) for row in front.rows)
    assert is_safe(regret_map(found, "loss"))
    assert is_safe(front)


def test_one_outcome_has_no_front(asked: Study, runs) -> None:
    assert pareto(robustness(asked, runs, outcomes=["risk"], resamples=20)) is None


def test_bars_of_information_are_ranked(asked: Study, runs) -> None:
    figure = information_figure(from_dict(to_dict(information(asked, runs, outcomes=["loss"], permutations=20))))
    bars = figure.spec["data"][0]["x"]
    assert bars == sorted(bars, reverse=True)
    assert {row[0] for row in figure.rows[:2]} == {"p", "q"}
    assert all(len(row) == len(HEADS) for row in figure.rows)
    assert is_safe(figure)
