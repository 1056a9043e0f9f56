"""A figure → its key in HTML: what each of its lines, areas and marks stands for, where there is more than one.

Names of traces are written for Plotly's labels; in HTML they are plain text again, and escaped there.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sdmodel.report.figures.figure import Figure

_TINTS = (*(f"s{tint}" for tint in range(8)), "muted", "ink", "raises", "lowers")


@dataclass(frozen=True)
class Mark:
    """An entry: `tint` is the end of a class "own-…" of the style sheet, `dash` the kind of line, "spot" or "area"."""

    title: str
    tint: str
    dash: str


def key_of(figure: Figure) -> tuple[Mark, ...]:
    """The entries of the key; none where a single thing is drawn."""
    marks = dict.fromkeys(mark for trace in figure.spec["data"] for mark in _mark(trace))
    first = {mark.title: mark for mark in reversed(list(marks))}  # one entry for each name
    found = tuple(mark for mark in marks if first[mark.title] is mark)
    return found if len(found) > 1 else ()


def _mark(trace: dict[str, Any]) -> Iterator[Mark]:
    colour = _colour(trace)
    name = html.unescape(str(trace.get("name", "")).replace("<br>", " "))
    if not name or not colour or trace.get("type") == "bar":
        return
    line = trace.get("line", {})
    if "stackgroup" in trace:
        dash = "area"
    elif "lines" in trace.get("mode", "") or trace.get("type") == "contour":
        dash = str(line.get("dash", "solid"))
    else:
        dash = "spot"
    yield Mark(name, colour, dash)


def _colour(trace: dict[str, Any]) -> str:
    """The tint of a trace that has one colour."""
    kinds = ("line", "marker") if "lines" in trace.get("mode", "") or trace.get("type") == "contour" else ("marker",)
    for kind in kinds:
        token = trace.get(kind, {}).get("color", "")
        tint = token.split("/")[0].removeprefix("--") if isinstance(token, str) else ""
        if tint in _TINTS:
            return tint.removeprefix("s") if tint[1:].isdigit() else tint
    return ""
