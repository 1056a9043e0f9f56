"""What the tests of rewritten functions share: expressions on arrays of numbers, and small models made by hand."""

import warnings

import numpy as np

from sdmodel.model.expr import Interpolate, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Model, Table

with warnings.catch_warnings():  # what PySD imports warns of its own future
    warnings.simplefilter("ignore")
    from pysd.builders.python.python_functions import functionspace
    from pysd.py_backend import allocation as pysd_allocation
    from pysd.py_backend import functions as pysd

__all__ = ["by_hand", "functionspace", "on_arrays", "pysd", "pysd_allocation", "shown", "value", "values"]

_ON_ARRAYS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "negate": np.negative,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "absolute": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "truncate": np.trunc,
    "floor": np.floor,
    "sin": np.sin,
    "cos": np.cos,
}


def value(expr, known, done=None):
    """The array that `expr` is when `known` gives variables by name; shared parts are computed once."""
    done = {} if done is None else done
    if id(expr) not in done:
        if isinstance(expr, Number):
            result = np.float64(expr.value)
        elif isinstance(expr, Ref):
            result = np.asarray(known[expr.name], float)
        else:
            assert not isinstance(expr, Interpolate), "tables are tried in models"
            arguments = [value(argument, known, done) for argument in expr.arguments]
            with np.errstate(all="ignore"):  # the side of a selection that is not taken may be undefined
                result = np.asarray(_ON_ARRAYS[expr.operation](*arguments)).astype(float)
        done[id(expr)] = (expr, result)
    return done[id(expr)][1]


def values(exprs, hidden, known):
    """The arrays of several expressions, after the hidden auxiliaries that they read."""
    known = dict(known)
    for variable in hidden:
        if isinstance(variable, Auxiliary):
            known[variable.name] = value(variable.equation, known)
    return [value(expr, known) for expr in exprs]


def on_arrays(expand, *columns):
    """A rewriting of plain expressions, on columns of numbers."""
    names = [f"x{place}" for place in range(len(columns))]
    (result,) = values([expand(*map(Ref, names))], (), dict(zip(names, columns, strict=True)))
    return result


def by_hand(*variables, start=0.0, stop=10.0, step=1.0):
    """A model of these variables and its controls, saved at every step."""
    controls = {"INITIAL TIME": start, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": step}
    made = [Constant(name=name, value=number) for name, number in controls.items()]
    tables = [variable for variable in variables if isinstance(variable, Table)]
    others = [variable for variable in variables if not isinstance(variable, Table)]
    return Model(name="by hand", variables=(*made, *tables, *others))


def shown(name, remembered):
    """The variables of a function that remembers, its value as the auxiliary `name` among them."""
    expr, hidden = remembered
    return (Auxiliary(name=name, equation=expr), *hidden)
