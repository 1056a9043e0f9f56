"""Every primitive operation as printed: against the C library and `model.evaluate`, over the whole range."""

import math

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.model.evaluate import apply
from sdmodel.model.expr import Apply, Ref
from sdmodel.model.model import TIME, Auxiliary, Constant, Model
from sdmodel.model.operations import OPERATIONS
from sdmodel.printers.language import INSTRUCTIONS

SPECIAL = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1e-6, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-300)
SPECIAL += (
    1e300,
    -1e300,
    1.7976931348623157e308,
    709.0,
    709.782712893384,
    710.0,
    -745.0,
    -746.0,
    -708.5,
    math.pi,
    1e15,
)
CONTROLS = [Constant(name="INITIAL TIME", value=0), Constant(name="FINAL TIME", value=1)]
CONTROLS += [Constant(name="TIME STEP", value=1), Constant(name="SAVEPER", value=1)]


def model_of(**equations):
    """A model with inputs a, b, c, and each equation twice: on the inputs, and on inputs that also read the clock."""
    clocked = {name: Apply("add", (Ref(name), Apply("multiply", (Ref("none"), Ref(TIME))))) for name in "abc"}
    moving = [Auxiliary(name=f"{name} now", equation=expr) for name, expr in clocked.items()]
    once = [Auxiliary(name=name, equation=expr) for name, expr in equations.items()]
    step = [Auxiliary(name=f"{name} now", equation=_on_now(expr)) for name, expr in equations.items()]
    inputs = [Constant(name=name, value=1.0) for name in ("a", "b", "c", "none")]
    inputs[-1] = Constant(name="none", value=0.0)
    return Model("m", (*inputs, *CONTROLS, *moving, *once, *step))


def _on_now(expr):
    if isinstance(expr, Ref):
        return Ref(f"{expr.name} now")
    return Apply(expr.operation, tuple(map(_on_now, expr.arguments))) if isinstance(expr, Apply) else expr


def units_apart(found, wanted):
    """Distance in units of the last place of `wanted`; 0 where both are the same special value, infinite otherwise."""
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    with np.errstate(all="ignore"):
        distance = np.abs(found - wanted) / np.spacing(np.maximum(np.abs(wanted), 2.3e-308))
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    distance = np.where(same, 0.0, np.where(np.isnan(distance), np.inf, distance))
    return np.where(np.isfinite(found) == np.isfinite(wanted), distance, np.inf)


