"""A sample of the posterior → its table: constants, marginals, pairs, series with bands, observations, bounds."""

from itertools import combinations

import numpy as np
import xarray as xr
from scipy.special import ndtr
from scipy.stats import rankdata

from sdmodel.analysis.calibration.fit import Floats, outside
from sdmodel.analysis.calibration.mixing import ess_bulk, ess_tail
from sdmodel.design.distributions import values_at
from sdmodel.pipeline.calibration.posterior_sample import Predicted, Sample, errors_of

WINDOWS = ("fit", "holdout")
SHARE = 0.9
"""Of all intervals: from 5 % to 95 %."""
_ENDS = (0.05, 0.5, 0.95)
_BINS = 30
_DRAWS = 400  # that the table keeps, for pictures of pairs
_CURVE = 101  # times of a drawn curve
_STRONG = 0.8


def table_of(of: Sample) -> xr.Dataset:
    """Dims: constant, with bin and edge (marginals) and draw (a part of the sample); pair; series, with time (bands)
    and window; observation; bound.

    All intervals are those from 5 % to 95 %. Curves and observations are in the unit of the data.
    """
    parts = [_constants(of), _marginals(of), _pairs(of), _series(of), _bands(of), _observed(of), _bounds(of)]
    return xr.merge(parts, combine_attrs="no_conflicts").assign_attrs(_facts(of))


def _facts(of: Sample) -> dict[str, object]:
    asked, data, chains = of.density.objective.calibration, of.density.objective.data, of.chains
    return {
        "scenario": asked.scenario,
        "fit": list(asked.fit),
        "holdout": list(asked.holdout or ()),
        "seed": of.seed,
        "ensembles": chains.ensembles,
        "walkers": chains.scores.shape[1] // chains.ensembles,
        "steps": chains.steps,
        "burn_in": chains.burn_in,
        "thin": chains.thin,
        "draws": chains.scores.shape[0] * chains.scores.shape[1],
        "accepted": chains.accepted,
        "converged": chains.settled,
        "points": sum(int(one.fitted.sum()) for one in data),
        "free": len(of.density.names) + sum(one.observed.free for one in data),
        "sum_of_squares": _least(of),
    }


def _least(of: Sample) -> float:
    """The smallest sum of squares [residuals and bounds, best observation equation] among the draws with bands."""
    place = np.argmax(of.density.log_likelihood(of.chains.scores[of.draws].reshape(len(of.chosen), -1)))
    best = of.density.objective.space.places(of.chosen[int(place)].tolist())
    return float((of.density.objective.residuals(best[None]) ** 2).sum())


def _constants(of: Sample) -> xr.Dataset:
    names, model, chains = of.density.names, of.density.objective.model, of.chains
    low, middle, high = np.quantile(of.flat, _ENDS, axis=0)
    prior = np.array([values_at(one, np.array(_ENDS)) for one in of.density.objective.space.ranges])
    shares = ndtr(np.quantile(chains.scores.reshape(-1, len(names)), _ENDS, axis=0))
    each = [chains.scores[:, :, at] for at in range(len(names))]
    columns = {
        "median": middle,
        "low": low,
        "high": high,
        "mean": of.flat.mean(axis=0),
        "standard_deviation": of.flat.std(axis=0, ddof=1),
        "prior_median": prior[:, 1],
        "prior_low": prior[:, 0],
        "prior_high": prior[:, 2],
        "contraction": 1.0 - (shares[2] - shares[0]) / SHARE,
        "own": np.array(of.density.objective.space.own),
        "r_hat": np.array([chains.r_hat(one) for one in each]),
        "ess_bulk": np.array([ess_bulk(chains.chained(one)) for one in each]),
        "ess_tail": np.array([ess_tail(chains.chained(one)) for one in each]),
        "autocorrelation_time": chains.times,
        "unit": np.array([model[name].unit if name in model else "" for name in names]),
        "distribution": np.array([one.distribution for one in of.density.objective.space.ranges]),
    }
    return xr.Dataset({name: ("constant", values) for name, values in columns.items()}, {"constant": names})


def _marginals(of: Sample) -> xr.Dataset:
    """Histograms of posterior and prior over the same bins, as densities, and a part of the sample itself."""
    edges, densities, priors = [], [], []
    grid = (np.arange(20_000) + 0.5) / 20_000
    for at, one in enumerate(of.density.objective.space.ranges):
        before = values_at(one, grid)
        bins = np.linspace(before.min(), before.max(), _BINS + 1)
        if one.distribution == "loguniform":
            bins = np.geomspace(one.low, one.high, _BINS + 1)
        edges.append(bins)
        densities.append(np.histogram(of.flat[:, at], _wide(bins))[0] / len(of.flat) / np.diff(bins))
        priors.append(np.histogram(before, _wide(bins))[0] / len(before) / np.diff(bins))
    rows = np.unique(np.linspace(0, len(of.flat) - 1, min(_DRAWS, len(of.flat))).round().astype(int))
    return xr.Dataset(
        {
            "edges": (("constant", "edge"), np.array(edges)),
            "density": (("constant", "bin"), np.array(densities)),
            "prior_density": (("constant", "bin"), np.array(priors)),
            "draws": (("draw", "constant"), of.flat[rows]),
        }
    )


def _wide(bins: Floats) -> Floats:
    """The bins with open ends: rounding puts nothing outside."""
    return np.concatenate([[-np.inf], bins[1:-1], [np.inf]])


