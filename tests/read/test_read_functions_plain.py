"""Functions without memory: against PySD's own functions where it has them, and against SciPy or exact values."""

import math

import numpy as np
import pytest
import scipy.special as special
import scipy.stats as stats
from functions_in_numpy import functionspace, on_arrays, pysd, value, values

from sdmodel.model.expr import Number, Ref
from sdmodel.read.expand import FUNCTIONS
from sdmodel.read.functions import arithmetic, clock, combinatorics, normal
from sdmodel.read.functions.notation import Workings
from sdmodel.read.functions.refused import REFUSED
from sdmodel.read.functions.tables import TABLE_CALLS
from sdmodel.read.memory import MEMORY_CALLS, TABLE_MEMORY_CALLS

SIGNED = np.array([-1e6, -7.5, -3.0, -2.5, -1.0, -0.5, -1e-7, 0.0, 1e-7, 0.5, 1.0, 2.5, 3.0, 7.25, 1e6])
X, Y = (part.ravel() for part in np.meshgrid(SIGNED, SIGNED))


def rewritten(name, *columns):
    return on_arrays(FUNCTIONS[name][1], *columns)


class PysdTime:
    """PySD's clock, standing at one time."""

    def __init__(self, now, step):
        self.now, self.step = now, step

    def __call__(self):
        return self.now

    def time_step(self):
        return self.step


@pytest.mark.parametrize("name", ["quantum", "modulo", "xidz", "zidz", "integer"])
def test_divisions_and_rounding_of_negative_and_tiny_numbers_are_pysds(name):
    """QUANTUM and MODULO of negatives, denominators on both sides of 1e-6, INTEGER towards 0."""
    takes = {"xidz": 3, "integer": 1}.get(name, 2)
    columns = [X, Y, np.full(len(X), 7.0)][:takes]
    with np.errstate(all="ignore"):
        expected = [float(getattr(pysd, name)(*row)) for row in zip(*columns, strict=True)]
    np.testing.assert_array_equal(rewritten(name, *columns), expected)


def test_quantum_and_modulo_keep_the_sign_of_what_they_divide():
    """The examples of Vensim's manual, and their negatives."""
    np.testing.assert_allclose(
        rewritten("quantum", [1.9, -1.9, 42, -112.3, 5], [1, 1, 5, 10, -1]), [1, -1, 40, -110, 5]
    )
    np.testing.assert_allclose(rewritten("modulo", [7, -7, 7.5, -7.5], [3, 3, 2, 2]), [1, -1, 1.5, -1.5])


@pytest.mark.parametrize("step", [1.0, 0.25, 0.1])
def test_functions_of_time_switch_at_the_steps_at_which_pysd_switches(step):
    """STEP half a step early, PULSE and RAMP with a tolerance of 1e-6, in Vensim's form and in XMILE's."""
    for count in range(round(12 / step) + 1):
        now = count * step
        at, known = PysdTime(now, step), {"Time": now, "TIME STEP": step, "INITIAL TIME": 0.0}
        for start in (0.0, 2.0, 2.5, 2.0 + 5e-7, 3.3):
            numbers = [Number(one) for one in (start, 2.0, 5.0, 10.0)]
            first, two, five, ten = numbers
            wide = max(2.0, step)
            expected = {
                "step": (clock.step(ten, first), pysd.step(at, 10.0, start)),
                "ramp": (clock.ramp(two, first, five), pysd.ramp(at, 2.0, start, 5.0)),
                "xramp": (clock.ramp(two, first), pysd.ramp(at, 2.0, start)),
                "xpulse": (clock.volume_pulse(first, ten), pysd.pulse(at, start, magnitude=10.0)),
                "pulse": (clock.pulse(first, two), float(start - 1e-6 <= now < start + wide - 1e-6)),
            }
            for name, (expr, wanted) in expected.items():
                assert value(expr, known) == pytest.approx(wanted, rel=1e-12, abs=1e-12), (name, now, start)


