"""The reality checks of a study are run with the model's own numbers and in futures, and told honestly."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.finding import courses_of, verdicts_of
from sdmodel.analysis.reality.verdicts import Verdict
from sdmodel.engine import compiled
from sdmodel.errors import StudyError
from sdmodel.pipeline import load
from sdmodel.pipeline.reality.checks import reality, run_title

GROWTH = (
    "stock = INTEG(rate * stock, start)",
    "start = 1",
    "rate = 0.1 ~ 1/Month ~",
    "risky = stock / (3 - shift)",
    "shift = 0",
)
HEAD = """
model = "tiny.mdl"
baseline = "calm"
seed = 3
[scenarios.calm]
title = "Calm"
[scenarios.fast]
title = "Fast"
rate = 0.5
[shocks.jump]
title = "Jump"
shift = 1
[uncertainties.rate]
distribution = "uniform"
low = -0.1
high = 0.3
[outcomes.risk]
variable = "risky"
reduce = "last"
risk = true
"""
RISES = """
[checks.RISES]
statement = "If nothing is changed, then the stock rises"
runs.base = { }
expect = ["end(base, 'stock') > start(base, 'stock')"]
[checks.FASTER]
statement = "If the rate is set higher, then the stock ends higher"
runs.fast = { scenario = "fast" }
runs.base = { }
expect = ["end(fast, 'stock') > end(base, 'stock')", "at(fast, 'stock', 2) > at(base, 'stock', 2)"]
draw = ["risky", "stock"]
"""


@pytest.fixture
def tried(mdl: Callable[..., Path]) -> Callable[..., Finding]:
    """Runs the checks of a study on a small model of growth."""

    def run(checks: str, *equations: str, head: str = HEAD, **options: object) -> Finding:
        path = mdl(*(equations or GROWTH), stop=4, step=0.5)
        study = path.with_suffix(".toml")
        study.write_text(head + checks, encoding="utf-8")
        question = load(study)
        return reality(question.study, question.model, **options)

    return run


def verdict(finding: Finding, name: str) -> Verdict:
    return next(one for one in verdicts_of(finding) if one.name == name)


def test_a_check_holds_in_the_base_run_and_in_the_share_of_futures_in_which_it_is_true(
    tried: Callable[..., Finding],
) -> None:
    """The rate is drawn from -0.1 to 0.3: in a quarter of futures nothing rises; a rate that is set is not drawn."""
    finding = tried(RISES, futures=400)
    rises, faster = verdict(finding, "RISES"), verdict(finding, "FASTER")
    assert (rises.holds, rises.futures, rises.held) == (True, 400, 300)
    assert rises.low < 0.75 < rises.high
    assert (faster.holds, faster.held) == (True, 400)
    [side] = rises.sides
    assert (side.left, side.right) == (pytest.approx(1.05**8), 1.0)


def test_a_check_that_fails_tells_the_numbers_of_both_sides(tried: Callable[..., Finding]) -> None:
    finding = tried(RISES.replace("end(base, 'stock') > start", "end(base, 'stock') < start"), futures=400)
    found = verdict(finding, "RISES")
    assert (found.holds, found.held) == (False, 100)
    assert [(side.comparison, side.holds) for side in found.sides] == [("<", False)]
    assert finding.sentence.startswith("1 of 2 reality checks hold with the model's own numbers; RISES fails.")


def test_each_future_is_the_same_draw_in_every_run_of_a_check(tried: Callable[..., Finding]) -> None:
    check = """
[checks.SAME]
statement = "If a constant that nothing reads is set, then nothing changes"
runs.other = { set = { shift = 1 } }
runs.base = { }
expect = ["end(other, 'stock') = end(base, 'stock')", "end(other, 'risky') = 1.5 * end(base, 'risky')"]
"""
    assert verdict(tried(check, futures=50), "SAME").held == 50


def test_the_same_seed_gives_the_same_finding_and_threads_do_not_matter(tried: Callable[..., Finding]) -> None:
    first, again, other = (
        tried(RISES, futures=50, seed=seed, threads=threads) for seed, threads in ((1, 1), (1, 2), (2, 1))
    )
    assert first.table.identical(again.table)
    assert first.table.attrs["seed"] == 1
    assert other.table.attrs["seed"] == 2


def test_parts_of_the_futures_give_the_same_as_all_at_once(
    tried: Callable[..., Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tried(RISES, futures=37)
    monkeypatch.setattr("sdmodel.pipeline.reality.checks._CHUNK_BYTES", 2000)
    assert tried(RISES, futures=37).table.identical(whole.table)


def test_runs_that_are_alike_are_made_once(tried: Callable[..., Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    simulate = compiled.simulate

    def counted(model: object, table: object, **options: object) -> object:
        sizes.append(table.sizes["experiment"])
        return simulate(model, table, **options)

    monkeypatch.setattr(compiled, "simulate", counted)
    tried(RISES, futures=5)
    assert sizes == [2, 10]


def test_progress_counts_every_run(tried: Callable[..., Finding]) -> None:
    told: list[tuple[str, int, int]] = []
    tried(RISES, futures=5, progress=lambda *words: told.append(words))
    assert {(stage, total) for stage, _, total in told} == {("Reality checks", 12)}
    assert sum(done for _, done, _ in told) == 12


def test_a_run_that_leaves_the_finite_range_makes_its_check_fail_with_the_reason(tried: Callable[..., Finding]) -> None:
    check = (
        RISES
        + """
