"""The fast engine: members in vector lanes, threads over blocks of members."""

import ctypes
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmodel.engine.causes import doubtful, no_value
from sdmodel.engine.clock import Clock, clocks, paces
from sdmodel.engine.draws import Draws, draws_of
from sdmodel.engine.ends import END, MOST_STEPS, ended, with_end
from sdmodel.engine.failures import told_failure
from sdmodel.engine.inputs import Inputs, alone, inputs, inputs_of, integrated, saved_names
from sdmodel.engine.native import Native, compiled, function, host
from sdmodel.errors import ExperimentError
from sdmodel.model.ending import moving
from sdmodel.model.model import FixedDelay, Held, Model, Stock
from sdmodel.model.order import at_each_step
from sdmodel.model.shallow import shallow
from sdmodel.model.switches import switched_by_step
from sdmodel.printers.llvm import kernel, suitable_width
from sdmodel.printers.program import Program, program

if TYPE_CHECKING:
    import xarray as xr

_POINTER, _WHOLE, _NUMBER = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_ARGUMENTS = (
    *(_POINTER, _POINTER, _POINTER, _WHOLE, _WHOLE, _WHOLE),  # defaults columns places n first last
    *(_POINTER, _WHOLE, _WHOLE, _POINTER, _WHOLE, _NUMBER, _NUMBER),  # out members times saves steps start dt
    *(_POINTER, _POINTER, _POINTER, _WHOLE, _POINTER),  # status work literals seed numbers
)
_BLOCK_STEPS = 200_000  # member-steps of one call: long enough to hide the call, short enough for even threads
_TOLD = 5  # failures that are traced to their variable
_AT_ONCE = 2**22  # numbers of stocks that are looked at together when runs have failed
_MOST_REMEMBERED = 2**27  # numbers in the histories of fixed delays while the end of a run is searched for
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Machine:
    """A compiled program: `width` members a group; `native` keeps its code alive."""

    program: Program
    width: int
    slots: int
    histories: int
    literals: np.ndarray
    native: Native
    run: Any


@dataclass(frozen=True)
class Trajectories:
    """`values` [experiment, time] by name at `times`; `failed` [experiment] and up to five of the `failures`, told.

    `seed` is that of the random numbers, None for a model without. `own_times` tells that not every time belongs to
    each experiment: values are NaN at those of others.
    """

    times: np.ndarray
    values: dict[str, np.ndarray]
    failed: np.ndarray
    failures: list[str]
    seed: int | None
    own_times: bool


@dataclass(frozen=True)
class _Addresses:
    """Where columns stand in memory, as the kernel wants it; `owner` keeps alive what stands there."""

    array: np.ndarray
    owner: object


@lru_cache(maxsize=64)
def machine(model: Model, saved: tuple[str, ...]) -> Machine:
    """The compiled program that saves `saved`."""
    plan, here = program(switched_by_step(model), saved), host()
    made = kernel(plan, width=suitable_width(plan), wide_permute=here.wide_permute)
    native = compiled(made.text)
    literals = _aligned(len(made.literals))
    literals[:] = made.literals
    return Machine(plan, made.width, made.slots, made.histories, literals, native, function(native, *_ARGUMENTS))


