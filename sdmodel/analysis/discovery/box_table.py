"""Boxes with all that is known of them → the table of the finding "discovery", and its conditions in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from sdmodel.analysis.discovery.box_chance import Resampled
from sdmodel.analysis.discovery.boxes import BARRED, HIGH, LOW, Box, Worth, quasi_p, quasi_p_of_inputs
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.wording import joined, number, plain_input
from sdmodel.runs.schema import INPUT

BOX, STEP, POINT, BOUND, AXIS = "box", "step", "point", "bound", "axis"
POINTS = 400


@dataclass(frozen=True)
class Told:
    """A box, what it is worth, the futures among which it was sought, the way to it, and how firmly it stands.

    `path` has (coverage, density, mass, restricted inputs) of each step, `peeled` the input of each; `step` is the one
    chosen (-1: none of them); `level` the quasi-p value below which a face is significant (0: not tested). It `stands`
    when chance does not explain it.
    """

    box: Box
    worth: Worth
    among: np.ndarray
    path: tuple[tuple[float, float, float, int], ...] = ()
    peeled: tuple[int, ...] = ()
    step: int = -1
    level: float = 0.0
    by_chance: float = np.nan
    again: Resampled = field(default_factory=lambda: Resampled((), np.nan, np.nan))
    stands: bool = True


def conditions(box: Box, cases: Cases) -> list[str]:
    """Each restricted input in words: "x is above 0.3", "y is between 1 and 2", "z is 1 or 3"."""
    return [condition(box, cases, place) for place in box.restricted]


def condition(box: Box, cases: Cases, place: int) -> str:
    """The limits of one input in words."""
    name, low, high = plain_input(cases.names[place]), box.low[place], box.high[place]
    parts = []
    if np.isfinite(low) and np.isfinite(high):
        parts.append(f"between {number(low)} and {number(high)}")
    elif np.isfinite(low) or np.isfinite(high):
        parts.append(f"above {number(low)}" if np.isfinite(low) else f"below {number(high)}")
    if allowed := _allowed(box, cases, place):
        parts.append(allowed)
    return f"{name} is {joined(parts)}"


def _allowed(box: Box, cases: Cases, place: int) -> str:
    barred = {value for where, value in box.barred if where == place}
    if not barred:
        return ""
    left = [f"{value:g}" for value in np.unique(cases.inputs[:, place]) if float(value) not in barred]
    return " or ".join([", ".join(left[:-1]), left[-1]] if len(left) > 1 else left)


def table(cases: Cases, told: Sequence[Told], attrs: dict[str, object]) -> xr.Dataset:
    """All numbers, with dims (box, input), (box, step), and (box, axis, point) for a drawing of two inputs."""
    steps = max((len(one.path) for one in told), default=0)
    found = xr.Dataset(
        coords={
            BOX: np.arange(1, len(told) + 1),
            INPUT: [plain_input(name) for name in cases.names],
            STEP: np.arange(steps),
        },
        attrs=attrs,
    )
    found["kind"] = (INPUT, cases.kinds.astype(str))
    for name, level in (("least", cases.inputs.min(axis=0)), ("most", cases.inputs.max(axis=0))):
        found[name] = (INPUT, level, {"long_name": f"{name} value among the futures"})
    return (
        found.assign(_of_boxes(told))
        .assign(_of_inputs(cases, told))
        .assign(_paths(cases, told, steps))
        .assign(_points(cases, told))
    )


def _of_boxes(told: Sequence[Told]) -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
    meanings = {
        "coverage": "share of all failures that are in the box",
        "density": "share of the futures in the box that fail",
        "mass": "share of all futures that are in the box",
        "futures": "futures in the box",
        "failures": "failures in the box",
    }
    columns = {name: (np.array([getattr(o.worth, name) for o in told]), words) for name, words in meanings.items()}
    columns |= {
        "stands": (np.array([one.stands for one in told], dtype=bool), "chance does not explain the box"),
        "chosen": (np.array([one.step for one in told]), "step of the path that was chosen"),
        "outside_coverage": (np.array([o.again.coverage for o in told]), "mean coverage in futures not drawn"),
        "outside_density": (np.array([o.again.density for o in told]), "mean density in futures not drawn"),
        "chance_level": (np.array([o.level for o in told]), "quasi-p values below it are significant"),
        "chance_density": (np.array([o.by_chance for o in told]), "density that 95 % of shuffled samples stay below"),
    }
    return {name: (BOX, column, {"long_name": words}) for name, (column, words) in columns.items()}


def _of_inputs(cases: Cases, told: Sequence[Told]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Limits, quasi-p values and what resampling says, each (box, input); limits are NaN where nothing bounds."""
    shape = (len(told), len(cases.names))
    numbers = {name: np.full(shape, np.nan) for name in (LOW, HIGH, "quasi_p", "quasi_p_low", "quasi_p_high")}
    moves = {f"{side}_limit": np.full((*shape, 2), np.nan) for side in (LOW, HIGH)}
    words, flags, frequency = np.full(shape, "", dtype=object), np.zeros(shape, dtype=bool), np.full(shape, np.nan)
    for row, one in enumerate(told):
        inputs, fails = cases.inputs[one.among], cases.fails[one.among]
        faces = quasi_p(one.box, inputs, fails)
        for (place, side), value in faces.items():
            numbers["quasi_p_high" if side == HIGH else "quasi_p_low"][row, place] = value
            flags[row, place] |= value < one.level
            if side != BARRED:
                numbers[side][row, place] = getattr(one.box, side)[place]
                moves[f"{side}_limit"][row, place] = one.again.limits(place, side)
            words[row, place] = condition(one.box, cases, place)
        for place, value in quasi_p_of_inputs(one.box, inputs, fails).items():
            numbers["quasi_p"][row, place] = value
        if one.again.boxes:
            frequency[row] = one.again.frequency(shape[1])
    dims = (BOX, INPUT)
    found = {name: (dims, array) for name, array in numbers.items()}
    found |= {"condition": (dims, words.astype(str)), "significant": (dims, flags), "frequency": (dims, frequency)}
    return found | {name: ((*dims, BOUND), array) for name, array in moves.items()}


