"""Sobol' indices of models whose exact ones are known, and what a study can ask of them."""

from collections.abc import Callable, Mapping
from math import pi, prod
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.analysis import files
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.question import Question, load
from sdmodel.pipeline.sensitivity.morris import Ask as MorrisAsk
from sdmodel.pipeline.sensitivity.morris import morris
from sdmodel.pipeline.sensitivity.sobol import Ask, sobol
from sdmodel.report.figures.sobol import sobol_convergence, sobol_figure, sobol_over_time

SEED = 11
ISHIGAMI = (
    "x1 = 0",
    "x2 = 0",
    "x3 = 0",
    "y = SIN(x1) + 7 * SIN(x2) * SIN(x2) + 0.1 * x3 * x3 * x3 * x3 * SIN(x1)",
    "still = 3 + 0 * x1",
)
WEIGHTS = (0.0, 0.5, 3.0, 9.0, 99.0)
G = (
    *(f"x{at} = 0" for at in range(len(WEIGHTS))),
    "y = " + " * ".join(f"((ABS(4 * x{at} - 2) + {a}) / (1 + {a}))" for at, a in enumerate(WEIGHTS)),
)
DECAY = ("x0 = 1", "k = 0.3", "x = INTEG(-k * x, x0)")
OF_Y = '[outcomes.end]\ntitle = "The end"\nvariable = "y"\nreduce = "last"\n'
Asked = Callable[..., Question]


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Asked:
    """Writes a model and a study with uniform uncertainties; more text may follow."""

    def write(equations: tuple[str, ...], ranges: Mapping[str, tuple[float, float]], more: str, **times) -> Question:
        path = mdl(*equations, **({"stop": 1, "step": 1} | times))
        uncertain = "".join(
            f'[uncertainties."{name}"]\ndistribution = "uniform"\nlow = {low}\nhigh = {high}\n'
            for name, (low, high) in ranges.items()
        )
        head = f'model = "{path.name}"\nbaseline = "base"\nseed = {SEED}\n[scenarios.base]\n'
        study = path.with_suffix(".toml")
        study.write_text(head + uncertain + more, encoding="utf-8")
        return load(study)

    return write


@pytest.fixture
def ishigami(asked: Asked) -> Question:
    ranges = dict.fromkeys(("x1", "x2", "x3"), (-pi, pi))
    more = OF_Y + '[outcomes.level]\nvariable = "still"\nreduce = "last"\n[groups]\nouter = ["x1", "X3"]\n'
    return asked(ISHIGAMI, ranges, more)


def exact_ishigami() -> dict[str, np.ndarray]:
    """Ishigami & Homma (1990) with a = 7, b = 0.1, by hand."""
    alone = [0.5 * (1 + 0.1 * pi**4 / 5) ** 2, 49 / 8, 0.0]
    joint = 0.01 * pi**8 * (1 / 18 - 1 / 50)
    variance = sum(alone) + joint
    first = np.array(alone) / variance
    return {"first_order": first, "total_order": first + np.array([joint, 0.0, joint]) / variance}


def within(table: xr.Dataset, kind: str, exact: np.ndarray) -> None:
    """The exact values lie in the intervals, and the estimates near them."""
    low, high = (table[f"{kind}_{end}"].values for end in ("low", "high"))
    assert ((low <= exact + 1e-12) & (exact <= high + 1e-12)).all(), (low, exact, high)
    assert np.abs(table[kind].values - exact).max() < 0.03


def test_ishigami_comes_out_within_its_intervals(ishigami: Question) -> None:
    table = sobol(ishigami, Ask(n=4096, outcomes=("end",), second_order=True)).table.sel(outcome="end", scenario="base")
    exact = exact_ishigami()
    for kind, values in exact.items():
        within(table, kind, values)
    joint = exact["total_order"][2]
    pair = table.sel(input="x1", other_input="x3")
    assert float(pair["second_order_low"]) <= joint <= float(pair["second_order_high"])
    assert float(pair["second_order"]) == pytest.approx(joint, abs=0.03)
    assert float(table["second_order"].sel(input="x3", other_input="x1")) == float(pair["second_order"])
    assert float(table["second_order"].sel(input="x1", other_input="x2")) == pytest.approx(0.0, abs=0.03)
    assert np.isnan(table["second_order"].sel(input="x1", other_input="x1"))


def test_the_g_function_comes_out_within_its_intervals(asked: Asked) -> None:
    """Sobol' (1993); Saltelli & Sobol' (1995): all variances are products."""
    question = asked(G, {f"x{at}": (0, 1) for at in range(len(WEIGHTS))}, OF_Y)
    table = sobol(question, Ask(n=4096)).table.sel(outcome="end", scenario="base")
    alone = np.array([1 / (3 * (1 + a) ** 2) for a in WEIGHTS])
    whole = prod(1 + alone) - 1
    within(table, "first_order", alone / whole)
    within(table, "total_order", alone * (prod(1 + alone) / (1 + alone)) / whole)
    assert float(table["variance"]) == pytest.approx(whole, rel=0.02)


