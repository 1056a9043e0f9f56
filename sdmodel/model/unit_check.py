"""Expression → its unit; where its parts do not fit, a finding that names the part, what is wanted and what came out.

Rules: what is added, compared or chosen between has one unit; a product and a quotient combine units; exponents,
logarithms and angles have none. Nothing is concluded from a part whose unit is unknown.

Numbers in equations: Vensim takes them for dimensionless. So does this, with three exceptions that keep findings
worth reading: 0 (and the 1e-6 that stands for it in PULSE, ZIDZ …) fits every unit, a number may stand for a time
(the unit of a sum or a ratio of both is then unknown), and an equation may be a number alone. Where any other number
meets a unit, the finding is of the kind "number".
"""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref, walk
from sdmodel.model.infix import infix
from sdmodel.model.model import Auxiliary, FixedDelay, Frozen, Held, Stock, Variable
from sdmodel.model.operations import check_complete
from sdmodel.model.unit_text import DIMENSIONLESS, Unit

_ZERO = 1e-6
_SUM, _COMPARED, _CHOSEN = "in a sum with", "compared with", "beside"


class _Bare(Enum):
    """A number without a unit, or a truth value."""

    NUMBER = "a number"
    ZERO = "0"


What = Unit | _Bare | None
_NUMBER, _NOTHING = _Bare.NUMBER, _Bare.ZERO


@dataclass(frozen=True)
class UnitFinding:
    """What does not fit in one equation: `part` of it has the unit `found` where `expected` is wanted.

    `kind` is "equation" (it gives another unit than its variable has), "sum" (terms, sides or branches differ),
    "argument" (a function wants another unit) or "number" (a number meets a unit). `message` says it in a sentence.
    """

    variable: str
    line: int | None
    text: str
    kind: str
    part: str
    expected: str
    found: str
    message: str


class UnitCheck:
    """Units of expressions; what does not fit becomes a finding on the variable that is looked at."""

    def __init__(
        self, unit_of: Callable[[str], Unit | None], time: Unit | None, bare: Set[str], quiet: bool = False
    ) -> None:
        """Variables that are `bare` count as numbers in an equation: random draws."""
        self.unit_of, self.time, self.bare, self.quiet = unit_of, time, bare, quiet
        self.findings: list[UnitFinding] = []
        self.arguments: dict[str, Unit] = {}
        self.owner: Variable | None = None

    def variable(self, variable: Variable, owner: Variable) -> None:
        """Findings on the equations of `variable`, told of `owner`."""
        self.owner = owner
        own, time = self.unit_of(variable.name), self.time
        if isinstance(variable, Auxiliary | Frozen):
            for expr in variable.expressions():
                self.whole(expr, own, "the equation gives {found}, but the variable is in {expected}")
        elif isinstance(variable, Stock):
            rate = own / time if own is not None and time is not None else None
            self.whole(variable.net_flow, rate, self._of_rate(variable))
            self.whole(variable.initial, own, "the initial value is in {found}, but the stock is in {expected}")
        elif isinstance(variable, Held):
            self.whole(variable.next, own, "what is kept is in {found}, but its memory is in {expected}")
            self.whole(variable.initial, own, "the initial value is in {found}, but what follows is in {expected}")
        elif isinstance(variable, FixedDelay):
            self.whole(variable.input, own, "what is delayed is in {found}, but the variable is in {expected}")
            self.whole(variable.initial, own, "the initial value is in {found}, but what is delayed in {expected}")
            self.whole(variable.delay, time, "the delay time is in {found}, but time is in {expected}")

    def _of_rate(self, stock: Stock) -> str:
        if stock.hidden:
            return "inside its delay or average, {part} is in {found} instead of {expected}: look at the delay time"
        return "the net flow is in {found}, but the stock wants {expected}"

    def whole(self, expr: Expr, wanted: Unit | None, said: str) -> None:
        found = self.of(expr, wanted)
        if isinstance(found, Unit) and wanted is not None and found != wanted:
            self.report("equation", expr, str(wanted), str(found), said)

    def report(self, kind: str, part: Expr, expected: str, found: str, said: str) -> None:
        if self.quiet or self.owner is None:
            return
        shown, owner = infix(part), self.owner
        message = said.format(part=shown, expected=expected, found=found)
        finding = UnitFinding(owner.name, owner.line, owner.text, kind, shown, expected, found, message)
        if finding not in self.findings:
            self.findings.append(finding)

    def of(self, expr: Expr, wanted: Unit | None = None) -> What:
        """The unit of an expression; `wanted` only helps to say which part of it is wrong."""
        if isinstance(expr, Number):
            return _NOTHING if abs(expr.value) <= _ZERO else _NUMBER
        if isinstance(expr, Ref):
            return _NUMBER if expr.name in self.bare else self.unit_of(expr.name)
        if isinstance(expr, Interpolate):
            return self.table(expr)
        return _RULES[expr.operation](self, expr, wanted)

    def table(self, expr: Interpolate) -> What:
        """The unit of a table's values; all that it is read at must have one unit."""
        argument = self.of(expr.argument)
        if isinstance(argument, Unit) and not self.quiet:
            first = self.arguments.setdefault(expr.table, argument)
            said = f'table "{expr.table}" is read at {{part}} in {{found}}, elsewhere at what is in {{expected}}'
            if first != argument:
                self.report("argument", expr.argument, str(first), str(argument), said)
        return self.unit_of(expr.table)

    def alike(self, parts: Sequence[Expr], wanted: Unit | None, where: str) -> What:
        """The one unit of `parts`; a part that differs from the others, or from what is wanted, is told."""
        found = [(part, self.of(part, wanted)) for part in parts]
        units = [(part, unit) for part, unit in found if isinstance(unit, Unit)]
        if not units:
            bare = [unit for _, unit in found]
            return None if None in bare else _NOTHING if all(unit is _NOTHING for unit in bare) else _NUMBER
        distinct = list(dict.fromkeys(unit for _, unit in units))
        common = wanted if wanted in distinct else max(distinct, key=[unit for _, unit in units].count)
        for part, unit in units:
            if unit != common:
                self.report("sum", part, str(common), str(unit), f"{{part}} is in {{found}} {where} {{expected}}")
        self.number(found, common, where)
        timed = common == self.time and any(unit is _NUMBER for _, unit in found)
        return common if common == wanted or (len(distinct) == 1 and not timed) else None

    def number(self, found: list[tuple[Expr, What]], common: Unit, where: str) -> None:
        if common in (DIMENSIONLESS, self.time):
            return
        for part, unit in found:
            if unit is _NUMBER:
                said = f"the number {{part}} stands {where} {{expected}}; give it a name and a unit"
                self.report("number", part, str(common), "a number", said)

    def plain(self, expr: Expr, function: str) -> What:
        """The unit of an argument that must have none."""
        found = self.of(expr)
        if isinstance(found, Unit) and found != DIMENSIONLESS:
            said = f"{function} wants an argument without a unit, but {{part}} is in {{found}}"
            kind = "number" if found == self.time and _has_number(expr) else "argument"
            self.report(kind, expr, str(DIMENSIONLESS), str(found), said)
        return _NUMBER if isinstance(found, _Bare) else DIMENSIONLESS


