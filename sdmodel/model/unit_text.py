"""Text of a unit ⇄ Unit: "Person/Day", "$/(Person*Year)", "1/Year", "persons per household", "m^2", "Dmnl".

Two texts mean the same unit when they differ in case, in a plural, in order, or by a synonym. What is no sound text of
a unit is unknown, and nothing is ever concluded from it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

_DIMENSIONLESS = {
    *("1", "dmnl", "dimensionless", "unitless", "fraction", "ratio", "percent", "%", "pct", "radian", "rad"),
    *("probability", "share", "proportion", "no unit"),
}
_UNKNOWN = {"", "?", "??", "???", "none", "n/a", "undefined", "unknown", "tbd", "unspecified"}
_ONE_NAME_FOR = {
    "people": "person",
    "dollar": "$",
    "usd": "$",
    "us$": "$",
    "euro": "€",
    "eur": "€",
    "yr": "year",
    "hr": "hour",
    "sec": "second",
    "wk": "week",
    "mo": "month",
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "metre": "meter",
}
_LENGTHS = r"(?:[cdkm]?m|ft|foot|feet|miles?|kilomet(?:er|re)s?|met(?:er|re)s?|yards?|inch|inches)"
_POWERED = re.compile(rf"({_LENGTHS})\s?([23])")
_SQUARE = re.compile(r"(square|cubic|sq\.?|cu\.?)\s+(.+)")
_TOKEN = re.compile(r"\s*(?:(\*\*|[*/()^])|([^*/()^]+))")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_EXPONENT = re.compile(r"[-+]?\d{1,2}(?:\.\d{1,4})?")
_MOST_TOKENS = 200


@dataclass(frozen=True)
class Unit:
    """Powers of base units, by the one name that all their spellings share; `told` spells them for people."""

    powers: tuple[tuple[str, Fraction], ...] = ()
    told: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit([*self.powers, *other.powers], {**dict(other.told), **dict(self.told)})

    def __truediv__(self, other: "Unit") -> "Unit":
        return self * other.to_the(Fraction(-1))

    def to_the(self, exponent: Fraction) -> "Unit":
        """The unit of a power."""
        return _unit([(name, power * exponent) for name, power in self.powers], dict(self.told))

    def __str__(self) -> str:
        spelled = dict(self.told)
        above = [_powered(spelled.get(name, name), power) for name, power in self.powers if power > 0]
        below = [_powered(spelled.get(name, name), -power) for name, power in self.powers if power < 0]
        if not above and not below:
            return "Dmnl"
        under = f"({'*'.join(below)})" if len(below) > 1 else "".join(below)
        return "*".join(above) + f"/{under}" if above and below else "*".join(above) or f"1/{under}"


DIMENSIONLESS = Unit()


def _unit(powers: Iterable[tuple[str, Fraction]], told: Mapping[str, str]) -> Unit:
    total: dict[str, Fraction] = {}
    for name, power in powers:
        total[name] = total.get(name, Fraction(0)) + power
    kept = tuple(sorted((name, power) for name, power in total.items() if power))
    return Unit(kept, tuple((name, told[name]) for name, _ in kept if name in told))


def _powered(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}" if power.denominator == 1 else f"{name}^({power})"


@dataclass(frozen=True)
class Units:
    """Reads texts of units: `same` has, for every synonym in its plain form, the unit that it stands for.

    `time` is what the word "time" means in a unit (XMILE writes `person/time`): the unit of TIME STEP.
    """

    same: Mapping[str, str] = field(default_factory=dict)
    time: str = ""

    @classmethod
    def of(cls, synonyms: Iterable[Iterable[str]] = (), time: str = "") -> "Units":
        """Units in which all names of one group of `synonyms` are one: ("Person", "Head"), ("Joule", "N*m")."""
        same: dict[str, str] = {}
        for group in synonyms:
            names = [name for name in map(str.strip, group) if name]
            # a unit such as N*m can stand for the others, never the other way round
            first = next((name for name in names if not re.fullmatch(r"[^*/^()]+", name)), names[0] if names else "")
            for name in names:
                if name != first and re.fullmatch(r"[^*/^()]+", name) and plain(name) != plain(first):
                    same[plain(name)] = first
        return cls(same, time)

    def read(self, text: str) -> Unit | None:
        """The unit of a text; None where the text is missing, or is no sound unit."""
        bare = re.sub(r"\s+", " ", text.split("[")[0].replace("_", " ")).strip().strip('"')
        if bare.casefold() in _UNKNOWN:
            return None
        tokens = [operator or name for operator, name in _TOKEN.findall(re.sub(r"(?i)\s+per\s+", " / ", bare))]
        tokens = [token.strip() for token in tokens if token.strip()]
        if len(tokens) > _MOST_TOKENS:
            return None
        try:
            return _Reading(self, tokens).whole()
        except (_NoUnitError, ZeroDivisionError, OverflowError):
            return None

    def named(self, name: str, seen: frozenset[str] = frozenset()) -> Unit:
        """The unit of one name, after synonyms."""
        base = plain(name)
        if base in self.same and base not in seen:
            meant = _Reading(self, _split(self.same[base]), seen | {base}).whole()
            return Unit(meant.powers, meant.told)
        if base in ("time", "time unit") and self.time and base not in seen:
            return _Reading(self, _split(self.time), seen | {"time", "time unit"}).whole()
        if base in _DIMENSIONLESS:
            return DIMENSIONLESS
        if powered := _POWERED.fullmatch(base):
            return self.named(powered[1], seen).to_the(Fraction(powered[2]))
        if square := _SQUARE.fullmatch(base):
            return self.named(square[2], seen).to_the(Fraction(2 if square[1].startswith("s") else 3))
        return Unit(((base, Fraction(1)),), ((base, name.strip()),))


def plain(name: str) -> str:
    """The one form of a name's spellings: lower case, single spaces, singular."""
    base = " ".join(name.replace("_", " ").casefold().split())
    if base in _ONE_NAME_FOR:
        return _ONE_NAME_FOR[base]
    if base.endswith("ies") and len(base) > 4:
        base = f"{base[:-3]}y"
    elif re.search(r"(?:x|ch|sh|ss)es$", base):
        base = base[:-2]
    elif base.endswith("s") and not base.endswith("ss") and len(base) > 1:
        base = base[:-1]
    return _ONE_NAME_FOR.get(base, base)