def test_indices_over_time_follow_a_decay(asked: Asked) -> None:
    """x = x0 (1 - k dt)^n by Euler's method: with moments of (1 - k dt)^n by quadrature, indices at all times."""
    question = asked(DECAY, {"x0": (1, 2), "k": (0.1, 0.9)}, "", stop=8, step=0.5, saveper=1)
    finding = sobol(question, Ask(n=4096, trajectories=("X",)))
    table = finding.table.sel(trajectory="x", scenario="base")
    points, weights = np.polynomial.legendre.leggauss(40)
    k, weights = 0.5 + 0.4 * points, weights / 2
    left = (1 - 0.5 * k)[None, :] ** (2 * table["time"].values[:, None])
    mean, square = left @ weights, left**2 @ weights
    of_start, of_square = 1 / 12, 1.5**2 + 1 / 12
    variance = of_square * square - (1.5 * mean) ** 2
    exact = {
        "first_order": [of_start * mean**2, 1.5**2 * (square - mean**2)],
        "total_order": [of_start * square, of_square * (square - mean**2)],
    }
    for kind, parts in exact.items():
        for name, part in zip(("x0", "k"), parts, strict=True):
            one = table.sel(input=name)
            low, high = (one[f"{kind}_over_time_{end}"].values for end in ("low", "high"))
            assert ((low <= part / variance + 1e-9) & (part / variance <= high + 1e-9)).all(), (kind, name)
    assert table["total_order_over_time"].sel(input="k").values[0] == 0.0
    assert "x at the end depends most on k" in finding.sentence


def test_the_sample_grows_until_it_is_enough(ishigami: Question) -> None:
    few, many = (sobol(ishigami, Ask(n=n, outcomes=("end",), limit=0.15)) for n in (64, 4096))
    assert "the sample is not enough; about --n " in few.sentence
    assert "within the limit of 0.15: the sample is enough." in many.sentence
    table = many.table
    assert table["sample"].values.tolist() == [512, 1024, 2048, 4096]
    widest = table["widest"].sel(outcome="end", scenario="base").values
    assert (np.diff(widest) < 0).all()
    assert widest[-1] == table.attrs["widest"]
    growing = table["total_order_growing"].sel(outcome="end", scenario="base")
    half = sobol(ishigami, Ask(n=2048, outcomes=("end",))).table["total_order"].sel(outcome="end", scenario="base")
    np.testing.assert_array_equal(growing.sel(sample=2048).values, half.values)


def test_an_outcome_that_nothing_moves_is_insensitive(ishigami: Question) -> None:
    finding = sobol(ishigami, Ask(n=64, outcomes=("level",), second_order=True))
    assert "Level is insensitive: nothing that varies here moves it" in finding.sentence
    assert finding.table["insensitive"].values.all()
    assert not finding.table["total_order"].values.any()
    assert files.from_dict(files.to_dict(finding)).table.identical(finding.table)


def test_a_group_is_one_input(ishigami: Question) -> None:
    table = sobol(ishigami, Ask(n=2048, outcomes=("end",), groups=("Outer",))).table.sel(outcome="end", scenario="base")
    assert table["input"].values.tolist() == ["outer", "x2"]
    assert table["members"].values.tolist() == ["x1, x3", "x2"]
    exact = 1 - exact_ishigami()["first_order"][1]
    assert float(table["first_order"].sel(input="outer")) == pytest.approx(exact, abs=0.03)
    assert float(table["total_order"].sel(input="outer")) == pytest.approx(exact, abs=0.03)


def test_what_is_fixed_stays_and_is_told(ishigami: Question) -> None:
    finding = sobol(ishigami, Ask(n=64, outcomes=("end",), fix=("outer",)))
    assert finding.table["input"].values.tolist() == ["x2"]
    assert '"x1", "x3" stay at the model\'s own number, as asked.' in finding.caveats
    same = sobol(ishigami, Ask(n=64, outcomes=("end",), only=("X2",)))
    np.testing.assert_array_equal(same.table["total_order"], finding.table["total_order"])


