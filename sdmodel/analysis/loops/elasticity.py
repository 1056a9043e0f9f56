"""Gains of links at one moment → eigenvalues, and what each link and each feedback loop contributes to one of them.

Near a state small deviations obey dx/dt = J x, and grow or die with the eigenvalues λ of J. With left and right
vectors l and r of λ, l · r = 1, the influence of a link with gain g is g ∂λ/∂g = l g r, read at its two ends; divided
by λ it is the elasticity (N. Forrester 1982, "A dynamic synthesis of basic macroeconomic theory", MIT). All links into
net flows together have the influence λ, as λ doubles when everything moves twice as fast: elasticities sum to 1.

A loop is treated likewise: its gain, the product of those of its links, is scaled, the gains of all other loops are
not. λ hangs on gains of loops alone, by the characteristic polynomial p (Mason 1956, Proceedings of the IRE 44;
Kampmann 2012, System Dynamics Review 28(4)), so that with S the variables of the loop its influence is

    gain of the loop · det P(λ) without the rows and columns of S / p'(λ),    P(s) = s for stocks, 1 else, - gains.

It needs no choice of an independent set of loops, and the influences of all loops through a link add up to that of the
link. The sum over all loops, each as often as it has stocks, is λ: `contribution` is influence × stocks of the loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Complex = NDArray[np.complex128]
Path = tuple[str, ...]
WORST = 1e7
"""Of the condition of an eigenvalue: above, two modes are too alike for a derivative by gains to be told."""


@dataclass(frozen=True)
class Gains:
    """Of one part of a model: `matrix` [effect, cause] has ∂effect/∂cause with all else as it is, of a stock of its
    net flow. The first `stocks` of `names` are stocks; each of the others reads only stocks and what stands before.
    """

    names: tuple[str, ...]
    stocks: int
    matrix: Numbers

    @cached_property
    def jacobian(self) -> Numbers:
        """Derivatives [of stock, by stock] of net flows, auxiliaries solved for."""
        n = self.stocks
        return np.asarray(self.matrix[:n, :n] + self.matrix[:n, n:] @ self.answers)

    @cached_property
    def between(self) -> Numbers:
        """How auxiliaries move with each other [auxiliary, auxiliary], by all ways that lead through no stock."""
        inner = self.matrix[self.stocks :, self.stocks :]
        return np.asarray(np.linalg.inv(np.eye(len(inner)) - inner))

    @cached_property
    def answers(self) -> Numbers:
        """How auxiliaries move with stocks [auxiliary, stock]."""
        return np.asarray(self.between @ self.matrix[self.stocks :, : self.stocks])

    @cached_property
    def reach(self) -> Numbers:
        """How net flows move with auxiliaries [stock, auxiliary]."""
        return np.asarray(self.matrix[: self.stocks, self.stocks :] @ self.between)


@dataclass(frozen=True)
class Mode:
    """An eigenvalue `value`, among `others`, with vectors over all variables: `left` of effects and `right` of causes.

    `shares` [stock] are participation factors, 1 in all; `condition` tells how far from a derivative the value is.
    """

    value: complex
    others: Complex
    left: Complex
    right: Complex
    shares: Numbers
    condition: float


def all_modes(gains: Gains, scale: Numbers) -> list[Mode]:
    """The modes of a part whose stocks are of size `scale` [stock], the fastest growing first.

    Of two that swing only that with a positive frequency is told.
    """
    size = np.asarray(scale, dtype=float)
    values, right = np.linalg.eig(gains.jacobian * size / size[:, None])
    left = _inverse(right)
    found = []
    for at in np.lexsort((values.imag, -values.real)):
        if values[at].imag < 0:
            continue
        row, column = left[at] / size, right[:, at] * size
        weight = np.abs(left[at]) * np.abs(right[:, at]) if np.isfinite(left).all() else np.abs(right[:, at])
        found.append(
            Mode(
                complex(values[at]),
                np.delete(values, at),
                np.concatenate([row, row @ gains.reach]),
                np.concatenate([column, gains.answers @ column]),
                np.asarray(weight / max(weight.sum(), 1e-300)),
                float(np.nan_to_num(np.linalg.norm(left[at]) * np.linalg.norm(right[:, at]), nan=np.inf)),
            )
        )
    return found


def _inverse(vectors: Complex) -> Complex:
    """Left vectors; not numbers where the right ones are the same."""
    try:
        return np.asarray(np.linalg.inv(vectors), dtype=np.complex128)
    except np.linalg.LinAlgError:
        return np.full(vectors.shape, np.nan + 0j)


def link_influences(gains: Gains, mode: Mode) -> Complex:
    """g ∂λ/∂g [effect, cause] of each direct link with gain g."""
    return _without_rounding(mode.left[:, None] * gains.matrix * mode.right[None, :])


def stock_influences(gains: Gains, mode: Mode) -> Complex:
    """The same of links between stocks [of stock, by stock], whatever is between them: they sum to the eigenvalue."""
    n = gains.stocks
    return _without_rounding(mode.left[:n, None] * gains.jacobian * mode.right[None, :n])


def _without_rounding(values: Complex) -> Complex:
    """`values` with nothing where a real or imaginary part is no more than rounding of the largest."""
    least = 1e-12 * np.abs(values).max(initial=0.0)
    real, imaginary = (np.where(np.abs(one) > least, one, 0.0) for one in (values.real, values.imag))
    return np.asarray(real + 1j * imaginary)


def loop_influence(gains: Gains, mode: Mode, path: Sequence[str]) -> complex:
    """g ∂λ/∂g of the loop along `path`, with the gain g of going round it once; 0 where it is cut."""
    place = {name: at for at, name in enumerate(gains.names)}
    if not all(name in place for name in path):
        return 0j
    inside = [place[name] for name in path]
    gain = np.prod([gains.matrix[inside[(at + 1) % len(inside)], one] for at, one in enumerate(inside)])
    if not gain:
        return 0j
    minor = _minor(gains, mode.value, set(inside))
    return complex(gain * minor / np.prod(mode.value - mode.others))


def _minor(gains: Gains, value: complex, without: set[int]) -> complex:
    """det P(value) without some rows and columns; auxiliaries are solved for, without ways through those left out."""
    stocks = [at for at in range(gains.stocks) if at not in without]
    cut = sorted(at - gains.stocks for at in without if at >= gains.stocks)
    inner = gains.jacobian
    if cut:
        lost = np.linalg.solve(gains.between[np.ix_(cut, cut)], gains.answers[cut])
        inner = inner - gains.reach[:, cut] @ lost
    inner = inner[np.ix_(stocks, stocks)]
    return complex(np.linalg.det(value * np.eye(len(stocks)) - inner)) if stocks else 1.0 + 0j


def contribution(gains: Gains, mode: Mode, ways: Sequence[Sequence[str]]) -> complex:
    """What a loop with several `ways` between the same variables adds to the eigenvalue: influence × its stocks."""
    stocks = set(gains.names[: gains.stocks])
    return sum((len(stocks.intersection(way)) * loop_influence(gains, mode, way) for way in ways), 0j)


def elasticity(influence: Complex, values: Complex, size: float) -> Complex:
    """`influence` [..., time] / λ [time]: the per cent by which λ moves with one per cent of a gain.

    Its real part tells of the size of λ, its imaginary part of its angle; NaN where λ is nothing beside `size`.
    """
    with np.errstate(all="ignore"):
        found = influence / np.where(np.abs(values) > 1e-9 * size, values, np.nan)
    return np.asarray(found, dtype=np.complex128)


def chosen(modes: Sequence[Mode], stock: int | None, least: float) -> Mode:
    """The mode in which `stock` takes part most; without one, the fastest growing that is no standstill.

    Rates within `least` of nothing belong to sums that nothing changes.
    """
    if stock is not None:
        return max(modes, key=lambda one: one.shares[stock])
    return next((one for one in modes if abs(one.value) > least), modes[0])
