"""Numbers → text in a table: one number of decimals for a whole column, so that the eye can compare."""

import math
from collections.abc import Iterable
from typing import SupportsFloat

MISSING = "–"
_DIGITS = 3
_MOST = 6
_LARGEST = 1e9


def decimals(values: Iterable[SupportsFloat], *, of_time: bool = False) -> int:
    """Decimals that show the largest of `values` with three digits and the smallest with two, where six are enough.

    Points in time get one.
    """
    if of_time:
        return 1
    sizes = [abs(number) for number in map(float, values) if math.isfinite(number) and number]
    if not sizes:
        return 0
    largest, smallest = (math.floor(math.log10(size)) for size in (max(sizes), min(sizes)))
    wanted = max(_DIGITS - 1 - largest, _DIGITS - 2 - smallest)
    return max(0, min(wanted, _MOST - 1 - largest, _MOST))


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


def counted(number: int, noun: str) -> str:
    """ "1 future", "1,000 futures"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(value: SupportsFloat) -> str:
    """A share in per cent; empty where there is none. 100 % is all of it, and 0 % none."""
    number = float(value)
    if math.isnan(number):
        return ""
    if not 0 < number < 1 or 0.005 < number < 0.995:
        return f"{100 * number:.0f} %"
    if 0.0005 < number < 0.9995:
        return f"{100 * number:.1f} %"
    return ">99.9 %" if number > 0.5 else "<0.1 %"