def spread(seed, count=4000):
    """Positive numbers of all sizes, subnormal ones among them, and the special ones."""
    draw = np.random.default_rng(seed)
    sizes = np.ldexp(draw.uniform(0.5, 1, count), draw.integers(-1073, 1024, count))
    near_one = 1 + draw.normal(0, 1, count // 4) * 10.0 ** draw.integers(-16, 0, count // 4)
    return np.concatenate([sizes, np.abs(near_one), np.abs(SPECIAL)])


@pytest.fixture(scope="module")
def operations():
    """All operations on a, b, c."""
    return model_of(
        **{f"op {name}": Apply(name, tuple(map(Ref, "abc"[: kind.arity]))) for name, kind in OPERATIONS.items()}
    )


def outputs(model, table, columns, name):
    runs = compiled.simulate(model, table(columns), save=[name, f"{name} now"])
    return runs[name].values[:, 0], runs[f"{name} now"].values[:, 1]


def test_exp_is_right_to_two_units_from_subnormal_to_overflow(operations, table):
    """Against the C library, whose own error is below one unit."""
    a = np.concatenate([np.linspace(-760, 720, 8001), np.random.default_rng(1).normal(0, 1, 2000), -spread(2), SPECIAL])
    with np.errstate(all="ignore"):
        wanted = np.exp(a)
    for found in outputs(operations, table, {"a": a}, "op exp"):
        apart = units_apart(found, wanted)
        assert apart.max() <= 2, a[apart.argmax()]


def test_log_is_right_to_two_units_from_subnormal_to_the_largest_number(operations, table):
    """Near 1, where its result is near 0, too; -infinity at 0, not a number below."""
    a = np.concatenate([spread(3), -spread(4, 40)])
    with np.errstate(all="ignore"):
        wanted = np.log(a)
    for found in outputs(operations, table, {"a": a}, "op log"):
        apart = units_apart(found, wanted)
        assert apart.max() <= 2, a[apart.argmax()]


def test_power_is_right_to_four_units_over_the_whole_range(operations, table):
    """Results from subnormal to overflow, bases near 1 with huge exponents, negative bases, zeros."""
    draw = np.random.default_rng(5)
    base = spread(6)
    with np.errstate(all="ignore"):
        reach = draw.uniform(-745, 709.7, base.size) / np.where(np.log(base) == 0, 1, np.log(base))
    whole = np.round(draw.uniform(-30, 30, 500))
    special = [(x, y) for x in (*SPECIAL, -0.0, -3.0) for y in (*SPECIAL, -3.0, 4.0, -0.5)]
    a = np.concatenate([base, -spread(7, 400)[:500], [x for x, _ in special]])
    b = np.concatenate([reach, whole, [y for _, y in special]])
    good = np.isfinite(b)
    a, b = a[good], b[good]
    wanted = np.array([apply("power", x, y) for x, y in zip(a, b, strict=True)])
    signed = (a == 0) & (b < 0)
    for found in outputs(operations, table, {"a": a, "b": b}, "op power"):
        found = np.where(signed, np.abs(found), found)  # the sign of a zero is not kept
        apart = units_apart(found, np.where(signed, np.abs(wanted), wanted))
        assert apart.max() <= 4, (a[apart.argmax()], b[apart.argmax()])


EXACT = {"add", "subtract", "negate", "absolute", "sqrt", "truncate", "floor", "minimum", "maximum", "select"}
EXACT |= {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not"}


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {"exp", "log", "power"}))
def test_each_operation_is_what_plain_evaluation_says(operations, table, name):
    """On all pairs of special numbers: exact for exact operations, to a few units for the rest."""
    signed = (*SPECIAL, *(-value for value in SPECIAL))
    pairs = [(x, y) for x in signed for y in signed if name != "divide" or abs(y) > 2.3e-308 or y == 0]
    a, b = map(np.array, zip(*pairs, strict=True))
    columns = {"a": a, "b": b, "c": np.roll(a, 7)}
    arguments = zip(*(columns[letter] for letter in "abc"[: OPERATIONS[name].arity]), strict=True)
    wanted = np.array([apply(name, *map(float, values)) for values in arguments])
    for found in outputs(operations, table, columns, f"op {name}"):
        if name == "divide":
            zero = b == 0
            found, wanted = np.where(zero, np.abs(found), found), np.where(zero, np.abs(wanted), wanted)
        apart = units_apart(found, wanted)
        worst = apart.argmax()
        assert apart[worst] <= (0 if name in EXACT else 4), (a[worst], b[worst], found[worst], wanted[worst])


@pytest.mark.parametrize("name", ["minimum", "maximum"])
def test_what_is_not_a_number_wins_over_the_smaller_and_the_larger(table, name):
    """On either side, and against a literal."""
    from sdmodel.model.expr import Number

    nothing = Apply("sqrt", (Ref("a"),))
    model = model_of(
        left=Apply(name, (nothing, Ref("b"))),
        right=Apply(name, (Ref("b"), nothing)),
        literal=Apply(name, (nothing, Number(3.0))),
        before=Apply(name, (Number(3.0), nothing)),
    )
    runs = compiled.simulate(model, table({"a": [-1.0]}))
    for column in ("left", "right", "literal", "before"):
        assert np.isnan(runs[column].values).all()
        assert np.isnan(runs[f"{column} now"].values).all()


def test_small_whole_powers_are_products(table):
    """x^2 and x^3 are exact where products are; x^1 is x; x^-1 the reciprocal; x^0 is 1, even of infinity."""
    from sdmodel.model.expr import Number

    wanted = {
        0.0: lambda x: 1.0,
        1.0: lambda x: x,
        2.0: lambda x: x * x,
        3.0: lambda x: x * x * x,
        -1.0: lambda x: 1 / x,
    }
    model = model_of(**{f"to {p:g}": Apply("power", (Ref("a"), Number(p))) for p in wanted})
    values = np.array([3.0, -7.0, 1e-5, 1e100, -0.5])
    runs = compiled.simulate(model, table({"a": values}))
    for power, function in wanted.items():
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(runs[f"to {power:g}"].values[:, 0], [function(x) for x in values], rtol=4e-16)


def test_the_table_of_instructions_is_complete():
    """One entry for each operation, no other."""
    assert INSTRUCTIONS.keys() == OPERATIONS.keys()
