"""What a shock changes, with a theory and without, and against which baseline: a model in which all is known exactly.

Suspicion grows by what cooperation leaves, and in a shortage by harm and by blame: over two units of time a shortage of
`size` adds 2 size (harm + blame), and without blame 2 size harm. Only harm and blame are uncertain.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.comparison import compare
from sdmodel.analysis.overlay import overlay
from sdmodel.errors import RunsError
from sdmodel.pipeline import Plan, sweep
from sdmodel.pipeline.kept import Stored
from sdmodel.pipeline.question import load
from sdmodel.report.figures.overlay import HEADS, overlay_figure
from sdmodel.report.sections import section

EQUATIONS = (
    "suspicion = INTEG(growth + shortage * exposure * (harm + blame), 0)",
    "shortage = IF THEN ELSE(Time >= 4 :AND: Time < 6, size, 0)",
    *("growth = 0.1", "exposure = 1", "size = 0", "harm = 0.2", "blame = 0.5"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "drift"
[scenarios.drift]
title = "Drift"
[scenarios.apart]
title = "Apart"
"growth" = 0.2
"exposure" = 2
[shocks.pandemic]
title = "A pandemic"
"size" = 0.5
[variants.no_blame]
title = "No blame"
"blame" = 0
[variants.double_blame]
"blame" = 1
[uncertainties]
"harm" = { distribution = "uniform", low = 0.1, high = 0.3 }
"blame" = { distribution = "uniform", low = 0.2, high = 0.8 }
[outcomes.end]
title = "Suspicion in the end"
variable = "suspicion"
reduce = "last"
better = "lower"
[outcomes.high]
title = "Suspicion above 1.5"
variable = "suspicion"
reduce = { first = "> 1.5" }
better = "higher"
"""


