"""Larger models of the family are the core where nothing sets them apart from it, and differ where something does."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from sdmodel.design.experiments import experiments
from sdmodel.design.sequences import lhs
from sdmodel.engine import compiled
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.model.units import check_units
from sdmodel.pipeline import Question, load
from sdmodel.read import read

MODELS = Path(__file__).parents[2] / "models"
EXTENSIONS = ("sectors", "third_states", "hedging", "stochastic", "responding_levers", "own_times", "probation")
APART = {
    "sectors": "sector contrast",
    "third_states": "third state contrast",
    "hedging": None,
    "responding_levers": None,
    "own_times": None,
    "probation": None,
}
"""What sets an extension apart from the core when it is not 0; the other extension draws random numbers."""
DRAWS = 10_000


@cache
def core() -> Question:
    """The core model with its study."""
    return load(MODELS / "technology_security_dilemma.toml")


@cache
def extended(name: str) -> Model:
    """The core model with the extension of that name."""
    return read(MODELS / "technology_security_dilemma.mdl", extensions=[MODELS / "extensions" / f"{name}.mdl"])


def alike(name: str, table: xr.Dataset) -> xr.Dataset:
    """`table` with nothing that sets the extension apart from the core."""
    contrast = APART[name]
    return table if contrast is None else table.assign({contrast: ("experiment", np.zeros(table.sizes["experiment"]))})


def courses(model: Model) -> list[str]:
    """Names of all that has a course in time."""
    return [one.name for one in model.visible() if isinstance(one, Stock | Auxiliary)]


def worst_difference(here: xr.Dataset, there: xr.Dataset, names: list[str]) -> float:
    """The largest difference over all runs and times, relative to the largest value of each variable."""
    return max(
        float(np.abs(here[name].values - there[name].values).max() / max(np.abs(here[name].values).max(), 1e-12))
        for name in names
    )


@pytest.mark.parametrize("name", APART)
@pytest.mark.parametrize("variant", [None, "crises_become_wars", "lock_in", "blame"])
def test_an_extension_that_nothing_sets_apart_is_the_core(name: str, variant: str | None) -> None:
    """Every variable of the core, in every scenario, with a pandemic, under each theory that touches its equations."""
    asked = core()
    table = experiments(
        asked.study, None, model=asked.model, variants=[variant] if variant else [], shocks=["pandemic"]
    )
    names = courses(asked.model)
    here = compiled.simulate(asked.model, table, save=names)
    there = compiled.simulate(extended(name), alike(name, table), save=names)
    assert worst_difference(here, there, names) < 1e-9


@pytest.mark.parametrize("name", APART)
def test_it_is_the_core_in_drawn_futures_too(name: str) -> None:
    """Where all uncertain numbers are drawn, so that no equality is an accident of the numbers in the file."""
    asked = core()
    table = experiments(asked.study, lhs(asked.study, 40, seed=3), model=asked.model, scenarios=["spheres", "managed"])
    names = courses(asked.model)
    here = compiled.simulate(asked.model, table, save=names)
    there = compiled.simulate(extended(name), alike(name, table), save=names)
    assert worst_difference(here, there, names) < 1e-9


@pytest.mark.parametrize("name", EXTENSIONS)
def test_units_of_an_extension_are_clean(name: str) -> None:
    """Also where equations of the extension and of the core meet."""
    assert not check_units(extended(name))


@pytest.mark.parametrize("name", EXTENSIONS)
def test_each_study_of_the_family_fits_its_model(name: str) -> None:
    """Its names, ranges and scenarios are those of the core with the extension."""
    asked = load(MODELS / f"{name}.toml")
    assert asked.study.extensions
    assert set(asked.study.uncertainties) >= set(core().study.uncertainties)
    assert (MODELS / "extensions" / f"{name}.md").read_text(encoding="utf-8").startswith("# ")


def profiles(name: str, weight: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """(name, values [element], share [element]) of every array "… profile" of an extension."""
    model = extended(name)
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for one in model.visible():
        if one.array and (one.array.endswith(" profile") or one.array == weight):
            found.setdefault(one.array, {})[one.elements] = one.value  # type: ignore[union-attr]
    weights = found.pop(weight)
    share = np.array(list(weights.values())) / sum(weights.values())
    return [(array, np.array([values[element] for element in weights]), share) for array, values in found.items()]


@pytest.mark.parametrize(
    ("name", "weight", "above"),
    [("sectors", "sector weight", {"China capacity profile"}), ("third_states", "third state weight", set())],
)
def test_profiles_keep_the_mean_of_the_core(name: str, weight: str, above: set[str]) -> None:
    """The weighted mean of a profile is 1, so that the composite starts at the core's number, but where said."""
    found = profiles(name, weight)
    assert len(found) > 5
    for array, values, share in found:
        mean = float((values * share).sum())
        assert (mean > 1) if array in above else mean == pytest.approx(1, abs=1e-12), array


