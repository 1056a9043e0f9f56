"""A sample of the posterior → the groups of its netCDF file, in ArviZ's scheme: chain, draw and the observations."""

import numpy as np
import xarray as xr

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.design.distributions import values_at
from sdmodel.pipeline.calibration.posterior_sample import Sample
from sdmodel.runs.sample import CONSTANT

_CHAIN = ("chain", "draw")


def groups_of(of: Sample) -> dict[str, xr.Dataset]:
    """posterior, sample_stats, posterior_predictive (fewer draws), prior and observed_data; a chain is a walker."""
    return {
        "posterior": _constants(of, of.values.swapaxes(0, 1)),
        "sample_stats": _statistics(of),
        "posterior_predictive": _predictive(of),
        "observed_data": _observed(of),
        "prior": _prior(of),
    }


def about(of: Sample) -> dict[str, str]:
    """What the file is of."""
    study = of.density.objective.study
    return {"study": study.name, "title": study.title, "inference_library": "emcee", "seed": str(of.seed)}


def _constants(of: Sample, values: Floats) -> xr.Dataset:
    """A variable for each constant from `values` [chain, draw, constant]."""
    model = of.density.objective.model
    variables = {}
    for at, name in enumerate(of.density.names):
        told = {"role": CONSTANT, "units": model[name].unit if name in model else ""}
        variables[name] = xr.Variable(_CHAIN, np.ascontiguousarray(values[:, :, at]), told)
    return xr.Dataset(variables, _coords(of, values.shape[0], np.arange(values.shape[1])))


def _coords(of: Sample, chains: int, draws: "np.ndarray") -> dict[str, object]:
    walkers = of.values.shape[1]
    ensemble = np.arange(chains) // (walkers // of.chains.ensembles)
    coords: dict[str, object] = {"chain": np.arange(chains), "draw": draws}
    return coords if chains != walkers else {**coords, "ensemble": ("chain", ensemble)}


def _statistics(of: Sample) -> xr.Dataset:
    values = of.chains.log_density.T
    lp = xr.Variable(_CHAIN, values, {"long_name": "logarithm of the posterior density of the normal scores"})
    facts = {
        "steps": of.chains.steps,
        "burn_in": of.chains.burn_in,
        "thin": of.chains.thin,
        "acceptance": of.chains.accepted,
        "converged": int(of.chains.settled),
    }
    return xr.Dataset({"lp": lp}, _coords(of, values.shape[0], np.arange(values.shape[1])), facts)


def _predictive(of: Sample) -> xr.Dataset:
    """New observations [chain, draw, observation] and the observation equation [chain, draw] of each series."""
    walkers, found = of.values.shape[1], {}
    for one in of.predicted:
        name = one.data.series.name
        shaped = one.observed.reshape(len(of.draws), walkers, -1).swapaxes(0, 1)
        found[name] = xr.Variable((*_CHAIN, _along(name)), shaped, {"units": one.data.unit})
        for part in ("scale", "offset", "shift"):
            values = getattr(one.equations, part).reshape(len(of.draws), walkers).T
            found[f"{name} {part}"] = xr.Variable(_CHAIN, values, {"long_name": f"{part} of the observations"})
    return xr.Dataset(found, _coords(of, walkers, of.draws)).assign_coords(_times(of))


def _observed(of: Sample) -> xr.Dataset:
    each = {one.data.series.name: one for one in of.predicted}
    data = {
        name: xr.Variable((_along(name),), one.data.observed.values, {"units": one.data.unit})
        for name, one in each.items()
    }
    fitted = {f"{name}_fitted": (_along(name), one.data.fitted.astype(np.int8)) for name, one in each.items()}
    return xr.Dataset(data).assign_coords({**_times(of), **fitted})


def _times(of: Sample) -> dict[str, object]:
    each = {one.data.series.name: one.data.observed.times for one in of.predicted}
    return {f"{name}_time": (_along(name), times) for name, times in each.items()}


def _along(name: str) -> str:
    return f"{name}_observation"


def _prior(of: Sample) -> xr.Dataset:
    """As many draws of the prior as there are for the predictions, in one chain."""
    ranges = of.density.objective.space.ranges
    rng = np.random.default_rng(np.random.SeedSequence((of.seed, 5)))
    shares = rng.random((len(of.chosen), len(ranges)))
    values = np.column_stack([values_at(one, shares[:, at]) for at, one in enumerate(ranges)])
    return _constants(of, values[None])
