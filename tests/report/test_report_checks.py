"""The section of reality checks: who holds where, the weakest first, figures drawn when they are opened."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_up_study import MANIFEST

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.finding import Drawn, finding_of
from sdmodel.analysis.reality.verdicts import Verdict, counted
from sdmodel.model.model import Model
from sdmodel.report.checks import Checks, checks
from sdmodel.report.page import render, write_report
from sdmodel.study.spec import Study
from sdmodel.study.terms import Variant

TIMES = np.arange(2020.0, 2046.0)
HELD = {"R1": 1000, "R2": 520, "R3": 1000, "R4": 899, "R5": 4}


def tried(futures: int = 1000) -> Finding:
    base = [Verdict(name, f"If <b>{name}</b>, then so", "behaviour", ("C1", "C2"), holds=name != "R5") for name in HELD]
    found = [counted(one, HELD[one.name], futures, 0) if futures else one for one in base]
    courses = [
        Drawn(name, run, f"{name} {run}", "suspicion", "Dmnl", name == "R2", np.linspace(0.1, end, TIMES.size))
        for name in list(HELD)[:4]
        for run, end in (("a", 0.9), ("b", 0.3))
    ]
    return finding_of(found, courses, TIMES, study="s", seed=3, unit="Year")


@pytest.fixture
def section() -> Checks:
    found = checks([tried()])
    assert found is not None
    return found


def test_without_reality_checks_there_is_no_section(study: Study, model: Model, runs: xr.Dataset) -> None:
    assert checks([]) is None
    assert 'id="reality"' not in render(study, model, runs, [], MANIFEST)


def test_those_that_fail_come_first_then_the_weakest(section: Checks) -> None:
    assert [row.name for row in section.weak] == ["R5", "R2", "R4"]
    assert [row.name for row in section.sound] == ["R1", "R3"]
    assert [row.holds for row in section.weak] == [False, True, True]
    assert section.weak[1].share == "52\u00a0%"
    assert section.weak[1].interval == "49\u00a0% – 55\u00a0%"
    assert section.weak[1].claims == "C1, C2"
    assert [one.verdict.name for one in section.drawn] == ["R2", "R4", "R1", "R3"]


def test_the_sentence_counts_and_names_the_least_often(section: Checks) -> None:
    assert section.sentence.replace("\u00a0", " ") == (
        "4 of 5 hold with the model's own numbers; R5 fails. Hold in all of 1,000 futures: 2 of 5. "
        "Of the others, 3 hold in less than 90 %; least often: R5 (<1 %), R2 (52 %) and R4 (90 %)."
    )


def test_without_futures_nothing_is_said_of_them() -> None:
    found = checks([tried(0)])
    assert found is not None
    assert found.sentence == "4 of 5 hold with the model's own numbers; R5 fails."
    assert [row.name for row in found.weak] == ["R5"]
    assert {row.share for row in (*found.weak, *found.sound)} == {"–"}


def test_the_page_has_the_section_in_its_contents_and_no_word_of_it_is_html(
    study: Study, model: Model, runs: xr.Dataset
) -> None:
    page = render(study, model, runs, [tried()], MANIFEST)
    assert '<a href="#reality">Reality checks</a>' in page
    assert "<b>R1" not in page
    assert "If &lt;b&gt;R2&lt;/b&gt;, then so" in page
    assert page.count("not that the claim is true") == 1
    assert 'id="reality-4' not in page, "R5 has nothing to draw"


def test_figures_are_drawn_when_they_are_opened(
    tmp_path: Path, study: Study, model: Model, runs: xr.Dataset, open_page: Callable
) -> None:
    path = write_report(tmp_path / "report.html", study, model, runs, [tried()], MANIFEST)
    seen = open_page(path)
    drawn = "document.querySelectorAll('#reality .js-line').length"
    assert seen.js(drawn) == 0
    assert seen.js("document.querySelectorAll('#fan-0 .js-line').length") > 0
    seen.page.locator("#reality tbody a").first.click()
    seen.until(f"{drawn} === 2")
    assert seen.js("document.querySelector('#reality details[open] summary').textContent").split()[:2] == ["✓", "R2"]
    swatches = "[...document.querySelectorAll('#reality details[open] .swatch.line')].map(s => getComputedStyle(s)"
    lines = f"{swatches}.borderTopColor)"
    assert len(set(seen.js(lines))) == 2
    assert seen.complaints == []


def test_markers_that_would_cover_each_other_stand_aside_on_a_line(
    tmp_path: Path, study: Study, model: Model, runs: xr.Dataset, open_page: Callable
) -> None:
    """All scenarios but the pair are moved to one place; the pair keeps its own."""
    close = runs.copy(deep=True)
    first = close["scenario"].values == "as_now"
    for name in ("slow", "talk", "blocs"):
        for outcome in ("crisis", "loss"):
            close[outcome].values[close["scenario"].values == name] = close[outcome].values[first]
    path = write_report(tmp_path / "report.html", study, model, close, [], MANIFEST)
    for width in (1280, 390):
        seen = open_page(path, width)
        boxes = seen.js(
            """[...document.querySelectorAll('#cost-risk .textpoint text')].map(t => {
                 const box = t.getBoundingClientRect();
                 return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; })"""
        )
        assert len(boxes) == 6
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(boxes) for b in boxes[:i]]
        assert min(gaps) > 14
        assert seen.js("document.querySelectorAll('#cost-risk .js-line').length") >= 3
        assert seen.complaints == []


def test_rival_theories_are_listed_with_their_basis(study: Study, model: Model, runs: xr.Dataset) -> None:
    theory = Variant("lock_in", "Lock-in of distrust", {"effort": 1.0}, "Nobody listens.", "Jervis 1976.")
    page = render(replace(study, variants={"lock_in": theory}), model, runs, [], MANIFEST)
    assert "Rival theories (1)" in page
    assert "Lock-in of distrust (--variant lock_in)" in page
    assert "Jervis 1976." in page
    assert "Rival theories" not in render(study, model, runs, [], MANIFEST)


def test_files_and_their_hashes_are_a_table_of_their_own(study: Study, model: Model, runs: xr.Dataset) -> None:
    made = {"files": {"study": {"path": "study/x.toml", "sha256": "ab12"}}, "failures": []}
    page = render(study, model, runs, [], made)
    assert "Files and their hashes (1)" in page
    assert "<td>study/x.toml</td><td>ab12</td>" in page
    assert "files ·" not in page
    assert "failures" not in page.partition('id="reproduce"')[2].partition("</section>")[0]
