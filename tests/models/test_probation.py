"""An opening on probation is the core where nobody opens or answers, and does what its names promise where they do."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.design.experiments import experiments
from sdmodel.design.sequences import lhs
from sdmodel.engine import compiled
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.model.units import check_units
from sdmodel.pipeline.question import Question, load

MODELS = Path(__file__).parents[2] / "models"


@cache
def question(name: str) -> Question:
    return load(MODELS / f"{name}.toml")


def courses(model: Model) -> list[str]:
    return [one.name for one in model.visible() if isinstance(one, Stock | Auxiliary)]


def run(save: list[str], **settings: list[float]) -> xr.Dataset:
    """A run of the extension for each place in the lists, by names with underscores."""
    count = len(next(iter(settings.values())))
    table = xr.Dataset(
        {name.replace("_", " "): ("experiment", np.array(values, float)) for name, values in settings.items()},
        coords={"experiment": np.arange(count)},
    )
    return compiled.simulate(question("probation").model, table, save=save)


@pytest.mark.parametrize("variant", [None, "lock_in", "greedy_rival", "crises_become_wars"])
@pytest.mark.parametrize("futures", [None, 20])
def test_without_an_opening_or_an_answer_it_is_the_core(variant: str | None, futures: int | None) -> None:
    """Every variable of the core, in every scenario, in the base run and in drawn futures, to 1e-12 of its size."""
    core = question("technology_security_dilemma")
    drawn = None if futures is None else lhs(core.study, futures, seed=3)
    chosen = list(core.study.scenarios) if futures is None else ["status_quo", "managed_reassurance", "defector_china"]
    over = [variant] if variant else []
    table = experiments(core.study, drawn, model=core.model, scenarios=chosen, variants=over, shocks=["pandemic"])
    names = courses(core.model)
    here = compiled.simulate(core.model, table, save=names)
    there = compiled.simulate(question("probation").model, table, save=names)
    for name in names:
        size = max(float(np.abs(here[name].values).max()), 1e-12)
        assert np.abs(here[name].values - there[name].values).max() <= 1e-12 * size, name


def test_units_are_clean_and_the_study_fits() -> None:
    asked = question("probation")
    assert not check_units(asked.model)
    assert set(asked.study.uncertainties) > set(question("technology_security_dilemma").study.uncertainties)
    assert (MODELS / "extensions" / "probation.md").read_text(encoding="utf-8").startswith("# ")


def test_an_opening_that_is_not_answered_ends_when_patience_does_and_is_gone_a_while_later() -> None:
    """It is at its size by then, falls from the end of patience on by 1/e a year, and stays away."""
    found = run(["US opening", "US opening given up"], US_opening_size=[0.8], US_patience=[4], China_answers=[0])
    opening = found["US opening"].sel(time=[2023, 2027, 2028, 2045]).values[0]
    assert opening[0] == 0
    assert opening[1] == pytest.approx(0.8, rel=0.02)
    assert opening[2] / opening[1] == pytest.approx(np.exp(-1), rel=0.05)
    assert opening[3] < 1e-6
    assert found["US opening given up"].values[0, -1] == 1


def test_a_china_that_answers_keeps_the_opening_alive_and_calms_both_sides() -> None:
    """Where patience is long enough to see the answer; an impatient US takes back what would have been answered."""
    save = ["US opening", "China answer", "US suspicion", "China suspicion"]
    waits = {"US_patience": [0.5, 10, 100], "US_opening_size": [1, 1, 1], "China_answers": [1, 1, 1]}
    end = run(save, **waits).isel(time=-1)
    assert end["US opening"].values[0] < 1e-6
    np.testing.assert_allclose(end["US opening"].values[1:], 1, atol=1e-6)
    assert end["China answer"].values[1] > 0.3
    assert end["US suspicion"].values[1] < end["US suspicion"].values[0] - 0.2
    np.testing.assert_array_equal(end["US suspicion"].values[1], end["US suspicion"].values[2])


def test_once_answered_the_us_may_open_further() -> None:
    """Half of what is left, from the end of patience on."""
    save = ["US opening"]
    opening = run(save, US_opening_size=[0.6], US_patience=[8], China_answers=[1], US_raise_on_answer=[0.5])[
        "US opening"
    ]
    assert opening.sel(time=2031).values[0] == pytest.approx(0.6, abs=1e-3)
    assert opening.sel(time=2045).values[0] == pytest.approx(0.8, abs=1e-3)


def test_a_us_that_sees_what_is_not_there_is_not_disappointed() -> None:
    """A misreading upwards keeps an unanswered opening; one downwards ends an answered one."""
    found = run(
        ["US opening"],
        US_opening_size=[0.6, 0.6],
        US_patience=[6, 6],
        China_answers=[0, 1],
        US_misreading=[0.1, -0.2],
    )["US opening"].values[:, -1]
    assert found[0] == pytest.approx(0.6, abs=1e-6)
    assert found[1] < 1e-6


def test_what_a_greedy_china_does_with_an_opening() -> None:
    """It costs the US more than never to have opened; a China that answers makes it pay."""
    rows = {"US_opening_size": [0, 1, 0, 1], "opportunism": [3, 3, 0, 0], "China_answers": [0, 0, 1, 1]}
    rows["China_coercion_propensity_goal"] = [0.6, 0.6, 0.15, 0.15]
    worth = run(["US discounted payoff"], **rows)["US discounted payoff"].values[:, -1]
    assert worth[1] < worth[0]
    assert worth[3] > worth[2] + 5