[checks.BROKEN]
statement = "If the shift is three, then all is well"
runs.broken = { shock = "jump", set = { shift = 3 } }
runs.base = { }
expect = ["end(broken, 'risky') > end(base, 'risky')"]
"""
    )
    finding = tried(check, futures=20)
    found = verdict(finding, "BROKEN")
    assert (found.holds, found.held, found.broken, found.sides) == (False, 0, 20, ())
    assert found.failure == 'run "broken" failed: "risky" is inf at time 0.'
    assert (verdict(finding, "RISES").holds, verdict(finding, "RISES").broken) == (True, 0)
    assert any("20 of 20 for BROKEN" in caveat for caveat in finding.caveats)


def test_times_between_those_that_the_model_saves_are_exact_if_they_are_steps(tried: Callable[..., Finding]) -> None:
    """The model saves every 0.5; a model that saves every 2 is saved at 0.5 as well when a check asks for it."""
    check = """
[checks.STEP]
statement = "If asked at a step, then the answer is exact"
runs.base = { }
expect = ["at(base, 'stock', 0.5) = 1.05", "at(base, 'stock', 0.75) = (1.05 + 1.05 * 1.05) / 2"]
"""
    head = HEAD.replace("[scenarios.calm]\n", "[scenarios.calm]\nSAVEPER = 2\n")
    assert verdict(tried(check, futures=0), "STEP").holds
    assert verdict(tried(check, futures=0, head=head), "STEP").holds


def test_runs_with_time_axes_of_their_own_are_read_on_them(tried: Callable[..., Finding]) -> None:
    check = """
[checks.LONG]
statement = "If a run goes on, then it ends later"
runs.long = { set = { "FINAL TIME" = 8, "TIME STEP" = 0.25, SAVEPER = 0.25 } }
runs.base = { }
expect = [
  "end(long, 'stock') = at(long, 'stock', 8)",
  "end(base, 'stock') = 1.4774554437890627",
  "always(base, 'stock' <= 1.5)",
  "never(long, 'stock' > 2.5)",
  "mean(base, 'stock') < mean(long, 'stock')",
]
"""
    assert verdict(tried(check, futures=0), "LONG").holds


def test_random_numbers_are_the_same_in_all_runs_of_a_future(tried: Callable[..., Finding]) -> None:
    """Nothing is uncertain but chance, and futures differ by it; runs of the same future do not."""
    noisy = ("noise = RANDOM UNIFORM(0, 1, 0)", "sum = INTEG(noise * gain, 0)", "gain = 1")
    check = """
[checks.CHANCE]
statement = "If the gain is doubled, then the sum is doubled"
runs.twice = { set = { gain = 2 } }
runs.base = { }
expect = ["end(twice, 'sum') = 2 * end(base, 'sum')"]
[checks.COIN]
statement = "If chance decides, then the sum ends above its mean"
runs.base = { }
expect = ["end(base, 'sum') > 2"]
"""
    head = 'model = "tiny.mdl"\nbaseline = "calm"\n[scenarios.calm]\n'
    finding = tried(check, *noisy, head=head, futures=200)
    assert verdict(finding, "CHANCE").held == 200
    assert 60 < verdict(finding, "COIN").held < 140


def test_where_nothing_is_uncertain_no_futures_are_drawn(tried: Callable[..., Finding]) -> None:
    head = 'model = "tiny.mdl"\nbaseline = "calm"\n[scenarios.calm]\n[scenarios.fast]\nrate = 0.5\n'
    assert {one.futures for one in verdicts_of(tried(RISES, head=head, futures=50))} == {0}


def test_courses_of_the_drawn_variables_come_with_titles_units_and_risk(tried: Callable[..., Finding]) -> None:
    finding = tried(RISES, futures=0)
    drawn = courses_of(finding, "FASTER")
    assert [(one.run, one.title, one.variable, one.risk) for one in drawn] == [
        ("fast", "Fast", "risky", True),
        ("base", "Calm", "risky", True),
        ("fast", "Fast", "stock", False),
        ("base", "Calm", "stock", False),
    ]
    np.testing.assert_allclose(drawn[3].values, 1.05 ** np.arange(9))
    assert finding.table["time"].attrs["units"] == "Month"


def test_a_run_is_told_in_words(tried: Callable[..., Finding], mdl: Callable[..., Path]) -> None:
    check = RISES.replace("runs.base = { }", 'runs.base = { shock = "jump", set = { start = 2036 } }')
    path = mdl(*GROWTH).with_suffix(".toml")
    path.write_text(HEAD + check, encoding="utf-8")
    study = load(path).study
    assert run_title(study, study.checks["RISES"].runs["base"]) == "Calm with Jump; start 2036"


@pytest.mark.parametrize("futures", [-1, 10**9])
def test_a_number_of_futures_that_cannot_be_is_refused(tried: Callable[..., Finding], futures: int) -> None:
    with pytest.raises(StudyError, match="0 to 1,000,000 futures"):
        tried(RISES, futures=futures)


def test_a_study_without_checks_is_refused(tried: Callable[..., Finding]) -> None:
    with pytest.raises(StudyError, match="no reality checks"):
        tried("")