def test_an_average_of_sectors_hides_chokepoints() -> None:
    """With sectors that differ pillar one is not met in the status quo, which the average meets by 2045."""
    model = extended("sectors")
    table = xr.Dataset({"sector contrast": ("experiment", [0.0, 1.0])}, coords={"experiment": [0, 1]})
    runs = compiled.simulate(model, table, save=["pillar one met", "US strongest leverage", "US leverage"])
    assert runs["pillar one met"].values[:, -1].tolist() == [1.0, 0.0]
    assert runs["US strongest leverage"].values[1, -1] > 1.5 * runs["US leverage"].values[1, -1]


def test_groups_of_third_states_share_one_whole() -> None:
    """In each group hedgers and both spheres add up to one, whatever is drawn."""
    asked = load(MODELS / "third_states.toml")
    groups = ("chip chokepoint states", "hedging neighbours", "European Union")
    parts = ("group hedging", "group aligned with US", "group aligned with China")
    names = [f"{part}[{group}]" for part in parts for group in groups]
    table = experiments(asked.study, lhs(asked.study, 50, seed=1), model=asked.model)
    runs = compiled.simulate(asked.model, table, save=names)
    for group in groups:
        whole = sum(runs[f"{part}[{group}]"].values for part in parts)
        np.testing.assert_allclose(whole, 1, rtol=0, atol=1e-12)


def chances(scenario: dict[str, float]) -> xr.Dataset:
    """Ten thousand futures of the stochastic model that differ in nothing but chance."""
    futures = np.arange(DRAWS)
    table = xr.Dataset(
        {name: ("experiment", np.full(DRAWS, value)) for name, value in scenario.items()},
        coords={"experiment": futures, "future": ("experiment", futures)},
    )
    save = ["crisis has occurred", "violent conflict has occurred", "crisis probability", "shortage in force"]
    return compiled.simulate(
        extended("stochastic"), table, save=[*save, "violent conflict probability"], every=5.0, seed=2021
    )


def within_interval(hits: np.ndarray, expected: np.ndarray, confidence: float) -> np.ndarray:
    """Whether the share of `hits` (future, time) is in the interval about `expected` in which it should be."""
    spread = norm.ppf(0.5 + confidence / 2) * np.sqrt(expected * (1 - expected) / len(hits))
    return np.abs(hits.mean(axis=0) - expected) <= spread + 1e-12


QUIET = {"shortage rate": 0.0, "US leadership change rate": 0.0, "China leadership change rate": 0.0}


def test_mean_of_drawn_crises_is_the_hazard_of_the_core() -> None:
    """Over 10,000 draws, at each of five years, within the 99.9 % interval; so is the share that turns violent."""
    runs = chances(QUIET)
    asked = core()
    alone = compiled.simulate(asked.model, save=["crisis probability", "violent conflict probability"], every=5.0)
    for drawn, known in (
        ("crisis has occurred", "crisis probability"),
        ("violent conflict has occurred", "violent conflict probability"),
    ):
        expected = alone[known].values[0]
        np.testing.assert_allclose(runs[known].values, np.broadcast_to(expected, runs[known].shape), atol=1e-12)
        assert within_interval(runs[drawn].values, expected, 0.999).all()
        assert 0.05 < expected[-1] < 0.95


def test_with_shortages_and_new_leaders_the_drawn_crises_follow_the_mean_hazard() -> None:
    """Each future has a hazard of its own then; the mean of its probability is what must be met."""
    runs = chances({"shortage rate": 0.3, "US leadership change rate": 0.2, "China leadership change rate": 0.1})
    probability = runs["crisis probability"].values
    assert probability[:, -1].std() > 0.01
    assert within_interval(runs["crisis has occurred"].values, probability.mean(axis=0), 0.999).all()


def test_shortages_arrive_at_their_rate() -> None:
    """The mean of what is in force is rate x size x duration once arrivals and fading balance, for small shortages."""
    runs = chances({**QUIET, "shortage rate": 0.5, "shortage size": 0.02, "shortage spread": 0.0})
    assert runs["shortage in force"].values[:, -1].mean() == pytest.approx(0.5 * 0.02 * 1.5, rel=0.05)


def test_governments_that_fear_a_crisis_lower_its_risk_and_hawks_raise_it() -> None:
    """The rule of response works in the direction that its names promise."""
    tempers = {"US retaliation": [0, 3, 0.0], "China retaliation": [0, 3, 0.0]}
    fears = {"US crisis aversion": [0, 0, 10.0], "China crisis aversion": [0, 0, 10.0]}
    settings = {**tempers, **fears, "US export control goal": [0.8, 0.8, 0.8]}
    table = xr.Dataset({name: ("experiment", np.array(values, float)) for name, values in settings.items()})
    runs = compiled.simulate(
        extended("responding_levers"), table.assign_coords(experiment=range(3)), save=["crisis probability"]
    )
    calm, hawks, fear = runs["crisis probability"].values[:, -1]
    assert fear < calm < hawks
