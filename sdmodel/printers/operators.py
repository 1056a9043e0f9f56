"""An expression → text in a language with infix operators: as few brackets as it needs, and never too deep.

A language says how each primitive operation is written and how tightly that binds. Expressions that are too long or too
deep for people and compilers are cut: an inner part is put aside under a name of its own first. That is safe under a
`select` too, since no operation fails: the part that is not taken has no effect.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref, children
from sdmodel.model.operations import OPERATIONS, check_complete

CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(9)  # the last binds tightest
_DEEPEST = 24  # nodes: compilers bear about a hundred brackets within each other
_LONGEST = 800  # characters
_OF_TRUTH = {"and": (True, True), "or": (True, True), "not": (True,), "select": (True, False, False)}


@dataclass(frozen=True, slots=True)
class Form:
    """`template` has {0}, {1}… for arguments that bind at least as tightly as `needs`; the whole binds like `level`."""

    template: str
    level: int
    needs: tuple[int, ...]


def call(function: str, arity: int) -> Form:
    """The form of a call: `function(a, b)`."""
    return Form(f"{function}({', '.join(f'{{{place}}}' for place in range(arity))})", ATOM, (CHOICE,) * arity)


def between(operator: str, level: int, left: int, right: int) -> Form:
    """The form of an operator between two arguments."""
    return Form(f"{{0}} {operator} {{1}}", level, (left, right))


ARITHMETIC = {
    "add": between("+", SUM, SUM, PRODUCT),
    "subtract": between("-", SUM, SUM, PRODUCT),
    "multiply": between("*", PRODUCT, PRODUCT, SIGN),
    "negate": Form("-{0}", SIGN, (ATOM,)),
    "less": between("<", COMPARISON, SUM, SUM),
    "less_equal": between("<=", COMPARISON, SUM, SUM),
    "greater": between(">", COMPARISON, SUM, SUM),
    "greater_equal": between(">=", COMPARISON, SUM, SUM),
}
"""Operations that look the same in all these languages."""
QUOTIENT = between("/", PRODUCT, PRODUCT, SIGN)


@dataclass(frozen=True)
class Language:
    """How operations are written.

    `forms` has one for each operation, and `by_literal` one that takes its place where the last argument is a literal
    other than 0. `as_number` makes 1 or 0 of a truth value, `as_truth` a truth value of a number. `number` writes a
    literal.
    """

    name: str
    forms: dict[str, Form]
    as_number: Form
    as_truth: Form
    number: Callable[[float], str]
    by_literal: dict[str, Form]

    def __post_init__(self) -> None:
        check_complete(dict(self.forms), self.name)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    level: int
    truth: bool = False
    depth: int = 1


@dataclass(frozen=True)
class Infix:
    """Writes expressions: `variable` gives the text of a variable by its name, `table` the form of reading a table.

    `aside` is called with the text of a part that is put aside, and gives back the name under which it is found.
    """

    language: Language
    variable: Callable[[str], str]
    table: Callable[[str], Form]
    aside: Callable[[str], str]

    def number(self, expr: Expr) -> str:
        """The text of `expr` as a number; parents wait on a list for their children, so that depth is no matter."""
        done: list[_Piece] = []
        pending = [(expr, False)]
        while pending:
            node, ready = pending.pop()
            below = children(node)
            if below and not ready:
                pending.append((node, True))
                pending.extend((child, False) for child in reversed(below))
                continue
            pieces = done[len(done) - len(below) :]
            del done[len(done) - len(below) :]
            done.append(self._piece(node, pieces))
        return self._as_number(done[0]).text

    def _piece(self, node: Expr, pieces: list[_Piece]) -> _Piece:
        if isinstance(node, Number):
            literal = self.language.number(node.value)
            return _Piece(literal, SIGN if literal.startswith("-") else ATOM)
        if isinstance(node, Ref):
            return _Piece(self.variable(node.name), ATOM)
        if isinstance(node, Interpolate):
            return self._formed(self.table(node.table), [self._as_number(pieces[0])], False)
        wanted = _OF_TRUTH.get(node.operation, (False,) * len(pieces))
        fitting = [
            self._as_truth(piece) if truth else self._as_number(piece)
            for piece, truth in zip(pieces, wanted, strict=True)
        ]
        return self._formed(self._form(node), fitting, OPERATIONS[node.operation].truth)

    def _form(self, node: Apply) -> Form:
        last = node.arguments[-1]
        if isinstance(last, Number) and last.value != 0 and math.isfinite(last.value):
            return self.language.by_literal.get(node.operation, self.language.forms[node.operation])
        return self.language.forms[node.operation]

    def _formed(self, form: Form, pieces: list[_Piece], truth: bool) -> _Piece:
        depth = 1 + max(piece.depth for piece in pieces)
        if depth > _DEEPEST or sum(len(piece.text) for piece in pieces) > _LONGEST:
            pieces, depth = [self._put_aside(piece) for piece in pieces], 2
        texts = [
            piece.text if piece.level >= need else f"({piece.text})"
            for piece, need in zip(pieces, form.needs, strict=True)
        ]
        return _Piece(form.template.format(*texts), form.level, truth, depth)

    def _put_aside(self, piece: _Piece) -> _Piece:
        if piece.depth == 1:
            return piece
        named = _Piece(self.aside(self._as_number(piece).text), ATOM)
        return self._as_truth(named) if piece.truth else named

    def _as_number(self, piece: _Piece) -> _Piece:
        return self._formed(self.language.as_number, [piece], False) if piece.truth else piece

    def _as_truth(self, piece: _Piece) -> _Piece:
        return piece if piece.truth else self._formed(self.language.as_truth, [piece], True)
