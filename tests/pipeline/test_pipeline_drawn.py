"""Futures from the sample of a posterior, in analyses that run them: exact where the sample knows everything."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.errors import ExperimentError
from sdmodel.pipeline import load
from sdmodel.pipeline.calibration.conditions import conditions, unlike, unlike_words
from sdmodel.pipeline.calibration.ensemble import Chains
from sdmodel.pipeline.calibration.posterior import sample_of
from sdmodel.pipeline.calibration.posterior_chains import Layout
from sdmodel.pipeline.calibration.posterior_groups import about, groups_of
from sdmodel.pipeline.drawn import futures_of, notes_of
from sdmodel.pipeline.game import game
from sdmodel.pipeline.levers.waiting import waiting
from sdmodel.pipeline.question import Question
from sdmodel.runs.sample import write_sample
from sdmodel.study.inputs import number_of

pytest.importorskip("h5netcdf")
MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture
def certain(tmp_path: Path) -> Callable[[Question], Path]:
    """A posterior in which every uncertainty of a study is known: it is what the model says."""

    def write(question: Question) -> Path:
        values = {name: number_of(question.model, name) for name in question.study.uncertainties}
        draws = {
            name: xr.Variable(("chain", "draw"), np.full((2, 10), value), {"role": "constant"})
            for name, value in values.items()
        }
        return write_sample(tmp_path / "posterior.nc", {"posterior": xr.Dataset(draws)}, {"study": question.study.name})

    return write


def test_a_game_in_futures_that_are_known_is_the_base_run(certain: Callable[[Question], Path]) -> None:
    question = load(MODELS / "richardson.toml")
    table = game(question.study, question.model, futures=6, points=2, sample=certain(question)).table
    np.testing.assert_allclose(table["payoff_mean"].values, table["payoff"].values, rtol=1e-12)
    assert table.attrs["futures"] == 6
    assert table.attrs["sample"] == "posterior.nc"
    drawn = game(question.study, question.model, futures=6, points=2).table
    assert not np.allclose(drawn["payoff_mean"].values, drawn["payoff"].values, rtol=1e-3)


def test_waiting_in_futures_that_are_known_is_the_base_run(certain: Callable[[Question], Path]) -> None:
    question = load(MODELS / "probation.toml")
    told = waiting(question.study, question.model, futures=4, sample=certain(question))
    base = waiting(question.study, question.model, futures=0)
    for name in ("rule", "fixed", "waiting", "knowing"):
        np.testing.assert_allclose(told.table[name].values, base.table[name].values, atol=1e-9)
    assert any("drawn from posterior.nc" in one for one in told.caveats)
    assert not any("drawn from posterior.nc" in one for one in base.caveats)


def test_no_futures_and_a_sample_contradict_each_other(certain: Callable[[Question], Path]) -> None:
    question = load(MODELS / "richardson.toml")
    with pytest.raises(ExperimentError, match="no futures are asked for"):
        futures_of(question.study, question.model, 0, seed=1, sample=certain(question))
    assert futures_of(question.study, question.model, 0, seed=1) is None


def test_a_sample_that_does_not_tell_its_settings_has_those_of_the_study(tmp_path: Path) -> None:
    """As files of earlier versions do."""
    question = load(MODELS / "sir.toml")
    draws = {"infectivity": xr.Variable(("chain", "draw"), np.full((1, 4), 0.05), {"role": "constant"})}
    path = write_sample(tmp_path / "posterior.nc", {"posterior": xr.Dataset(draws)}, {"study": "sir"})
    _, warning = notes_of(question.study, question.model, path, ["nothing"])
    assert '"population" 763, here 10,000; "contact rate" 30, here 10' in warning


def test_settings_are_compared_by_scenario_also_those_that_go_in_time_or_are_drawn() -> None:
    study, model = (load(MODELS / "sir.toml").study, load(MODELS / "sir.toml").model)
    assert conditions(study) == {"population": 763.0, "contact rate": 30.0}
    told = '{"population": 10000, "infectivity": 0.05, "contact rate": 10, "not of this model": 1}'
    found = unlike(study, model, {"settings": told}, ["nothing", "distancing"], {"infectious period"})
    assert unlike_words(found) == (
        'The sample was fitted under settings that the scenarios do not share: "infectivity" 0.05, here drawn from '
        '0.03 to 0.07; "contact rate" 10, here a course in time in distancing. Whether constants that were fitted '
        "there hold here is not known."
    )
    assert unlike(study, model, {"settings": told}, ["nothing"], {"infectivity"}) == []


@pytest.mark.parametrize("draws", [8, 9])
def test_chains_keep_every_draw_and_halve_them_by_time(draws: int) -> None:
    """Of 2 ensembles of 4 walkers: value = 100 · walker + draw."""
    values = (100 * np.arange(8) + np.arange(draws)[:, None]).astype(float)
    layout = Layout(draws, 8, 2, np.arange(draws))
    chains = layout.chains(values)
    assert chains.shape == (2, 4 * draws)
    assert sorted(chains.ravel()) == sorted(values.ravel())
    assert set(chains[0] // 100) == {0, 1, 2, 3}
    early, late = chains[:, : 2 * draws] % 100, chains[:, 2 * draws :] % 100
    assert early.max() <= (draws // 2 if draws % 2 else draws // 2 - 1)
    assert late.min() >= draws // 2
    coords = layout.coords()
    np.testing.assert_array_equal(coords["draw"], np.arange(4 * draws))
    np.testing.assert_array_equal(coords["step"][1], chains[0] % 100)
    np.testing.assert_array_equal(coords["walker"][1], chains[0] // 100)
    some = Layout(draws, 8, 2, np.array([0, 5]))
    np.testing.assert_array_equal(some.chains(values[[0, 5]]), chains[:, some.coords()["draw"]])


def test_effective_draws_of_slow_walkers_are_not_overcounted() -> None:
    """First-order autoregression with 0.9: of n draws (1 - 0.9)/(1 + 0.9) are worth anything, a nineteenth."""
    arviz = _arviz()
    rng = np.random.default_rng(5)
    values = np.empty((1000, 64))
    values[0] = rng.standard_normal(64) / np.sqrt(1 - 0.81)
    for at in range(1, len(values)):
        values[at] = 0.9 * values[at - 1] + rng.standard_normal(64)
    flat = np.zeros((1, 1, 1))
    chains = Chains(flat, flat[0], 4, 1000, 0, 1, np.ones(1), 0.5, False).chained(values)
    assert float(arviz.ess(chains)) == pytest.approx(64_000 / 19, rel=0.1)
    step_by_step = values.reshape(1000, 4, 16).swapaxes(0, 1).reshape(4, -1)
    assert float(arviz.ess(step_by_step)) > 5 * 64_000 / 19  # what the order is for
    assert float(arviz.rhat(chains)) < 1.01


def test_arviz_compares_models_by_the_likelihood_of_each_observation(tmp_path: Path) -> None:
    """Leave-one-out and the widely applicable criterion on the school, and R-hat as this project has it."""
    pytest.importorskip("emcee")
    arviz = _arviz()
    found = sample_of(load(MODELS / "sir.toml"), walkers=12, steps=600)
    path = write_sample(tmp_path / "posterior.nc", groups_of(found), about(found))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # three of nine observations move the posterior of three constants
        data = arviz.from_netcdf(str(path))
        loo, waic = arviz.loo(data), arviz.waic(data)
        r_hat = arviz.rhat(data)
    assert loo.n_data_points == waic.n_data_points == 9  # those of the window that was fitted
    assert -60 < loo.elpd_loo < -35
    assert loo.elpd_loo == pytest.approx(waic.elpd_waic, abs=3)
    assert data["posterior"].sizes["chain"] == found.chains.ensembles == 4
    for at, name in enumerate(found.density.names):
        assert float(r_hat[name]) == pytest.approx(found.chains.r_hat(found.values[:, :, at]), abs=1e-9)
    total = data["log_likelihood"]["in_bed"].sum("in_bed_observation").values
    scores = found.chains.scores.reshape(-1, 3)[:50]
    known = found.density.log_likelihood(scores)
    places = np.isin(total.ravel().round(6), known.round(6))
    assert places.sum() >= len(np.unique(known.round(6)))  # the same likelihood that was sampled


def _arviz() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ArviZ tells of its own changes whenever it is imported
        return pytest.importorskip("arviz")
