"""Trees of equations → how deep they become as operations of two; what is deeper than any sound equation is refused.

What comes after needs Python frames for each level. Long sums are no trouble: they are added up by halves.
"""

from collections.abc import Sequence
from typing import Any

from sdmodel.read.xmile.calls import arithmetic
from sdmodel.read.xmile.grammar import Call, Chain, Name, Tree
from sdmodel.read.xmile.tokens import EquationError

DEEPEST = 200
LONG = 32


def check_depth(tree: Tree) -> None:
    """EquationError when a tree is too deep."""
    if _height(tree) > DEEPEST:
        raise EquationError(f"the equation is nested too deeply, more than {DEEPEST} levels; use several variables")


def _height(tree: Tree) -> int:
    if isinstance(tree, Chain):
        heights = [_height(operand) for operand in tree.operands]
        if is_long_sum(tree):
            return max(heights) + len(heights).bit_length() + 1
        return max(height + max(len(heights) - max(place, 1), 1) for place, height in enumerate(heights))
    if isinstance(tree, Call):
        return 1 + max((_height(argument) for argument in tree.arguments), default=0)
    if isinstance(tree, Name):
        inside = [sub for sub in tree.subscripts or () if isinstance(sub, Name | Call | Chain)]
        return 1 + max(map(_height, inside), default=0)
    return 1


def is_long_sum(tree: Chain) -> bool:
    """Whether a chain is a sum of more than LONG terms."""
    return len(tree.operands) > LONG and set(tree.operators) <= {"+", "-"}


def long_sum(operators: Sequence[str], terms: Sequence[Any]) -> Any:
    """The sum as PySD's structures: what is added by halves, less what is subtracted by halves."""
    signs = ["+", *operators]
    added, taken = ([term for own, term in zip(signs, terms, strict=True) if own == sign] for sign in "+-")
    return arithmetic(["-"], [_halves(added), _halves(taken)]) if taken else _halves(added)


def _halves(terms: Sequence[Any]) -> Any:
    if len(terms) <= LONG:
        return arithmetic(["+"] * (len(terms) - 1), terms)
    middle = len(terms) // 2
    return arithmetic(["+"], [_halves(terms[:middle]), _halves(terms[middle:])])
