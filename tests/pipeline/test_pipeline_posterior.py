"""A posterior from study file to finding: known distributions come back, and whether to trust the sample is said."""

import json
import shutil
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.stats import chi2, chisquare, norm, spearmanr

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.design.distributions import values_at
from sdmodel.design.from_sample import from_sample
from sdmodel.design.sequences import lhs
from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError, RunsError, StudyError
from sdmodel.pipeline import Plan, load, sweep
from sdmodel.pipeline.calibration.posterior import posterior, sample_of
from sdmodel.pipeline.calibration.posterior_groups import about, groups_of
from sdmodel.pipeline.calibration.posterior_sample import Sample
from sdmodel.pipeline.kept import stored
from sdmodel.read import read
from sdmodel.runs import manifest as manifests
from sdmodel.runs.sample import FILE, read_sample, write_sample

pytest.importorskip("emcee")
MODELS = Path(__file__).parents[2] / "models"
TIMES = np.arange(1.0, 11.0)
ERROR = 2.0
PRIORS = {
    "inflow": '{ distribution = "normal", mean = 3, sd = 1, low = -7, high = 13 }',
    "first": '{ distribution = "normal", mean = 10, sd = 4, low = -30, high = 50 }',
}
QUICK: dict[str, int] = {"walkers": 12, "steps": 400}
Filling = Callable[..., Path]


@pytest.fixture
def filling(mdl: Callable[..., Path]) -> Filling:
    """Writes the study of a tank with constant inflow: filling(values, priors, more text, error=) → its path."""

    def write(
        values: np.ndarray,
        priors: Mapping[str, str] = PRIORS,
        more: str = "",
        *,
        series: str = "",
        error: float = ERROR,
        holdout: str = "",
        equations: tuple[str, ...] = ("Level = INTEG(inflow, first)", "inflow = 3", "first = 10"),
    ) -> Path:
        model = mdl(*equations, stop=12, step=1)
        rows = [f"{at:g},{value:.12g},,verified,made" for at, value in zip(TIMES, values, strict=True)]
        (model.parent / "seen.csv").write_text("\n".join(["time,value,unit,status,source", *rows]) + "\n", "utf-8")
        text = 'model = "tiny.mdl"\nbaseline = "base"\n[scenarios.base]\n[outcomes.end]\nvariable = "Level"\n'
        text += 'reduce = "last"\n[uncertainties]\n' + "".join(f'"{name}" = {one}\n' for name, one in priors.items())
        text += f"[calibration]\nparameters = {json.dumps(list(priors))}\nfit = [0, 10]\nseed = 4\n{holdout}"
        text += f'[calibration.series.seen]\nvariable = "Level"\ndata = "seen.csv"\nerror = {error}\n{series}'
        (model.parent / "tank.toml").write_text(text + more, encoding="utf-8")
        return model.parent / "tank.toml"

    return write


