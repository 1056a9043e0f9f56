"""The page as a browser shows it: drawn, quiet, offline, safe, and readable on a desk and on a phone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr
from made_up_study import MANIFEST, make_model, make_runs, make_sensitivity, make_study, renamed

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.page import write_report
from sdmodel.study.spec import Study

DRAWN = "[...document.querySelectorAll('.plot')].map(plot => plot.querySelectorAll('.trace').length)"
OVERFLOW = "document.scrollingElement.scrollWidth - window.innerWidth"
SCHEME_SEEN = """(() => {
  const sum = colour => colour.match(/[0-9]+/g).slice(0, 3).map(Number).reduce((a, b) => a + b);
  const ink = getComputedStyle(document.querySelector('#fan-0 .ytick text')).fill;
  const page = getComputedStyle(document.body).backgroundColor;
  return sum(ink) > 400 && sum(page) < 200 ? "dark" : sum(ink) < 350 && sum(page) > 600 ? "light" : "mixed";
})()"""
CLASHES = """[...document.querySelectorAll('.plot')].flatMap(plot => {
  const frame = plot.getBoundingClientRect();
  const ticks = [...plot.querySelectorAll('.xtick text, .ytick text')];
  const boxes = ticks.map(t => [t.textContent, t.getBoundingClientRect()]);
  const out = boxes.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1);
  const meet = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  const on = boxes.flatMap(([n, a], i) => boxes.slice(i + 1).filter(([, b]) => meet(a, b)).map(([m]) => [n, m]));
  return [...out.map(([n]) => plot.id + ' out ' + n), ...on.map(pair => plot.id + ' on ' + pair.join('/'))];
})"""
HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "<img src=x onerror='window.hacked = 3'>",
    "<b>bold</b> <a href='https://example.org/'>x</a>",
    '{{ 7 * 7 }} ${window.hacked=5} %{x} \u2028 "quoted" &amp; &lt;i&gt;',
    "]]><!--<svg onload='window.hacked = 6'>",
)


def test_every_figure_is_drawn_and_nothing_is_fetched_or_complained_of(written: Path, open_page: Callable) -> None:
    """Four fans, the chart of cost and risk, two charts of drivers: all have traces; the only request is the file."""
    seen = open_page(written)
    drawn = seen.js(DRAWN)
    assert len(drawn) == 7
    assert all(traces > 0 for traces in drawn), drawn
    assert seen.requests == [written.resolve().as_uri()]
    assert seen.complaints == []


def test_the_page_fits_its_window_and_follows_the_scheme(written: Path, open_page: Callable) -> None:
    """No sideways scrolling at either width, and figures as well as page take the colours of either scheme."""
    seen = open_page(written)
    for width in (1440, 390):
        for scheme in ("light", "dark"):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=scheme)
            seen.until(f"{OVERFLOW} <= 0")
            seen.until(f"{SCHEME_SEEN} === {scheme!r}")
    assert seen.complaints == []


def test_labels_of_figures_on_a_phone_do_not_lie_on_each_other(written: Path, open_page: Callable) -> None:
    """Tick labels of every axis of every figure keep apart at 390 pixels, and none leaves its figure."""
    seen = open_page(written, 390)
    assert seen.js(CLASHES) == []


def test_words_of_a_hostile_study_stay_words(tmp_path: Path, open_page: Callable) -> None:
    """Tags in titles, descriptions, variables, units and the manifest run nothing, and are shown as they were typed."""
    study, model, runs = renamed(HOSTILE)
    manifest = {"command": HOSTILE[0], HOSTILE[1]: {HOSTILE[2]: HOSTILE[3]}, "list": list(HOSTILE)}
    path = write_report(tmp_path / "hostile.html", study, model, runs, [make_sensitivity(study, HOSTILE)], manifest)
    seen = open_page(path)
    seen.page.hover("#fan-0 .nsewdrag")
    seen.page.wait_for_selector("#fan-0 .hovertext")
    assert seen.js("window.hacked") is None
    assert seen.complaints == []
    assert seen.requests == [path.resolve().as_uri()]
    assert seen.js("document.querySelectorAll('main img, main a[href^=javascript], .plot a, main script').length") == 0
    shown = seen.js("document.querySelector('h1').textContent")
    assert shown == study.title
    assert "bold" not in seen.js("[...document.querySelectorAll('.plot tspan')].map(t => t.style.fontWeight).join()")
    ticks = seen.js("[...document.querySelectorAll('#sensitivity-0 .ytick text')].map(t => t.textContent).join(' ')")
    assert "<b>bold</b>" in ticks
    assert "<script>" in seen.js("document.querySelector('#fan-0 .hovertext, #fan-0 .hoverlayer').textContent")


def test_the_policy_of_the_page_stops_a_script_that_was_let_in(written: Path, open_page: Callable) -> None:
    """Should escaping ever fail, a script that is not named by its hash still does not run, nor is anything fetched."""
    seen = open_page(written)
    seen.js(
        """{ const script = document.createElement('script'); script.textContent = 'window.hacked = 1';
             document.body.append(script);
             const image = document.body.appendChild(new Image()); image.src = 'https://example.org/x.png';
             document.body.insertAdjacentHTML('beforeend', '<b onclick="window.hacked = 2" id=b>b</b>');
             document.getElementById('b').click(); }"""
    )
    assert seen.js("window.hacked") is None
    assert [complaint for complaint in seen.complaints if "Content Security Policy" in complaint]
    seen.until("true")
    assert seen.failures == {"https://example.org/x.png": "csp"}


def test_the_legend_shows_and_hides_a_scenario_from_the_keyboard(written: Path, open_page: Callable) -> None:
    """The first three compared are drawn at first; Enter on another scenario draws it in every fan chart."""
    seen = open_page(written)
    lines = "[...document.querySelectorAll('#fan-3 .js-line')].length"
    before = seen.js(lines)
    button = seen.page.locator("#time .legend button[aria-pressed=false]").first
    button.focus()
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#time .legend button[aria-pressed=true]").count() == 4
    seen.until(f"{lines} > {before}")


def test_the_selectors_change_bars_description_and_table(written: Path, open_page: Callable) -> None:
    """Another outcome is drawn in the same figure, and the words for those who do not see it follow."""
    seen = open_page(written)
    told = "document.getElementById('sensitivity-0').getAttribute('aria-label')"
    first = seen.js(told)
    seen.page.select_option("form[data-figure=sensitivity-0] label:nth-child(2) select", "harsh")
    assert seen.js(told) != first
    assert "bad faith" in seen.js("document.querySelector('#drivers figure tbody').textContent")
    assert seen.complaints == []


def test_a_printed_page_is_light_and_keeps_its_figures(written: Path, open_page: Callable) -> None:
    """Paper is white even for a reader in the dark, and the figures fit the sheet."""
    seen = open_page(written, 1440, "dark")
    pdf = seen.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    seen.js("window.dispatchEvent(new Event('beforeprint'))")
    assert seen.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert seen.js("Math.max(...[...document.querySelectorAll('.plot .main-svg')].map(s => s.clientWidth))") <= 680
    seen.js("window.dispatchEvent(new Event('afterprint'))")
    assert seen.js("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    "case", ["one future", "one scenario", "no outcomes", "no findings", "failed runs", "long names"]
)
def test_a_page_can_be_made_of_less_or_of_more(case: str, tmp_path: Path, open_page: Callable) -> None:
    """What a study does not have is left out without an empty figure, an error or a page wider than the phone."""
    path = write_report(tmp_path / "report.html", *unusual(case), MANIFEST)
    seen = open_page(path, 390)
    assert seen.complaints == []
    assert seen.js(OVERFLOW) <= 0
    assert seen.js(CLASHES) == []
    drawn = seen.js(DRAWN)
    assert drawn
    assert all(traces > 0 for traces in drawn), drawn


def unusual(case: str) -> tuple[Study, Model, xr.Dataset, list[Finding]]:
    """Study, model, runs and findings of an unusual kind."""
    study, model = make_study(), make_model()
    findings = [make_sensitivity(study)]
    if case == "one future":
        return replace(study, uncertainties={}), model, make_runs(study, 1), []
    if case == "one scenario":
        alone = replace(study, scenarios={"gentle": study.scenarios["gentle"]}, compare=(), baseline="gentle")
        return alone, model, make_runs(alone, 50), [make_sensitivity(alone)]
    if case == "no outcomes":
        bare = replace(study, outcomes={}, cost_outcome="", risk_outcome="", figures=())
        return bare, model, make_runs(bare, 50), []
    if case == "no findings":
        return replace(study, cost_outcome="", risk_outcome=""), model, make_runs(study, 50), []
    if case == "failed runs":
        runs = make_runs(study, 50)
        runs["failed"][60:80] = True
        runs["mean suspicion"][60:80, 20:] = float("nan")
        return study, model, runs, findings
    long = renamed(
        tuple(f"{'Verylongwordwithoutanyspace' * 4} number {place} and then many more words" for place in range(6))
    )
    return *long, [make_sensitivity(long[0])]
