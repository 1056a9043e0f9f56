"""Which loop drives a model when: over one run, over scenarios, over futures, and where there are too many loops."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.dominance import dominant, kinds, leading, names_of, periods, rank_correlation, relative
from sdmodel.analysis.loops.loop_scores import drivers, leading_periods
from sdmodel.analysis.loops.strongest import strongest
from sdmodel.engine import compiled
from sdmodel.errors import ExperimentError, ModelError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline import load
from sdmodel.pipeline.loops.loop_scores import dominance
from sdmodel.pipeline.question import Question
from sdmodel.read import read
from sdmodel.report.figures.dominance import HEADS, dominance_figure, leading_figure

Write = Callable[..., Path]
MODELS = Path(__file__).parents[2] / "models"
LOGISTIC = (
    "S = INTEG(growth - loss, start)",
    "start = 1",
    "growth = rate * S * room",
    "room = 1 - S / 100",
    "rate = 0.5",
    "loss = fraction * S",
    "fraction = 0.1",
)
STUDY = """
model = "tiny.mdl"
baseline = "usual"
seed = 5
[scenarios.usual]
title = "As usual"
[scenarios.slow]
title = "Slow"
rate = { step = { at = 4, value = 0.2 } }
[uncertainties.fraction]
distribution = "uniform"
low = 0.01
high = 0.45
[uncertainties.start]
distribution = "uniform"
low = 0.9
high = 1.1
[loops.SPREAD]
title = "Spread"
kind = "reinforcing"
path = ["S", "growth"]
knock_out = { rate = 0 }
"""


@pytest.fixture
def asked(mdl: Write) -> Question:
    """A study of logistic growth with loss, of which one loop has a name."""
    path = mdl(*LOGISTIC, stop=24, step=0.125, saveper=1)
    path.with_suffix(".toml").write_text(STUDY, encoding="utf-8")
    return load(path.with_suffix(".toml"))


def found(question: Question, **how: object) -> Finding:
    return dominance(question.model, question.study, **how)  # type: ignore[arg-type]


def test_shares_of_a_single_stock_are_those_of_the_gains(asked: Question) -> None:
    """Spread r (1 - S/K), crowding -r S/K, loss -f; with the trapezoid between two steps in time."""
    table = found(asked).table
    assert set(table["loop"].values) == {"SPREAD", "B1", "B2"}
    one = {str(path): table["relative"].isel(loop=n, scenario=0).values for n, path in enumerate(table["path"].values)}
    sizes = np.abs(np.stack(list(one.values()))).sum(axis=0)
    assert sizes[0] == 0
    assert sizes[1:] == pytest.approx(np.ones(24))
    spread = table.sel(loop="SPREAD")
    assert str(spread["kind"].values) == "reinforcing"
    assert bool(spread["named"])
    assert float(spread["relative"].isel(scenario=0, time=1)) == pytest.approx(0.5 / 0.6, abs=0.02)


def test_the_periods_tell_which_loop_leads_when(asked: Question) -> None:
    table = found(asked).table
    (own,) = leading_periods(table, "usual").values()
    first, last = own[0], own[-1]
    assert str(table["loop"].values[first.loop]) == "SPREAD"
    assert first.begin == 1
    assert str(table["path"].values[last.loop]) == "S → room → growth → S" or "room" in str(
        table["path"].values[last.loop]
    )
    assert last.end == 24
    assert "SPREAD (Spread) until" in found(asked).sentence


def test_scenarios_in_any_spelling_stand_side_by_side_and_levers_are_no_loops(asked: Question) -> None:
    table = found(asked, scenarios=["SLOW", "usual"]).table
    assert list(table["scenario"].values) == ["slow", "usual"]
    assert np.abs(table["relative"].values).sum(axis=1)[:, 1:] == pytest.approx(np.ones((2, 24)))


def test_futures_tell_how_often_each_loop_leads_and_what_goes_with_it(asked: Question) -> None:
    finding = found(asked, futures=300)
    table = finding.table
    leads = table["leads"].isel(scenario=0)
    assert leads.sum("loop").values[1:] == pytest.approx(np.ones(24))
    loss = next(name for name, path in zip(table["loop"].values, table["path"].values, strict=True) if "loss" in path)
    (name, rho), *_ = drivers(table, "usual", str(loss))
    assert name == "fraction"
    assert rho > 0.9
    assert abs(float(table["correlation"].sel(scenario="usual", loop=loss, input="start"))) < 0.3
    assert "Over 300 futures" in finding.sentence
    assert found(asked, futures=300).sentence == finding.sentence


def test_the_finding_survives_its_file(asked: Question, tmp_path: Path) -> None:
    finding = found(asked, futures=20)
    again = files.read(files.write(finding, tmp_path / "dominance.json"))
    assert again.sentence == finding.sentence
    assert again.table["relative"].equals(finding.table["relative"])
    assert leading_figure(again) is not None


def test_only_loops_through_a_variable_are_weighed_when_asked(asked: Question) -> None:
    table = found(asked, through=["ROOM"]).table
    assert table.sizes["loop"] == 1
    assert np.abs(table["relative"].values[0, 0, 1:]) == pytest.approx(np.ones(24))
    with pytest.raises(ModelError, match='no feedback loop that leads through "rate"'):
        found(asked, through=["rate"])


def test_loops_of_the_study_alone_keep_their_names(asked: Question) -> None:
    finding = found(asked, loops="study")
    assert list(finding.table["loop"].values) == ["SPREAD"]
    assert "Weighed against each other are only loops that the study names." in finding.caveats


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"loops": "some"}, StudyError, "must be one of all, study"),
        ({"most": 0}, StudyError, "--cap 0"),
        ({"longest": 0}, StudyError, "--longest 0"),
        ({"futures": -1}, StudyError, "--futures -1"),
        ({"scenarios": ["slwo"]}, ExperimentError, 'Did you mean "slow"'),
        ({"through": ["rom"]}, ModelError, 'Did you mean "room"'),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    asked: Question, how: dict[str, object], error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        found(asked, **how)


def test_a_model_alone_has_its_loops_weighed_but_no_futures(mdl: Write) -> None:
    model = read(mdl(*LOGISTIC))
    assert list(dominance(model).table["scenario"].values) == ["model"]
    with pytest.raises(StudyError, match="a model alone says nothing of uncertainties"):
        dominance(model, futures=10)
    with pytest.raises(StudyError, match="a model alone has none"):
        dominance(model, loops="study")


def test_a_model_without_feedback_is_told_so(mdl: Write) -> None:
    with pytest.raises(ModelError, match="there is no feedback loop to weigh"):
        dominance(read(mdl("a = INTEG(b, 1)", "b = 2")))


def test_a_run_that_fails_is_told_and_not_scored(mdl: Write) -> None:
    model = read(mdl("a = INTEG(a * b, 1)", "b = 1 / (2 - Time)"))
    with pytest.raises(ExperimentError, match="because a run fails"):
        dominance(model)


def test_equilibrium_is_told(mdl: Write) -> None:
    finding = dominance(read(mdl("S = INTEG(2 - S / 5, 10)", "T = INTEG(S - T, 10)")))
    assert any("in equilibrium no loop has a score" in one for one in finding.caveats)


def test_parts_of_a_model_are_weighed_apart(mdl: Write) -> None:
    """An expectation that follows demand and acts on nothing that acts on it has a loop alone, at 100 %."""
    model = read(
        mdl(
            "expected = INTEG((demand - expected) / 4, 100)",
            "demand = 100 + STEP(10, 1)",
            "workers = INTEG((wanted - workers) / 5, 100)",
            "wanted = expected + (expected - stock) / 3",
            "stock = INTEG(workers - demand, 100)",
            stop=60,
            step=0.25,
        )
    )
    table = dominance(model).table
    assert table.sizes["loop"] == 3
    assert str(table["path"].values[-1]) == "expected → expected"
    for part in set(table["part"].values):
        sizes = np.abs(table["relative"].values[0, table["part"].values == part]).sum(axis=0)
        assert np.all((np.abs(sizes - 1) < 1e-9) | (sizes == 0))
    assert len(leading_periods(table, "model")) == 1


def test_the_loops_of_an_oscillation_have_the_ratio_of_their_weighted_gains(mdl: Write) -> None:
    """Schoenberg, Hayward and Eberlein (2023), equation 14: the gain of a loop, times for each of its stocks how
    much it changes by how much its net flow does. Here -1/(3 T) |w'/w"| |i'/i"| against -1/T |w'/w"|."""
    model = read(
        mdl(
            "workers = INTEG((wanted - workers) / 5, 100)",
            "wanted = 100 + STEP(10, 1) + (100 - inventory) / 3",
            "inventory = INTEG(workers - 100 - STEP(10, 1), 100)",
            stop=60,
            step=0.125,
        )
    )
    table = dominance(model).table
    sizes = {
        len(str(path).split("→")): np.abs(table["relative"].values[0, n]) for n, path in enumerate(table["path"].values)
    }
    runs = compiled.simulate(model, save=["workers", "inventory"])
    workers, inventory = (np.abs(np.diff(runs[name].values[0])) for name in ("workers", "inventory"))
    late = slice(16, None)  # after the shock, while which demand changes as well
    assert sizes[4][1:][late] * 3 * workers[late] == pytest.approx(sizes[2][1:][late] * inventory[late], rel=1e-6)


def test_where_there_are_too_many_loops_the_strongest_are_found() -> None:
    """In the arms race all loops are known; with a cap below their number the strongest are kept, and that is told."""
    study = load(MODELS / "lotka_volterra.toml")
    whole = dominance(study.model, study.study)
    cut = dominance(study.model, study.study, most=4)
    assert whole.table.sizes["loop"] == 5
    assert cut.table.sizes["loop"] == 4
    assert "5 were found along strong links, and the 4 strongest" in " ".join(cut.caveats)
    assert 0.5 < cut.table.attrs["covered"] < 1


def test_the_search_along_strong_links_misses_what_its_authors_say_it_may_miss() -> None:
    """A way that reaches a variable with less than the best score is given up."""
    links = {("a", "b"): 1.0, ("b", "c"): 2.0, ("c", "a"): 0.5, ("a", "c"): 1.0, ("c", "d"): 1.0, ("d", "b"): 0.1}
    scores = {link: np.array([size]) for link, size in links.items()}
    loops = strongest(scores, ["a"])
    assert ("a", "b", "c") in loops
    assert ("a", "c") not in loops
    assert list(strongest(scores, ["a", "b"])) == [("a", "b", "c"), ("b", "c", "d")]


def test_the_two_parties_of_a_study_have_the_same_loops() -> None:
    asked = load(MODELS / "technology_security_dilemma.toml")
    names = {str(name) for name in found(asked, loops="study").table["loop"].values}
    assert set(asked.study.loops) <= {one for name in names for one in name.split("/")}
    assert "R1′" in names
    assert "R2′" not in names  # it leads through both parties, and is its own counterpart


def test_measures_of_dominance() -> None:
    scores = np.array([[2.0, 0.0, 1.0], [-1.0, 0.0, -3.0], [1.0, 0.0, 0.0], [5.0, 5.0, 5.0]])
    shares = relative(scores, np.array([0, 0, 0, 1]))
    assert shares[:3, 0] == pytest.approx([0.5, -0.25, 0.25])
    assert shares[3] == pytest.approx([1, 1, 1])
    assert leading(shares[:3]).tolist() == [0, -1, 1]
    assert dominant(shares[:3]).tolist() == [[True, False, False], [True, False, True], [False, False, False]]
    assert [(one.begin, one.end, one.loop) for one in periods(shares[:3], np.array([0.0, 1.0, 2.0]))] == [
        (0, 0, 0),
        (2, 2, 1),
    ]
    assert kinds(np.array([[1.0, 0.5], [-1.0, 0.0], [0.5, -0.5], [0.0, 0.0]])) == [
        "reinforcing",
        "balancing",
        "changing",
        "at rest",
    ]
    assert names_of(["reinforcing", "reinforcing", "balancing"], ["", "R1", ""], ["B1"]) == ["R2", "R1", "B2"]
    inputs = np.array([[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]])
    assert rank_correlation(inputs, np.array([[9.0], [4.0], [1.0]])).tolist() == [[pytest.approx(-1.0), 0.0]]


def test_the_figures_stack_to_a_hundred_and_tell_what_they_show(asked: Question) -> None:
    finding = found(asked, futures=40)
    figure = dominance_figure(finding)
    total = np.zeros(24)
    for trace in figure.spec["data"]:
        assert trace["stackgroup"] == ("above" if max(trace["y"]) > 0 else "below")
        total += np.abs(trace["y"])
    assert total == pytest.approx(np.full(24, 100), abs=0.1)
    assert all(len(row) == len(HEADS) for row in figure.rows)
    assert "SPREAD (Spread) from 1 to" in figure.alt
    share = leading_figure(finding)
    assert share is not None
    assert "40 futures" in share.note
    assert leading_figure(found(asked)) is None


def test_a_model_with_random_numbers_is_scored_by_the_draws_of_the_future(mdl: Write) -> None:
    model = read(mdl("S = INTEG(noise * S - S / 9, 1)", "noise = RANDOM UNIFORM(0, 1, 7)", stop=20))
    assert isinstance(model, Model)
    one, two = (dominance(model, seed=seed).table["relative"].values for seed in (1, 2))
    assert not np.array_equal(one, two)
    assert np.abs(one).sum(axis=1)[0, 1:] == pytest.approx(np.ones(20))
