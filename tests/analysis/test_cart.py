"""Trees on cases whose rule is known, and on noise."""

import builtins

import numpy as np
import pytest

pytest.importorskip("sklearn", reason='the extra "discovery" is not installed')

from test_prim import corner, made

from sdmodel.analysis.discovery.cart import boxes_by_cart
from sdmodel.analysis.discovery.peeling import CATEGORY, REAL, WHOLE
from sdmodel.errors import ExperimentError


def test_a_known_corner_is_the_first_leaf() -> None:
    grown = boxes_by_cart(corner(2000, 8, seed=3))
    box = grown.told[0].box
    assert grown.depth == 2
    assert box.restricted == (0, 1)
    assert box.low[0] == pytest.approx(0.6, abs=0.02)
    assert box.high[1] == pytest.approx(0.5, abs=0.02)
    assert grown.skill > 0.5


def test_noise_grows_no_tree() -> None:
    random = np.random.default_rng(2)
    grown = boxes_by_cart(made(random.uniform(size=(600, 12)), random.uniform(size=600) < 0.3))
    assert (grown.depth, grown.told) == (0, [])


def test_leaves_hold_the_futures_that_the_tree_sends_there() -> None:
    random = np.random.default_rng(0)
    x = np.column_stack([random.integers(1, 9, 3000), random.choice([1.0, 2.0, 5.0], 3000), random.uniform(size=3000)])
    fails = (x[:, 0] >= 5) & (x[:, 1] == 2.0)
    [one] = boxes_by_cart(made(x, fails, [WHOLE, CATEGORY, REAL])).told
    assert (one.box.inside(x) == fails).all()
    assert one.box.low[0] == 5.0
    assert one.box.barred == {(1, 1.0), (1, 5.0)}


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refused(name, *rest, **more):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(ExperimentError, match=r"pip install 'sdmodel\[discovery\]'"):
        boxes_by_cart(corner(200, 3, seed=1))
