"""A page with a section of every analysis, as a browser shows it: all drawn, quiet, in either scheme and on a phone."""

from collections.abc import Callable
from pathlib import Path

from every_finding import worded
from made_up_study import MANIFEST, make_model, make_runs, make_sensitivity, make_study
from test_report_in_browser import CLASHES, OVERFLOW

from sdmodel.analysis.finding import Finding
from sdmodel.report.page import write_report

TRACES = """Object.fromEntries([...document.querySelectorAll('.plot')].map(
  plot => [plot.id, plot.querySelectorAll('.trace, .contour, .hm').length]))"""
EMPTY = f"Object.entries({TRACES}).filter(([, traces]) => !traces).map(([id]) => id)"
HOSTILE = "<img src=x onerror='window.hacked = 1'></script><script>window.hacked = 2</script> %{x} <b>b</b>"
UNPAINTED = '[...document.querySelectorAll(\'.plot [style*="--"], .plot [fill*="--"]\')].length'


def page_of(findings: list[Finding], path: Path) -> Path:
    study = make_study()
    return write_report(path, study, make_model(), make_runs(study, 20), [make_sensitivity(study), *findings], MANIFEST)


def test_every_figure_of_every_analysis_is_drawn_without_a_complaint(
    every: dict[str, Finding], tmp_path: Path, open_page: Callable
) -> None:
    own = [one for one in every.values() if one.name not in ("comparison", "sensitivity")]
    seen = open_page(page_of(own, tmp_path / "all.html"), 1280, "dark")
    drawn = seen.js(TRACES)
    assert {one.name for one in own} - {"loops", "calibration"} <= {key.split("-")[0] for key in drawn}
    assert seen.js(EMPTY) == []
    assert seen.js(UNPAINTED) == 0
    assert seen.complaints == []
    seen.page.set_viewport_size({"width": 390, "height": 900})
    seen.until(f"{OVERFLOW} <= 0")
    assert seen.js(CLASHES) == []


def test_hostile_words_of_findings_stay_words(every: dict[str, Finding], tmp_path: Path, open_page: Callable) -> None:
    told = [worded(one, lambda text: text + HOSTILE if text else text) for one in every.values() if one.name in _PLAIN]
    seen = open_page(page_of(told, tmp_path / "hostile.html"))
    assert seen.js("window.hacked") is None
    assert seen.complaints == []
    assert seen.js("document.querySelectorAll('main img, .plot a, main script').length") == 0
    assert "<img src=x" in seen.js("document.querySelector('#tipping').textContent")


_PLAIN = ("sobol", "morris", "discovery", "robustness", "information", "tipping", "hysteresis", "reassure", "game")