def test_a_train_of_pulses_comes_at_every_interval():
    """XMILE's PULSE(6, 2, 3) at steps of a half: 6 in all at 2, 5, 8 …; Vensim's PULSE TRAIN ends before its end."""
    times = np.arange(0, 12.5, 0.5)
    known = {"Time": times, "TIME STEP": 0.5}
    repeated = value(clock.volume_pulse_train(Number(2.0), Number(3.0), Number(6.0)), known)
    np.testing.assert_array_equal(times[repeated == 12], [2, 5, 8, 11])
    assert repeated.sum() * 0.5 == 24
    single = value(clock.volume_pulse_train(Number(2.0), Number(0.0), Number(6.0)), known)
    np.testing.assert_array_equal(times[single != 0], [2])
    train = value(clock.pulse_train(Number(2.0), Number(3.0), Number(1.0), Number(8.0)), known)
    np.testing.assert_array_equal(times[train == 1], [2, 2.5, 5, 5.5])


def test_rounding_and_signs_of_xmile():
    """Halves go away from 0; SIGN keeps 0; odd roots of negative numbers exist, even ones do not."""
    np.testing.assert_array_equal(rewritten("round", [0.5, -0.5, 1.49, -2.5, 3.0]), [1, -1, 1, -3, 3])
    np.testing.assert_array_equal(rewritten("sign", [-2.0, 0.0, 5.0]), [-1, 0, 1])
    np.testing.assert_allclose(rewritten("rootn", [27.0, -27.0, -16.0], [3.0, 3.0, 4.0]), [3, -3, math.nan])
    np.testing.assert_allclose(rewritten("safediv", [1.0, 1.0], [1e-9, 0.0], [7.0, 7.0]), [1e9, 7], rtol=1e-15)
    np.testing.assert_array_equal(rewritten("percent", [0.25]), [25])
    np.testing.assert_allclose(rewritten("log10", [1000.0]), [3], rtol=1e-15)


def test_minimum_maximum_and_mean_take_any_number_of_values():
    """XMILE's MIN and MAX of three and more."""
    columns = ([1.0, 5.0], [4.0, 2.0], [3.0, 3.0])
    np.testing.assert_array_equal(rewritten("min", *columns), [1, 2])
    np.testing.assert_array_equal(rewritten("max", *columns), [4, 5])
    np.testing.assert_allclose(rewritten("mean", *columns), [8 / 3, 10 / 3])
    np.testing.assert_array_equal(rewritten("max", [4.0]), [4])


def between(low, high, draw):
    """Quantiles of the part of a standard normal variable between two bounds."""
    workings = Workings("call")
    expr = normal.normal_between(workings, Ref("low"), Ref("high"), Ref("draw"))
    return values([expr], workings.variables, {"low": low, "high": high, "draw": draw})[0]


def test_the_normal_distribution_is_scipys():
    """Quantiles to 1e-15 down to probabilities of 1e-300; distribution to 4e-16; parts of it far from the middle."""
    share = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 5001), 10.0 ** -np.arange(7, 300)])
    quantile = on_arrays(normal.normal_quantile, share)
    np.testing.assert_allclose(quantile, special.ndtri(share), rtol=2e-15, atol=2e-15)
    z = np.linspace(-7, 9, 4001)
    np.testing.assert_allclose(on_arrays(normal.normal_below, z), special.ndtr(z), rtol=5e-9, atol=4e-16)
    far = np.linspace(-37, -7, 1001)
    np.testing.assert_allclose(on_arrays(normal.normal_below, far), special.ndtr(far), rtol=2e-8)
    draw = np.linspace(0.001, 0.999, 99)
    for low, high in ((-1, 1), (-9, -8), (0, 1e9), (-1e9, 1e9), (-31, -30)):
        part = between(low, high, draw)
        np.testing.assert_allclose(part, stats.truncnorm.ppf(draw, low, high), rtol=1e-9, atol=1e-14)
        mirrored = between(-high, -low, draw)
        assert ((mirrored >= -high) & (mirrored <= -low)).all()
    np.testing.assert_allclose(rewritten("normalcdf", [-1.0], [1.0]), [special.ndtr(1) - special.ndtr(-1)], rtol=1e-14)
    np.testing.assert_allclose(rewritten("invnorm", [0.975], [10.0], [2.0]), [10 + 2 * special.ndtri(0.975)])