def _pairs(of: Sample) -> xr.Dataset:
    """Rank correlations of all constants, and the pairs in which they are strong, the strongest first."""
    ranks = rankdata(of.flat, axis=0)
    flat = ranks.std(axis=0) > 0
    correlation = np.eye(len(of.density.names))
    if flat.sum() > 1:
        correlation[np.ix_(flat, flat)] = np.corrcoef(ranks[:, flat], rowvar=False)
    names = of.density.names
    found = [(i, j) for i, j in combinations(range(len(names)), 2) if abs(correlation[i, j]) > _STRONG]
    found.sort(key=lambda pair: -abs(correlation[pair]))
    columns = {
        "pair_first": np.array([names[one] for one, _ in found], dtype=str),
        "pair_second": np.array([names[other] for _, other in found], dtype=str),
        "pair_correlation": np.array([correlation[pair] for pair in found], dtype=float),
    }
    table = xr.Dataset({name: ("pair", values) for name, values in columns.items()})
    return table.assign(correlation=(("constant", "with"), correlation)).assign_coords({"with": names})


def _series(of: Sample) -> xr.Dataset:
    each = of.predicted
    columns = {
        "title": np.array([one.data.series.title for one in each]),
        "variable": np.array([one.data.series.variable for one in each]),
        "series_unit": np.array([one.data.unit for one in each]),
    }
    table = xr.Dataset({name: ("series", values) for name, values in columns.items()})
    for name in ("scale", "offset", "shift"):
        ends = [np.quantile(getattr(one.equations, name), _ENDS) for one in each]
        table[name] = (("series", "quantile"), np.array(ends))
    free = [(one.data.series.scale is None, one.data.series.offset is None, one.data.observed.shifts) for one in each]
    table["free"] = (("series", "part"), np.array(free))
    coords = {"series": [one.data.series.name for one in each], "quantile": list(_ENDS)}
    return table.assign_coords({**coords, "part": ["scale", "offset", "shift"]})


def _bands(of: Sample) -> xr.Dataset:
    """Quantiles over time of the course alone (curve) and of new observations of it (predicted)."""
    asked, course = of.density.objective.calibration, of.course
    last = (asked.holdout or asked.fit)[1]
    times = np.linspace(max(asked.fit[0], course.times[0]), min(last, course.times[-1]), _CURVE)
    rng = np.random.default_rng(np.random.SeedSequence((of.seed, 4)))
    found: dict[str, list[Floats]] = {}
    for one in of.predicted:
        curves = one.equations.applied(course.at(one.data.series.variable, times))
        again = curves + errors_of(one.data, curves) * rng.standard_normal(curves.shape)
        for kind, rows in (("curve", curves), ("predicted", again)):
            for end, row in zip(("low", "median", "high"), np.quantile(rows, _ENDS, axis=0), strict=True):
                found.setdefault(f"{kind}_{end}", []).append(row)
    return xr.Dataset({name: (("series", "time"), np.array(rows)) for name, rows in found.items()}, {"time": times})


def _observed(of: Sample) -> xr.Dataset:
    """The observations with what was predicted for each, and how many lie inside, by series and window."""
    columns: dict[str, list[object]] = {name: [] for name in _OBSERVATION}
    coverage = np.full((len(of.predicted), len(WINDOWS)), np.nan)
    points = np.zeros((len(of.predicted), len(WINDOWS)), dtype=int)
    for at, one in enumerate(of.predicted):
        inside = _add(one, columns)
        for place, chosen in enumerate((one.data.fitted, ~one.data.fitted)):
            points[at, place] = int(chosen.sum())
            coverage[at, place] = float(inside[chosen].mean()) if chosen.any() else np.nan
    table = xr.Dataset({name: ("observation", np.array(values)) for name, values in columns.items()})
    shape = ("series", "window")
    return table.assign(coverage=(shape, coverage), window_points=(shape, points)).assign_coords(window=list(WINDOWS))


_OBSERVATION = (
    *("series_of", "observed_at", "observed", "error", "observed_low", "observed_median", "observed_high"),
    *("inside", "marked", "window_of", "status_of", "source_of"),
)


def _add(one: Predicted, columns: dict[str, list[object]]) -> "np.ndarray":
    """Adds the observations of a series to `columns`; which of them lie inside their interval [observation]."""
    seen = one.data.observed
    low, middle, high = np.quantile(one.observed, _ENDS, axis=0)
    inside = np.asarray((seen.values >= low) & (seen.values <= high))
    rows = (
        *([one.data.series.name] * len(low), seen.times, seen.values, seen.errors, low, middle, high),
        *(inside, seen.marked, [WINDOWS[0] if fitted else WINDOWS[1] for fitted in one.data.fitted]),
        *(one.data.statuses, one.data.sources),
    )
    for name, values in zip(_OBSERVATION, rows, strict=True):
        columns[name] += list(values)
    return inside


def _bounds(of: Sample) -> xr.Dataset:
    found = of.density.objective.numbers(of.chosen)
    ends = [np.quantile(values, _ENDS) for values in found.values()]
    kept = [float((outside(values, one.low, one.high, 1.0) == 0).mean()) for one, values in found.items()]
    columns = {
        "bound_title": np.array([bound.title for bound in found], dtype=str),
        "bound_scenario": np.array([bound.scenario for bound in found], dtype=str),
        "bound_least": np.array([bound.low for bound in found], dtype=float),
        "bound_most": np.array([bound.high for bound in found], dtype=float),
        "bound_median": np.array([one[1] for one in ends], dtype=float),
        "bound_low": np.array([one[0] for one in ends], dtype=float),
        "bound_high": np.array([one[2] for one in ends], dtype=float),
        "bound_kept": np.array(kept, dtype=float),
    }
    names = np.array([bound.name for bound in found], dtype=str)
    return xr.Dataset({name: ("bound", values) for name, values in columns.items()}, {"bound": names})
