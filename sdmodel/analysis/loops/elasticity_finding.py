"""Eigenvalues along a run, and what loops, links and constants contribute to them → the finding "elasticity"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops import dominance
from sdmodel.analysis.loops.elasticity import WORST, Complex, Numbers, elasticity
from sdmodel.analysis.loops.loop_scores import Told, merged
from sdmodel.analysis.wording import joined, number

NAME, TIME, LOOP, STOCK, BY, PARAMETER = "elasticity", "time", "loop", "stock", "by", "parameter"
_TOLD = 3
_ROUNDING = 1e-9
_BRIEF = 0.1  # of the run
_HALF = 0.5
_SLIGHT = 0.1  # of the growth rate
_KINK = 1e-3  # of the eigenvalue: an error above comes from an equation that bends just there
_MOMENT = (
    "An eigenvalue tells how small deviations from the run grow or die at a moment, with inputs as they are then, not "
    "what the run itself does; with the time constants of other modes so near, it is a tendency and no forecast."
)
_DERIVATIVE = (
    "Influences are those of small changes of a gain, the gains of all other loops as they are; what taking a loop out "
    "whole does, `sdmodel loops` tells."
)


@dataclass(frozen=True)
class Along:
    """At `times`: the eigenvalue `values` [time] looked at, its `error`, `condition` and the `shares` [time, stock].

    `loops` [time, loop], `links` [time, stock, by stock] and `parameters` [time, parameter] are influences, those of
    loops already as often as they have stocks; `gains` [time, loop] tell by their sign of which kind a loop is.
    """

    times: Numbers
    values: Complex
    error: Numbers
    condition: Numbers
    shares: Numbers
    stocks: tuple[str, ...]
    loops: Complex
    gains: Numbers
    links: Complex
    parameters: Complex
    inputs: tuple[str, ...]
    inputs_at: Numbers


@dataclass(frozen=True)
class Asked:
    """What it is about: the `model` under `setting`, a stock `of` interest or none, and what `shared` loops are."""

    model: str
    setting: str
    of: str
    time_unit: str
    loops: Sequence[Told]
    found: int
    longest: int
    complete: bool
    reserved: tuple[str, ...] = ()
    shared: tuple[tuple[str, tuple[str, ...]], ...] = ()


def elasticity_finding(along: Along, asked: Asked, notes: Sequence[str] = ()) -> Finding:
    """The finding; loops in the order of their mean influence, the largest first.

    Influences are per unit of time: those of all loops, and of all links, sum to the eigenvalue. Elasticities are their
    share of it: the per cent by which its size moves with one per cent of a gain; missing where it is nothing.
    """
    size = float(np.abs(along.values).max(initial=0.0)) or 1.0
    lost = along.condition > WORST
    loops, links, inputs = (
        np.where(_wide(lost, one), np.nan, one) for one in (along.loops, along.links, along.parameters)
    )
    order = np.argsort(-np.nan_to_num(np.abs(loops)).mean(axis=0), kind="stable")
    kinds = dominance.kinds(along.gains.T[order])
    names = dominance.names_of(kinds, [asked.loops[at].name for at in order], asked.reserved)
    told = [asked.loops[at] for at in order]
    axes = {LOOP: (TIME, LOOP), "link": (TIME, STOCK, BY), PARAMETER: (TIME, PARAMETER)}
    columns: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for what, own in ((LOOP, loops[:, order]), ("link", links), (PARAMETER, inputs)):
        share = elasticity(own, _wide(along.values, own), size)
        columns |= {f"{what}_influence": (axes[what], own.real), f"{what}_swing": (axes[what], own.imag)}
        columns |= {f"{what}_elasticity": (axes[what], share.real), f"{what}_turn": (axes[what], share.imag)}
    table = xr.Dataset(
        {
            "growth": (TIME, along.values.real),
            "frequency": (TIME, along.values.imag),
            "error": (TIME, along.error),
            "condition": (TIME, along.condition),
            "share": ((TIME, STOCK), along.shares),
            "title": (LOOP, [one.title or _short(one.path) for one in told]),
            "path": (LOOP, [" → ".join((*one.path, one.path[0])) for one in told]),
            "kind": (LOOP, kinds),
            "named": (LOOP, [bool(one.title) for one in told]),
            "value": ((TIME, PARAMETER), along.inputs_at),
            **columns,
        },
        coords={
            TIME: (TIME, along.times, {"units": asked.time_unit}),
            LOOP: names,
            STOCK: np.array(along.stocks, dtype=np.str_),
            BY: np.array(along.stocks, dtype=np.str_),
            PARAMETER: np.array(along.inputs, dtype=np.str_),
        },
        attrs={
            "model": asked.model,
            "setting": asked.setting,
            "of": asked.of,
            "found": asked.found,
            "longest": asked.longest,
            "complete": int(asked.complete),
        },
    )
    caveats = (*_limits(along, asked), *_shared(table, asked), _MOMENT, _DERIVATIVE, *notes)
    return Finding(NAME, table, _sentence(table), caveats)


def others(table: xr.Dataset) -> np.ndarray:
    """What all loops that were not looked at contribute [time] to the growth rate: what is left of it."""
    rate, known = table["growth"].values, table["loop_influence"].values
    left, size = rate - np.nansum(known, axis=1), np.nansum(np.abs(known), axis=1)
    return np.where(np.abs(left) > _ROUNDING * size, left, 0.0)


def leads(table: xr.Dataset) -> list[dominance.Period]:
    """The periods in which one loop has the largest influence on the growth rate; `Period.loop` is a place.

    Left out, where there are longer ones, are those shorter than a tenth of the run.
    """
    own = np.nan_to_num(table["loop_influence"].values.T)
    if not own.size:
        return []
    shares, times = dominance.relative(own, np.zeros(len(own))), np.asarray(table[TIME].values, dtype=float)
    found = merged(dominance.periods(shares, times))
    return merged([one for one in found if one.end - one.begin >= _BRIEF * float(np.ptp(times))]) or found


def strongest(table: xr.Dataset, what: str, most: int) -> list[int]:
    """Places of the parameters (or loops) with the largest mean influence on the growth rate, the largest first."""
    sizes = np.nan_to_num(np.abs(table[f"{what}_influence"].values)).mean(axis=0)
    return [int(at) for at in np.argsort(-sizes, kind="stable")[:most] if sizes[at] > 0]


def mode_of(table: xr.Dataset, at: int) -> str:
    """ "dies out with a time constant of 4.1 years", "grows by 0.07 a year", and its period where it swings."""
    rate, swing = (float(table[name].values[at]) for name in ("growth", "frequency"))
    unit = str(table[TIME].attrs.get("units", "")).strip() or "units of time"
    size = max(abs(rate), abs(swing))
    if abs(rate) <= 1e-9 * size or not size:
        told = "neither grows nor dies out"
    elif rate > 0:
        told = f"grows with a rate of {number(rate)} per {unit.lower().removesuffix('s')}"
    else:
        told = f"dies out with a time constant of {number(-1 / rate)} {unit.lower()}{'' if unit.endswith('s') else 's'}"
    swings = abs(swing) > _SLIGHT * abs(rate)  # slower, it is dead before it has swung
    return f"{told}, swinging with a period of {number(2 * np.pi / abs(swing))}" if swings else told


def _wide(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """`values` [time] against [time, ...]."""
    return np.asarray(values).reshape(-1, *(1 for _ in like.shape[1:]))


def _short(path: Sequence[str]) -> str:
    return " → ".join(path) if len(path) <= _TOLD else f"{path[0]} → … ({len(path)} variables)"


def _sentence(table: xr.Dataset) -> str:
    of, last = str(table.attrs["of"]), table.sizes[TIME] - 1
    which = f'The mode that lives most in "{of}"' if of else "The leading mode"
    times = table[TIME].values
    told = [f"at {number(float(times[at]), of_time=True)} it {mode_of(table, at)}" for at in sorted({0, last})]
    loops = [_period(table, one) for one in leads(table)[:_TOLD]]
    most = f" Largest contribution to its growth rate: {', then '.join(loops)}." if loops else ""
    inputs = [f'"{table[PARAMETER].values[at]}"' for at in strongest(table, PARAMETER, _TOLD)]
    moved = f" Of constants {joined(inputs)} move{'s' if len(inputs) == 1 else ''} it most." if inputs else ""
    return f"{which}: {'; '.join(told)}.{most}{moved}"


def _period(table: xr.Dataset, one: dominance.Period) -> str:
    name, title = (str(table[which].values[one.loop]) for which in (LOOP, "title"))
    if table["named"].values.any() and not table["named"].values[one.loop]:
        title += "; the study has no name for it"
    inside = (table[TIME].values >= one.begin) & (table[TIME].values <= one.end)
    mean = float(np.nanmean(table["loop_influence"].values[inside, one.loop]))
    sign = "+" if mean > 0 else ""
    when = f" until {number(one.end, of_time=True)}" if table.sizes[TIME] > 1 else ""
    return f"{name} ({title}){when} ({sign}{number(mean)}{' on average' if when else ''})"


def _limits(along: Along, asked: Asked) -> list[str]:
    found = []
    if not asked.complete:
        found.append(
            f"Looked at are {asked.found} loops: those that the study names and all with at most {asked.longest} "
            "variables; what all others add is the rest of the growth rate."
        )
    own = along.shares[:, along.stocks.index(asked.of)] if asked.of else np.ones(len(along.times))
    if (own < _HALF).any():
        found.append(
            f"Under {asked.setting} less than half of the mode lives in that stock at {int((own < _HALF).sum())} of "
            f"{len(own)} times: modes are mixed there, and what is told is as much of other stocks."
        )
    if (along.condition > WORST).any():
        when = joined([number(t, of_time=True) for t in along.times[along.condition > WORST].tolist()])
        found.append(f"At {when} two modes are alike: how their rate moves with a gain cannot be told.")
    bent = along.error > _KINK * np.maximum(np.abs(along.values), 1e-300)
    if bent.any():
        when = joined([number(t, of_time=True) for t in along.times[bent].tolist()])
        found.append(f"At {when} an equation bends or ends just at the state of the run: influences are rough there.")
    return found


def _shared(table: xr.Dataset, asked: Asked) -> list[str]:
    """What tells loops apart that share the whole of their path."""
    found, known = [], list(map(str, table[PARAMETER].values))
    for loop, inputs in asked.shared:
        if loop not in table[LOOP].values:
            continue
        own = [f'"{name}" {number(_last(table, known.index(name)))}' for name in inputs if name in known]
        apart = f" Apart they are told by their constants, whose influence at the end is {joined(own)}." if own else ""
        found.append(
            f"Loops {loop} share one path, so one gain, and have one influence together (under {asked.setting}).{apart}"
        )
    return found


def _last(table: xr.Dataset, place: int) -> float:
    return float(table["parameter_influence"].values[-1, place])