def test_the_logarithm_of_the_gamma_function_is_scipys():
    """GAMMA LN to 1e-14, also where it is near 0; not a number for arguments that are not positive."""
    x = np.concatenate([np.linspace(1e-3, 20, 4001), 10.0 ** np.arange(-10, 12)])
    np.testing.assert_allclose(on_arrays(combinatorics.gamma_ln, x), special.gammaln(x), rtol=1e-14, atol=1e-14)
    assert np.isnan(on_arrays(combinatorics.gamma_ln, np.array([0.0, -1.5]))).all()
    n = np.arange(0, 30.0)
    np.testing.assert_allclose(rewritten("factorial", n), special.factorial(n), rtol=1e-13)
    np.testing.assert_array_equal(rewritten("combinations", [5.0, 10.0], [3.0, 4.0]), [10, 210])
    np.testing.assert_array_equal(rewritten("permutations", [5.0], [3.0]), [60])


def test_waves_counters_and_time_bases():
    """SINWAVE, COSWAVE, COUNTER and TIME BASE against their definitions."""
    times = np.arange(0, 9.0, 0.5)
    known = {"Time": times, "TIME STEP": 0.5, "INITIAL TIME": 0.0}
    two, eight = Number(2.0), Number(8.0)
    np.testing.assert_allclose(value(clock.wave("sin", two, eight), known), 2 * np.sin(2 * np.pi * times / 8))
    np.testing.assert_allclose(value(clock.counter(two, Number(5.0)), known), 2 + times % 3, atol=1e-9)
    np.testing.assert_allclose(value(clock.time_base(Number(1970.0), Number(0.25)), known), 1970 + times / 4)
    bound = [Number(one) for one in (1.0, 9.0)]
    curve = arithmetic.exponential_bound(*bound, clock.NOW, Number(0.0), two, eight)
    np.testing.assert_allclose(value(curve, {"Time": np.array([0, 2, 5, 8, 9.0])}), [1, 1, 5, 9, 9])


def test_time_values_are_those_of_the_model_alone():
    """GET TIME VALUE in units of Time; the calendar and the computer's clock are refused with a reason."""
    known = {"Time": 7.0, "INITIAL TIME": 2.0}
    assert value(clock.get_time_value(Number(0.0), Number(3.0), Number(0.0)), known) == 10
    assert value(clock.get_time_value(Number(1.0), Number(3.0), Number(0.0)), known) == 5
    for arguments, reason in (((2, 0, 1), "different"), ((0, 0, 3), "calendar"), ((5, 0, 0), "0, 1 or 2")):
        with pytest.raises(ValueError, match=reason):
            clock.get_time_value(*(Number(float(one)) for one in arguments))
    with pytest.raises(ValueError, match="written in the equation"):
        clock.get_time_value(clock.NOW, Number(0.0), Number(0.0))


def test_names_of_functions_are_spelled_as_the_reader_looks_them_up():
    """Lower case, single spaces, each name in one table only, each refusal with a reason."""
    tables = (FUNCTIONS, MEMORY_CALLS, TABLE_CALLS, TABLE_MEMORY_CALLS, REFUSED)
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))
    assert all(name == " ".join(name.casefold().split()) for name in names)
    assert all(reason for reason in REFUSED.values())


def test_every_plain_function_of_pysd_can_be_read():
    """All of PySD's functionspace but those of arrays, which are read with their subscripts."""
    arrays = {"elmcount", "invert matrix", "prod", "sum", "vmax", "vmax xmile", "vmin", "vmin xmile"}
    arrays |= {"vector rank", "vector reorder", "vector select", "vector sort order"}
    plain = {name.casefold().replace("_", " ") for name in functionspace} - arrays
    assert plain <= set(FUNCTIONS) | set(MEMORY_CALLS)


def test_a_rewriting_takes_the_numbers_of_arguments_that_its_table_says():
    """Least and most; a function of any number is tried with five."""
    for name, (arity, expand) in FUNCTIONS.items():
        least, most = arity if isinstance(arity, tuple) else (arity, arity)
        for count in {least, 5 if most is None else most}:
            arguments = [Number(0.0) if name == "get time value" else Number(2.5)] * count
            assert expand(*arguments) is not None, name