@pytest.fixture(scope="module")
def stored(mdl: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Stored:
    path = mdl(*EQUATIONS, stop=10, step=0.5).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    plan = Plan(40, shocks=("pandemic",), variants=("no_blame", "double_blame"), seed=3)
    made = sweep(load(path), plan, tmp_path_factory.mktemp("swept") / "out", command=["x"])
    return replace(made, runs=made.runs.load())


@pytest.fixture(scope="module")
def known(stored: Stored) -> tuple[np.ndarray, np.ndarray]:
    """Harm and blame [future], as they were drawn."""
    rows = stored.runs["scenario"].values == "drift"
    return tuple(stored.runs[name].values[rows] for name in ("harm", "blame"))  # type: ignore[return-value]


def test_a_shock_changes_what_the_formula_says_in_each_scenario(stored: Stored, known) -> None:
    harm, blame = known
    table = overlay(stored.question.study, stored.runs, ["pandemic"], ["end"]).table.sel(outcome="end", under="")
    assert table["scenario"].values.tolist() == ["drift", "apart"]
    for scenario, exposure, level in (("drift", 1, 1.0), ("apart", 2, 2.0)):
        cell, added = table.sel(scenario=scenario), exposure * (harm + blame)
        assert float(cell["without"]) == pytest.approx(level, rel=1e-12)
        assert float(cell["with"]) == pytest.approx(level + added.mean(), rel=1e-12)
        assert float(cell["effect"]) == pytest.approx(added.mean(), rel=1e-12)
        assert float(cell["effect_median"]) == pytest.approx(np.median(added), rel=1e-12)
        ends = [float(cell[name]) for name in ("effect_low", "effect_high")]
        np.testing.assert_allclose(ends, np.quantile(added, (0.05, 0.95)), rtol=1e-12)
        assert (float(cell["lower"]), float(cell["higher"]), float(cell["worse"])) == (0.0, 1.0, 1.0)
        assert int(cell["pairs"]) == 40
        error = 1.959963984540054 * added.std(ddof=1) / 40**0.5
        assert float(cell["effect_upper"]) - float(cell["effect"]) == pytest.approx(error, rel=1e-9)


def test_without_blame_only_the_harm_is_left_of_it(stored: Stored, known) -> None:
    """The difference of differences, in the same future: minus blame; and the part of harm in both."""
    harm, blame = known
    table = overlay(stored.question.study, stored.runs, ["pandemic"], ["end"]).table.sel(outcome="end")
    assert table["under"].values.tolist() == ["", "double_blame", "no_blame"]
    cell = table.sel(scenario="apart", under="no_blame")
    assert float(cell["change"]) == pytest.approx(-2 * blame.mean(), rel=1e-9)
    assert float(cell["ratio"]) == pytest.approx(harm.mean() / (harm + blame).mean(), rel=1e-9)
    assert float(cell["ratio_lower"]) < float(cell["ratio"]) < float(cell["ratio_upper"])
    assert np.isnan(table.sel(under="")["ratio"]).all()
    double = table.sel(scenario="drift", under="double_blame")
    assert float(double["effect"]) == pytest.approx((harm + 1).mean(), rel=1e-9)


def test_the_interval_of_a_ratio_covers_it_as_often_as_it_says() -> None:
    """Ratios of means of 60 draws, 2,000 times, each with its interval of 95 %."""
    from sdmodel.analysis.overlay import _ratio

    draw = np.random.default_rng(5)
    below = draw.uniform(1, 3, (2000, 60))
    above = 0.4 * below + draw.normal(0.2, 0.3, below.shape)
    bounds = np.array([_ratio(*pair)[1:] for pair in zip(above, below, strict=True)])
    covered = (bounds[:, 0] <= 0.5) & (bounds[:, 1] >= 0.5)
    assert 0.93 < covered.mean() < 0.965


def test_two_overlays_are_taken_off_together(stored: Stored, known) -> None:
    """Pandemic and no blame, against neither: harm alone; only runs with both meet runs with none."""
    harm, _ = known
    found = overlay(stored.question.study, stored.runs, ["pandemic", "no_blame"], ["end"])
    assert found.table["under"].values.tolist() == [""]
    assert float(found.table["effect"].sel(scenario="drift")[0, 0]) == pytest.approx(harm.mean(), rel=1e-9)
    assert 'rises with "A pandemic and No blame" by' in found.sentence


def test_the_sentence_tells_sizes_and_what_a_theory_leaves(stored: Stored, known) -> None:
    harm, blame = known
    words = overlay(stored.question.study, stored.runs, ["pandemic"], ["end"]).sentence
    first, second = ((harm + blame) * size for size in (1, 2))
    sizes = f'by {first.mean():.3g} under "Drift" and by {second.mean():.3g} under "Apart"'
    assert words.startswith(f'Suspicion in the end rises with "A pandemic" {sizes}, worse in 100 % of futures.')
    gone = 100 * blame.mean() / (harm + blame).mean()
    assert f'With "No blame" laid over both, {gone:.0f} % of that vanishes.' in words
    assert 'With "Double blame" laid over both, that is ' in words


def test_a_time_that_never_came_counts_in_shares_alone(stored: Stored) -> None:
    """Drift ends at 1 without the shock: it never passes 1.5 there, so there is no mean of a difference."""
    table = overlay(stored.question.study, stored.runs, ["pandemic"], ["high"]).table.sel(outcome="high", under="")
    drift = table.sel(scenario="drift")
    assert np.isnan(float(drift["effect"]))
    assert float(drift["lower"]) == float(drift["worse"]) > 0
    assert float(table["effect"].sel(scenario="apart")) < 0


@pytest.mark.parametrize(
    ("kept", "name", "told"),
    [
        ("drift", "no_blame", r'nothing with "no_blame"\. Nothing is laid over them\. Sweep again with --shock'),
        ("drift + pandemic", "no_blame", r'nothing with "no_blame"\. They hold pandemic\.'),
        ("drift + pandemic", "pandemic", "no scenario was run both with and without"),
    ],
)
def test_what_was_not_swept_is_refused(stored: Stored, kept: str, name: str, told: str) -> None:
    runs = stored.runs.isel(experiment=stored.runs["scenario"].values == kept)
    with pytest.raises(RunsError, match=told):
        overlay(stored.question.study, runs, [name], ["end"])


def test_scenarios_are_compared_with_the_baseline_of_their_own_world(stored: Stored, known) -> None:
    """Apart under a pandemic is set against drift under a pandemic: it suffers 1 + harm + blame more, not 1 + twice."""
    harm, blame = known
    table = compare(stored.question.study, stored.runs).table.sel(outcome="end")
    cell = table.sel(scenario="apart + pandemic")
    assert str(cell["baseline"].values) == "drift + pandemic"
    assert float(cell["difference_median"]) == pytest.approx(np.median(1 + harm + blame), rel=1e-9)
    assert float(table["difference_median"].sel(scenario="drift + pandemic")) == 0
    assert str(table["baseline"].sel(scenario="apart").values) == "drift"


def test_a_world_without_its_baseline_is_set_against_the_bare_one(stored: Stored) -> None:
    kept = np.isin(stored.runs["scenario"].values.astype(str), ["drift", "apart + pandemic"])
    table = compare(stored.question.study, stored.runs.isel(experiment=kept)).table
    assert table["baseline"].values.tolist() == ["drift", "drift"]


def test_the_figure_says_what_the_finding_says_and_it_can_be_kept(stored: Stored) -> None:
    found = overlay(stored.question.study, stored.runs, ["pandemic"])
    again = files.from_dict(files.to_dict(found))
    for one in (found, again):
        figure = overlay_figure(one, "end")
        assert {len(row) for row in figure.rows} == {len(HEADS)}
        assert len(figure.rows) == 6
        marks = [trace for trace in figure.spec["data"] if trace.get("mode") == "markers"]
        assert [trace["name"] for trace in marks] == ["nothing else laid over", "Double blame", "No blame"]
        effects = one.table["effect"].sel(outcome="end", under="").values
        np.testing.assert_allclose(marks[0]["x"], effects, rtol=1e-3)
        assert "Drift +" in figure.alt


def test_a_page_tells_it_as_a_section(stored: Stored) -> None:
    told = section(overlay(stored.question.study, stored.runs, ["pandemic"]))
    assert [plate.heads for plate in told.plates] == [HEADS, HEADS]
    assert len(told.tables[0].rows) == 6
    assert told.basis == "Drift, Apart; 40 futures, each with and without; seed 3."