def truth(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of inflow and first level in closed form: normal priors, linear model, normal errors."""
    design = np.column_stack([TIMES, np.ones_like(TIMES)]) / ERROR
    prior = np.diag([1.0, 4.0**-2])
    covariance = np.linalg.inv(design.T @ design + prior)
    return covariance @ (design.T @ values / ERROR + prior @ [3.0, 10.0]), covariance


def of(path: Path, **more: int) -> tuple[Finding, Sample]:
    return posterior(load(path), **more)


def test_a_linear_model_has_the_posterior_of_the_textbook(filling: Filling) -> None:
    """Mean, deviation and correlation are those in closed form, within four Monte Carlo errors."""
    values = 12 + 2.5 * TIMES + ERROR * np.random.default_rng(8).normal(size=len(TIMES))
    mean, covariance = truth(values)
    finding, sample = of(filling(values))
    table, deviation = finding.table, np.sqrt(np.diag(covariance))
    assert table.attrs["converged"]
    assert finding.sentence.startswith("Converged")
    error = deviation / np.sqrt(table["ess_bulk"].values)
    assert np.abs(table["mean"].values - mean) == pytest.approx([0, 0], abs=float((4 * error).max()))
    assert (np.abs(table["mean"].values - mean) < 4 * error).all()
    assert table["standard_deviation"].values == pytest.approx(
        deviation, rel=4 / np.sqrt(2 * float(table["ess_tail"].min()))
    )
    expected = covariance[0, 1] / deviation.prod()
    assert np.corrcoef(sample.flat.T)[0, 1] == pytest.approx(expected, abs=0.03)
    assert float(table["low"][0]) == pytest.approx(mean[0] - 1.645 * deviation[0], abs=0.15 * deviation[0])
    assert table["pair_first"].values.tolist() == ["inflow"]


def test_ranks_of_the_truth_are_uniform_on_a_linear_model(filling: Filling) -> None:
    """Simulation-based calibration with 60 data sets, each of constants drawn from the prior."""
    question = load(filling(TIMES))
    path = question.study.path.parent / "seen.csv"
    rng, samples, truths = np.random.default_rng(20), [], []
    for seed in range(60):
        truths.append((rng.normal(3, 1), rng.normal(10, 4)))
        inflow, first = truths[-1]
        write_values(path, TIMES, first + inflow * TIMES + ERROR * rng.normal(size=len(TIMES)))
        samples.append(sample_of(question, seed=seed, walkers=6, steps=40))
    assert_calibrated(samples, truths)


def assert_calibrated(samples: Sequence[Sample], truths: Sequence[Sequence[float]]) -> None:
    """Two tests at 1 % for each constant: of the spread of shares below the truth, and of the ranks' uniformity.

    Cook, Gelman and Rubin (2006), J. Comput. Graph. Stat. 15(3): normal scores of the shares have the sum of squares
    of a chi-square, less where the posterior is too wide and more where it is too narrow. Talts et al. (2018), arXiv
    1804.06788: ranks among 19 draws are uniform.
    """
    n = len(samples)
    for at in range(len(truths[0])):
        below = [(sample.flat[:, at] < truth[at]).mean() for sample, truth in zip(samples, truths, strict=True)]
        ends = [0.5 / len(samples[0].flat), 1 - 0.5 / len(samples[0].flat)]
        assert chi2.ppf(0.005, n) < (norm.ppf(np.clip(below, *ends)) ** 2).sum() < chi2.ppf(0.995, n)
        pairs = zip(samples, truths, strict=True)
        ranks = np.array([(nineteen(sample)[:, at] < truth[at]).sum() for sample, truth in pairs])
        assert chisquare(np.bincount(ranks // 4, minlength=5)).pvalue > 0.01


def write_values(path: Path, times: np.ndarray, values: np.ndarray) -> None:
    rows = [f"{at:g},{value:.12g},,verified,made" for at, value in zip(times, values, strict=True)]
    path.write_text("\n".join(["time,value,unit,status,source", *rows]) + "\n", "utf-8")


def nineteen(sample: Sample) -> np.ndarray:
    """As many draws [draw, constant] far apart in steps and walkers."""
    draws, walkers, _ = sample.values.shape
    at = np.arange(19)
    return sample.values[(at * draws) // 19, (at * 7) % walkers]


@pytest.fixture
def epidemic(tmp_path: Path) -> Callable[..., Path]:
    """Writes a study of the shipped epidemic with data: epidemic(days, values, error) → its path."""

    def write(days: np.ndarray, values: np.ndarray, error: float) -> Path:
        shutil.copy(MODELS / "sir.mdl", tmp_path)
        write_values(tmp_path / "cases.csv", days, values)
        text = 'model = "sir.mdl"\nbaseline = "nothing"\n[scenarios.nothing]\n[uncertainties]\n'
        text += '"infectivity" = { distribution = "triangular", low = 0.03, mode = 0.05, high = 0.07 }\n'
        text += '"infectious period" = { distribution = "uniform", low = 3, high = 8 }\n'
        text += '"initial infectious" = { distribution = "loguniform", low = 1, high = 100 }\n'
        text += '[calibration]\nparameters = ["infectivity", "infectious period", "initial infectious"]\n'
        text += 'fit = [0, 40]\nholdout = [40, 60]\n[calibration.series.cases]\nvariable = "Infectious"\n'
        (tmp_path / "study.toml").write_text(text + f'data = "cases.csv"\nerror = {error}\n', encoding="utf-8")
        return tmp_path / "study.toml"

    return write


def cases(constants: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Days and infectious people under these constants."""
    table = xr.Dataset({name: ("experiment", [value]) for name, value in constants.items()})
    runs = simulate(read(MODELS / "sir.mdl"), table, save=["Infectious"], every=2.5)
    return runs["time"].values[:24], runs["Infectious"].values[0][:24]


def test_constants_of_an_epidemic_are_covered_and_its_future_foretold(epidemic: Callable[..., Path]) -> None:
    """Of six noisy data sets 90 % intervals hold most of the 18 true values, and bands most held-out observations."""
    true = {"infectivity": 0.047, "infectious period": 5.5, "initial infectious": 20.0}
    days, numbers = cases(true)
    covered, held = 0, []
    for seed in range(6):
        noisy = numbers + 100 * np.random.default_rng(seed).normal(size=len(days))
        table = of(epidemic(days, noisy, 100.0), seed=seed, **QUICK)[0].table
        covered += int(((table["low"] <= list(true.values())) & (table["high"] >= list(true.values()))).sum())
        held.append(float(table["coverage"].sel(window="holdout", series="cases")))
        assert (table["contraction"] > 0.3).all()
    assert covered >= 13
    assert 0.75 < np.mean(held) <= 1


@pytest.mark.slow
def test_ranks_of_the_truth_are_uniform_on_an_epidemic(epidemic: Callable[..., Path]) -> None:
    """Simulation-based calibration where the model is not linear: 200 data sets of constants drawn from the prior."""
    question = load(epidemic(*cases({"infectivity": 0.05}), 200.0))
    futures, rng = lhs(question.study, 200, seed=3), np.random.default_rng(9)
    samples, truths = [], []
    for at in range(200):
        true = {str(name): float(column[at]) for name, column in futures.data_vars.items()}
        days, numbers = cases(true)
        write_values(question.study.path.parent / "cases.csv", days, numbers + 200 * rng.normal(size=len(days)))
        samples.append(sample_of(question, seed=at, walkers=16, steps=200))
        truths.append([true[name] for name in samples[-1].density.names])
    assert_calibrated(samples, truths)


@pytest.mark.parametrize(
    "prior",
    [
        '{ distribution = "uniform", low = 1, high = 5 }',
        '{ distribution = "triangular", low = 1, mode = 2, high = 5 }',
        '{ distribution = "normal", mean = 2, sd = 2, low = 1, high = 5 }',
        '{ distribution = "loguniform", low = 0.1, high = 10 }',
    ],
)
def test_data_without_weight_leave_the_prior(filling: Filling, prior: str) -> None:
    """Whatever its distribution, truncated or not; and the sentence says that nothing was learned."""
    path = filling(10 + 3 * TIMES, {"inflow": prior}, error=1e9)
    finding, sample = of(path, walkers=16, steps=1500)
    [one] = sample.density.objective.space.ranges
    shares = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    found = np.array([(sample.flat[:, 0] <= value).mean() for value in values_at(one, shares)])
    assert found == pytest.approx(shares, abs=0.03)
    assert abs(float(finding.table["contraction"][0])) < 0.05
    assert "next to nothing of inflow" in finding.sentence


def test_a_free_scale_leaves_a_speed_unknown(filling: Filling) -> None:
    """Where only scale × inflow shows in the data, the posterior of the inflow is its prior; drawn scales make up."""
    equations = ("Level = INTEG(inflow, 0)", "inflow = 3")
    prior = {"inflow": '{ distribution = "uniform", low = 1, high = 5 }'}
    path = filling(6 * TIMES, prior, series='observe = { scale = "free" }\n', equations=equations)
    finding, sample = of(path, **QUICK)
    assert abs(float(finding.table["contraction"][0])) < 0.1
    [one] = sample.predicted
    assert one.equations.scale * sample.chosen[:, 0] == pytest.approx(6.0, abs=0.5)
    assert finding.table["coverage"].sel(window="fit").values.tolist() == [1.0]


def test_a_bound_counts_like_an_observation_missed(filling: Filling) -> None:
    """The posterior under a bound alone is that of numerical integration."""
    bound = '[calibration.bounds.end]\nvariable = "Level"\nat = 10\nlow = 40\nhigh = 45\nerror = 3\n'
    prior = {"inflow": '{ distribution = "uniform", low = 1, high = 5 }'}
    finding, _ = of(filling(10 + 3 * TIMES, prior, bound, error=1e9), walkers=24, steps=1500)
    grid = np.linspace(1, 5, 4001)
    end = 10 + 10 * grid
    weight = np.exp(-0.5 * (np.maximum(np.maximum(40 - end, end - 45), 0) / 3) ** 2)
    mean = (grid * weight).sum() / weight.sum()
    deviation = np.sqrt(((grid - mean) ** 2 * weight).sum() / weight.sum())
    assert float(finding.table["mean"][0]) == pytest.approx(mean, abs=4 * deviation / np.sqrt(400))
    assert float(finding.table["standard_deviation"][0]) == pytest.approx(deviation, rel=0.15)
    assert float(finding.table["bound_kept"][0]) == pytest.approx(weight[weight == 1].sum() / weight.sum(), abs=0.06)


def test_two_hills_are_told_or_both_are_found(filling: Filling) -> None:
    """Data that know a square alone: either sign is as good, and every ensemble has both."""
    equations = ("Level = INTEG(inflow * inflow, 0)", "inflow = 3")
    prior = {"inflow": '{ distribution = "uniform", low = -4, high = 4 }'}
    finding, sample = of(filling(9 * TIMES, prior, equations=equations), walkers=32, steps=600)
    positive = (sample.flat[:, 0] > 0).mean()
    assert 0.35 < positive < 0.65
    assert np.abs(sample.flat).mean() == pytest.approx(3, abs=0.1)
    assert float(finding.table["r_hat"][0]) < 1.1


def test_the_same_seed_gives_the_same_sample(filling: Filling) -> None:
    path = filling(10 + 3 * TIMES)
    first, second, other = (sample_of(load(path), seed=seed, walkers=6, steps=60).flat for seed in (0, 0, 1))
    assert np.array_equal(first, second)
    assert not np.array_equal(first[:9], other[:9])


def test_too_few_steps_are_told_with_what_to_do(filling: Filling) -> None:
    finding, _ = of(filling(10 + 3 * TIMES), walkers=8, steps=40)
    assert finding.sentence.startswith("Not converged after 40 steps")
    assert "try --steps 1000" in finding.sentence or "try --steps 2000" in finding.sentence
    assert "has not converged" in " ".join(finding.caveats)
    assert not finding.table.attrs["converged"]


def test_scatter_beyond_the_stated_errors_and_values_at_an_edge_are_told(filling: Filling) -> None:
    wild = 10 + 3 * TIMES + 30 * (-1) ** np.arange(len(TIMES))
    assert "times the scatter" in " ".join(of(filling(wild), **QUICK)[0].caveats)
    narrow = {"inflow": '{ distribution = "uniform", low = 0, high = 2 }'}
    assert "Piled up at an end of the range: inflow" in " ".join(
        of(filling(10 + 3 * TIMES, narrow), **QUICK)[0].caveats
    )


def test_the_finding_survives_its_file(filling: Filling) -> None:
    finding, _ = of(filling(10 + 3 * TIMES), **QUICK)
    again = files.from_dict(json.loads(files.to_json(finding)))
    xr.testing.assert_allclose(again.table, finding.table)
    assert (again.sentence, again.caveats) == (finding.sentence, finding.caveats)


def test_what_cannot_be_asked_is_refused(filling: Filling, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filling(10 + 3 * TIMES)
    for walkers in (4, 7, 0):
        with pytest.raises(
            StudyError, match=f"--walkers {walkers}: 2 constants need an even number of walkers above 4"
        ):
            of(path, walkers=walkers)
    whole = {"inflow": '{ distribution = "integer", low = 1, high = 5 }'}
    with pytest.raises(StudyError, match='"inflow" is integer; only a range can be searched'):
        of(filling(TIMES, whole))
    with pytest.raises(StudyError, match="a posterior needs one"):
        of(MODELS / "lotka_volterra.toml")
    monkeypatch.setitem(sys.modules, "emcee", None)
    with pytest.raises(ExperimentError, match=r"pip install 'sdmodel\[posterior\]'"):
        of(path)


def test_no_place_to_start_is_told(filling: Filling) -> None:
    """Where every run leaves the finite range."""
    equations = ("Level = INTEG(Level * EXP(inflow), 10)", "inflow = 300")
    path = filling(TIMES, {"inflow": '{ distribution = "uniform", low = 200, high = 700 }'}, equations=equations)
    with pytest.raises(StudyError, match="no place to start"):
        of(path, **QUICK)


@pytest.fixture
def written(filling: Filling, tmp_path: Path) -> tuple[Path, Path, Finding, Sample]:
    """Study, file, finding and sample of a tank whose other input is not in the posterior."""
    study = filling(10 + 3 * TIMES, {"inflow": PRIORS["inflow"]})
    text = study.read_text(encoding="utf-8").replace(
        "[calibration]\n", f'"first" = {PRIORS["first"]}\n[calibration]\n', 1
    )
    study.write_text(text, encoding="utf-8")
    finding, sample = of(study, **QUICK)
    path = write_sample(tmp_path / "kept" / FILE, groups_of(sample), about(sample))
    return study, path, finding, sample


def test_arviz_reads_the_file_and_counts_the_same(written: tuple[Path, Path, Finding, Sample]) -> None:
    _, path, finding, sample = written
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ArviZ tells of its own changes whenever it is imported
        arviz = pytest.importorskip("arviz")
        data = arviz.from_netcdf(str(path))
    groups = {"posterior", "sample_stats", "posterior_predictive", "observed_data", "prior"}
    assert groups <= {str(name).strip("/") for name in (data.groups() if callable(data.groups) else data.groups)}
    draws = data["posterior"]["inflow"]
    assert draws.dims == ("chain", "draw")
    assert float(arviz.ess(draws.values)) == pytest.approx(float(finding.table["ess_bulk"][0]), rel=1e-6)
    assert float(arviz.rhat(draws.values)) == pytest.approx(float(finding.table["r_hat"][0]), rel=1e-6)
    assert read_sample(path)["inflow"].mean() == pytest.approx(float(finding.table["mean"][0]))
    again = data["posterior_predictive"]["seen"]
    assert again.dims == ("chain", "draw", "seen_observation")
    assert again.sizes["draw"] == len(sample.draws) * sample.values.shape[1] // sample.chains.ensembles


@pytest.mark.parametrize("free", [False, True])
def test_leaving_one_out_is_what_the_textbook_says(filling: Filling, tmp_path: Path, free: bool) -> None:
    """The density of each observation given the others, in closed form; also where an offset is free (flat prior)."""
    values = 10 + 3 * TIMES + np.random.default_rng(8).normal(0, ERROR, len(TIMES))
    series = 'observe = { offset = "free" }\n' if free else ""
    sample = sample_of(load(filling(values, {"inflow": PRIORS["inflow"]}, series=series)), walkers=12, steps=1500)
    path = write_sample(tmp_path / FILE, groups_of(sample), about(sample))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ArviZ tells of its own changes whenever it is imported
        arviz = pytest.importorskip("arviz")
        found = arviz.loo(arviz.from_netcdf(str(path)), pointwise=True)
    columns = np.column_stack([TIMES, np.ones_like(TIMES)] if free else [TIMES])
    prior = np.diag([1.0, 1e-9] if free else [1.0])
    known = []
    for left in range(len(TIMES)):
        rest = np.arange(len(TIMES)) != left
        covariance = np.linalg.inv(columns[rest].T @ columns[rest] / ERROR**2 + prior)
        seen = columns[rest].T @ (values - 10)[rest] / ERROR**2
        mean = covariance @ (seen + prior @ ([3.0, 0.0] if free else [3.0]))
        spread = np.sqrt(ERROR**2 + columns[left] @ covariance @ columns[left])
        known.append(norm.logpdf(values[left] - 10, columns[left] @ mean, spread))
    np.testing.assert_allclose(found.loo_i.values, known, atol=0.1)
    assert found.elpd_loo == pytest.approx(sum(known), abs=0.15)


def test_futures_come_from_the_sample_and_the_rest_from_the_study(
    written: tuple[Path, Path, Finding, Sample],
) -> None:
    """Each draw once at most and whole; what the posterior lacks is the Latin hypercube of the same seed."""
    study, path, _, _ = written
    question = load(study)
    sample = read_sample(path)
    futures = from_sample(question.study, question.model, sample, 50, seed=7)
    assert futures["inflow"].isin(sample["inflow"]).all()
    assert len(set(futures["inflow"].values.tolist())) > 40
    assert futures["first"].values.tolist() == lhs(question.study, 50, seed=7)["first"].values.tolist()
    assert abs(spearmanr(futures["inflow"], futures["first"]).statistic) < 0.4
    pair = {name: np.arange(100.0) + at for at, name in enumerate(("inflow", "first"))}
    whole = from_sample(question.study, question.model, pair, 100, seed=1)
    assert (whole["first"] - whole["inflow"]).values.tolist() == [1.0] * 100
    assert sorted(whole["inflow"].values.tolist()) == pair["inflow"].tolist()
    with pytest.raises(ExperimentError, match="101 futures are asked for, and the posterior has 100 draws"):
        from_sample(question.study, question.model, pair, 101, seed=1)
    with pytest.raises(ExperimentError, match="the posterior of another study"):
        from_sample(question.study, question.model, {"outflow": np.ones(9)}, 2, seed=1)


def test_a_sweep_of_the_posterior_is_kept_beside_it_with_its_hash(written: tuple[Path, Path, Finding, Sample]) -> None:
    study, path, finding, _ = written
    files.write(finding, path.parent / "findings" / "posterior.json")
    plan = Plan(futures=32, design="posterior", seed=3, sample=path)
    kept = sweep(load(study), plan, path.parent, command=["sdmodel"])
    assert set(kept.runs["inflow"].values) <= set(read_sample(path)["inflow"])
    assert kept.made["sample"] == {"name": FILE, "sha256": manifests.sha256(path)}
    assert kept.made["design"]["name"] == "posterior"
    assert (path.parent / "findings" / "posterior.json").is_file()
    assert path.is_file()
    assert stored(path.parent).made["sample"]["name"] == FILE


def test_files_that_hold_no_posterior_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunsError, match="there is no file"):
        read_sample(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("no netCDF", encoding="utf-8")
    with pytest.raises(RunsError, match="is not a file with a posterior"):
        read_sample(tmp_path / "text.nc")
    other = write_sample(tmp_path / "other.nc", {"posterior": xr.Dataset({"x": ("draw", [1.0])})}, {})
    with pytest.raises(RunsError, match="has no draws of constants"):
        read_sample(other)


def test_names_that_a_file_cannot_hold_come_back(tmp_path: Path) -> None:
    one = xr.Variable(("chain", "draw"), np.ones((2, 3)), {"role": "constant"})
    path = write_sample(tmp_path / FILE, {"posterior": xr.Dataset({"rate/year": one})}, {})
    assert {name: values.tolist() for name, values in read_sample(path).items()} == {"rate/year": [1.0] * 6}
