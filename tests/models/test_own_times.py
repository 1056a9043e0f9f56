"""Times of their own for each side: the core where nothing is set, and each side moves when it is told to."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.design.experiments import experiments, settings_experiment
from sdmodel.design.sequences import lhs
from sdmodel.engine import compiled
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.model.units import check_units
from sdmodel.pipeline import Question, load

MODELS = Path(__file__).parents[2] / "models"


@cache
def core() -> Question:
    """The core model with its study."""
    return load(MODELS / "technology_security_dilemma.toml")


@cache
def own() -> Question:
    """The core with the extension, and its study."""
    return load(MODELS / "own_times.toml")


def courses(model: Model) -> list[str]:
    """Names of all that has a course in time."""
    return [one.name for one in model.visible() if isinstance(one, Stock | Auxiliary)]


def worst(table: xr.Dataset) -> float:
    """The largest difference between core and extension, relative to the largest value of each variable."""
    names = courses(core().model)
    here, there = (compiled.simulate(one.model, table, save=names) for one in (core(), own()))
    return max(
        float(np.abs(here[name].values - there[name].values).max() / max(np.abs(here[name].values).max(), 1e-12))
        for name in names
    )


def test_with_nothing_set_it_is_the_core_in_every_scenario() -> None:
    """Scenarios that change the shared times among them."""
    assert worst(experiments(core().study, None, model=core().model, shocks=["pandemic"])) < 1e-12


def test_with_nothing_set_it_is_the_core_in_drawn_futures() -> None:
    """So that no equality is an accident of the numbers in the file."""
    futures = lhs(core().study, 40, seed=3)
    assert worst(experiments(core().study, futures, model=core().model, scenarios=["negotiated", "managed"])) < 1e-12


def test_units_are_clean() -> None:
    """Also where equations of the extension and of the core meet."""
    assert not check_units(own().model)


def test_both_set_to_the_shared_times_change_nothing() -> None:
    """What is said twice is the same."""
    times = {f"{side} {what} start time": year for side in ("US", "China") for what, year in SHARED}
    given = {"negotiation goal": 0.6, "US intention signalling goal": 0.6}
    here, there = (
        compiled.simulate(own().model, settings_experiment(own().model, one), save=["US suspicion"])
        for one in (given, {**given, **times})
    )
    assert np.array_equal(here["US suspicion"].values, there["US suspicion"].values)


SHARED = (("policy", 2021), ("reassurance", 2023))


@pytest.mark.parametrize(("side", "other"), [("US", "China"), ("China", "US")])
def test_a_side_moves_in_its_own_time_and_talks_wait_for_the_other(side: str, other: str) -> None:
    """The lever of one follows its own ramp, that of the other the shared one; negotiation needs both."""
    given = {
        **{f"{one} intention signalling goal": 1.0 for one in (side, other)},
        **{f"{one} intention signalling initial": 0.0 for one in (side, other)},
        "negotiation goal": 1.0,
        f"{side} reassurance start time": 2030.0,
        f"{side} reassurance phase in duration": 5.0,
    }
    levers = [f"{side} intention signalling", f"{other} intention signalling", "negotiation"]
    runs = compiled.simulate(own().model, settings_experiment(own().model, given), save=levers)
    time = runs["time"].values
    ramps = [np.clip((time - begin) / over, 0, 1) for begin, over in ((2030, 5), (2023, 4), (2030, 5))]
    for lever, ramp in zip(levers, ramps, strict=True):
        assert np.allclose(runs[lever].values[0], ramp, atol=1e-12), lever


def test_the_study_asks_who_moves_first() -> None:
    """Its moves are those of the two sides."""
    moves = own().study.searches.timing["order"].moves
    assert [move.start for move in moves] == ["US reassurance start time", "China reassurance start time"]
