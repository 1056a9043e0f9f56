"""What hedging is worth to third states, and whom it frightens: as the extension's page tells it."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.design.experiments import experiments
from sdmodel.design.sequences import lhs
from sdmodel.engine import compiled
from sdmodel.pipeline import Question, load
from sdmodel.pipeline.tipping.boundary import tipping

STOCKS = ("Hedging third states", "Third states aligned with US", "Third states aligned with China")
LOSS = "'third state mean welfare loss'"
FINE_LINE = [
    f"hedging pays: end(run, {LOSS}) < smallest(end(run + joined_us, {LOSS}), end(run + joined_china, {LOSS}))",
    "the US is not frightened: mean(run, 'US perceived threat') <= mean(run + joined_us, 'US perceived threat')",
    "China is not frightened: "
    "mean(run, 'China perceived threat') <= mean(run + joined_china, 'China perceived threat')",
]


@cache
def asked() -> Question:
    return load(Path(__file__).parents[2] / "models" / "hedging.toml")


def runs(variant: str, futures: int = 60) -> xr.Dataset:
    """All scenarios with this variant laid over them ("": none) in drawn futures."""
    study, model = asked().study, asked().model
    table = experiments(study, lhs(study, futures, seed=4), model=model, variants=[variant] if variant else [])
    return compiled.simulate(model, table, save=[*STOCKS, "third state mean welfare loss", *THREATS])


THREATS = ("US perceived threat", "China perceived threat")


@pytest.mark.parametrize("variant", ["sides_taken", "joined_us", "joined_china"])
def test_without_hedging_sides_are_taken_at_once_and_for_good(variant: str) -> None:
    """Nobody hedges, shares stand still and make one whole, and nobody aligned in 2020 has changed sides."""
    with_hedging, found = runs(""), runs(variant)
    assert np.abs(found[STOCKS[0]].values).max() < 1e-12
    for stock, share in zip(STOCKS[1:], {"joined_us": (1, 0), "joined_china": (0, 1)}.get(variant, ()), strict=False):
        begun = with_hedging[stock].values[:, 0] + share * with_hedging[STOCKS[0]].values[:, 0]
        np.testing.assert_allclose(found[stock].values, begun[:, None] + np.zeros_like(found[stock].values), atol=1e-12)
    np.testing.assert_allclose(sum(found[stock].values for stock in STOCKS), 1, atol=1e-12)


def test_taking_sides_costs_third_states_and_frightens_both_powers() -> None:
    """In nearly all futures of every scenario."""
    hedged, sided = runs(""), runs("sides_taken")
    higher = {
        name: (sided[name].values[:, -1] > hedged[name].values[:, -1]).mean()
        for name in ("third state mean welfare loss",)
    }
    higher |= {name: (sided[name].values.mean(axis=1) > hedged[name].values.mean(axis=1)).mean() for name in THREATS}
    assert min(higher.values()) > 0.98, higher


def test_the_fine_line_is_wide_under_reassurance_and_gone_between_spheres() -> None:
    """The part of the plane of bloc building and forced choice in which hedging pays and frightens nobody."""
    axes = ("bloc building push=0:0.9", "forced choice=0:1")
    shares = {
        scenario: float(
            tipping(asked(), FINE_LINE, *axes, scenario=scenario, cells=8, tolerance=1e-2).table["share"][0]
        )
        for scenario in ("status_quo", "managed_reassurance", "spheres")
    }
    assert 0.08 < shares["status_quo"] < 0.2
    assert 0.7 < shares["managed_reassurance"] < 0.95
    assert shares["spheres"] == 0
