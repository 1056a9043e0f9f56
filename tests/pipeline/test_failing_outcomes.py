"""Outcomes of which runs fail: each is judged by what it depends on, what is lost comes first, too much is refused."""

from collections.abc import Callable
from math import pi
from pathlib import Path

import numpy as np
import pytest

from sdmodel import pipeline
from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.plan import Plan
from sdmodel.pipeline.question import Question, load
from sdmodel.pipeline.sensitivity.morris import Ask as MorrisAsk
from sdmodel.pipeline.sensitivity.morris import morris
from sdmodel.pipeline.sensitivity.sobol import Ask, sobol

EQUATIONS = (
    "x1 = 1",
    "x2 = 1",
    "x3 = 1",
    "ish = SIN(x1) + 7 * SIN(x2)^2 + 0.1 * x3^4 * SIN(x1)",
    "few = ish + 0 * LN(x3 + 2.8)",
    "many = ish + 0 * LN(x3 - 1)",
    "growing = Time * ish",
    "early = x2 * Time + 4",
)
OUTCOMES = {"o ish": ("ish", '"last"'), "o few": ("few", '"last"'), "o many": ("many", '"last"')}
TIMES = {"o never": ("growing", '{first = "> 8"}'), "o early": ("early", '{first = "> 0.9"}')}


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=1, step=1)
    text = f'model = "{path.name}"\nbaseline = "base"\nseed = 1\n[scenarios.base]\n'
    for name in ("x1", "x2", "x3"):
        text += f'[uncertainties."{name}"]\ndistribution = "uniform"\nlow = {-pi}\nhigh = {pi}\n'
    for name, (variable, reduce) in {**OUTCOMES, **TIMES}.items():
        text += f'[outcomes."{name}"]\nvariable = "{variable}"\nreduce = {reduce}\n'
    study = path.with_suffix(".toml")
    study.write_text(text, encoding="utf-8")
    return load(study)


@pytest.fixture(scope="module")
def swept(question: Question, tmp_path_factory: pytest.TempPathFactory) -> pipeline.Stored:
    folder = tmp_path_factory.mktemp("failing") / "runs"
    pipeline.sweep(question, Plan(futures=2000), folder, command=["sweep"])
    return pipeline.stored(folder)


def test_an_outcome_is_told_as_if_it_had_been_asked_for_alone(question: Question) -> None:
    alone = sobol(question, Ask(n=512, outcomes=("o few",)))
    beside = sobol(question, Ask(n=512, outcomes=("o few", "o many")))
    for name in ("first_order", "total_order", "blocks", "failed"):
        one, other = (found.table[name].sel(outcome="o few").values for found in (alone, beside))
        np.testing.assert_array_equal(one, other)
    assert int(beside.table["failed"].sel(outcome="o few", scenario="base")) < 0.15 * 512
    assert beside.table["withheld"].sel(scenario="base").values.tolist() == [False, True]
    assert np.isnan(beside.table["total_order"].sel(outcome="o many")).all()


def test_what_is_lost_comes_first_with_the_input_that_it_goes_with(question: Question) -> None:
    told = sobol(question, Ask(n=512, outcomes=("o few", "o many"))).sentence
    assert told.startswith("Mind first that in ")
    assert "O few failed (failing goes with low x3, " in told
    assert "Nothing is told of O many: in " in told
    assert told.index("Nothing is told") < told.index('Under "Base"')
    fine = sobol(question, Ask(n=512, outcomes=("o ish",)))
    assert fine.sentence.startswith('Under "Base"')
    assert not fine.table["failed"].any()


def test_an_outcome_that_mostly_fails_is_refused_and_a_trajectory_too(question: Question) -> None:
    for ask in (Ask(n=256, outcomes=("o many",)), Ask(n=256, trajectories=("many",))):
        with pytest.raises(ExperimentError, match=r"Nothing is told of .*many: .*failing goes with low x3.*narrow the"):
            sobol(question, ask)
    with pytest.raises(ExperimentError, match=r"Nothing is told of O many: .* trajectories"):
        morris(question, MorrisAsk(n=50, outcomes=("o many",)))


def test_a_time_that_mostly_never_comes_is_refused_with_what_to_ask_instead(question: Question) -> None:
    with pytest.raises(ExperimentError, match=r"O never never comes.*an indicator.*reduce = .max.*a censored time"):
        sobol(question, Ask(n=256, outcomes=("o never",)))
    beside = sobol(question, Ask(n=256, outcomes=("o never", "o ish")))
    assert any("Ask for an outcome that every run has" in caveat for caveat in beside.caveats)


def test_no_sample_beyond_reach_is_advised(question: Question) -> None:
    finding = sobol(question, Ask(n=64, outcomes=("o ish",), limit=0.001))
    assert finding.table.attrs["needed"] == 0
    assert "no --n within reach would be" in finding.sentence
    assert "about --n" in sobol(question, Ask(n=64, outcomes=("o ish",), limit=0.2)).sentence


def test_stored_runs_keep_the_outcome_where_another_variable_failed(swept: pipeline.Stored) -> None:
    runs, study = swept.runs, swept.question.study
    assert 0.6 < runs["failed"].values.mean() < 0.75
    assert np.isfinite(runs["o ish"].values).all()
    assert np.isfinite(runs["o early"].values[runs["failed"].values]).all()
    never, failed = runs["o never"].values, runs["failed"].values
    assert np.isinf(never[failed]).any()
    assert not np.isnan(never[failed]).any(), "never is told apart from failed"
    table = sensitivity(study, runs, outcomes=["o ish"], resamples=20).table.sel(outcome="o ish", scenario="base")
    assert float(table["first_order"].sel(input="x1")) == pytest.approx(0.314, abs=0.05)
    assert int(table["futures"]) == 2000


def test_a_ranking_of_what_is_left_says_so_first_and_is_withheld_above_half(swept: pipeline.Stored) -> None:
    study = swept.question.study
    few = sensitivity(study, swept.runs, outcomes=["o few"], resamples=20)
    assert few.sentence.startswith("Mind first that in ")
    assert "low x3" in few.sentence.split('Under "Base"')[0]
    many = sensitivity(study, swept.runs, outcomes=["o many"], resamples=20)
    assert many.sentence.startswith("Nothing is told of O many")
    assert bool(many.table["withheld"].all())
    assert np.isnan(many.table["first_order"]).all()
