"""Equilibria that were found, with their modes → the finding "equilibria": what is stable, how slow it is, and where.

A mode that grows faster than its own error makes an equilibrium unstable; one whose growth is zero within its error
leaves it open ("neutral"): a line of equilibria, a centre, or the very point at which behaviour changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.jacobian import Modes, Numbers
from sdmodel.analysis.wording import joined, number, percent

NAME = "equilibria"
STABLE, UNSTABLE, NEUTRAL = "stable", "unstable", "neutral"
_LOADS = 0.1  # share of a mode from which a stock is named
_NAMED = 3
_ROUNDING = 1e-8  # of the fastest mode: growth that is not told from none
_SHOWN = 4


@dataclass(frozen=True)
class RestPoint:
    """A state [stock] in which nothing moves. `reached` counts the starts from which runs end there.

    `inside` tells whether it keeps within the limits of the stocks, and above zero where none is stated and the run
    does; `below` names those below zero without a stated limit. `kinked` names stocks at a corner of an equation there,
    whose derivatives depend on the side. `alike` counts the others of a line of equilibria that it stands for.
    """

    state: Numbers
    modes: Modes
    reached: int
    inside: bool
    kinked: tuple[str, ...] = ()
    alike: int = 0
    below: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return kind_of(self.modes)


@dataclass(frozen=True)
class Searched:
    """What was looked at: the names of `stocks` with `units` and values of the model's own run at the moment.

    `searched` [end, stock] is the range in which states were looked at. `left_out` tells why other stocks are no part
    of the state; `sums` are the conserved sums [sum, stock].
    """

    model: str
    setting: str
    stocks: tuple[str, ...]
    units: tuple[str, ...]
    now: Numbers
    time: float
    time_unit: str
    starts: int
    searched: Numbers
    left_out: Mapping[str, str]
    sums: Numbers
    caveats: tuple[str, ...] = ()


def tolerance(modes: Modes) -> Numbers:
    """Growth [mode] that cannot be told from none."""
    return np.asarray(10 * modes.error + _ROUNDING * np.abs(modes.values).max(initial=0.0))


def kind_of(modes: Modes) -> str:
    """stable, unstable or neutral."""
    growth, unsure = modes.values.real, tolerance(modes)
    if (growth > unsure).any():
        return UNSTABLE
    return STABLE if (growth < -unsure).all() else NEUTRAL


def carried(modes: Modes, mode: int, stocks: Sequence[str]) -> list[tuple[str, float]]:
    """The stocks in which a mode mostly lives, with their shares, the largest first."""
    order = np.argsort(-modes.shares[mode], kind="stable")[:_NAMED]
    return [(stocks[at], float(modes.shares[mode, at])) for at in order if modes.shares[mode, at] >= _LOADS]


def mode_words(modes: Modes, mode: int, stocks: Sequence[str], time_unit: str) -> str:
    """ "dies out with a time constant of 26.3 Year (US capability 40 %, China capability 35 %)"."""
    value, unsure = modes.values[mode], tolerance(modes)[mode]
    where = joined([f"{name} {percent(share)}" for name, share in carried(modes, mode, stocks)])
    if abs(value.real) <= unsure:
        course = "neither grows nor dies out"
    elif value.real > 0:
        course = f"grows e-fold in {number(1 / value.real, time_unit)}"
    else:
        course = f"dies out with a time constant of {number(-1 / value.real, time_unit)}"
    if abs(value.imag) > unsure:
        course += f", swinging with a period of {number(2 * np.pi / abs(value.imag), time_unit)}"
    return f"{course}{f' ({where})' if where else ''}"


def equilibria_finding(points: Sequence[RestPoint], asked: Searched) -> Finding:
    """The finding on `points`: dims equilibrium, stock, mode and left_out.

    value (equilibrium, stock); real, imaginary and error (equilibrium, mode) of the eigenvalues, the fastest growing
    first; time_constant (equilibrium, mode), infinite for a mode that stands; share (equilibrium, mode, stock); kind,
    reached, inside, below (zero), alike and words (equilibrium); now (stock), the model's own run at that moment;
    searched_low and searched_high (stock); reason (left_out).
    """
    n, stocks = len(points), len(asked.stocks)
    modes = max((len(one.modes.values) for one in points), default=0)
    values = np.array([one.modes.values for one in points]).reshape(n, modes)
    errors = np.array([one.modes.error for one in points]).reshape(n, modes)
    with np.errstate(divide="ignore"):
        constants = np.where(np.abs(values.real) > 0, 1 / np.abs(values.real), np.inf)
    told = {
        "value": (("equilibrium", "stock"), np.array([one.state for one in points]).reshape(n, stocks)),
        "real": (("equilibrium", "mode"), values.real),
        "imaginary": (("equilibrium", "mode"), values.imag),
        "error": (("equilibrium", "mode"), errors),
        "time_constant": (("equilibrium", "mode"), constants),
        "share": (
            ("equilibrium", "mode", "stock"),
            np.array([one.modes.shares for one in points]).reshape(n, modes, stocks),
        ),
        "kind": ("equilibrium", np.array([one.kind for one in points], dtype=np.str_)),
        "reached": ("equilibrium", np.array([one.reached for one in points], dtype=np.int64)),
        "inside": ("equilibrium", np.array([one.inside for one in points], dtype=bool)),
        "below": ("equilibrium", np.array([bool(one.below) for one in points], dtype=bool)),
        "alike": ("equilibrium", np.array([one.alike for one in points], dtype=np.int64)),
        "words": ("equilibrium", np.array([_words(one, asked) for one in points], dtype=np.str_)),
        "now": ("stock", asked.now),
        "searched_low": ("stock", asked.searched[0]),
        "searched_high": ("stock", asked.searched[1]),
        "units": ("stock", np.array(asked.units, dtype=np.str_)),
        "reason": ("left_out", np.array(list(asked.left_out.values()), dtype=np.str_)),
    }
    table = xr.Dataset(
        told,
        coords={
            "equilibrium": np.arange(1, n + 1),
            "mode": np.arange(1, modes + 1),
            "stock": np.array(asked.stocks, dtype=np.str_),
            "left_out": np.array(list(asked.left_out), dtype=np.str_),
        },
        attrs={
            "model": asked.model,
            "setting": asked.setting,
            "time": asked.time,
            "time_unit": asked.time_unit,
            "starts": asked.starts,
            "sums": [sum_words(row, asked.stocks) for row in asked.sums],
        },
    )
    return Finding(NAME, table, _sentence(points, asked), (*asked.caveats, *_caveats(points, asked)))


def sum_words(weights: Numbers, stocks: Sequence[str]) -> str:
    """ "Hedging third states + Third states aligned with US + …"."""
    parts = [(name, weight) for name, weight in zip(stocks, weights, strict=True) if abs(weight) > 1e-6]
    first = parts[0][1]
    told = [(name, weight / first) for name, weight in parts]
    text = "".join(
        f" {'-' if weight < 0 else '+'} {'' if abs(abs(weight) - 1) < 1e-6 else f'{abs(weight):.4g} × '}{name}"
        for name, weight in told
    )
    return text.removeprefix(" + ")


def _words(one: RestPoint, asked: Searched) -> str:
    if not len(one.modes.values):
        return f"{one.kind}: all is set by sums that never change"
    what = "the slowest deviation" if one.kind == STABLE else "a small deviation"
    return f"{one.kind}: {what} {mode_words(one.modes, 0, asked.stocks, asked.time_unit)}"


def _sentence(points: Sequence[RestPoint], asked: Searched) -> str:
    where = f"{asked.setting}, time stopped at {number(asked.time, of_time=True)}"
    if not points:
        return f"No equilibrium was found from {asked.starts} starts ({where})."
    count = f"{len(points)} equilibri{'um' if len(points) == 1 else 'a'}"
    told = [f"({place}) {_values(one, asked)}: {_words(one, asked)}" for place, one in enumerate(points[:3], start=1)]
    more = f"; and {len(points) - 3} more" if len(points) > 3 else ""
    return f"{count} ({where}): {'; '.join(told)}{more}."


def _values(one: RestPoint, asked: Searched) -> str:
    shown = list(zip(asked.stocks, one.state, asked.units, strict=True))[:_SHOWN]
    more = ", …" if len(asked.stocks) > _SHOWN else ""
    return ", ".join(f"{name} {number(float(value), unit)}" for name, value, unit in shown) + more


def _caveats(points: Sequence[RestPoint], asked: Searched) -> list[str]:
    told = [f'"{name}" is no part of the state: {reason}.' for name, reason in asked.left_out.items()]
    if len(told) > _SHOWN:
        kinds: dict[str, list[str]] = {}
        for name, reason in asked.left_out.items():
            kinds.setdefault(reason, []).append(f'"{name}"')
        told = [f"No part of the state: {joined(names)} ({reason})." for reason, names in kinds.items()]
    told += [f"{sum_words(row, asked.stocks)} never changes; it was kept at its own value." for row in asked.sums]
    for place, one in enumerate(points, start=1):
        if one.alike:
            told.append(f"Equilibrium {place} stands for a line of them: {one.alike} more like it were met.")
        if one.below:
            names = joined([*one.below[:_NAMED], *([f"{len(one.below) - _NAMED} more"] * (len(one.below) > _NAMED))])
            told.append(
                f"Equilibrium {place} lies below zero ({names}): the run does not go there, "
                "but the model states no limit."
            )
        elif not one.inside:
            told.append(f"Equilibrium {place} lies outside the limits of its stocks.")
        if one.kinked:
            corner = joined([f'"{name}"' for name in one.kinked[:_NAMED]])
            told.append(
                f"Equilibrium {place} lies on a corner of an equation ({corner}): eigenvalues hang on the side."
            )
    told.append(f"Equilibria are those met from {asked.starts} starts; there may be others. {_ranges(asked)}")
    return told


def _ranges(asked: Searched) -> str:
    """ "Searched: X from -8 to 8." """
    rows = list(zip(asked.stocks, *asked.searched, asked.units, strict=True))
    told = [f"{name} from {number(float(low))} to {number(float(high), unit)}" for name, low, high, unit in rows]
    more = [f"{len(told) - _NAMED} more stocks"] if len(told) > _NAMED + 1 else []
    return f"Searched: {joined([*(told[:_NAMED] if more else told), *more])}."
