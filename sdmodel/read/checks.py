"""Sides of Reality Checks that were read as variables → constraints on the variables of a model, one an element."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sdmodel.model.expr import Expr, Interpolate, Number, Ref
from sdmodel.model.forced import can_force
from sdmodel.model.model import Auxiliary, Constant, Model, Stock, Table, Variable, reads
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.reality import Any, Case, Comparison, Constraint, Every, RealityChecks, Refused, Statement
from sdmodel.read.functions.courses import FIRST_START, course
from sdmodel.read.functions.notation import NOW
from sdmodel.read.vensim.logic import OR, Compared, Joined, Logic, Mention, cases
from sdmodel.read.vensim.rc_functions import Call
from sdmodel.read.vensim.reality import Stated, Unreadable

RC_START_TIME = "RC START TIME"
COURSE = "reality check course"
MOST_CONSTRAINTS = 2_000
_FLIPPED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
Elements = tuple[str, ...]


@dataclass
class Sides:
    """A check and the variables that its sides became: one a side, or one for all elements of its `subscripts`."""

    stated: Stated
    subscripts: tuple[str, ...]
    made: dict[str, dict[Elements, Variable]] = field(default_factory=dict)

    def add(self, text: str, variable: Variable) -> None:
        """Make known what `text` became."""
        self.made.setdefault(text, {})[variable.elements] = variable

    def elements(self) -> list[Elements]:
        """All elements of the check in their order; one empty group without subscripts."""
        return list(next(iter(self.made.values()), {(): None}))

    def owned(self) -> dict[Elements, list[Elements]]:
        """The same, by the elements of its own name."""
        count = len(self.stated.subscripts)
        groups: dict[Elements, list[Elements]] = {}
        for elements in self.elements():
            groups.setdefault(elements[:count], []).append(elements)
        return groups


def bound(model: Model, checks: Sequence[Sides], bad: Iterable[Unreadable]) -> RealityChecks:
    """The constraints among `checks` on `model`; what cannot be tried, and what was `bad` already, is refused."""
    binder = _Binder(model, checks, {key(one.name): one.reason for one in bad})
    refused = [Refused(one.name, one.reason, one.line, one.file) for one in bad]
    constraints: list[Constraint] = []
    for sides in checks:
        one = sides.stated
        try:
            binder.refuse_second(sides)
            if one.consequence is None:
                binder.test_input(sides)
            else:
                constraints += binder.constraints(sides)
            if len(constraints) > MOST_CONSTRAINTS:
                raise ValueError(f"there are more than {MOST_CONSTRAINTS:,} checks, elements of arrays counted")
        except ValueError as error:
            refused.append(Refused(one.name, str(error), one.line, one.file))
            constraints = constraints[:MOST_CONSTRAINTS]
    return RealityChecks(model, tuple(constraints), tuple(refused), tuple(binder.base.items()))


@dataclass
class _Binder:
    """Makes comparisons of sides; `base` are the tables of the base run that they read."""

    model: Model
    checks: Sequence[Sides]
    bad: Mapping[str, str]
    base: dict[str, str] = field(default_factory=dict)
    tests: dict[str, Sides] = field(default_factory=dict)
    courses: dict[tuple[str, str, Elements], str] = field(default_factory=dict)
    known: dict[str, dict[Elements, list[Comparison]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sides in self.checks:
            if sides.stated.consequence is None:
                self.tests.setdefault(sides.stated.key, sides)
        self.first = {sides.stated.key: sides for sides in reversed(self.checks)}

    def refuse_second(self, sides: Sides) -> None:
        """ValueError if another check, or a variable, has the name already."""
        one = sides.stated
        if self.first[one.key] is not sides:
            raise ValueError(f"there is another check of that name, on line {self.first[one.key].stated.line}")
        if one.name in self.model:
            raise ValueError("it has the name of a variable of the model; give it another")

    def test_input(self, sides: Sides) -> dict[Elements, list[Comparison]]:
        """What a test input sets, by its elements; ValueError if it sets nothing that can be set."""
        if sides.stated.key in self.known:
            return self.known[sides.stated.key]
        logic = sides.stated.condition
        parts = logic.parts if isinstance(logic, Joined) else (logic,)
        made: dict[Elements, list[Comparison]] = {}
        for elements in sides.elements():
            for part in parts:
                assert isinstance(part, Compared)
                made.setdefault(elements, []).append(self._settable(self.comparison(sides, part, elements)))
        self.known[sides.stated.key] = made
        return made

    def constraints(self, sides: Sides) -> list[Constraint]:
        """One for each element of the name."""
        one, found = sides.stated, list[Constraint]()
        ways = cases(one.condition)
        assert one.consequence is not None
        for own, all_elements in sides.owned().items():
            consequence = [self._statement(sides, one.consequence, elements) for elements in all_elements]
            found.append(
                Constraint(
                    name=f"{one.name}[{', '.join(own)}]" if own else one.name,
                    text=one.text,
                    cases=tuple(self._case(sides, way, all_elements) for way in ways),
                    consequence=consequence[0] if len(consequence) == 1 else Every(tuple(consequence)),
                    documentation=one.documentation,
                    line=one.line,
                    file=one.file,
                )
            )
        return found

    def _statement(self, sides: Sides, logic: Logic, elements: Elements) -> Statement:
        if isinstance(logic, Joined):
            kind = Any if logic.kind == OR else Every
            return kind(tuple(self._statement(sides, part, elements) for part in logic.parts))
        assert isinstance(logic, Compared)
        return self.comparison(sides, logic, elements)

    def _case(self, sides: Sides, way: Sequence[Compared | Mention], all_elements: Sequence[Elements]) -> Case:
        forced, awaited, natural = dict[Comparison, None](), dict[Comparison, None](), True
        for part in way:
            for elements in all_elements:
                if isinstance(part, Mention):
                    natural = natural and part.negated
                    forced |= dict.fromkeys(self._mentioned(sides, part, elements))
                    continue
                natural = natural and not isinstance(part.right, Call)
                made = _variable_first(self.comparison(sides, part, elements), self.model)
                if can_force(self.model, made) or made.window is not None:
                    forced[self._settable(made)] = None
                else:
                    awaited[made] = None
        return Case(tuple(forced), tuple(awaited), natural)

    def _mentioned(self, sides: Sides, part: Mention, elements: Elements) -> list[Comparison]:
        """What the test input of that name sets; nothing where it must not be active."""
        name = key(part.name)
        if name not in self.tests:
            if name in self.bad:
                raise ValueError(f'test input "{part.name}" cannot be used: {self.bad[name]}')
            known = [one.stated.name for one in self.tests.values()]
            raise ValueError(f'there is no test input "{part.name}".{did_you_mean(part.name, known)}')
        test = self.tests[name]
        if part.negated:
            return []
        if part.subscripts and len(part.subscripts) != len(test.stated.subscripts):
            raise ValueError(f'test input "{part.name}" has {len(test.stated.subscripts)} subscripts')
        here = {key(own): element for own, element in zip(sides.subscripts, elements, strict=True)}
        wanted = [key(here.get(key(one), one)) for one in part.subscripts]
        made = self.test_input(test)
        found = [one for own, some in made.items() if [*map(key, own[: len(wanted)])] == wanted for one in some]
        if not found:
            raise ValueError(f'test input "{part.name}" has no element [{", ".join(part.subscripts)}]')
        return found

    def comparison(self, sides: Sides, part: Compared, elements: Elements) -> Comparison:
        """A comparison for one element of the check."""
        left = self._side(sides, part.left, elements)
        text = f"{part.text} [{', '.join(elements)}]" if elements else part.text
        if not isinstance(part.right, Call):
            right = self._side(sides, part.right, elements)
            return Comparison(text, left, part.operator, right, crossings=part.crossings, once=part.once)
        asked = (sides.stated.key, part.text, elements)
        base = self.courses.setdefault(asked, f"{COURSE} {len(self.courses) + 1}")
        value, window, memory = course(part.right.name, self._arguments(sides, part.right, elements), base)
        return Comparison(text, left, part.operator, value, window, memory, part.crossings, part.once)

    def _arguments(self, sides: Sides, call: Call, elements: Elements) -> dict[str, Expr]:
        told = dict(call.arguments)
        run = told.pop("run", None)
        arguments = {name: self._side(sides, text, elements) for name, text in told.items()}
        own = Ref(self.model[RC_START_TIME].name) if RC_START_TIME in self.model else FIRST_START
        arguments.setdefault("start", own)
        if run is not None:
            arguments["basis"] = self._in_base_run(call, run, arguments["basis"])
        return arguments

    def _in_base_run(self, call: Call, run: str, variable: Expr) -> Expr:
        named = run.strip("'\" ").casefold()
        if named not in ("", "current") and "base" not in named:
            raise ValueError(
                f"{call} reads the run {run}, and results that Vensim kept (.vdf) cannot be read here; a name with "
                "\"base\" in it, as 'base', means the run of this model without test inputs"
            )
        if not isinstance(variable, Ref) or variable.name not in self.model:
            raise ValueError(f"{call} compares with a variable, so its second argument is the name of one")
        own = self.model[variable.name]
        if isinstance(own, Constant):
            return Number(own.value)
        table = f"{own.name} in the base run"
        self.base[table] = own.name
        return Interpolate(table, NOW)

    def _side(self, sides: Sides, text: str, elements: Elements) -> Expr:
        variable = sides.made.get(text, {}).get(elements)
        if variable is None:
            raise ValueError(f"{text!r} cannot be read as an expression")
        if isinstance(variable, Constant):
            return Number(variable.value)
        if isinstance(variable, Auxiliary) and variable.initial is None:
            return variable.equation
        if isinstance(variable, Auxiliary | Stock | Table):
            raise ValueError(f"{text!r} defines a variable; give the model one for it, and name that here")
        return Ref(variable.name)

    def _settable(self, comparison: Comparison) -> Comparison:
        if not can_force(self.model, comparison):
            raise ValueError(
                f"{comparison.text!r} sets no variable that can be set: on its left stands one variable of the model, "
                "which is not a lookup, the clock or one of its settings"
            )
        assert isinstance(comparison.left, Ref)
        variable = self.model[comparison.left.name]
        fixed = isinstance(variable, Auxiliary) and isinstance(variable.equation, Number)
        if fixed and not any(variable.name in reads(one) for one in self.model.variables):
            raise ValueError(f'"{variable.name}" shapes the model, as the order of a delay does, or is read by nothing')
        return comparison


def _variable_first(comparison: Comparison, model: Model) -> Comparison:
    """`5 < x` as `x > 5`."""
    if can_force(model, comparison) or comparison.window is not None:
        return comparison
    other = replace(comparison, left=comparison.right, right=comparison.left, operator=_FLIPPED[comparison.operator])
    return other if can_force(model, other) else comparison
