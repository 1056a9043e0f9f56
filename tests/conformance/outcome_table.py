"""Outcomes → tables in Markdown: python tests/conformance/outcome_table.py [--write | --all].

Without words it prints the counts; `--write` puts them between the marks in README.md; `--all` lists every model file.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from public_models import FILES, MISSING, Outcome, expected, known_outcomes

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- conformance -->", "<!-- end of conformance -->"
COLUMNS = {
    "reproduced": "reproduced",
    "runs": "run, nothing to compare with",
    "refused": "refused by name",
    "differs": "another result",
    "crashed": "crash",
    "defective": "file has lost its equations",
}
_MARKED = re.compile(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", re.DOTALL)


def counts(outcomes: Iterable[Outcome]) -> str:
    """How many files of each kind came to what; columns that would be all 0 are left out, "another result" never."""
    found = Counter((Path(one.file).suffix, one.kind) for one in outcomes)
    shown = [kind for kind in COLUMNS if kind == "differs" or any(found[suffix, kind] for suffix, _ in found)]
    suffixes = sorted({suffix for suffix, _ in found})
    rows = [(f"`{suffix}`", [found[suffix, kind] for kind in shown]) for suffix in suffixes]
    rows.append(("all", [sum(found[suffix, kind] for suffix in suffixes) for kind in shown]))
    lines = [["model files", "files", *(COLUMNS[kind] for kind in shown)], ["---"] * (len(shown) + 2)]
    lines += [[name, str(sum(numbers)), *map(str, numbers)] for name, numbers in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def listed(outcomes: Iterable[Outcome]) -> str:
    """Every model file with what came of it and why; one that must be reproduced and is not is marked."""
    lines = ["| model file | outcome | reason |", "|---|---|---|"]
    for one in outcomes:
        mark = " (must be reproduced)" if one.file in expected() and one.kind != "reproduced" else ""
        lines.append(f"| {one.file} | {one.kind}{mark} | {short(one.reason)} |")
    return "\n".join(lines) + "\n"


def short(reason: str) -> str:
    """A reason on one line, at most 200 characters."""
    flat = " ".join(reason.split()).replace("|", "\\|")
    return flat if len(flat) <= 200 else f"{flat[:199]}…"


def shown_in(text: str) -> str | None:
    """The counts that stand between the marks of a Markdown text; None where it has no marks."""
    found = _MARKED.search(text)
    return found.group(1) if found else None


def with_counts(text: str, table: str) -> str:
    """A Markdown text with `table` between its marks."""
    return _MARKED.sub(lambda _: f"{BEGIN}\n{table}{END}", text)


def main() -> None:
    if not FILES:
        sys.exit(MISSING)
    outcomes = known_outcomes()
    if "--write" in sys.argv:
        text = README.read_text(encoding="utf-8")
        if shown_in(text) is None:
            sys.exit(f"README.md has no lines {BEGIN} and {END} to write between.")
        README.write_text(with_counts(text, counts(outcomes)), encoding="utf-8")
    print(listed(outcomes) if "--all" in sys.argv else counts(outcomes))


if __name__ == "__main__":
    main()