def _paths(cases: Cases, told: Sequence[Told], steps: int) -> dict[str, tuple[tuple[str, str], np.ndarray]]:
    """Coverage, density, mass and count of restricted inputs of every step, NaN after the last."""
    names = ("path_coverage", "path_density", "path_mass", "path_restricted")
    numbers = np.full((len(names), len(told), steps), np.nan)
    peeled = np.full((len(told), steps), "", dtype=object)
    for row, one in enumerate(told):
        if one.path:
            numbers[:, row, : len(one.path)] = np.array(one.path, dtype=float).T
            peeled[row, : len(one.peeled)] = [plain_input(cases.names[p]) if p >= 0 else "" for p in one.peeled]
    found = {name: ((BOX, STEP), array) for name, array in zip(names, numbers, strict=True)}
    return found | {"path_peeled": ((BOX, STEP), peeled.astype(str))}


def _points(cases: Cases, told: Sequence[Told]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Some of the futures in the two inputs that matter most to each box, evenly taken, to draw."""
    rows = np.unique(np.linspace(0, len(cases.fails) - 1, min(POINTS, len(cases.fails))).round().astype(int))
    axes = np.array([strongest(one, cases) for one in told]).reshape(len(told), 2)
    drawn = np.stack([cases.inputs[np.ix_(rows, pair)].T for pair in axes]) if told else np.zeros((0, 2, len(rows)))
    inside = np.array([one.box.inside(cases.inputs[rows]) for one in told], dtype=bool).reshape(len(told), len(rows))
    return {
        "drawn": ((BOX, AXIS, POINT), drawn),
        "drawn_inputs": ((BOX, AXIS), axes),
        "drawn_fails": ((POINT,), cases.fails[rows]),
        "drawn_inside": ((BOX, POINT), inside),
    }


def strongest(one: Told, cases: Cases) -> tuple[int, int]:
    """The two inputs with the least quasi-p values, then any others."""
    found = quasi_p_of_inputs(one.box, cases.inputs[one.among], cases.fails[one.among])
    ranked = [*sorted(found, key=found.__getitem__), *range(len(cases.names))]
    distinct = list(dict.fromkeys(ranked))[:2]
    return distinct[0], distinct[-1]
