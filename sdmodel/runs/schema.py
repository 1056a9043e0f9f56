"""A Dataset → is it runs (or experiments), and what does each of its variables mean?

    experiments   dim  experiment        one float variable per input column
    runs          dims experiment, time  trajectories (experiment, time); inputs, outcomes, status (experiment,)
    coords        experiment (0..n-1), scenario (text), future (whole number), all along experiment; time along time
    attributes    of each variable of runs: role, one of ROLES; units; long_name

`failed` (experiment, bool, role "status") marks the runs in which some number left the finite range. An outcome that
does not depend on it has its number there; it is NaN in such a run only if it does. A trajectory with the
attribute `missing` may have no value (NaN) at some times of a run that did not fail; the attribute tells why.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from sdmodel.errors import ExperimentError, RunsError, SdmodelError
from sdmodel.model.names import did_you_mean

if TYPE_CHECKING:
    import xarray as xr

EXPERIMENT, TIME, SCENARIO, FUTURE = "experiment", "time", "scenario", "future"
FAILED = "failed"
MISSING = "missing"
BETWEEN_POINTS = "between the points of data"
OTHER_TIMES = "at times of other runs alone"
TRAJECTORY, INPUT, OUTCOME, STATUS = "trajectory", "input", "outcome", "status"
ROLES: dict[str, tuple[str, ...]] = {
    TRAJECTORY: (EXPERIMENT, TIME),
    INPUT: (EXPERIMENT,),
    OUTCOME: (EXPERIMENT,),
    STATUS: (EXPERIMENT,),
}


def check(runs: "xr.Dataset", origin: str = "runs") -> None:
    """Nothing if `runs` is runs as this module tells; otherwise RunsError with all that is wrong.

    Only dimensions, types and coordinates are looked at: trajectories on disk stay there.
    """
    problems = [*_coordinate_problems(runs, (EXPERIMENT, TIME)), *_time_problems(runs)]
    problems += [problem for name in runs.data_vars for problem in _variable_problems(runs, str(name))]
    _refuse(problems, f"{origin}: not runs", RunsError)


def check_experiments(experiments: "xr.Dataset", origin: str = "experiments") -> None:
    """Nothing if `experiments` is a table of experiments; otherwise ExperimentError with all that is wrong."""
    problems = _coordinate_problems(experiments, (EXPERIMENT,))
    for name in experiments.data_vars:
        column = experiments.variables[name]  # ten times faster than experiments[name], and there are hundreds
        if column.dims != (EXPERIMENT,) or column.dtype.kind not in "fiub":
            problems.append(f'column "{name}" is {column.dtype} over {column.dims}, not numbers over (experiment)')
    _refuse(problems, f"{origin}: not a table of experiments", ExperimentError)


def named(runs: "xr.Dataset", role: str) -> list[str]:
    """Names of the variables of that role, in their order."""
    return [str(name) for name in runs.data_vars if runs.variables[name].attrs.get("role") == role]


def require(runs: "xr.Dataset", names: Iterable[str], role: str, hint: str = "") -> None:
    """RunsError naming those of `names` that the runs do not have in that role."""
    there = named(runs, role)
    missing = [name for name in names if name not in there]
    if missing:
        listed = ", ".join(f'"{name}"{did_you_mean(name, there)}' for name in missing)
        raise RunsError(f"the runs lack {role} {listed}{'' if listed.endswith('?') else '.'} {hint}".rstrip())


def values(runs: "xr.Dataset", name: str, rows: slice = slice(None)) -> np.ndarray:
    """Numbers of one variable, `rows` of dim experiment first; RunsError when they are missing or cannot be read."""
    if name not in runs.variables:
        raise RunsError(f'the runs have no variable "{name}".{did_you_mean(name, map(str, runs.data_vars))}')
    try:
        return np.asarray(runs.variables[name].isel({EXPERIMENT: rows}).values)
    except (OSError, ValueError, RuntimeError) as problem:
        raise RunsError(
            f'variable "{name}" of the stored runs cannot be read: {problem}. Make the runs again.'
        ) from problem


def failed(runs: "xr.Dataset") -> np.ndarray:
    """bool over dim experiment: which runs failed; none where the runs carry no such mark."""
    if FAILED in runs.data_vars:
        return values(runs, FAILED).astype(bool)
    return np.zeros(runs.sizes[EXPERIMENT], dtype=bool)


def lost(runs: "xr.Dataset", outcome: str) -> np.ndarray:
    """bool over dim experiment: where an outcome has no value as what it depends on failed, not where others did."""
    return np.asarray(failed(runs) & np.isnan(values(runs, outcome).astype(float)))


def codes(labels: Iterable[object], known: Iterable[str] = ()) -> tuple[list[str], np.ndarray]:
    """Labels → (names, int32 codes into them); `known` names come first, others in order of appearance."""
    lookup = {name: position for position, name in enumerate(known)}
    coded = np.array([lookup.setdefault(str(label), len(lookup)) for label in labels], dtype=np.int32)
    return list(lookup), coded


def _coordinate_problems(dataset: "xr.Dataset", dims: tuple[str, ...]) -> list[str]:
    """What is wrong with the dimensions, and with the coordinates that say which experiment is which."""
    if set(dataset.sizes) != set(dims):
        return [f"its dimensions are ({', '.join(map(str, dataset.sizes))}), not ({', '.join(dims)})"]
    whole, text = ("iu", "whole numbers"), ("UOT", "text")
    problems = []
    for name, (kinds, meaning) in {EXPERIMENT: whole, SCENARIO: text, FUTURE: whole}.items():
        if name not in dataset.coords:
            problems.append(f'coordinate "{name}" is missing')
            continue
        coordinate = dataset[name]
        if coordinate.dims != (EXPERIMENT,) or coordinate.dtype.kind not in kinds:
            found = f"{coordinate.dtype} over {coordinate.dims}"
            problems.append(f'coordinate "{name}" is {found}, not {meaning} over (experiment)')
    return problems


def _time_problems(runs: "xr.Dataset") -> list[str]:
    """What is wrong with coordinate time: it must be there, finite, and rise."""
    if TIME not in runs.sizes:
        return []
    if TIME not in runs.coords or runs[TIME].dtype.kind not in "fiu":
        return ['coordinate "time" is missing, or not numbers']
    times = np.asarray(runs[TIME].values, dtype=float)
    if times.size == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        return ['coordinate "time" does not rise from one finite number to the next']
    return []


def _variable_problems(runs: "xr.Dataset", name: str) -> list[str]:
    """What is wrong with role, dimensions or type of one variable."""
    variable = runs.variables[name]  # ten times faster than runs[name], and there are hundreds
    role = variable.attrs.get("role")
    if role not in ROLES:
        return [f'variable "{name}" has role {role!r}, not one of {", ".join(ROLES)}']
    if variable.dims != ROLES[role]:
        return [f'variable "{name}" ({role}) lies over {variable.dims}, not {ROLES[role]}']
    if variable.dtype.kind not in "fiub":
        return [f'variable "{name}" is {variable.dtype}, not numbers']
    return []


def _refuse(problems: list[str], what: str, error: type[SdmodelError]) -> None:
    if problems:
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise error(f"{what}: {'; '.join(problems[:5])}{more}.")