def test_what_the_scenario_sets_is_not_varied(asked: Asked) -> None:
    question = asked(DECAY, {"x0": (1, 2), "k": (0.1, 0.9)}, "[scenarios.slow]\nk = 0.1\n")
    finding = sobol(question, Ask(n=64, scenarios=("slow",), trajectories=("x",)))
    assert finding.table["input"].values.tolist() == ["x0"]
    assert '"k" stays where the scenario sets it.' in finding.caveats
    both = sobol(question, Ask(n=64, scenarios=("base", "slow"), trajectories=("x",)))
    end = both.table["total_order_over_time"].isel(time=-1).sel(trajectory="x")
    assert float(end.sel(input="k", scenario="slow")) == 0.0
    assert float(end.sel(input="k", scenario="base")) > 0.1
    with pytest.raises(ExperimentError, match="Nothing is left that varies"):
        sobol(question, Ask(n=64, scenarios=("slow",), only=("k",), trajectories=("x",)))


def test_a_run_that_fails_takes_its_block_with_it(asked: Asked) -> None:
    flow = "stock = INTEG(IF THEN ELSE(a > 0.9, 1 / (b - b), a + b), 0)"
    more = '[outcomes.end]\nvariable = "stock"\nreduce = "last"\n'
    question = asked(("a = 0", "b = 0", flow), {"a": (0, 1), "b": (0, 1)}, more)
    finding = sobol(question, Ask(n=512, trajectories=("stock",), outcomes=("end",)))
    table = finding.table.sel(scenario="base")
    assert table.attrs["failed"] == pytest.approx(0.1 * 512 * 4, abs=10)
    assert int(table["dropped"].sel(outcome="end")) == pytest.approx(512 * (1 - 0.9**2), abs=10)
    assert int(table["blocks"].sel(outcome="end")) + int(table["dropped"].sel(outcome="end")) == 512
    assert any("of 512 blocks (19 %) End failed (failing goes with high a," in one for one in finding.caveats)
    exact = 0.9**2 / (0.9**2 + 1)  # of a up to 0.9, and b up to 1
    assert float(table["total_order"].sel(outcome="end", input="a")) == pytest.approx(exact, abs=0.05)


def test_chance_inside_the_model_is_an_input_of_its_own(asked: Asked) -> None:
    """Four draws add a variance of 4/12, four times a number up to a half one of 16 · 0.25 / 12: half and half."""
    equations = ("a = 0", "stock = INTEG(a + RANDOM UNIFORM(0, 1, 7), 0)")
    more = '[outcomes.end]\nvariable = "stock"\nreduce = "last"\n'
    finding = sobol(asked(equations, {"a": (0, 0.5)}, more, stop=4), Ask(n=4096))
    table = finding.table.sel(outcome="end", scenario="base")
    assert table["input"].values.tolist() == ["a", "random numbers"]
    np.testing.assert_allclose(table["total_order"].values, [0.5, 0.5], atol=0.03)
    np.testing.assert_allclose(table["first_order"].values, [0.5, 0.5], atol=0.03)


def test_screening_tells_the_largest_one_by_one_and_the_others_as_a_group(asked: Asked) -> None:
    question = asked(G, {f"x{at}": (0, 1) for at in range(len(WEIGHTS))}, OF_Y)
    finding = sobol(question, Ask(n=1024, screen=2))
    assert finding.table["input"].values.tolist() == ["x0", "x1", "the other 3 uncertainties"]
    assert any("2 of 5 uncertainties are told one by one" in caveat for caveat in finding.caveats)
    everything = sobol(question, Ask(n=1024)).table
    for name in ("x0", "x1"):
        found, wanted = (table["total_order"].sel(input=name).item() for table in (finding.table, everything))
        assert found == pytest.approx(wanted, abs=0.03)
    assert sobol(question, Ask(n=64, screen=5)).table.sizes["input"] == 5
    with pytest.raises(ExperimentError, match="--screen 0"):
        sobol(question, Ask(screen=0))


