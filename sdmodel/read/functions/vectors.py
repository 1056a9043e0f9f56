"""Placeholder until the vector functions are here."""

from collections.abc import Sequence

from sdmodel.model.expr import Expr
from sdmodel.model.model import Variable

Parts = tuple[list[Expr], tuple[Variable, ...]]


def _missing(*_: object) -> Parts:
    raise ValueError("vector functions are not supported yet")


sort_order = rank = reorder = inverse = _missing


def select(selector: Sequence[Expr], values: Sequence[Expr], missing: Expr, action: Expr, error: Expr) -> Expr:
    raise ValueError("vector functions are not supported yet")


def picked(values: Sequence[Expr], place: Expr) -> Expr:
    raise ValueError("vector functions are not supported yet")
