"""A sample of a posterior → futures: what it holds is drawn from it, all else as the study has it."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from sdmodel.design.futures import check_whole, futures_table
from sdmodel.design.sequences import lhs
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.study.spec import Study

DESIGN = "posterior"


def from_sample(study: Study, model: Model, sample: Mapping[str, np.ndarray], n: int, *, seed: int) -> xr.Dataset:
    """`n` futures; `sample` holds draws [draw] of constants by name; each draw is taken once at most, as a whole.

    Dataset with dim `future`. Uncertainties that the sample does not hold are those of the Latin hypercube of the
    study with the same seed; the two parts are independent of each other.

    Raises:
        ExperimentError: the sample has fewer draws than `n`, or holds what is no input of the model.
    """
    n, seed = check_whole("The number of futures", n, least=1), check_whole("The seed", seed, least=0, most=2**63)
    there = len(next(iter(sample.values())))
    if n > there:
        raise ExperimentError(
            f"{n:,} futures are asked for, and the posterior has {there:,} draws, each of which is taken once. Ask for "
            "fewer --futures, or make a larger sample with more --steps or --walkers."
        )
    unknown = [name for name in sample if name not in model]
    if unknown:
        raise ExperimentError(
            f'{study.path.name}: the posterior holds "{unknown[0]}", which the model {model.name} does not have: it is '
            "the posterior of another study."
        )
    rows = np.random.default_rng(np.random.SeedSequence((seed, 6))).permutation(there)[:n]
    others = {str(name): one.values for name, one in lhs(study, n, seed=seed).data_vars.items() if len(one) == n}
    draws = {**others, **{model[name].name: values[rows] for name, values in sample.items()}}
    return futures_table(draws, n, design=DESIGN, seed=seed)
