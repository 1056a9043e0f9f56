"""Two moves in time: outcomes over when they begin and how long they take."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.levers.timing import timing
from sdmodel.pipeline.question import Question, load
from sdmodel.report.figures.timing import timing_figures

EQUATIONS = (
    "done = INTEG(1 * pushed + 2 * pulled + luck, 0)",
    "pushed = MAX(0, MIN(1, (Time - push start)/push duration))",
    *("push start = 0", "push duration = 1", "pulled = 0", "luck = 0"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[uncertainties]
"luck" = { distribution = "uniform", low = -0.1, high = 0.1 }
[outcomes.end]
title = "Done"
variable = "done"
reduce = "last"
[outcomes.when]
variable = "done"
reduce = { first = "> 20" }
[timing.order]
title = "Push or pull?"
starts = [0, 4]
durations = [1, 3]
[timing.order.moves.push]
start = "push start"
duration = "push duration"
[timing.order.moves.pull]
levers = { "pulled" = 1 }
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=10, step=0.0625, saveper=0.0625).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def test_what_is_done_falls_by_what_each_move_waits(question: Question) -> None:
    """A move that begins at t and takes d counts for 10 - t - d/2; the pull counts twice and takes 2 (the middle)."""
    table = timing(question.study, question.model, points=5, futures=0).table
    first, second = np.meshgrid(table["first"].values, table["second"].values, indexing="ij")
    known = (10 - first - 0.5) + 2 * (10 - second - 1)
    # Euler's steps see a ramp half a step late
    np.testing.assert_allclose(table["begun"].sel(outcome="end").values, known - 1.5 * 0.0625, atol=1e-6)
    assert table["in_order"].sel(outcome="end").values == pytest.approx(
        [known[0, -1], known[-1, 0], known[0, 0], known[-1, -1]], abs=0.1
    )


def test_how_long_they_take_is_a_map_of_its_own(question: Question) -> None:
    """Starts stay as they are: the push at 0, the pull, which has none, in the middle."""
    table = timing(question.study, question.model, points=3, futures=0).table
    first, second = np.meshgrid(table["first_over"].values, table["second_over"].values, indexing="ij")
    known = (10 - first / 2) + 2 * (8 - second / 2)
    np.testing.assert_allclose(table["lasting"].sel(outcome="end").values, known, atol=0.1)


def test_futures_have_medians_and_what_never_comes_is_told(question: Question) -> None:
    finding = timing(question.study, question.model, points=2, futures=40)
    both = finding.table.sel(outcome="end")
    np.testing.assert_allclose(both["begun_futures"].values, both["begun"].values, atol=0.1)
    assert "both late never" in finding.sentence
    assert np.isinf(finding.table["begun"].sel(outcome="when").values[-1, -1])


def test_the_finding_is_kept_and_drawn(question: Question) -> None:
    again = files.from_dict(files.to_dict(timing(question.study, question.model, points=3, futures=0)))
    done, when = timing_figures(again)
    assert done.spec["data"][0]["z"][0][0] == pytest.approx(float(again.table["begun"][0, 0, 0]), rel=1e-4)
    assert done.rows[0][0] == "Push first"
    assert when.rows[3][1] == "never"


def test_what_cannot_be_asked_is_told(question: Question) -> None:
    with pytest.raises(ExperimentError, match=r'no timing "odrer"\. Did you mean "order"\?'):
        timing(question.study, question.model, name="odrer")
    with pytest.raises(ExperimentError, match="2 to 101"):
        timing(question.study, question.model, points=1)
    with pytest.raises(ExperimentError, match="0 to 10,000"):
        timing(question.study, question.model, futures=-1)
    other = load(Path(__file__).parents[2] / "models" / "richardson.toml")
    with pytest.raises(StudyError, match=r"a table \[timing.NAME\] makes some"):
        timing(other.study, other.model)
