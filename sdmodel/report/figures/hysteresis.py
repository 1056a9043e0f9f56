"""The finding "hysteresis" → a variable against the input on the way up and on the way down, with the folds marked."""

from typing import Any

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, unit

HEADS = ("Way", "Jump at", "From", "To")


def hysteresis(finding: Finding, place: int = 0) -> Figure:
    """The figure; `rows` tell of the folds, under the heads HEADS, and of none where there is none."""
    found = finding.table
    watched, name = str(found.attrs["watched"]), str(found.attrs["input"])
    watched_unit, input_unit = unit(str(found.attrs["watched_unit"])), unit(str(found.attrs["input_unit"]))
    return Figure(
        key=f"hysteresis-{place}",
        title="Up and down again",
        alt=finding.sentence,
        spec={"data": [_way(found, "down"), _way(found, "up")], "layout": _layout(found)},
        above=f"↑ {watched}{f' ({watched_unit})' if watched_unit else ''}",
        below=f"{name}{f' ({input_unit})' if input_unit else ''} →",
        height=380,
        note=_note(found),
        rows=tuple(_rows(found)),
    )


def _way(found: Any, way: str) -> dict[str, Any]:
    up = way == "up"
    values = found["variable"].sel(direction=way).values
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"on the way {way}",
        "x": rounded(found["value"].values),
        "y": rounded(values),
        "customdata": [number(float(value)) for value in values],
        "hovertemplate": f"%{{fullData.name}}<br>{in_template(str(found.attrs['input']))} %{{x}}<br>%{{customdata}}"
        "<extra></extra>",
        "line": {"color": "--s0" if up else "--s1", "width": 2.2 if up else 5, "dash": "solid"},
        "marker": {"size": 5 if up else 8, "symbol": "triangle-up" if up else "triangle-down"},
        "opacity": 1.0 if up else 0.6,
    }


def _layout(found: Any) -> dict[str, Any]:
    line = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    folds = [
        {**line, "x0": at, "x1": at, "line": {"color": "--muted", "width": 1.2, "dash": "dash"}}
        for at in rounded(found["fold_at"].values, 6)
    ]
    base = float(found.attrs["base"])
    if base == base:
        folds.append({**line, "x0": base, "x1": base, "line": {"color": "--muted", "width": 1.2, "dash": "dot"}})
    return {"shapes": folds, "hovermode": "closest"}


def _note(found: Any) -> str:
    longest = f"{number(float(found.attrs['longest']))} {unit(str(found.attrs['time_unit']))}".strip()
    restless = int((found["swings"] | found["grows"]).sum()) if "swings" in found else 0
    passing = f" Where it does not settle ({restless} of {found.sizes['value']} values), a passing state is drawn."
    more = passing if restless else ""
    if not found.sizes["fold"] and not bool(found["apart"].any()):
        if restless == found.sizes["value"]:
            return more.strip()
        return f"No fold was met: both ways lead over the same states (judged after up to {longest}).{more}"
    judged = f"Branches were judged after up to {longest}."
    return f"Dashed: a state ends and the model jumps. {judged} Dotted: the base.{more}"


def _rows(found: Any) -> list[tuple[str, ...]]:
    if not found.sizes["fold"]:
        restless = "swings" in found and bool((found["swings"] | found["grows"]).all())
        return [("both", "does not settle" if restless else "no fold met", "–", "–")]
    names = ("fold_at", "fold_before", "fold_after")
    return [
        (str(found["fold_direction"].values[at]), *(number(float(found[name].values[at])) for name in names))
        for at in range(found.sizes["fold"])
    ]
