"""Numbers and units → the short text that people read in sentences, cards and tables."""

import math

_PLAIN = {"", "1", "dmnl", "dimensionless", "fraction"}


def number(value: float, *, time: bool = False) -> str:
    """About three significant digits with a true minus sign; "–" for what is not finite.

    `time` marks a moment such as 2033.5: one decimal, and no comma in a year.
    """
    if not math.isfinite(value):
        return "–"
    if time:
        return f"{value:.1f}".removesuffix(".0").replace("-", "−")
    return _sized(value).replace("-", "−")


def _sized(value: float) -> str:
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1e9 or size < 1e-3:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}×10{_raised(int(exponent))}"
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.0095 else f"{value:.2g}"


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def signed(value: float, like: float) -> str:
    """A difference with its sign, to as many decimals as a value of the size of `like` is shown with."""
    size = abs(like)
    if not (math.isfinite(value) and math.isfinite(size)):
        return "–"
    if size < 0.0095 or size >= 1e9:
        text = number(value)
        return f"+{text}" if value > 0 else text
    text = f"{value:+,.{0 if size >= 100 else 1 if size >= 10 else 2}f}".replace("-", "−")
    return f"±{text[1:]}" if not text.strip("+−0.,") else text


def share(part: float) -> str:
    """A share of 1 as per cent: "98 %", with ">99 %" and "<1 %" where rounding would claim all or nothing."""
    if not math.isfinite(part):
        return "–"
    if 0.995 <= part < 1:
        return ">99\u00a0%"
    if 0 < part < 0.005:
        return "<1\u00a0%"
    return f"{part * 100:.0f}\u00a0%"


def within(part: float, whole: str) -> str:
    """ "in 62 % of futures", "in all futures", "in none of them": in which part of `whole` something holds."""
    if part == 1:
        return f"in all of {whole}" if whole == "them" else f"in all {whole}"
    if part == 0:
        return "in no future" if whole == "futures" else f"in none of {whole}"
    return f"in {share(part)} of {whole}"


def unbroken(sentence: str) -> str:
    """The sentence with numbers tied to their per cent sign, so that no line ends between them."""
    return sentence.replace(" %", "\u00a0%")


def count(amount: int, noun: str, plural: str = "") -> str:
    """ "1 run", "1,200 runs": the amount with its noun in the right form."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def unit(name: str) -> str:
    """A unit as shown beside a number: nothing for what has no dimension, and a raised dot for a product."""
    bare = name.strip()
    return "" if bare.casefold() in _PLAIN else bare.replace("*", "·").replace("_", " ")


def upper_first(title: str) -> str:
    """For the start of a sentence."""
    return title[:1].upper() + title[1:]
