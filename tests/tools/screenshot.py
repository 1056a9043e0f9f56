"""A picture of a page for the README: `python tests/tools/screenshot.py report.html docs/report.png`.

Needs Playwright and a Chromium of the system. `--width`, `--height` give the window in CSS pixels, `--full` takes the
whole page, `--dark` the dark scheme.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")


def main() -> int:
    """Take the picture; 2 when there is no browser or no page."""
    asked = _arguments()
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        print(f"no browser found: install one of {', '.join(BROWSERS)}", file=sys.stderr)
        return 2
    if not asked.page.is_file():
        print(f'{asked.page} is missing: "sdmodel study" writes it', file=sys.stderr)
        return 2
    asked.picture.parent.mkdir(parents=True, exist_ok=True)
    _take(asked, browser_path)
    print(asked.picture)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A picture of a page.")
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=1500)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--dark", action="store_true")
    return parser.parse_args()


def _take(asked: argparse.Namespace, browser_path: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        page = browser.new_page(
            viewport={"width": asked.width, "height": asked.height}, color_scheme="dark" if asked.dark else "light"
        )
        page.goto(asked.page.resolve().as_uri())
        page.wait_for_selector("html[data-drawn=yes]")
        page.screenshot(path=asked.picture, full_page=asked.full)
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
