"""The finding of a calibration → the section "Does it fit?": figures, tables and what the data cannot tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import number as digits
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.fit import courses, profiles
from sdmodel.report.text import share, unit

NAME = "calibration"
_WINDOWS = {"fit": "fitted", "holdout": "held out"}


@dataclass(frozen=True)
class Fit:
    """What the template shows; tables are rows of text, the first of their heads beside them."""

    sentence: str
    caveats: tuple[str, ...]
    courses: tuple[Figure, ...]
    profiles: tuple[Figure, ...]
    constants: tuple[tuple[str, ...], ...]
    statistics: tuple[tuple[str, ...], ...]
    bounds: tuple[tuple[str, ...], ...]
    events: tuple[tuple[str, ...], ...]
    open: tuple[str, ...]
    held: bool
    marked: bool

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures of the section."""
        return (*self.courses, *self.profiles)


CONSTANTS = ("Constant", "Fitted", "Model's own", "95 % interval", "Range", "Unit", "Status")
STATISTICS = (
    *("Series", "Observations", "Points", "R²", "RMSE", "MAPE", "Error due to bias", "variation", "covariation"),
    *("RMSE of the last value", "RMSE of the mean", "Model beats both"),
)
BOUNDS = ("Number", "Fitted", "Model's own", "Range", "Kept", "Basis")
EVENTS = ("When", "Event", "Status")
OBSERVATIONS = ("When", "Observed", "Fitted", "Model's own", "Used", "Status", "Source")
HEADS = {
    "constants": CONSTANTS,
    "statistics": STATISTICS,
    "bounds": BOUNDS,
    "events": EVENTS,
    "observations": OBSERVATIONS,
}


def fit(findings: Sequence[Finding]) -> Fit | None:
    """The section, or None when no calibration is among the findings."""
    finding = next((one for one in findings if one.name == NAME), None)
    if finding is None:
        return None
    table = finding.table
    return Fit(
        finding.sentence,
        finding.caveats,
        courses(table),
        profiles(table),
        _constants(table),
        _statistics(table),
        _bounds(table),
        _events(table),
        tuple(str(name) for name in table["constant"].values[table["status"].values == "not identified"]),
        bool((table["window_of"].values == "holdout").any()),
        bool(table["marked"].values.any()),
    )


def number(value: float) -> str:
    """Three significant digits, as a fitted constant deserves; "–" for what is not known."""
    return digits(value).replace("-", "−") if math.isfinite(value) else "–"


def _constants(table: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    rows = []
    for name in table["constant"].values:
        one = table.sel(constant=name)
        value, own, low, high, least, most = (
            number(float(one[column])) for column in ("value", "own", "low", "high", "least", "most")
        )
        told = (str(name), value, own, f"{low} – {high}", f"{least} – {most}")
        rows.append((*told, unit(str(one["unit"].values)), str(one["status"].values)))
    return tuple(rows)


def _statistics(table: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    rows = []
    for name in table["series"].values:
        for window, word in _WINDOWS.items():
            of = table["statistics"].sel(series=name, window=window).to_series()
            if not of["points"] > 0:
                continue
            guesses = [of[guess] for guess in ("rmse_last_value", "rmse_mean") if np.isfinite(of[guess])]
            cells = [str(table["title"].sel(series=name).values), word, f"{of['points']:.0f}", number(of["r_squared"])]
            cells += [number(of["rmse"]), *(share(of[key]) for key in ("mape", "bias", "variation", "covariation"))]
            cells += [number(of[key]) for key in ("rmse_last_value", "rmse_mean")]
            rows.append((*cells, "yes" if all(of["rmse"] < guess for guess in guesses) else "no"))
    return tuple(rows)


def _bounds(table: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    rows = []
    for at in range(table.sizes.get("bound", 0)):
        one = table.isel(bound=at)
        value, own, low, high = (float(one[f"bound_{key}"]) for key in ("value", "own", "low", "high"))
        kept = "yes" if low <= value <= high else "no"
        told = (str(one["bound_title"].values), number(value), number(own), f"{number(low)} – {number(high)}", kept)
        rows.append((*told, str(one["bound_basis"].values)))
    return tuple(rows)


def _events(table: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    columns = (table[name].values for name in ("event_at", "event", "event_status"))
    return tuple((f"{float(at):.2f}", str(event), str(status)) for at, event, status in zip(*columns, strict=True))