def simulate(
    model: Model,
    experiments: "xr.Dataset | None" = None,
    *,
    save: Iterable[str] | None = None,
    every: float | None = None,
    integration: str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> "xr.Dataset":
    """Runs (experiment, time) of `save`.

    Args:
        model: what `read` returned.
        experiments: table of inputs; None runs the model as its file has it.
        save: names of stocks and auxiliaries; None saves all that the modeller wrote.
        every: time between saved values instead of the model's SAVEPER.
        integration: "euler", "rk2", "heun" or "rk4"; None takes the method that the file asks for. Samples, fixed
            delays and random draws change once a whole step under each of them.
        seed: of the random numbers; None takes the seed of the table of experiments, or else 0. They hang
            on the coordinate `future`: scenarios draw the same in the same future, whichever others run with them.
        threads: None takes one a core. Results are the same, bit for bit, for any number.
        progress: called with the number of experiments that were just finished.

    An experiment in which a stock or saved value is not finite is marked in `failed` (experiment) and told, with
    variable and time, in the attribute `failures`. Saved variables that do not depend on what failed keep their
    numbers; one that does has no value (NaN) from then on, even where the failure would not show in it. Where
    experiments differ in their time axis, `time` holds the times of all, and values are missing (NaN) at times that
    are not an experiment's own; so they are after the end of a run whose FINAL TIME changes while it goes on. Data that
    have values at their points alone are missing elsewhere. The attribute `missing` of a trajectory tells of either.

    Raises:
        ExperimentError: inputs, control settings, names or a method that do not fit the model.
    """
    from sdmodel.engine.labels import labelled  # xarray: half a second that `trajectories` need not pay

    model = _within_reach(integrated(model, integration))
    given = inputs(model, experiments)
    made = trajectories(given, save=save, every=every, seed=seed, threads=threads, progress=progress)
    runs = labelled(model, given, made.times, made.values, made.failed, "compiled", own_times=made.own_times)
    if made.seed is not None:
        runs.attrs["random_seed"] = made.seed
    if made.failures:
        runs.attrs["failures"] = made.failures
    return runs


def trajectories(
    given: Inputs,
    *,
    save: Iterable[str] | None = None,
    every: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Trajectories:
    """What `simulate` labels, in plain arrays; the arguments are the same."""
    n = len(given.labels.numbers)
    made = machine(given.model, saved_names(given.model, save))
    draws = draws_of(given, seed) if made.program.draws else None
    groups = clocks_of(given, every=every, seed=seed, threads=threads)
    parts = [_run(made, given, clock, members, draws, threads, progress) for clock, members in groups.items()]
    for (clock, members), (found, note) in zip(groups.items(), parts, strict=True):
        _without_cause(made, given, clock, members, draws, threads, found, np.flatnonzero(np.isnan(note)))
    times, values, status = _joined(list(groups), list(groups.values()), parts, len(made.program.saved), n)
    failed = np.isnan(status)
    rows = np.flatnonzero(failed)
    own = {int(row): clock for row in rows[:_TOLD] for clock, members in groups.items() if row in members}
    told = [told_failure(given, row, *_trace(given, row, clock, draws)) for row, clock in own.items()]
    told += [f"and {len(rows) - _TOLD:,} more"] * (len(rows) > _TOLD)
    named = dict(zip(made.program.saved, values, strict=True))
    own_times = len(groups) > 1 or moving(given.model)
    return Trajectories(times, named, failed, told, None if draws is None else draws.seed, own_times)


def clocks_of(
    given: Inputs, *, every: float | None = None, seed: int | None = None, threads: int | None = None
) -> dict[Clock, np.ndarray]:
    """The clock of each experiment: {clock: indices of the experiments that it drives}.

    Where FINAL TIME changes during the run, the experiments are run to find their ends.

    Raises:
        ExperimentError: control settings that make no sense, or a run that does not end.
    """
    n = len(given.labels.numbers)
    if not moving(given.model):
        return clocks(given.model, given.columns, n, every)
    searching = replace(given, model=with_end(given.model))
    made = machine(searching.model, (END,))
    draws = draws_of(given, seed) if made.program.draws else None

    def ends(clock: Clock, members: np.ndarray) -> np.ndarray:
        values, _ = _run(made, searching, clock, members, draws, threads, None)
        return values[0, :, 0]

    longest = min(MOST_STEPS, _MOST_REMEMBERED // max(1, made.histories * made.width))
    return ended(given.model, paces(given.model, given.columns, n, every), ends, longest)


def own_clock(model: Model) -> Clock:
    """The clock of the model as its file has it."""
    return next(iter(clocks_of(inputs_of(model, {}, alone()))))


def _within_reach(model: Model) -> Model:
    """`model`, or where its expressions are too deep for Python to follow, the same model with shallow ones."""
    try:
        _ = model.fingerprint  # it goes deepest, and is kept for the label of the runs
    except RecursionError:
        return shallow(model)
    return model


def _trace(given: Inputs, row: int, clock: Clock, draws: Draws | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Times and values [step] of all variables of one experiment, at every time step of its `clock`."""
    every_step = replace(clock, saves=tuple(range(clock.steps + 1)))
    memory = [variable.name for variable in given.model.of(Stock, Held, FixedDelay)]
    made = machine(given.model, (*memory, *at_each_step(given.model)))
    alone = replace(given, columns={name: column[[row]] for name, column in given.columns.items()})
    if draws is None and made.program.draws:  # what failed reads none of them, but other variables do
        draws = draws_of(given, None)
    same = None if draws is None else replace(draws, numbers=draws.numbers[[row]])
    values, _ = _run(made, alone, every_step, np.array([0]), same, 1, None)
    return every_step.times, dict(zip(made.program.saved, values[:, 0], strict=True))


def _without_cause(
    made: Machine,
    given: Inputs,
    clock: Clock,
    members: np.ndarray,
    draws: Draws | None,
    threads: int | None,
    values: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Takes from `values` [saved, member, time] of the failed `rows` what rests on a stock that is not finite."""
    doubt = doubtful(given.model, made.program.saved, values, rows)
    if not doubt:
        return
    stocks = sorted(set().union(*doubt.values()))
    looking = machine(given.model, tuple(stocks))
    size = max(1, _AT_ONCE // (len(stocks) * len(clock.saves)))
    for begin in range(0, len(rows), size):
        part = rows[begin : begin + size]
        courses, _ = _run(looking, given, clock, members[part], draws, threads, None)
        for place, own in doubt.items():
            no_value(values[place], courses, [stocks.index(name) for name in own], part)


def _joined(
    own: list[Clock], members: list[np.ndarray], parts: list[tuple[np.ndarray, np.ndarray]], n_saved: int, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, values [saved, experiment, time] and status of all groups; the arrays themselves where there is one."""
    if len(own) == 1:
        return own[0].times, *parts[0]
    times = np.unique(np.round(np.concatenate([clock.times for clock in own]), 9))
    values, status = np.full((n_saved, n, len(times)), np.nan), np.zeros(n)
    for clock, rows, (part, part_status) in zip(own, members, parts, strict=True):
        columns = np.searchsorted(times, np.round(clock.times, 9))
        values[:, rows[:, None], columns[None, :]] = part
        status[rows] = part_status
    return times, values, status


def _run(
    made: Machine,
    given: Inputs,
    clock: Clock,
    members: np.ndarray,
    draws: Draws | None,
    threads: int | None,
    progress: Progress | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Values [saved, member, time] and status [member] of the experiments that share a clock."""
    n, width = len(members), made.width
    groups = -(-n // width)
    order = made.program.inputs
    names = [name for name in given.columns if name in set(order)]
    columns, tails, whole = _columns([given.columns[name] for name in names], members, width)
    places = np.array([order.index(name) for name in names], dtype=np.int64)
    defaults = np.array([given.model.constants[name] for name in order])
    values = _allocated((len(made.program.saved), groups * width, len(clock.saves)))
    status = np.zeros(groups * width)
    saves = np.array([*clock.saves, -1], dtype=np.int64)
    seed, numbers = (0, None) if draws is None else draws.of(members, groups * width)
    size = (made.slots + made.histories * (clock.steps + 1)) * width
    workers = max(1, min(threads or _cores(), groups))
    memory: SimpleQueue[np.ndarray] = SimpleQueue()
    for _ in range(workers):
        memory.put(_aligned(size))

    def block(first: int, last: int) -> int:
        work = memory.get()
        for pointers, begin, end in ((columns, first, min(last, whole)), (tails, max(first, whole), last)):
            made.run(
                *(defaults.ctypes.data, pointers.array.ctypes.data, places.ctypes.data, len(places), begin, end),
                *(values.ctypes.data, groups * width, len(clock.saves), saves.ctypes.data, clock.steps),
                *(clock.start, clock.time_step, status.ctypes.data, work.ctypes.data, made.literals.ctypes.data),
                *(seed, None if numbers is None else numbers.ctypes.data),
            )
        memory.put(work)
        return min(last * width, n) - first * width

    _in_blocks(block, groups, max(1, _BLOCK_STEPS // (width * (clock.steps + 1))), workers, progress)
    return values[:, :n], status[:n]


def _columns(inputs: list[np.ndarray], members: np.ndarray, width: int) -> tuple[_Addresses, _Addresses, int]:
    """Addresses of the columns for groups that are full and for the last one, and how many groups are full.

    The columns are read where they are; only the last group, whose spare lanes repeat the last member, is a copy.
    """
    n, whole = len(members), len(members) // width
    own = [column if len(column) == n else column[members] for column in inputs]
    lanes = np.minimum(np.arange(width) + whole * width, n - 1)
    last = np.array([column[lanes] for column in own]).reshape(len(own), width)
    before = whole * width * last.itemsize  # the kernel counts members from the first group
    return (
        _Addresses(np.array([column.ctypes.data for column in own], dtype=np.uint64), own),
        _Addresses(np.array([row.ctypes.data - before for row in last], dtype=np.uint64), last),
        whole,
    )


def _in_blocks(
    block: Callable[[int, int], int], groups: int, size: int, workers: int, progress: Progress | None
) -> None:
    """Call `block` for all groups, `size` at a time, on so many threads; tell `progress` of each block done."""
    bounds = [(first, min(first + size, groups)) for first in range(0, groups, size)]
    if workers == 1 or len(bounds) == 1:
        for first, last in bounds:
            done = block(first, last)
            if progress:
                progress(done)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(lambda bound: block(*bound), bounds):
            if progress:
                progress(done)


def _allocated(shape: tuple[int, ...]) -> np.ndarray:
    try:
        return np.empty(shape)
    except (MemoryError, ValueError):
        size = np.prod([float(length) for length in shape]) * 8 / 2**30
        raise ExperimentError(
            f"the runs need {size:,.0f} GiB of memory at once: save fewer variables, save them less often, "
            "or use a sweep, which writes to disk as it goes."
        ) from None


def _aligned(size: int) -> np.ndarray:
    """Numbers that start at a multiple of 64 bytes, as vector instructions want them."""
    raw = np.zeros(size + 8)
    offset = (-raw.ctypes.data % 64) // 8
    return raw[offset : offset + size]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
