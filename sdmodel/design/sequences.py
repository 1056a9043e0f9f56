"""A study → futures spread evenly over all uncertainties at once: Latin hypercube and Sobol' sequence."""

from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr
from scipy.stats import qmc

from sdmodel.design.distributions import Floats, values_at
from sdmodel.design.futures import check_whole, futures_table, single_future
from sdmodel.study.spec import Study

_BLOCK = 2**14  # rows drawn at a time: a second whole copy of a million futures would not fit


def lhs(study: Study, n: int, *, seed: int) -> xr.Dataset:
    """`n` futures of a Latin hypercube: each uncertainty has one value in each of n equally likely slices.

    Dataset with dim `future`. Other n, other futures: a Latin hypercube cannot be extended (a Sobol' sequence can).
    Source: McKay, Beckman and Conover (1979), Technometrics 21(2), equation 2.

    Raises:
        ExperimentError: `n` is not a whole number from 1, or `seed` not one from 0.
    """
    n, seed = check_whole("The number of futures", n, least=1), check_whole("The seed", seed, least=0, most=2**63)
    if not study.uncertainties:
        return single_future("lhs", seed)
    shares = qmc.LatinHypercube(len(study.uncertainties), rng=seed).random(n)
    return futures_table(_values(study, n, iter([shares])), n, design="lhs", seed=seed)


def sobol(study: Study, n: int, *, seed: int, first: int = 0) -> xr.Dataset:
    """Futures `first` … `first + n - 1` of a scrambled Sobol' sequence, which goes on forever.

    Dataset with dim `future`. With the same seed more futures keep the earlier ones, and parts made apart are equal to
    the same part of the whole. The points are balanced when n is a power of two; other n are allowed and somewhat less
    even. Source: Sobol' (1967), USSR Comp. Math. 7(4); scrambling: Owen (1998), J. Complexity 14(4); direction numbers:
    Joe and Kuo (2008), SIAM J. Sci. Comput. 30(5).

    Raises:
        ExperimentError: `n` is not a whole number from 1, `seed` or `first` not one from 0.
    """
    n, seed = check_whole("The number of futures", n, least=1), check_whole("The seed", seed, least=0, most=2**63)
    first = check_whole("The first future", first, least=0)
    check_whole("The number of futures", first + n, least=1)
    if not study.uncertainties:
        return single_future("sobol", seed)
    sequence = qmc.Sobol(len(study.uncertainties), scramble=True, rng=seed)
    if first:
        sequence.fast_forward(first)
    draws = _values(study, n, _blocks(sequence.random, n, balanced=not first))
    return futures_table(draws, n, design="sobol", seed=seed, first=first)


def _blocks(draw: Callable[[int], Floats], n: int, *, balanced: bool) -> Iterator[Floats]:
    """`n` rows in blocks; the very first is a power of two, or SciPy warns about balance on the user's screen."""
    done = 0
    while done < n:
        size = min(_BLOCK, n - done)
        if balanced and not done:
            size = 2 ** (size.bit_length() - 1)
        yield draw(size)
        done += size


def _values(study: Study, n: int, blocks: Iterator[Floats]) -> dict[str, Floats]:
    draws = {name: np.empty(n) for name in study.uncertainties}
    done = 0
    for block in blocks:
        rows = slice(done, done + len(block))
        for column, (name, uncertainty) in enumerate(study.uncertainties.items()):
            draws[name][rows] = values_at(uncertainty, block[:, column])
        done = rows.stop
    return draws
