"""`compare --without` on the command line: tables, JSON, what is refused; and which baseline `compare` sets against."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sdmodel.cli import app


@pytest.fixture(scope="module")
def pandemic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two roads with a pandemic, with and without misattribution; only to be read."""
    folder = tmp_path_factory.mktemp("swept") / "out"
    roads = ["--scenario", "status_quo", "--scenario", "managed"]
    over = ["--shock", "pandemic", "--variant", "no_misattribution"]
    words = ["sweep", "dilemma", "--futures", "6", "--seed", "1", *roads, *over, "--output", str(folder)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return folder


def test_what_a_shock_changes_is_told_for_each_scenario_and_theory(said, pandemic: Path) -> None:
    result = said("compare", pandemic, "--without", "Pandemic", "--outcome", "mean_suspicion_2028")
    assert (result.code, result.err) == (0, "")
    assert 'Mean suspicion in 2028 rises with "Pandemic" by ' in result.out
    assert 'With "No misattribution" laid over both, ' in result.out
    rows = [line.split() for line in result.out.splitlines() if line.startswith(("status_quo ", "managed "))]
    assert [row[1] for row in rows if len(row) > 8].count("no_misattribution") == 2


def test_json_tells_the_same(said, pandemic: Path) -> None:
    result = said("compare", pandemic, "--without", "pandemic", "--json")
    told = json.loads(result.out)
    assert told["name"] == "overlay"
    assert json.loads((pandemic / "findings" / "overlay.json").read_text(encoding="utf-8")) == told
    assert 'rises with "Pandemic"' in told["sentence"]


def test_the_report_of_the_runs_shows_it(said, pandemic: Path) -> None:
    said("compare", pandemic, "--without", "pandemic", "--outcome", "mean_suspicion_2028")
    assert said("report", pandemic).code == 0
    page = (pandemic / "report.html").read_text(encoding="utf-8")
    assert "What a shock or a theory changes" in page
    assert "Mean suspicion in 2028: what Pandemic changes" in page


@pytest.mark.parametrize(
    ("name", "told"),
    [("pandemi", 'no shock or variant "pandemi". Did you mean'), ("lock_in", 'the runs hold nothing with "lock_in"')],
)
def test_an_overlay_that_is_not_there_is_refused(said, pandemic: Path, name: str, told: str) -> None:
    result = said("compare", pandemic, "--without", name)
    assert result.code == 2
    assert told in result.err
    assert "Traceback" not in result.err


def test_each_world_has_its_own_baseline(said, pandemic: Path) -> None:
    result = said("compare", pandemic, "--outcome", "mean_loss")
    assert "under the baseline" not in result.out
    assert "they are to the baseline under the same one" in result.out
    for label in ("status_quo", "status_quo + pandemic", "status_quo + no_misattribution + pandemic"):
        assert f"{label} (baseline)" in result.out


def test_conditions_are_named_and_told_apart(said) -> None:
    """Two conditions on the command line: all must hold; each by itself is told."""
    conditions = ("--when", "the peak is high: peak > 0.1", "--when", "end(run, 'Immune') > 100")
    result = said("tipping", "sir", "--x", "contact rate=2:12", "--cells", 6, "--tolerance", 0.01, *conditions)
    assert (result.code, result.err) == (0, "")
    assert "\"the peak is high and end(run, 'Immune') > 100\"" in result.out
    assert 'by itself, "the peak is high" holds in ' in result.out
