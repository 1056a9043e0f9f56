"""Factors of a study → blocks of futures from which Sobol' indices are estimated.

Two independent rows A and B of all inputs make a block: A; then for each factor AB, which is A with that factor of B;
for second-order indices also BA, which is B with that factor of A; and B itself. So rows of a block differ in known
factors alone (Saltelli, Annoni, Azzini, Campolongo, Ratto & Tarantola 2010, Comput. Phys. Commun. 181, 259, section 3;
BA: Saltelli 2002, Comput. Phys. Commun. 145, 280, theorem 2). A and B are the halves of one scrambled Sobol' sequence.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import qmc

from sdmodel.design.distributions import Floats, values_at
from sdmodel.design.factors import CHANCE, Factor
from sdmodel.design.futures import check_whole
from sdmodel.errors import ExperimentError
from sdmodel.study.spec import Study

LEAST, MOST = 8, 2**24


def block_size(factors: int, *, second_order: bool) -> int:
    """Rows of a block."""
    return 2 + factors * (1 + second_order)


def check_blocks(n: int) -> int:
    """`n` itself when it is a power of two from LEAST on: a Sobol' sequence is even only then.

    Raises:
        ExperimentError: it is not; the message names those nearby.
    """
    check_whole("The number of blocks (--n)", n, least=LEAST, most=MOST)
    below = 2 ** (int(n).bit_length() - 1)
    if n != below:
        raise ExperimentError(
            f"The number of blocks (--n) must be a power of two, so that the Sobol' sequence is even: take {below:,} "
            f"or {2 * below:,} instead of {n:,}."
        )
    return int(n)


def saltelli(
    study: Study, factors: Sequence[Factor], n: int, *, seed: int, first: int = 0, second_order: bool = False
) -> xr.Dataset:
    """Futures of blocks `first` … `first + n - 1`, all rows of one block after the other; a variable an uncertainty.

    Dataset with dim `future`; coords along it: `future`, twice the number of the block, plus one where the random
    numbers of the run are those of B; `block`; `place`, from 0 for A to the last for B. With one seed more blocks keep
    the earlier ones, and parts made apart are equal to the same part of the whole.

    Raises:
        ExperimentError: `n` or `first` is not a whole power of two (or 0), `seed` is not a whole number from 0.
    """
    seed = check_whole("The seed", seed, least=0, most=2**63)
    inputs = list(study.uncertainties)
    sequence = qmc.Sobol(2 * max(1, len(inputs)), scramble=True, rng=seed)
    if first:
        sequence.fast_forward(first)
    shares = sequence.random(n)
    rows, half = block_size(len(factors), second_order=second_order), len(inputs)
    columns = {}
    for at, name in enumerate(inputs):
        a, b = (values_at(study.uncertainties[name], shares[:, column]) for column in (at, half + at))
        columns[name] = _mixed(a, b, _of_b(factors, name, second_order))
    blocks = np.arange(first, first + n, dtype=np.int64)
    chance = _of_b(factors, CHANCE, second_order)
    return xr.Dataset(
        {name: ("future", values) for name, values in columns.items()},
        coords={
            "future": (2 * blocks[:, None] + chance).ravel(),
            "block": ("future", np.repeat(blocks, rows)),
            "place": ("future", np.tile(np.arange(rows, dtype=np.int64), n)),
        },
        attrs={"design": "saltelli", "seed": seed},
    )


def _of_b(factors: Sequence[Factor], name: str, second_order: bool) -> NDArray[np.bool_]:
    """In which rows of a block the input `name` (or CHANCE) is that of B."""
    own = np.array([name in factor.members or (name == CHANCE and not factor.members) for factor in factors])
    return np.concatenate([[False], own, *([~own] if second_order else []), [True]])


def _mixed(a: Floats, b: Floats, of_b: NDArray[np.bool_]) -> Floats:
    return np.where(of_b, b[:, None], a[:, None]).ravel()