def _has_number(expr: Expr) -> bool:
    """Whether a number in it may stand for a time, as in SIN(6.28 * Time/12)."""
    return any(isinstance(node, Number) and abs(node.value) not in (0, 1) for node in walk(expr))


def _terms(expr: Expr, operations: tuple[str, ...]) -> Iterator[Expr]:
    """The parts of a chain of such operations, from left to right; long chains do not exhaust the stack."""
    pending = [expr]
    while pending:
        node = pending.pop()
        if isinstance(node, Apply) and node.operation in operations:
            pending.extend(reversed(node.arguments))
        else:
            yield node


Rule = Callable[[UnitCheck, Apply, Unit | None], What]


def _sum(check: UnitCheck, expr: Apply, wanted: Unit | None) -> What:
    return check.alike(list(_terms(expr, ("add", "subtract"))), wanted, _SUM)


def _extreme(check: UnitCheck, expr: Apply, wanted: Unit | None) -> What:
    return check.alike(list(_terms(expr, ("minimum", "maximum"))), wanted, _CHOSEN)


def _compared(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    check.alike(expr.arguments, None, _COMPARED)
    return _NUMBER


def _truth(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    for argument in expr.arguments:
        check.of(argument)
    return _NUMBER


def _select(check: UnitCheck, expr: Apply, wanted: Unit | None) -> What:
    check.of(expr.arguments[0])
    return check.alike(expr.arguments[1:], wanted, _CHOSEN)


def _same(check: UnitCheck, expr: Apply, wanted: Unit | None) -> What:
    return check.of(expr.arguments[0], wanted)


def _product(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    left, right = map(check.of, expr.arguments)
    if left is _NOTHING or (right is _NOTHING and expr.operation == "multiply"):
        return _NOTHING
    if left is None or right is None:
        return None
    if isinstance(left, _Bare) and isinstance(right, _Bare):
        return _NUMBER
    if left is _NUMBER and right == check.time and expr.operation == "divide" and expr.arguments[0] != Number(1):
        return None  # steps in a length of time
    first, second = (DIMENSIONLESS if isinstance(unit, _Bare) else unit for unit in (left, right))
    return first / second if expr.operation == "divide" else first * second


def _power(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    base, exponent = expr.arguments
    found = check.of(base)
    check.plain(exponent, "an exponent")
    if not isinstance(found, Unit) or found == DIMENSIONLESS:
        return found
    if isinstance(exponent, Number):
        return found.to_the(Fraction(exponent.value).limit_denominator(1000)) if abs(exponent.value) < 100 else None
    said = "a power with a variable exponent wants a base without a unit, but {part} is in {found}"
    check.report("argument", base, str(DIMENSIONLESS), str(found), said)
    return None


def _root(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    found = check.of(expr.arguments[0])
    return found.to_the(Fraction(1, 2)) if isinstance(found, Unit) else found


def _without_unit(check: UnitCheck, expr: Apply, _: Unit | None) -> What:
    return check.plain(expr.arguments[0], infix(Apply(expr.operation, (Ref("x"),))).partition("(")[0])


_RULES: dict[str, Rule] = {
    **dict.fromkeys(("add", "subtract"), _sum),
    **dict.fromkeys(("multiply", "divide"), _product),
    "power": _power,
    **dict.fromkeys(("negate", "absolute", "truncate", "floor"), _same),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"), _compared),
    **dict.fromkeys(("and", "or", "not"), _truth),
    "select": _select,
    **dict.fromkeys(("minimum", "maximum"), _extreme),
    "sqrt": _root,
    **dict.fromkeys(("exp", "log", "sin", "cos", "tan"), _without_unit),
    **dict.fromkeys(("arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"), _without_unit),
}
check_complete(dict(_RULES), "model/unit_check.py")
