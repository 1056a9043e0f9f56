"""Factors of a study → trajectories of futures from which elementary effects are computed.

A trajectory starts anywhere on a grid of `levels` values (evenly spread shares of each distribution, its ends among
them) and moves one factor after the other, in random order, by Δ = levels / (2 (levels - 1)) of its range; so each
pair of neighbours differs in one factor (Morris 1991, Technometrics 33, 161, section 2). All members of a group move at
once, each in its own direction (Campolongo, Cariboni & Saltelli 2007, Environ. Model. Softw. 22, 1509, section 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.design.distributions import Floats, values_at
from sdmodel.design.factors import Factor
from sdmodel.design.futures import check_whole
from sdmodel.errors import ExperimentError
from sdmodel.study.spec import Study

LEVELS = 4
MOST_TRAJECTORIES = 100_000


@dataclass(frozen=True)
class Trajectories:
    """`futures`, the rows of one trajectory after the other; `shares` [trajectory, row, input] behind their values.

    `moved` [trajectory, step] is the factor that step moves, `way` [trajectory, step] in which direction (+1, -1; that
    of the first member of a group), and `delta` by how much of the range.
    """

    futures: xr.Dataset
    shares: Floats
    moved: NDArray[np.int64]
    way: Floats
    delta: float


def morris(study: Study, factors: Sequence[Factor], n: int, *, seed: int, levels: int = LEVELS) -> Trajectories:
    """`n` trajectories of len(factors) + 1 futures each.

    The futures have dim `future`; the coord `future` is the number of the trajectory, so that the random numbers of a
    run are the same all along it and move nothing themselves.

    Raises:
        ExperimentError: `n` is not a whole number from 2, `levels` is not an even one, `seed` is not one from 0.
    """
    n = check_whole("The number of trajectories (--n)", n, least=2, most=MOST_TRAJECTORIES)
    levels = check_whole("The number of levels", levels, least=2, most=1000)
    if levels % 2:
        raise ExperimentError(f"The number of levels must be even, so that every step ends on the grid, not {levels}.")
    rng = np.random.default_rng(check_whole("The seed", seed, least=0, most=2**63))
    inputs, count = list(study.uncertainties), len(factors)
    of = np.array([next(at for at, one in enumerate(factors) if name in one.members) for name in inputs], dtype=int)
    delta = levels / (2.0 * (levels - 1))
    low = rng.integers(levels // 2, size=(n, len(inputs))) / (levels - 1.0)
    upwards = rng.integers(2, size=(n, len(inputs))).astype(bool)
    moved = np.argsort(rng.random((n, count)), axis=1)
    turn = np.argsort(moved, axis=1)  # at which step each factor moves
    after = np.arange(count + 1)[None, :, None] > turn[:, None, :][:, :, of]
    shares = low[:, None, :] + delta * (after == upwards[:, None, :])
    values = {
        name: values_at(one, shares[:, :, at].ravel()) for at, (name, one) in enumerate(study.uncertainties.items())
    }
    futures = xr.Dataset(
        {name: ("future", column) for name, column in values.items()},
        coords={"future": np.repeat(np.arange(n, dtype=np.int64), count + 1)},
        attrs={"design": "morris", "seed": seed},
    )
    first = np.array([inputs.index(one.members[0]) for one in factors], dtype=int)
    way = np.where(np.take_along_axis(upwards[:, first], moved, axis=1), 1.0, -1.0)
    return Trajectories(futures, shares, moved, way, delta)