def test_morris_of_a_linear_model_has_even_effects(asked: Asked) -> None:
    question = asked(("a = 0", "b = 0", "c = 0", "y = 2 * a - 3 * b"), dict.fromkeys("abc", (0.0, 2.0)), OF_Y)
    finding = morris(question, MorrisAsk(n=10, trajectories=("y",)))
    assert finding.table["rank_measure"].sel(scenario="base").values == pytest.approx([2 / 3, 1.0, 0.0])
    table = morris(question, MorrisAsk(n=10, outcomes=("end",))).table.sel(outcome="end", scenario="base")
    np.testing.assert_allclose(table["mu_star"], [4.0, 6.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["mu"], [4.0, -6.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(table["sigma"], 0.0, atol=1e-9)
    assert table["insensitive"].values.tolist() == [False, False, True]


def test_common_futures_make_scenarios_comparable(asked: Asked) -> None:
    """A scenario that changes nothing that matters has the same indices, to the last digit."""
    question = asked((*DECAY, "idle = 1"), {"x0": (1, 2), "k": (0.1, 0.9)}, "[scenarios.same]\nidle = 2\n")
    table = sobol(question, Ask(n=64, scenarios=("base", "same"), trajectories=("x",))).table
    courses = table["total_order_over_time"]
    np.testing.assert_array_equal(courses.sel(scenario="base"), courses.sel(scenario="same"))


def test_parts_do_not_change_a_number(ishigami: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sobol(ishigami, Ask(n=128, outcomes=("end",)))
    monkeypatch.setattr("sdmodel.pipeline.sensitivity.columns._CHUNK_BYTES", 2000)
    stages: list[tuple[str, int]] = []
    parts = sobol(
        ishigami, Ask(n=128, outcomes=("end",)), progress=lambda name, done, _total: stages.append((name, done))
    )
    assert parts.table.identical(whole.table)
    assert sum(done for _, done in stages) == 128 * 5


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (Ask(n=100), "power of two"),
        (Ask(outcomes=("z",)), 'has no outcome "z"'),
        (Ask(trajectories=("yy",)), 'no variable "yy"'),
        (Ask(trajectories=("x1",)), "does not change in a run"),
        (Ask(fix=("x9",)), 'no uncertainty or group "x9"'),
        (Ask(groups=("inner",)), 'no group "inner"'),
        (Ask(limit=0.0), "between 0 and 1"),
        (Ask(screen=1, groups=("outer",)), "leave --group out"),
    ],
)
def test_what_cannot_be_asked_is_told(ishigami: Question, ask: Ask, words: str) -> None:
    with pytest.raises(ExperimentError, match=words):
        sobol(ishigami, ask)


def test_more_than_fits_into_memory_is_refused_before_it_runs(
    ishigami: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdmodel.pipeline.sensitivity.columns._MOST_BYTES", 2**18)
    with pytest.raises(ExperimentError, match=r"3 numbers of 20,480 runs are 0\.0 GiB, more than 0"):
        sobol(ishigami, Ask(n=4096, outcomes=("end",), trajectories=("y",)))


def test_an_outcome_may_have_the_name_of_a_variable_unless_both_are_asked_for(asked: Asked) -> None:
    question = asked(DECAY, {"k": (0.1, 0.9)}, '[outcomes.x]\nvariable = "x"\nreduce = "last"\n')
    renamed = asked(DECAY, {"k": (0.1, 0.9)}, '[outcomes.end]\nvariable = "x"\nreduce = "last"\n')
    found, same = (sobol(one, Ask(n=16)).table for one in (question, renamed))
    assert found["outcome"].values.tolist() == ["x"]
    assert found["total_order"].values.tolist() == same["total_order"].values.tolist()
    with pytest.raises(ExperimentError, match='"x" is an outcome and a variable: ask for one of them'):
        sobol(question, Ask(n=16, outcomes=("x",), trajectories=("x",)))


def test_a_group_of_what_is_not_uncertain_is_refused_with_its_line(asked: Asked) -> None:
    with pytest.raises(StudyError, match=r'tiny\.toml, line \d+, \[groups\].*"kk" is no uncertainty.*mean "k"'):
        asked(DECAY, {"k": (0.1, 0.9)}, '[groups]\nboth = ["k", "kk"]\n')
    with pytest.raises(StudyError, match='names "K" twice'):
        asked(DECAY, {"k": (0.1, 0.9)}, '[groups]\nboth = ["k", "K"]\n')
    with pytest.raises(StudyError, match="is an uncertainty: name the group otherwise"):
        asked(DECAY, {"k": (0.1, 0.9)}, '[groups]\nk = ["k"]\n')


def test_figures_tell_what_the_table_has(ishigami: Question) -> None:
    finding = sobol(ishigami, Ask(n=256, outcomes=("end", "level"), trajectories=("y",)))
    bars = sobol_figure(finding)
    total, alone = bars.spec["data"]
    assert bars.rows[0][0] == "x1"
    assert (np.array(total["x"]) >= np.array(alone["x"]) - 0.1).all()
    assert "nothing that varies moves it" in sobol_figure(finding, outcome="level").alt
    shares = sobol_over_time(finding)
    np.testing.assert_allclose(np.sum([band["y"] for band in shares.spec["data"]], axis=0), 1.0, atol=0.01)
    assert shares.spec["data"][-1]["name"] == "only together"
    growing = sobol_convergence(finding)
    assert growing.spec["data"][0]["x"] == [32, 64, 128, 256]
    assert growing.alt.endswith("not enough.")


def test_a_trajectory_that_stands_still_has_a_figure_without_times(ishigami: Question) -> None:
    figure = sobol_over_time(sobol(ishigami, Ask(n=64, trajectories=("still",))))
    assert figure.alt == "still: nothing that varies moves it."
    assert figure.rows == ()
