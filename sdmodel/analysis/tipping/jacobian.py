"""Net flows near a state → the Jacobian there, its eigenvalues with their errors, and which stocks each mode moves.

Derivatives are central differences with two steps, h and h/2, joined so that their leading errors cancel (Richardson's
extrapolation); what the joining changed is taken for the error. Eigenvalues that are zero because a sum of stocks is
conserved are left out: the Jacobian is looked at on the states that have the same sums.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
STEP = 1e-4  # of the size of a stock
_CONSERVED = 1e-9  # of the largest singular value: below, a combination of net flows is zero everywhere
_KINK = 0.75  # of the difference of one-sided slopes left when the step is halved; smooth functions leave one half
_SMALL = 1e-7


@dataclass(frozen=True)
class Slopes:
    """Net `flows` [state, stock] and their derivatives [state, of stock, by stock], with errors of these.

    `kinked` tells where a derivative jumps at the state itself, so that there is none.
    """

    flows: Numbers
    matrix: Numbers
    error: Numbers
    kinked: NDArray[np.bool_]


@dataclass(frozen=True)
class Modes:
    """Ways in which a small deviation moves: `values` [mode], complex, the fastest growing first, each with `error`.

    `shares` [mode, stock] are participation factors: how much of each mode lives in each stock, 1 in all.
    Source: Pérez-Arriaga, Verghese and Schweppe (1982), IEEE Transactions on Power Apparatus and Systems 101(9).
    """

    values: NDArray[np.complex128]
    error: Numbers
    shares: Numbers


def around(states: Numbers, scale: Numbers) -> Numbers:
    """States [state, 4 n + 1, stock]: each state, and a step of h and h/2 forth and back along each of n stocks."""
    n = states.shape[-1]
    steps = np.diag(STEP * scale)
    moves = np.concatenate([np.zeros((1, n)), steps, -steps, steps / 2, -steps / 2])
    return np.asarray(states[:, None, :] + moves)


def slopes(flows: Numbers, scale: Numbers) -> Slopes:
    """The derivatives from net `flows` [state, 4 n + 1, stock] at the states of `around`."""
    n = flows.shape[-1]
    there = flows[:, 0, None, :]
    forth, back, near, close = (flows[:, 1 + part * n : 1 + (part + 1) * n, :] for part in range(4))
    h = (STEP * scale)[:, None]
    coarse, fine = (forth - back) / (2 * h), (near - close) / h
    matrix = (4 * fine - coarse) / 3
    bends = [np.abs(forth + back - 2 * there) / h, np.abs(near + close - 2 * there) / (h / 2)]
    size = np.abs(matrix).max(axis=(1, 2), keepdims=True, initial=0.0)
    kinked = (bends[1] > _KINK * bends[0]) & (bends[1] > _SMALL * size)
    turned = [np.swapaxes(part, 1, 2) for part in (matrix, np.abs(matrix - fine), kinked)]
    return Slopes(
        np.asarray(flows[:, 0]), np.asarray(turned[0]), np.asarray(turned[1]), np.asarray(turned[2], dtype=bool)
    )


def conserved(flows: Numbers, scale: Numbers) -> Numbers:
    """Sums of stocks that no state changes, as rows of weights [sum, stock]; from net `flows` [state, stock].

    There must be more states than stocks, spread widely.
    """
    known = flows[np.isfinite(flows).all(axis=1)] / scale
    size = np.linalg.norm(known, axis=1)
    known = known[size > 0] / size[size > 0, None]
    if len(known) < known.shape[1]:
        return np.zeros((0, flows.shape[1]))
    _, strength, rows = np.linalg.svd(known, full_matrices=True)
    weights = rows[strength < _CONSERVED * strength[0]] / scale
    return np.asarray(weights / np.abs(weights).max(axis=1, keepdims=True, initial=1e-300))


def modes(matrix: Numbers, error: Numbers, scale: Numbers, sums: Numbers) -> Modes:
    """The modes of one Jacobian [of stock, by stock], those of conserved `sums` [sum, stock] left out."""
    scaled, doubt = matrix * scale / scale[:, None], error * scale / scale[:, None]
    basis = free(sums, scale)
    inner = basis.T @ scaled @ basis
    values, right = np.linalg.eig(inner)
    left = np.linalg.pinv(right)
    order = np.lexsort((values.imag, -values.real))
    values, right, left = values[order], basis @ right[:, order], left[order] @ basis.T
    weight = np.abs(left) * np.abs(right).T
    shares = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    # first order of perturbation: an eigenvalue moves by (left vector) · (change) · (right vector)
    moved = np.einsum("mi,ij,jm->m", np.abs(left), doubt, np.abs(right))
    rounding = 1e-12 * np.abs(scaled).max(initial=0.0) * np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=0)
    return Modes(np.asarray(values, dtype=np.complex128), np.asarray(moved + rounding), np.asarray(shares))


def free(sums: Numbers, scale: Numbers) -> Numbers:
    """Orthonormal directions [stock, direction], in stocks divided by `scale`, along which no sum changes."""
    if not len(sums):
        return np.eye(len(scale))
    _, strength, rows = np.linalg.svd(sums * scale, full_matrices=True)
    return np.asarray(rows[int((strength > 1e-9 * strength[0]).sum()) :].T)


def newton_step(matrix: Numbers, flows: Numbers, scale: Numbers, sums: Numbers) -> Numbers:
    """The change [state, stock] that leads to net flows of zero, to first order, with all `sums` kept.

    Where a line of states has no net flow it is the shortest of the possible changes.
    """
    basis = free(sums, scale)
    inner = np.einsum("id,sij,je->sde", basis, matrix * scale / scale[:, None], basis)
    wanted = np.einsum("id,si->sd", basis, -flows / scale)
    change = np.einsum("sde,se->sd", np.linalg.pinv(inner, rcond=1e-11), wanted)
    return np.asarray(change @ basis.T * scale)
