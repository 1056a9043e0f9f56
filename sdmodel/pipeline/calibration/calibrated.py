"""A finished calibration → its table: constants, profiles, curves, observations, statistics, bounds and marks."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.calibration.fit import Equation, Floats, equation, uncertainty
from sdmodel.analysis.calibration.goodness import STATISTICS, carried_forward, statistics
from sdmodel.analysis.calibration.identified import Interval, Pair
from sdmodel.pipeline.calibration.fitting import Fitted
from sdmodel.pipeline.calibration.objective import Course, Objective
from sdmodel.pipeline.calibration.observed import Data, Mark

_CURVE = 101  # times of a drawn curve
WINDOWS = ("fit", "holdout")


@dataclass(frozen=True)
class Calibrated:
    """All that the finding is made of."""

    objective: Objective
    fit: Fitted
    limit: float
    intervals: tuple[Interval, ...]
    pairs: tuple[Pair, ...]
    sets: Floats
    marks: tuple[Mark, ...]
    seed: int
    starts: int

    @property
    def best(self) -> Floats:
        """The fitted values [1, constant]."""
        return self.objective.space.values(self.fit.best[None])


def table_of(of: Calibrated) -> xr.Dataset:
    """Dims: constant; point (of a profile); series, with time (curves), window and statistic; observation; pair; bound;
    mark.

    Curves, observations and statistics are in the unit of the data; a rise is that of the sum of squares.
    """
    course = of.objective.course(np.vstack([of.best, [of.objective.space.own], of.sets]))
    equations = [_equations(one, course) for one in of.objective.data]
    parts = [_constants(of), _profiles(of), _series(of, equations), _curves(of, course, equations)]
    parts += [_observed(of, course, equations), _judged(of, course, equations), _joined(of), _bounds(of), _events(of)]
    return xr.merge(parts, combine_attrs="no_conflicts").assign_attrs(_facts(of))


def _facts(of: Calibrated) -> dict[str, object]:
    asked, own = (
        of.objective.calibration,
        of.objective.residuals(of.objective.space.places(of.objective.space.own)[None]),
    )
    points = sum(int(one.fitted.sum()) for one in of.objective.data)
    free = len(of.objective.space.names) + sum(one.observed.free for one in of.objective.data)
    return {
        "scenario": asked.scenario,
        "fit": list(asked.fit),
        "holdout": list(asked.holdout or ()),
        "seed": of.seed,
        "starts": of.starts,
        "same_end": int((of.fit.sums - of.fit.least <= 0.01 * of.limit).sum()),
        "points": points,
        "free": free,
        "sum_of_squares": float(of.fit.least),
        "sum_of_squares_own": float((own**2).sum()),
        "threshold": float(of.limit),
        "band_sets": len(of.sets),
    }


def _equations(data: Data, course: Course) -> list[Equation]:
    """The observation equation of each set, from the observations that are fitted."""
    fitted_ = data.observed.where(data.fitted)
    return [equation(fitted_, row) for row in course.at(data.series.variable, fitted_.times)]


def _constants(of: Calibrated) -> xr.Dataset:
    space, model = of.objective.space, of.objective.model
    columns = {
        "value": of.best[0],
        "own": np.array(space.own),
        "low": np.array([one.low for one in of.intervals]),
        "high": np.array([one.high for one in of.intervals]),
        "least": np.array([one.low for one in space.ranges]),
        "most": np.array([one.high for one in space.ranges]),
        "status": np.array([one.status for one in of.intervals]),
        "unit": np.array([model[name].unit if name in model else "" for name in space.names]),
    }
    return xr.Dataset({name: ("constant", values) for name, values in columns.items()}, {"constant": space.names})


def _profiles(of: Calibrated) -> xr.Dataset:
    longest = max(len(profile.sums) for profile in of.fit.profiles)
    shape = (len(of.fit.profiles), longest)
    values, rises = np.full(shape, np.nan), np.full(shape, np.nan)
    for at, profile in enumerate(of.fit.profiles):
        count = len(profile.sums)
        values[at, :count] = of.objective.space.values(profile.places)[:, at]
        rises[at, :count] = np.maximum(0.0, profile.sums - of.fit.least)
    dims = ("constant", "point")
    return xr.Dataset({"profile_value": (dims, values), "profile_rise": (dims, rises)})


def _series(of: Calibrated, equations: list[list[Equation]]) -> xr.Dataset:
    data = of.objective.data
    best = [each[0] for each in equations]
    columns = {
        "title": [one.series.title for one in data],
        "variable": [one.series.variable for one in data],
        "series_unit": [one.unit for one in data],
        "scale": [one.scale for one in best],
        "offset": [one.offset for one in best],
        "shift": [one.shift if at.observed.shifts else np.nan for one, at in zip(best, data, strict=True)],
        "scale_free": [one.series.scale is None for one in data],
        "offset_free": [one.series.offset is None for one in data],
        "shifted_where": [" is ".join(one.series.shift) if one.series.shift else "" for one in data],
    }
    names = [one.series.name for one in data]
    return xr.Dataset({name: ("series", np.array(values)) for name, values in columns.items()}, {"series": names})


def _curves(of: Calibrated, course: Course, equations: list[list[Equation]]) -> xr.Dataset:
    """Curves of the fit and of the model's own values, the band of accepted sets and their observation equations."""
    asked = of.objective.calibration
    last = (asked.holdout or asked.fit)[1]
    times = np.linspace(max(asked.fit[0], course.times[0]), min(last, course.times[-1]), _CURVE)
    columns: dict[str, list[Floats]] = {"curve": [], "curve_own": [], "curve_low": [], "curve_high": []}
    for one, each in zip(of.objective.data, equations, strict=True):
        paths = course.at(one.series.variable, times)
        curves = np.array([equation_.applied(path) for equation_, path in zip(each, paths, strict=True)])
        room = np.sqrt(of.limit) * _level(one, course, paths)  # the limit is 1.96² where the errors are as stated
        sets = [0, *range(2, len(curves))]
        columns["curve"].append(curves[0])
        columns["curve_own"].append(curves[1])
        columns["curve_low"].append((curves - room)[sets].min(axis=0))
        columns["curve_high"].append((curves + room)[sets].max(axis=0))
    return xr.Dataset({name: (("series", "time"), np.array(each)) for name, each in columns.items()}, {"time": times})


