"""Tokens of an equation → a tree of calls, names and numbers, by the precedence of the XMILE 1.0 standard (3.3.1).

Highest first: subscripts and brackets, ^ from the right, unary + - NOT, * / // MOD, + -, comparisons, = <>, AND, OR.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sdmodel.read.xmile.tokens import EquationError, Token, tokens

DEEPEST = 100
_LEVELS = (("or",), ("and",), ("=", "<>"), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "//", "mod"))
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_CHAINED = {"or", "and", "+", "-", "*", "/"}  # one node for `a + b - c`; others are nested from the left


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Star:
    """`*` in the place of a subscript: all elements."""


@dataclass(frozen=True, slots=True)
class Slice:
    """`first:last` in the place of a subscript."""

    first: "Tree"
    last: "Tree"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, quotes included; `subscripts` is None where there are no brackets."""

    text: str
    subscripts: "tuple[Tree | Star | Slice, ...] | None" = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a graphical function that is used like one."""

    function: Name
    arguments: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators between operands, from the left; a single operand has "negative" or "not"."""

    operators: tuple[str, ...]
    operands: "tuple[Tree, ...]"


Tree = Number | Name | Call | Chain


def parse(text: str) -> tuple[tuple[Tree, ...], ...]:
    """Rows of expressions: one row of one for most equations, more for `1, 2, 3` and `1, 2; 3, 4` (arrays).

    Raises:
        EquationError: where the text stops to be an equation.
    """
    reader = _Reader(text, tokens(text))
    rows = [reader.list()]
    while reader.take(";"):
        if reader.sees("end"):
            break
        rows.append(reader.list())
    if not reader.sees("end"):
        raise reader.stop()
    return tuple(tuple(row) for row in rows)


class _Reader:
    """Reads tokens from the left; `depth` counts what is nested."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        self.text, self.tokens, self.place, self.depth = text, found, 0, 0

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these operators, or the end."""
        token = self.tokens[self.place]
        return (token.kind == "operator" and token.text in texts) or (token.kind == "end" and "end" in texts)

    def take(self, *texts: str) -> str:
        """The next token if it is one of these operators, and go on; else an empty text."""
        if not self.sees(*texts) or self.sees("end"):
            return ""
        self.place += 1
        return self.tokens[self.place - 1].text

    def need(self, text: str) -> None:
        """Go over an operator that must come now."""
        if not self.take(text):
            raise self.stop(f"where {text.upper()} should come")

    def stop(self, wanted: str = "") -> EquationError:
        """The error for what comes next."""
        at = self.tokens[self.place].at
        where = f"it stops at {self.text[at : at + 40]!r}" if at < len(self.text) else "it ends too early"
        return EquationError(f"{where}{' ' if wanted else ''}{wanted}")

    def list(self) -> list[Tree]:
        """Expressions with commas between them."""
        found = [self.expression()]
        while self.take(","):
            if self.sees(";", "end"):
                break
            found.append(self.expression())
        return found

    def expression(self, lowest: int = 0) -> Tree:
        """Operands and the operators between them that bind no looser than `lowest`."""
        self._deeper(1)
        operands, operators, own, nested = [self.unary()], list[str](), -1, 0
        while (level := self._level()) >= lowest:
            operator = self.take(*_LEVELS[level])
            right = self.expression(level + 1)
            if operators and not (own == level and operator in _CHAINED and operators[-1] in _CHAINED):
                nested += 1
                self._deeper(1)
                operands, operators = [Chain(tuple(operators), tuple(operands))], []
            operands.append(right)
            operators.append(operator)
            own = level
        self._deeper(-1 - nested)
        return Chain(tuple(operators), tuple(operands)) if operators else operands[0]

    def _deeper(self, levels: int) -> None:
        self.depth += levels
        if self.depth > DEEPEST:
            raise EquationError(f"more than {DEEPEST} expressions are nested in one another; use several variables")

    def _level(self) -> int:
        token = self.tokens[self.place]
        return _LEVEL.get(token.text, -1) if token.kind == "operator" else -1

    def unary(self) -> Tree:
        """Signs and NOT, from the right, then a power."""
        signs = []
        while sign := self.take("-", "+", "not"):
            signs.append(sign)
        self._deeper(len(signs))
        operand = self.power()
        self._deeper(-len(signs))
        for sign in reversed(signs):
            if sign == "-" and isinstance(operand, Number):
                operand = Number(-operand.value)
            elif sign != "+":
                operand = Chain(("negative" if sign == "-" else "not",), (operand,))
        return operand

    def power(self) -> Tree:
        """`a ^ b ^ c` is a^(b^c); the exponent may have a sign."""
        operands = [self.primary()]
        while self.take("^"):
            signed = self.sees("-", "+", "not")
            operands.append(self.unary() if signed else self.primary())
            if signed:
                break
        return operands[0] if len(operands) == 1 else Chain(("^",) * (len(operands) - 1), tuple(operands))

    def primary(self) -> Tree:
        """A number, a name with its subscripts and arguments, IF, or an expression in brackets."""
        token = self.tokens[self.place]
        if token.kind == "number":
            self.place += 1
            return Number(float(token.text))
        if token.kind == "name":
            self.place += 1
            return self._named(token.text)
        if self.take("("):
            inside = self.expression()
            self.need(")")
            return inside
        if self.take("if"):
            return self._condition()
        raise self.stop()

    def _named(self, text: str) -> Tree:
        subscripts = None
        if self.take("["):
            found = [self._subscript()]
            while self.take(","):
                found.append(self._subscript())
            self.need("]")
            subscripts = tuple(found)
        name = Name(text, subscripts)
        if not self.take("("):
            return name
        arguments: list[Tree] = []
        if not self.take(")"):
            arguments = self.list()
            self.need(")")
        return Call(name, tuple(arguments))

    def _subscript(self) -> Tree | Star | Slice:
        if self.take("*"):
            return Star()
        first = self.expression()
        return Slice(first, self.expression()) if self.take(":") else first

    def _condition(self) -> Tree:
        if self._is_call():
            self.need("(")
            inside = self.list()
            self.need(")")
            return Call(Name("if_then_else"), tuple(inside))
        condition = self.expression()
        self.need("then")
        yes = self.expression()
        self.need("else")
        return Call(Name("if_then_else"), (condition, yes, self.expression()))

    def _is_call(self) -> bool:
        """Whether IF(a, b, c) follows: a comma in the outermost brackets, before any other token ends them."""
        depth = 0
        for token in self.tokens[self.place :]:
            if token.kind != "operator":
                continue
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth <= 0 or (depth == 1 and token.text == ","):
                return depth == 1
        return False
