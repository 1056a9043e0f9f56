"""The made-up study of `made_up_study`, and one browser for all tests that open the page in it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xarray as xr
from every_finding import made
from made_up_study import MANIFEST, make_model, make_runs, make_sensitivity, make_study

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.page import write_report
from sdmodel.study.spec import Study

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def study() -> Study:
    return make_study()


@pytest.fixture(scope="session")
def model() -> Model:
    return make_model()


@pytest.fixture(scope="session")
def runs(study: Study) -> xr.Dataset:
    return make_runs(study)


@pytest.fixture(scope="session")
def findings(study: Study) -> list[Finding]:
    return [make_sensitivity(study)]


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """A finding of each analysis, by its name."""
    return {one.name: one for one in made(str(tmp_path_factory.mktemp("every")))}


@pytest.fixture(scope="session")
def written(
    tmp_path_factory: pytest.TempPathFactory, study: Study, model: Model, runs: xr.Dataset, findings: list[Finding]
) -> Path:
    """The page of the made-up study."""
    return write_report(tmp_path_factory.mktemp("report") / "report.html", study, model, runs, findings, MANIFEST)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium of the system; the tests that need it are skipped where there is none."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: extra [test]")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser found: install one of {', '.join(BROWSERS)}")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[object]:
    """One headless browser for all tests of a module; not longer, for Playwright keeps an event loop running."""
    from playwright.sync_api import sync_playwright  # not at the top: Playwright may be missing

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@dataclass
class Opened:
    """A page in the browser, with all that it asked for and complained of."""

    page: object
    requests: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def js(self, expression: str) -> object:
        """The value of an expression of JavaScript in the page."""
        return self.page.evaluate(expression)

    def until(self, expression: str, tries: int = 100) -> None:
        """Waits until an expression holds (Playwright's own way of waiting needs eval, which the page forbids)."""
        for _ in range(tries):
            if self.js(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {expression}")


@pytest.fixture
def open_page(browser: object) -> Iterator[Callable[..., Opened]]:
    """Opens a file at a width and in a scheme, and waits until its figures are drawn."""
    contexts = []

    def opened(path: Path, width: int = 1440, scheme: str = "light") -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("requestfailed", lambda request: seen.failures.update({request.url: request.failure}))
        seen.page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: (seen.complaints.append("dialog"), dialog.dismiss()))
        seen.page.goto(path.resolve().as_uri())
        seen.page.wait_for_selector("html[data-drawn=yes]")
        return seen

    yield opened
    for context in contexts:
        context.close()
