"""The primitive operations in LLVM IR: a table from operation to instructions, checked complete when it is made."""

import math
from collections.abc import Callable

from sdmodel.model.operations import check_complete
from sdmodel.printers import vector_math
from sdmodel.printers.emitter import Emitter, Value, is_exactly

Instructions = Callable[..., Value]


def _arithmetic(opcode: str) -> Instructions:
    return lambda emit, a, b: emit.arithmetic(opcode, emit.as_number(a), emit.as_number(b))


def _comparison(condition: str) -> Instructions:
    return lambda emit, a, b: emit.compare(condition, emit.as_number(a), emit.as_number(b))


def _logical(opcode: str) -> Instructions:
    return lambda emit, a, b: emit.bits(opcode, emit.as_truth(a), emit.as_truth(b), "truth")


def _not(emit: Emitter, a: Value) -> Value:
    every = Value(emit.splat("i1", "true"), 0, "truth", 1.0)
    return emit.bits("xor", emit.as_truth(a), every, "truth")


def _select(emit: Emitter, condition: Value, yes: Value, no: Value) -> Value:
    return emit.select(emit.as_truth(condition), emit.as_number(yes), emit.as_number(no))


def _extreme(condition: str) -> Instructions:
    """The smaller or larger of two; written so that what is not a number wins, at one instruction for a literal."""

    def instructions(emit: Emitter, a: Value, b: Value) -> Value:
        a, b = emit.as_number(a), emit.as_number(b)
        if b.literal is not None and not math.isnan(b.literal):
            a, b = b, a
        result = emit.select(emit.compare(condition, a, b), a, b)  # b, if either is not a number
        if condition == "ogt" and emit.never_negative(a):
            emit.positive.add(result.text)
        if a.literal is not None and not math.isnan(a.literal):
            return result
        return emit.select(emit.compare("uno", a, a), a, result)

    return instructions


def _power(emit: Emitter, a: Value, b: Value) -> Value:
    """Small whole powers by multiplication, the square root as such, all else by `vector_math.power`."""
    a, b = emit.as_number(a), emit.as_number(b)
    if is_exactly(b, 1.0):
        return a
    if is_exactly(b, 2.0):
        return emit.multiply(a, a)
    if is_exactly(b, 3.0):
        return emit.multiply(emit.multiply(a, a), a)
    if is_exactly(b, -1.0):
        return emit.divide(emit.number(1.0), a)
    return vector_math.power(emit, a, b)


def _of_number(function: Callable[[Emitter, Value], Value]) -> Instructions:
    return lambda emit, a: function(emit, emit.as_number(a))


def _intrinsic(name: str) -> Instructions:
    return lambda emit, a: emit.intrinsic(name, emit.as_number(a))


def _library(name: str) -> Instructions:
    """A function of the C library, called once a lane: rare in models, and the same in every lane."""
    return lambda emit, a: emit.called(name, emit.as_number(a))


INSTRUCTIONS: dict[str, Instructions] = {
    "add": _arithmetic("fadd"),
    "subtract": _arithmetic("fsub"),
    "multiply": lambda emit, a, b: emit.multiply(emit.as_number(a), emit.as_number(b)),
    "divide": lambda emit, a, b: emit.divide(emit.as_number(a), emit.as_number(b)),
    "power": _power,
    "negate": lambda emit, a: emit.negate(emit.as_number(a)),
    "less": _comparison("olt"),
    "less_equal": _comparison("ole"),
    "greater": _comparison("ogt"),
    "greater_equal": _comparison("oge"),
    "equal": _comparison("oeq"),
    "not_equal": _comparison("une"),
    "and": _logical("and"),
    "or": _logical("or"),
    "not": _not,
    "select": _select,
    "minimum": _extreme("olt"),
    "maximum": _extreme("ogt"),
    "absolute": _intrinsic("llvm.fabs"),
    "exp": _of_number(vector_math.exp),
    "log": _of_number(vector_math.log),
    "sqrt": _intrinsic("llvm.sqrt"),
    "truncate": _intrinsic("llvm.trunc"),
    "floor": _intrinsic("llvm.floor"),
    "sin": _library("sin"),
    "cos": _library("cos"),
    "tan": _library("tan"),
    "arcsin": _library("asin"),
    "arccos": _library("acos"),
    "arctan": _library("atan"),
    "sinh": _library("sinh"),
    "cosh": _library("cosh"),
    "tanh": _library("tanh"),
}
check_complete(dict(INSTRUCTIONS), "printers/language.py")
