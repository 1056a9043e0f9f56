"""`compare --without`: what a shock or a variant changes in each scenario, as tables."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.numbers import MISSING, percent, shown, signed

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.finding import Finding
    from sdmodel.study.spec import Study


def overlaid(study: "Study", runs: "xr.Dataset", without: Sequence[str], outcomes: Sequence[str]) -> "Finding":
    """The finding on the overlay of these names, in any spelling."""
    from sdmodel.analysis.overlay import overlay  # xarray: not for --help
    from sdmodel.design.asked import chosen_of

    return overlay(study, runs, chosen_of("shock or variant", without, study.overlays), outcomes)


def print_overlay(finding: "Finding") -> None:
    """A table for each outcome: a row for each scenario, and for each theory that lies over both."""
    found = finding.table
    pairs = int(found["pairs"].max())
    say(f"With {found.attrs['overlay_title']} against without, in the same future; up to {pairs:,} futures a row.")
    for name in map(str, found["outcome"].values):
        _print_outcome(found.sel(outcome=name))
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"  note: {caveat}")


def _print_outcome(one: "xr.Dataset") -> None:
    places = [
        (s, u) for s in range(one.sizes["scenario"]) for u in range(one.sizes["under"]) if one["pairs"].values[s, u]
    ]
    of_time, of_share = bool(one["of_time"].values), bool(one["of_share"].values)
    size = 100.0 if of_share else 1.0
    numbers = {str(name): one[name].values * (size if name in _SIZED else 1.0) for name in one.data_vars}
    exact = _exact(max((abs(float(numbers["effect"][place])) for place in places), default=0.0))

    def level(name: str) -> list[str]:
        return [shown(round(float(numbers[name][place]), exact), exact, of_time=of_time) for place in places]

    def change(name: str) -> list[str]:
        return [signed(round(float(numbers[name][place]), exact), exact) for place in places]

    def portion(name: str) -> list[str]:
        return [percent(numbers[name][place]) for place in places]

    under = [str(one["under"].values[u]) for _, u in places]
    columns = [
        Column("scenario", [str(one["scenario"].values[s]) for s, _ in places], words=True),
        *([Column("under", under, words=True)] if any(under) else []),
        Column("without", level("without")),
        Column("with", level("with")),
        Column("change", change("effect")),
        *([] if of_share else [Column("its 5 %", change("effect_low"), spare=3)]),
        *([] if of_share else [Column("its 95 %", change("effect_high"), spare=3)]),
        Column("lower", portion("lower"), spare=2),
        Column("higher", portion("higher"), spare=1),
        *([Column("times the plain change", [_ratio(numbers, place) for place in places])] if any(under) else []),
    ]
    unit = "% of futures" if of_share else str(one["units"].values)
    say("")
    table(f"{one['title'].values}, means{f' ({unit})' if unit else ''}", columns)


_SIZED = ("without", "with", "effect")


def _exact(largest: float) -> int:
    """Decimals that show three digits of the largest change."""
    return next((places for places in range(6) if largest * 10**places >= 100), 6) if largest else 2


def _ratio(numbers: dict[str, Any], place: tuple[int, int]) -> str:
    """ "0.26 [0.22, 0.3]"."""
    ratio, low, high = (float(numbers[name][place]) for name in ("ratio", "ratio_lower", "ratio_upper"))
    if math.isnan(ratio):
        return "" if math.isnan(float(numbers["change"][place])) else MISSING
    return f"{ratio:.3g} [{low:.3g}, {high:.3g}]"