def _split(text: str) -> list[str]:
    return [token for operator, name in _TOKEN.findall(text) if (token := (operator or name).strip())]


class _NoUnitError(Exception):
    """The text is not one of a unit."""


class _Reading:
    """Recursive descent over tokens: product = power (("*" | "/") power)*, power = factor (("^" | "**") number)."""

    def __init__(self, units: Units, tokens: list[str], seen: frozenset[str] = frozenset()) -> None:
        self.units, self.tokens, self.seen, self.place = units, tokens, seen, 0

    def whole(self) -> Unit:
        unit = self.product()
        if self.place != len(self.tokens):
            raise _NoUnitError
        return unit

    def product(self) -> Unit:
        unit = self.power()
        while self.next_is("*", "/"):
            divides = self.taken() == "/"
            other = self.power()
            unit = unit / other if divides else unit * other
        return unit

    def power(self) -> Unit:
        unit = self.factor()
        return unit.to_the(self.exponent()) if self.next_is("^", "**") and self.taken() else unit

    def factor(self) -> Unit:
        token = self.taken()
        if token == "(":
            unit = self.product()
            if self.taken() != ")":
                raise _NoUnitError
            return unit
        if _TOKEN.fullmatch(token) is None or token in ("*", "/", "^", "**", ")"):
            raise _NoUnitError
        number = _NUMBER.match(token)
        if number and (len(number[0]) > 1 or number[0] != "1" or len(token) > 1):
            raise _NoUnitError  # a factor such as "1000 Persons": the scale is nothing that a unit can tell
        return self.units.named(token, self.seen)

    def exponent(self) -> Fraction:
        """A number such as 2, -1 or 0.5, or one in brackets such as (1/2)."""
        if not self.next_is("("):
            return self.number()
        self.taken()
        exponent = self.number()
        if self.next_is("/") and self.taken():
            exponent /= self.number()
        if self.taken() != ")":
            raise _NoUnitError
        return exponent

    def number(self) -> Fraction:
        token = self.taken()
        if not _EXPONENT.fullmatch(token):
            raise _NoUnitError
        return Fraction(token)

    def next_is(self, *wanted: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place] in wanted

    def taken(self) -> str:
        if self.place >= len(self.tokens):
            raise _NoUnitError
        self.place += 1
        return self.tokens[self.place - 1]
