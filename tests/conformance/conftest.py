"""Whoever runs the public models also sees a table of what came of them."""

from collections.abc import Iterator

import pytest
from outcome_table import counts, listed
from public_models import FILES, outcome

_SEEN: dict[str, object] = {}


@pytest.fixture(scope="session", autouse=True)
def outcomes_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`outcomes.md` in the session's temporary folder: every model file that was run, and why it was refused."""
    yield
    if outcome.cache_info().currsize == len(FILES) > 0:
        place = tmp_path_factory.getbasetemp() / "outcomes.md"
        outcomes = [outcome(file) for file in FILES]
        place.write_text(listed(outcomes), encoding="utf-8")
        _SEEN.update(place=place, counts=counts(outcomes))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _SEEN:
        terminalreporter.section("public test models")
        terminalreporter.write_line(f"{_SEEN['counts']}all of them: {_SEEN['place']}")
