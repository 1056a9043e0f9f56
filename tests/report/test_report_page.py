"""The page as a file: complete, small, always the same, never half written."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr
from made_up_study import MANIFEST, make_model, make_runs, make_sensitivity, make_study

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.errors import RunsError
from sdmodel.model.model import Model
from sdmodel.report.background import setting_text
from sdmodel.report.page import render, write_report
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Shock

MEGABYTE = 1_000_000


class Figures(HTMLParser):
    """Collects the text of every figure, and all addresses that the page points at."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside = False
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]
        if tag == "figure":
            self.inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "figure"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


@pytest.fixture(scope="module")
def page(written: Path) -> str:
    return written.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(page: str) -> Figures:
    figures = Figures()
    figures.feed(page)
    return figures


def test_every_figure_names_futures_and_seed_and_says_what_risk_means(parsed: Figures) -> None:
    assert len(parsed.texts) == 7
    for text in parsed.texts:
        assert "200 futures" in text
        assert "seed 7" in text
    assert sum(RISK_CAVEAT in text for text in parsed.texts) == 3


def test_the_page_points_at_nothing_outside_itself(parsed: Figures) -> None:
    assert parsed.addresses
    assert all(address.startswith(("#", "data:")) for address in parsed.addresses)


def test_the_page_tells_how_to_make_it_again_and_what_it_rests_on(page: str, study: Study) -> None:
    expected = [
        MANIFEST["command"],
        MANIFEST["model_hash"],
        study.caveats[0],
        "Indices are estimated from the same runs.",
    ]
    expected += ["0.20, from 2021 in a line to 0.10 in 2025", "About learning rate.", "triangular"]
    assert [text for text in expected if str(text) not in page] == []


def test_the_same_runs_give_the_same_page(
    study: Study, model: Model, runs: xr.Dataset, findings: list[Finding]
) -> None:
    assert render(study, model, runs, findings, MANIFEST) == render(study, model, runs, findings, MANIFEST)


def test_a_page_of_six_scenarios_in_a_thousand_futures_stays_small(tmp_path: Path) -> None:
    study = make_study()
    runs = make_runs(study, 1000)
    path = write_report(tmp_path / "big.html", study, make_model(), runs, [make_sensitivity(study)], MANIFEST)
    assert path.stat().st_size < 8 * MEGABYTE


def test_a_page_that_cannot_be_made_leaves_the_old_one(
    tmp_path: Path, study: Study, model: Model, runs: xr.Dataset
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(RunsError):
        write_report(path, study, model, runs.drop_vars("time"), [], MANIFEST)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_that_cannot_be_put_in_place_leaves_no_rubbish(
    tmp_path: Path, study: Study, model: Model, runs: xr.Dataset
) -> None:
    """Its name is that of a folder: the error is the system's, and no half page stays behind."""
    folder = tmp_path / "report.html"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_report(folder, study, model, runs, [], MANIFEST)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_shock_laid_over_a_scenario_has_its_own_row_and_description(study: Study, model: Model) -> None:
    shaken = replace(study, shocks={"storm": Shock("storm", "Great storm", {"effort": 0.1}, "A storm in 2026.")})
    scenarios = {**study.scenarios, "gentle + storm": replace(study.scenarios["gentle"], name="gentle + storm")}
    runs = make_runs(replace(shaken, scenarios=scenarios), 20)
    text = render(shaken, model, runs, [], MANIFEST)
    assert "Managed interdependence with reassurance with Great storm" in text
    assert "A storm in 2026." in text


def test_failed_runs_are_told_at_the_top(study: Study, model: Model) -> None:
    runs = make_runs(study, 50)
    runs["failed"][60:80] = True
    text = render(study, model, runs, [], MANIFEST)
    assert "20 of 300 runs failed" in text
    assert "20 in Full decoupling, fast" in text


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (0.4, "0.40"),
        (Schedule(step=(2025.0, 1.0)), "the model&#x27;s value, then 1.00 from 2025"),
        (Schedule(start=0.1, pulse=(2026.0, 1.5, 0.3)), "0.10, 0.30 more from 2026 for 1.50"),
        (Schedule(table=((2020.0, 0.1), (2030.0, 0.5))), "0.10 in 2020, 0.50 in 2030"),
        (Schedule(start=0.2), "0.20"),
    ],
)
def test_a_setting_is_told_in_words(setting: float | Schedule, text: str) -> None:
    assert setting_text(setting) == text.replace("&#x27;", "'")
