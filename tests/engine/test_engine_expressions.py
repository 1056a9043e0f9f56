"""Random expressions of all operations: compiled kernel against plain evaluation, on awkward inputs."""

import math
import random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.engine import compiled
from sdmodel.model.evaluate import apply
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Model
from sdmodel.model.operations import OPERATIONS

VALUES = (0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 7.25, 1e-6, -1e-9, 1e9, -1e100, 1e-100, 700.0, -0.3, 12345.678)
NAMES = ("a", "b", "c")
ROWS = [(x, y, z) for x in VALUES for y in VALUES for z in (VALUES[3], VALUES[5], VALUES[8])]
CONTROLS = tuple(
    Constant(name=name, value=value)
    for name, value in (("INITIAL TIME", 0.0), ("FINAL TIME", 1.0), ("TIME STEP", 1.0), ("SAVEPER", 1.0))
)


def expressions():
    leaves = st.sampled_from([Ref(name) for name in NAMES]) | st.sampled_from([Number(value) for value in VALUES])

    def applied(inner):
        return st.sampled_from(sorted(OPERATIONS)).flatmap(
            lambda name: st.tuples(*[inner] * OPERATIONS[name].arity).map(lambda args: Apply(name, args))
        )

    return st.recursive(leaves, applied, max_leaves=8)


class Undecided(Exception):
    """Rounding or the sign of a zero decides between quite different results."""


def noisy(expr, values, draw, size):
    """The value of `expr` when every result is off by up to `size` of itself, and zeros have any sign."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Ref):
        return values[expr.name]
    arguments = [noisy(argument, values, draw, size) for argument in expr.arguments]
    result = apply(expr.operation, *arguments)
    finite = all(map(math.isfinite, arguments))
    by_zero = expr.operation == "divide" and arguments[1] == 0
    arithmetic = expr.operation in ("add", "subtract", "multiply", "divide")
    if finite and not math.isfinite(result) and arithmetic and not by_zero:
        raise Undecided  # overflow, which a fused multiplication may pass over
    if finite and 0 < abs(result) < 1e-290:
        raise Undecided
    if expr.operation == "multiply" and not finite:
        raise Undecided  # infinity times a difference is worked out in another order
    exact = OPERATIONS[expr.operation].truth or expr.operation in ("truncate", "floor", "select", "negate", "absolute")
    result = draw.choice((-0.0, 0.0)) if result == 0 else result
    return result if exact or not size else result * (1 + draw.uniform(-size, size))


def band(expr, values):
    """Least and largest value under noise; Undecided where it is not even clear that there is a finite value."""
    draw = random.Random(1)
    found = [noisy(expr, values, draw, size) for size in (0.0, *[1e-15] * 12)]
    kinds = {"nan" if math.isnan(value) else value if math.isinf(value) else "finite" for value in found}
    if len(kinds) > 1:
        raise Undecided
    return min(found), max(found)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(expr=expressions())
def test_random_expressions_agree_with_plain_evaluation(table, expr):
    """The same missing and infinite values, and numbers within what rounding allows: 1e-12, more where terms cancel.

    Each expression is computed once a run, on inputs, and at each step, on inputs that might change with the clock.
    """
    moving = {name: Apply("add", (Ref(name), Apply("multiply", (Ref("none"), Ref("Time"))))) for name in NAMES}
    inputs = [Constant(name=name, value=1.0) for name in NAMES]
    hidden = [Auxiliary(name=f"{name} now", equation=equation) for name, equation in moving.items()]
    once, step = (Auxiliary(name=n, equation=e) for n, e in (("once", expr), ("step", _on_now(expr))))
    model = Model("m", (*inputs, Constant(name="none", value=0.0), *CONTROLS, *hidden, once, step))
    columns = dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))
    runs = compiled.simulate(model, table(columns), save=["once", "step"])
    for row, values in enumerate(ROWS):
        try:
            low, high = band(expr, dict(zip(NAMES, values, strict=True)))
        except Undecided:
            continue
        for found in (*runs["once"].values[row], *runs["step"].values[row]):
            if math.isnan(low) or math.isinf(low):
                assert found == low or (math.isnan(found) and math.isnan(low)), (values, found, low)
            else:
                slack = 1e-12 * max(abs(low), abs(high)) + 8 * (high - low) + 1e-300
                assert low - slack <= found <= high + slack, (values, found, low, high)


def _on_now(expr):
    if isinstance(expr, Ref):
        return Ref(f"{expr.name} now")
    return Apply(expr.operation, tuple(map(_on_now, expr.arguments))) if isinstance(expr, Apply) else expr


def test_the_noise_finds_what_rounding_decides():
    """A difference of equal terms has a wide band, a comparison of them none at all."""
    tenth = Apply("divide", (Ref("a"), Number(7.25)))
    low, high = band(Apply("subtract", (tenth, tenth)), {"a": 1.0})
    assert low < 0 < high
    assert np.ptp(band(tenth, {"a": 1.0})) < 1e-14
