"""Numbers → text in a table: one number of decimals for a whole column, so that the eye can compare."""

import math
from collections.abc import Iterable
from typing import SupportsFloat

MISSING = "–"
_DIGITS = 3
_MOST = 6
_LARGEST = 1e9


def decimals(values: Iterable[SupportsFloat], *, of_time: bool = False) -> int:
    """Decimals that show the largest of `values` with three digits; points in time get one."""
    if of_time:
        return 1
    largest = max((abs(number) for number in map(float, values) if math.isfinite(number)), default=0.0)
    if largest == 0:
        return 0
    return min(_MOST, max(0, _DIGITS - 1 - math.floor(math.log10(largest))))


def shown(value: SupportsFloat, places: int, *, of_time: bool = False) -> str:
    """The number with `places` decimals; thousands are set apart, but not in a year."""
    number = float(value)
    if math.isnan(number):
        return MISSING
    small = 0 < abs(number) < 10.0**-_MOST
    if small or abs(number) >= _LARGEST:
        return f"{number:.{_DIGITS}g}"
    text = f"{number:.{places}f}" if of_time else f"{number:,.{places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def signed(value: SupportsFloat, places: int) -> str:
    """The number with its sign; nothing before zero."""
    text = shown(value, places)
    return text if text[0] in f"-{MISSING}" or not float(text.replace(",", "")) else f"+{text}"


def percent(value: SupportsFloat) -> str:
    """A share in per cent; empty where there is none."""
    number = float(value)
    return "" if math.isnan(number) else f"{100 * number:.0f} %"
