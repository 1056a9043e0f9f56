"""ALLOCATE BY PRIORITY and ALLOCATE AVAILABLE → the level of priority at which demand equals supply, and each share.

Every requester has a curve that falls from its request to 0 as the level rises; the level is where the sum of the
curves is the supply. Curves are those of Vensim's reference manual ("Prioritization, Demand and Supply Curves") as
in PySD's `py_backend/allocation.py`. Where all are straight the level is exact; otherwise it is searched in a fixed
number of steps. Requests or supplies below 0, and widths that are not above 0, give no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Number
from sdmodel.read.functions.normal import normal_quantile, normal_ratio
from sdmodel.read.functions.notation import (
    HALF,
    ONE,
    UNDEFINED,
    ZERO,
    Workings,
    either,
    is_true,
    minus,
    number,
    op,
    over,
    plus,
    times,
    within,
)
from sdmodel.read.functions.vectors import Parts, balanced

_INFINITE = number(float("inf"))
_FIXED, _RECTANGULAR, _TRIANGULAR, _NORMAL, _EXPONENTIAL = range(5)
_HALVINGS, _SECANTS = 15, 6
Profile = Sequence[Expr]


def allocate_by_priority(
    base: str, requests: Sequence[Expr], priorities: Sequence[Expr], width: Expr, supply: Expr
) -> Parts:
    """ALLOCATE BY PRIORITY: the share of each requester; the higher the priority, the earlier it is served.

    A requester begins to be served when the one before it, `width` or less above it in priority, has had as much of
    its own request as the gap is of `width`. That is a straight curve of this width for each (compare `_straight`).
    """
    workings = Workings(base)
    asked = _kept(workings, "request", requests)
    middles = _kept(workings, "priority", priorities)
    spread = workings.keep("width", width)
    given = workings.keep("supply", supply)
    sound = _sound(workings, [*asked, given], [spread])
    shares = _straight(workings, asked, middles, [spread] * len(asked), given)
    return [either(sound, share, UNDEFINED) for share in shares], tuple(workings.variables)


def allocate_available(base: str, requests: Sequence[Expr], profiles: Sequence[Profile], supply: Expr) -> Parts:
    """ALLOCATE AVAILABLE: the share of each requester.

    A profile is (kind of curve, priority at its middle, width, extra). Kinds: 0 fixed quantity, served before all
    others (in proportion where the supply does not do); 1 rectangular, 2 triangular, 3 normal, 4 exponential, each the
    integral of that shape. Shares are accurate to about 1e-10 of the supply.

    Raises:
        ValueError: kind 5 (constant elasticity), whose values Vensim does not document, or 10 and more (whole numbers).
    """
    workings = Workings(base)
    asked = _kept(workings, "request", requests)
    kinds = [_kind(profile[0]) for profile in profiles]
    middles = _kept(workings, "priority", [profile[1] for profile in profiles])
    spreads = _kept(workings, "width", [profile[2] for profile in profiles])
    given = workings.keep("supply", supply)
    sound = _sound(workings, [*asked, given], [one for one, kind in zip(spreads, kinds, strict=True) if kind != _FIXED])
    fixed = [place for place, kind in enumerate(kinds) if kind == _FIXED]
    others = [place for place, kind in enumerate(kinds) if kind != _FIXED]
    shares = dict(zip(fixed, _fixed(workings, [asked[place] for place in fixed], given), strict=True))
    left = workings.keep("left", op("maximum", ZERO, minus(given, plus(ZERO, *shares.values()))))
    requested, centres, spans = ([column[place] for place in others] for column in (asked, middles, spreads))
    if all(kinds[place] == _RECTANGULAR for place in others):
        served = _straight(workings, requested, centres, spans, left) if others else []
    else:
        served = _searched(workings, [kinds[place] for place in others], requested, centres, spans, left)
    shares |= dict(zip(others, served, strict=True))
    return [either(sound, shares[place], UNDEFINED) for place in range(len(asked))], tuple(workings.variables)


def _kept(workings: Workings, what: str, values: Sequence[Expr]) -> list[Expr]:
    return [workings.keep(f"{what} {place}", value) for place, value in enumerate(values, 1)]


def _sound(workings: Workings, quantities: Sequence[Expr], widths: Sequence[Expr]) -> Expr:
    known = [op("greater_equal", one, ZERO) for one in quantities] + [op("greater", one, ZERO) for one in widths]
    return workings.keep("sound", either(is_true(*known), ONE, ZERO))


def _kind(expr: Expr) -> int | Expr:
    """The kind of a curve, where it is known when the model is read; else its expression."""
    kind = fold(expr)
    if not isinstance(kind, Number):
        return kind
    if kind.value not in (_FIXED, *_TAILS):
        raise ValueError(
            f"the kind of a priority curve is {kind.value:g}; 0 (fixed quantity), 1 (rectangular), 2 (triangular), "
            "3 (normal) and 4 (exponential) are supported"
        )
    return int(kind.value)


def _fixed(workings: Workings, requests: Sequence[Expr], supply: Expr) -> list[Expr]:
    """Fixed quantities: all of them, or the same part of each."""
    if not requests:
        return []
    total = workings.keep("fixed", balanced("add", requests))
    part = workings.keep("part", either(op("greater", total, supply), over(supply, total), ONE))
    return [times(request, part) for request in requests]


# --- straight curves: exact -----------------------------------------------------------------------------------------


def _straight(
    workings: Workings, requests: list[Expr], middles: list[Expr], widths: list[Expr], supply: Expr
) -> list[Expr]:
    """Shares on straight curves. The sum is straight between the ends of curves, so two of these enclose the level.

    The level runs downwards here: at -x the curve of a requester with its ends at a and b has served (x - a)/(b - a).
    """
    begins = [
        workings.keep(f"begin {place}", op("negate", plus(middle, times(HALF, width))))
        for place, (middle, width) in enumerate(zip(middles, widths, strict=True), 1)
    ]
    ends = [
        workings.keep(f"end {place}", plus(begin, width))
        for place, (begin, width) in enumerate(zip(begins, widths, strict=True), 1)
    ]

    def served(level: Expr) -> list[Expr]:
        return [
            times(request, within(over(minus(level, begin), width), ZERO, ONE))
            for request, begin, width in zip(requests, begins, widths, strict=True)
        ]

    corners = [*dict.fromkeys([*begins, *ends])]
    totals = [workings.keep(f"total {at}", balanced("add", served(one))) for at, one in enumerate(corners, 1)]
    is_below = [op("less_equal", total, supply) for total in totals]
    low = workings.keep("low", _best("maximum", is_below, corners))
    low_total = workings.keep("low total", _best("maximum", is_below, totals))
    high = workings.keep("high", _best("minimum", [op("not", one) for one in is_below], corners))
    high_total = workings.keep("high total", _best("minimum", [op("not", one) for one in is_below], totals))
    share = over(minus(supply, low_total), minus(high_total, low_total))
    enough = op("equal", high, _INFINITE)
    level = workings.keep("level", either(enough, low, plus(low, times(share, minus(high, low)))))
    return [either(enough, request, part) for request, part in zip(requests, served(level), strict=True)]


def _best(operation: str, conditions: Sequence[Expr], values: Sequence[Expr]) -> Expr:
    """The largest or smallest of the values whose condition holds; infinite where none does."""
    none = op("negate", _INFINITE) if operation == "maximum" else _INFINITE
    kept = [either(condition, value, none) for condition, value in zip(conditions, values, strict=True)]
    return balanced(operation, kept)


# --- other curves: searched -----------------------------------------------------------------------------------------


def _searched(
    workings: Workings,
    kinds: Sequence[int | Expr],
    requests: list[Expr],
    middles: list[Expr],
    widths: list[Expr],
    supply: Expr,
) -> list[Expr]:
    """Shares on any curves: the level by halving an interval, then by secants once it is short."""

    def served(level: Expr, turn: int) -> list[Expr]:
        distances = [over(minus(level, middle), width) for middle, width in zip(middles, widths, strict=True)]
        sizes = _kept(workings, f"distance {turn}", [op("absolute", distance) for distance in distances])
        curves = zip(kinds, requests, sizes, middles, strict=True)
        return [times(request, _curve(kind, size, op("less", level, middle))) for kind, request, size, middle in curves]

    total = workings.keep("requested", balanced("add", requests))
    enough = workings.keep("enough", either(op("greater_equal", supply, total), ONE, ZERO))
    levels = _kept(workings, "own level", _own_levels(workings, kinds, middles, widths, over(supply, total)))
    low = _Side(workings.keep("low", balanced("minimum", levels)), minus(total, supply), ZERO)
    high = _Side(workings.keep("high", balanced("maximum", levels)), op("negate", supply), ZERO)
    for turn in range(1, _HALVINGS + _SECANTS + 1):
        weight = HALF if turn <= _HALVINGS else _crossing(low, high)
        level = workings.keep(f"level {turn}", plus(low.level, times(weight, minus(high.level, low.level))))
        excess = workings.keep(f"excess {turn}", minus(balanced("add", served(level, turn)), supply))
        more = workings.keep(f"more {turn}", either(op("greater", excess, ZERO), ONE, ZERO))
        is_secant = turn > _HALVINGS
        low, high = (
            _moved(workings, f"low {turn}", low, level, excess, more, is_secant),
            _moved(workings, f"high {turn}", high, level, excess, minus(ONE, more), is_secant),
        )
    level = workings.keep("level", plus(low.level, times(_crossing(low, high), minus(high.level, low.level))))
    return [either(enough, request, one) for request, one in zip(requests, served(level, 0), strict=True)]


@dataclass(frozen=True)
class _Side:
    """One end of the interval of levels: the excess of demand there, and whether the turn before moved it."""

    level: Expr
    excess: Expr
    moved: Expr


def _crossing(low: _Side, high: _Side) -> Expr:
    """Where the line from one end to the other says that the excess is 0, as a part of the interval."""
    gap = minus(low.excess, high.excess)
    return either(op("equal", gap, ZERO), HALF, within(over(low.excess, gap), ZERO, ONE))


def _moved(
    workings: Workings, name: str, side: _Side, level: Expr, excess: Expr, moves: Expr, is_secant: bool
) -> _Side:
    """The end after a turn. One that stays twice counts half (the "Illinois" rule), or secants would crawl."""
    stays = side.excess
    if is_secant:
        stays = either(op("equal", side.moved, number(-1)), times(HALF, stays), stays)
    return _Side(
        workings.keep(name, either(moves, level, side.level)),
        workings.keep(f"{name} excess", either(moves, excess, stays)),
        either(moves, ONE, number(-1)) if is_secant else ZERO,
    )


def _own_levels(
    workings: Workings, kinds: Sequence[int | Expr], middles: list[Expr], widths: list[Expr], part: Expr
) -> list[Expr]:
    """Where each curve alone serves the part of its request that all requests get together: these enclose the level."""
    whole = number(1 - 1e-16)
    served = workings.keep("part served", within(part, number(1e-16), whole))
    rest = workings.keep("smaller part", op("minimum", served, minus(ONE, served)))
    sizes = {
        _RECTANGULAR: minus(HALF, rest),
        _TRIANGULAR: minus(HALF, op("sqrt", times(HALF, rest))),
        _NORMAL: op("negate", normal_quantile(rest)),
        _EXPONENTIAL: op("negate", op("log", times(number(2), rest))),
    }
    is_computed = any(not isinstance(kind, int) for kind in kinds)
    needed = [known for known in sizes if is_computed or known in kinds]
    kept = {known: workings.keep(f"reach {known}", sizes[known]) for known in needed}
    sign = workings.keep("side", either(op("greater", served, HALF), number(-1), ONE))
    levels = []
    for kind, middle, width in zip(kinds, middles, widths, strict=True):
        size = kept[kind] if isinstance(kind, int) else _chosen(kind, kept)
        levels.append(plus(middle, times(width, sign, size)))
    return levels


def _chosen(kind: Expr, sizes: dict[int, Expr]) -> Expr:
    """The size that belongs to a kind of curve."""
    result: Expr = UNDEFINED
    for known, size in sizes.items():
        result = either(op("equal", kind, number(known)), size, result)
    return result


def _curve(kind: int | Expr, size: Expr, is_below: Expr) -> Expr:
    """The part of a request that is served `size` widths below or above the middle of its curve, which is symmetric."""
    tail = _TAILS[kind](size) if isinstance(kind, int) else _any_tail(kind, size)
    return either(is_below, minus(ONE, tail), tail)


def _rectangular(size: Expr) -> Expr:
    return op("maximum", ZERO, minus(HALF, size))


def _triangular(size: Expr) -> Expr:
    rest = _rectangular(size)
    return times(number(2), rest, rest)


def _normal(size: Expr) -> Expr:
    return times(normal_ratio(size), op("exp", op("negate", times(HALF, size, size))))


def _exponential(size: Expr) -> Expr:
    return times(HALF, op("exp", op("negate", size)))


_TAILS = {
    _RECTANGULAR: _rectangular,
    _TRIANGULAR: _triangular,
    _NORMAL: _normal,
    _EXPONENTIAL: _exponential,
}


def _any_tail(kind: Expr, size: Expr) -> Expr:
    """The tail of a curve whose kind is known when the run starts; one exponential does for two of them."""
    is_normal = op("equal", kind, number(_NORMAL))
    falling = op("exp", op("negate", either(is_normal, times(HALF, size, size), size)))
    curved = times(either(is_normal, normal_ratio(size), HALF), falling)
    rest = _rectangular(size)
    bounded = times(rest, either(op("equal", kind, number(_TRIANGULAR)), times(number(2), rest), ONE))
    known = is_true(
        op("greater_equal", kind, number(_RECTANGULAR)),
        op("less_equal", kind, number(_EXPONENTIAL)),
        op("equal", kind, op("floor", kind)),
    )
    return either(known, either(op("less_equal", kind, number(_TRIANGULAR)), bounded, curved), UNDEFINED)