def _level(data: Data, course: Course, paths: Floats) -> Floats:
    """Standard deviation [set, time] of each curve that the observation equation leaves."""
    seen = data.observed.where(data.fitted)
    if not seen.free:
        return np.zeros_like(paths)
    at_data = course.at(data.series.variable, seen.times)
    return np.array([uncertainty(seen, one, path) for one, path in zip(at_data, paths, strict=True)])


def _observed(of: Calibrated, course: Course, equations: list[list[Equation]]) -> xr.Dataset:
    columns: dict[str, list[object]] = {name: [] for name in _OBSERVATION}
    for one, each in zip(of.objective.data, equations, strict=True):
        n = len(one.observed.times)
        paths = course.at(one.series.variable, one.observed.times)[:2]
        columns["series_of"] += [one.series.name] * n
        columns["observed_at"] += one.observed.times.tolist()
        columns["observed"] += one.observed.values.tolist()
        columns["error"] += one.observed.errors.tolist()
        columns["fitted"] += each[0].applied(paths[0], one.observed.marked).tolist()
        columns["with_own"] += each[1].applied(paths[1], one.observed.marked).tolist()
        columns["marked"] += one.observed.marked.tolist()
        columns["window_of"] += [WINDOWS[0] if inside else WINDOWS[1] for inside in one.fitted]
        columns["status_of"] += one.statuses
        columns["source_of"] += one.sources
    return xr.Dataset({name: ("observation", np.array(values)) for name, values in columns.items()})


_OBSERVATION = (
    *("series_of", "observed_at", "observed", "error", "fitted", "with_own"),
    *("marked", "window_of", "status_of", "source_of"),
)


def _judged(of: Calibrated, course: Course, equations: list[list[Equation]]) -> xr.Dataset:
    """The statistics of each series in each window; guesses know the fitted observations alone."""
    numbers = np.full((len(of.objective.data), len(WINDOWS), len(STATISTICS)), np.nan)
    for at, (one, each) in enumerate(zip(of.objective.data, equations, strict=True)):
        seen = one.observed
        simulated = each[0].applied(course.at(one.series.variable, seen.times)[0], seen.marked)
        past = seen.values[one.fitted]
        guesses = carried_forward(seen.times[one.fitted], past), np.full((~one.fitted).sum(), past[-1])
        for place, chosen in enumerate((one.fitted, ~one.fitted)):
            found = statistics(simulated[chosen], seen.values[chosen], guesses[place], float(past.mean()))
            numbers[at, place] = list(found.values())
    coords = {"window": list(WINDOWS), "statistic": list(STATISTICS)}
    return xr.Dataset({"statistics": (("series", "window", "statistic"), numbers)}, coords)


def _joined(of: Calibrated) -> xr.Dataset:
    columns = {
        "pair_first": np.array([one.first for one in of.pairs], dtype=str),
        "pair_second": np.array([one.second for one in of.pairs], dtype=str),
        "pair_combination": np.array([one.combination for one in of.pairs], dtype=str),
        "pair_powers": np.array([f"{one.a:.2f}, {one.b:.2f}" for one in of.pairs], dtype=str),
    }
    return xr.Dataset({name: ("pair", values) for name, values in columns.items()})


def _bounds(of: Calibrated) -> xr.Dataset:
    found = of.objective.numbers(np.vstack([of.best, [of.objective.space.own]]))
    columns = {
        "bound_title": np.array([bound.title for bound in found], dtype=str),
        "bound_scenario": np.array([bound.scenario for bound in found], dtype=str),
        "bound_low": np.array([bound.low for bound in found], dtype=float),
        "bound_high": np.array([bound.high for bound in found], dtype=float),
        "bound_value": np.array([values[0] for values in found.values()], dtype=float),
        "bound_own": np.array([values[1] for values in found.values()], dtype=float),
        "bound_basis": np.array([bound.basis for bound in found], dtype=str),
    }
    names = [bound.name for bound in found]
    return xr.Dataset(
        {name: ("bound", values) for name, values in columns.items()}, {"bound": np.array(names, dtype=str)}
    )


def _events(of: Calibrated) -> xr.Dataset:
    columns = {
        "event_at": np.array([mark.time for mark in of.marks], dtype=float),
        "event": np.array([mark.event for mark in of.marks], dtype=str),
        "event_status": np.array([mark.status for mark in of.marks], dtype=str),
    }
    return xr.Dataset({name: ("mark", values) for name, values in columns.items()})
