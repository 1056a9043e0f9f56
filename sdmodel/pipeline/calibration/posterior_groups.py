"""A sample of the posterior → the groups of its netCDF file, in ArviZ's scheme: chain, draw and the observations."""

import json

import numpy as np
import xarray as xr

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.design.distributions import values_at
from sdmodel.pipeline.calibration.conditions import SETTINGS, conditions
from sdmodel.pipeline.calibration.posterior_chains import TOLD, Layout
from sdmodel.pipeline.calibration.posterior_pointwise import TOLD as POINTWISE
from sdmodel.pipeline.calibration.posterior_pointwise import pointwise
from sdmodel.pipeline.calibration.posterior_sample import Sample
from sdmodel.runs.sample import CONSTANT

_CHAIN = ("chain", "draw")


def groups_of(of: Sample) -> dict[str, xr.Dataset]:
    """posterior, sample_stats, log_likelihood, posterior_predictive (fewer draws), prior and observed_data.

    A chain is an ensemble of walkers, laid out as in `posterior_chains`.
    """
    layout = _layout(of)
    return {
        "posterior": _constants(of, layout.chains(of.values)).assign_coords(layout.coords()).assign_attrs(chains=TOLD),
        "sample_stats": _statistics(of),
        "log_likelihood": _pointwise(of),
        "posterior_predictive": _predictive(of),
        "observed_data": _observed(of),
        "prior": _prior(of),
    }


def about(of: Sample) -> dict[str, str]:
    """What the file is of."""
    study = of.density.objective.study
    told = {"study": study.name, "title": study.title, "inference_library": "emcee", "seed": str(of.seed)}
    return {**told, "scenario": of.density.objective.calibration.scenario, SETTINGS: json.dumps(conditions(study))}


def _constants(of: Sample, values: Floats) -> xr.Dataset:
    """A variable for each constant from `values` [chain, draw, constant]."""
    model = of.density.objective.model
    variables = {}
    for at, name in enumerate(of.density.names):
        told = {"role": CONSTANT, "units": model[name].unit if name in model else ""}
        variables[name] = xr.Variable(_CHAIN, np.ascontiguousarray(values[:, :, at]), told)
    return xr.Dataset(variables, {"chain": np.arange(values.shape[0]), "draw": np.arange(values.shape[1])})


def _layout(of: Sample, chosen: "np.ndarray | None" = None) -> Layout:
    """Where draws stand in the chains: all of them, or those `chosen`."""
    draws, walkers, _ = of.values.shape
    return Layout(draws, walkers, of.chains.ensembles, np.arange(draws) if chosen is None else chosen)


def _statistics(of: Sample) -> xr.Dataset:
    layout = _layout(of)
    lp = xr.Variable(
        _CHAIN,
        layout.chains(of.chains.log_density),
        {"long_name": "logarithm of the posterior density of the normal scores"},
    )
    facts = {
        "steps": of.chains.steps,
        "burn_in": of.chains.burn_in,
        "thin": of.chains.thin,
        "acceptance": of.chains.accepted,
        "converged": int(of.chains.settled),
    }
    return xr.Dataset({"lp": lp}, layout.coords(), facts)


def _pointwise(of: Sample) -> xr.Dataset:
    """The logarithm of the likelihood of each fitted observation [chain, draw, observation], of all draws."""
    draws, walkers, _ = of.values.shape
    layout, found, times = _layout(of), {}, {}
    for name, values in pointwise(of).items():
        found[name] = xr.Variable((*_CHAIN, _along(name)), layout.chains(values.reshape(draws, walkers, -1)))
    for one in of.density.objective.data:
        name = one.series.name
        times[f"{name}_time"] = (_along(name), one.observed.where(one.fitted).times)
    return xr.Dataset(found, {**layout.coords(), **times}, {"note": POINTWISE})


def _predictive(of: Sample) -> xr.Dataset:
    """New observations [chain, draw, observation] and the observation equation [chain, draw] of each series."""
    sizes, layout, found = (len(of.draws), of.values.shape[1]), _layout(of, of.draws), {}
    for one in of.predicted:
        name = one.data.series.name
        shaped = layout.chains(one.observed.reshape(*sizes, -1))
        found[name] = xr.Variable((*_CHAIN, _along(name)), shaped, {"units": one.data.unit})
        for part in ("scale", "offset", "shift"):
            values = layout.chains(getattr(one.equations, part).reshape(sizes))
            found[f"{name} {part}"] = xr.Variable(_CHAIN, values, {"long_name": f"{part} of the observations"})
    return xr.Dataset(found, layout.coords()).assign_coords(_times(of))


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
