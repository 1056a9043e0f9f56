"""From when on a condition holds for good: break-even of an investment whose course is a straight line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.tipping.onset import from_then_on, wilson
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.question import Question, load
from sdmodel.pipeline.tipping.onset import onset
from sdmodel.report.sections import section

EQUATIONS = (
    "earned = INTEG(push, 0)",
    "paid back = bought * (earned - price) + background",
    "wave = SIN(Time)",
    *("push = 1", "price = 5", "bought = 1", "background = 0"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "buy"
[scenarios.buy]
[scenarios.nothing]
"bought" = 0
[scenarios.dear]
"price" = 9
[uncertainties]
"price" = { distribution = "uniform", low = 2, high = 8 }
[variants.sunny]
"push" = 2
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=10, step=0.125, saveper=0.125).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def test_the_break_even_of_the_base_run_is_price_by_push(question: Question) -> None:
    """Above the other scenario from the first saved time after 5/push on; at a push of 0.4 not before the end."""
    table = onset(question, "paid back", ("push", [0.4, 1.0, 2.0]), above="nothing", futures=0).table
    assert table["onset"].values[:, 0].tolist() == [np.inf, 5.125, 2.625]
    np.testing.assert_allclose(table["apart"].values[1, 0], table["time"].values - 5, atol=1e-12)


def test_the_distribution_of_the_break_even_is_that_of_the_price(question: Question) -> None:
    """The price is uniform from 2 to 8, so that by T a share of (push T - 2)/6 has paid back."""
    finding = onset(question, "paid back", ("push", [1.0, 2.0]), above="nothing", by=4, futures=600, seed=3)
    table = finding.table
    for at, push in enumerate((1.0, 2.0)):
        known = np.clip((push * table["time"].values - 2) / 6, 0, 1)
        np.testing.assert_allclose(table["begun"].values[at, 0], known, atol=0.045)
        assert float(table["onset_median"][at, 0]) == pytest.approx(5 / push, abs=0.26)
    assert table["by"].values[:, 0] == pytest.approx([1 / 3, 1.0], abs=0.03)
    assert (table["by_low"].values <= table["by"].values).all()
    assert (table["by"].values <= table["by_high"].values).all()
    assert "most often, in all of 600 futures, with push 2" in finding.sentence


def test_what_moves_along_x_is_done_in_this_scenario_alone_and_y_in_both(question: Question) -> None:
    """A background in both leaves them as far apart as before; moved along x it lifts one of them alone."""
    both = onset(question, "paid back", ("push", [1.0]), ("background", [0.0, 3.0]), above="nothing", futures=0).table
    assert both["onset"].values.tolist() == [[5.125, 5.125]]
    alone = onset(question, "paid back", ("background", [0.0, 3.0]), above="nothing", futures=0).table
    assert alone["onset"].values[:, 0].tolist() == [5.125, 2.125]


def test_a_number_may_be_the_bound_and_a_variant_lie_over_it(question: Question) -> None:
    given = {"above": "-1", "futures": 0}
    assert float(onset(question, "paid back", ("price", [5.0]), **given).table["onset"][0, 0]) == 4.125
    sunny = onset(question, "paid back", ("price", [5.0]), variants=["sunny"], **given).table
    assert float(sunny["onset"][0, 0]) == 2.125
    below = onset(question, "paid back", ("price", [5.0]), below="-1", futures=0, settings={"push": 0}).table
    assert float(below["onset"][0, 0]) == 0


def test_for_good_is_no_matter_of_first_times(question: Question) -> None:
    """A wave is above 0 at first, and not in the end; from 3.2 on a look that starts later sees it rise again."""
    table = onset(question, "wave", ("push", [1.0]), below="0", futures=0).table
    assert float(table["onset"][0, 0]) == pytest.approx(3 * np.pi, abs=0.126)
    assert from_then_on(
        np.array([[True, False, True], [True, True, True], [True, True, False]]), np.arange(3.0)
    ).tolist() == [2.0, 0.0, np.inf]


def test_a_scenario_s_own_number_is_not_drawn(question: Question) -> None:
    """In the scenario that sets the price all futures are the same."""
    table = onset(question, "paid back", ("push", [1.0]), above="nothing", scenario="dear", futures=20).table
    assert (float(table["onset_low"][0, 0]), float(table["onset_high"][0, 0])) == (9.125, 9.125)


def test_the_interval_of_a_share_is_wilson_s() -> None:
    """Of 10 in 20: 0.2993 to 0.7007; none of 20 may still be 0.161."""
    assert wilson(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)
    assert np.isnan(wilson(0, 0)).all()


def test_the_finding_is_kept_and_told_on_a_page(question: Question) -> None:
    lines = onset(question, "paid back", ("push", [1.0, 2.0]), above="nothing", words="it has paid", futures=20)
    assert lines.sentence.startswith("it has paid, for good by 10 (paid back above that of Nothing; Buy):")
    told = section(files.from_dict(files.to_dict(lines)))
    course, apart = told.figures
    assert course.spec["data"][1]["y"][-1] == 100
    assert apart.spec["data"][0]["y"][0] < 0
    assert len(told.tables[0].rows) == 2
    assert len(told.tables[0].rows[0]) == len(told.tables[0].heads)
    plane = onset(
        question, "paid back", ("push", [0.5, 1.0, 2.0]), ("price", [2.0, 4.0, 8.0]), above="nothing", futures=9
    )
    share, time = section(files.from_dict(files.to_dict(plane))).figures
    assert share.spec["data"][0]["z"][0] == [100, 100, 100]
    assert time.spec["data"][0]["z"][2] == [None, 8.125, 4.125]
    shares, times = section(plane).tables
    assert (shares.rows[0][1:], times.rows[2][1:]) == (("100\u00a0%", "100\u00a0%", "0\u00a0%"), ("1.1", "2.1", "4.1"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "either --above or --below"),
        ({"above": "1", "below": "2"}, "either --above or --below"),
        ({"above": "nothin"}, 'no scenario "nothin". Did you mean "nothing"'),
        ({"above": "nan"}, "finite number"),
        ({"above": "1", "by": 11}, "the run goes from 0 to 10"),
        ({"above": "1", "since": -1}, "the run goes from 0 to 10"),
        ({"above": "1", "futures": -1}, "0 to 20,000"),
        ({"above": "1", "y": ("push", [1.0])}, "both axes"),
        ({"above": "1", "y": ("earnt", [1.0])}, "no input"),
        ({"above": "1", "y": ("paid back", [1.0])}, "computed by"),
        ({"above": "1", "y": ("price", list(range(3000)))}, "2,000 are the most"),
        ({"above": "1", "y": ("price", [np.nan])}, "finite numbers"),
    ],
)
def test_what_cannot_be_asked_is_told(question: Question, asked: dict, told: str) -> None:
    with pytest.raises(ExperimentError, match=told):
        onset(question, "paid back", ("push", [1.0]), **{"futures": 0, **asked})


def test_what_has_no_course_is_told(question: Question) -> None:
    with pytest.raises(ExperimentError, match="has no course in time"):
        onset(question, "price", ("push", [1.0]), above="1", futures=0)
    with pytest.raises(ExperimentError, match='no variable "payed back"'):
        onset(question, "payed back", ("push", [1.0]), above="1", futures=0)
