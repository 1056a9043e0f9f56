"""Model → a script that runs it in a browser: for sliders that answer while they are moved.

The script defines one global name and asks for nothing: no network, no `eval`, so a strict content security policy lets
it run. Every variable is a place in one Float64Array, every equation a statement on these places, cut into functions
short enough for the compiler of the browser. Names of the model are data: strings in which no character could end a
script element. `runtime.js` does the rest.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files

from sdmodel.errors import ModelError
from sdmodel.model.evaluate import tolerance
from sdmodel.model.expr import Expr
from sdmodel.model.model import CONTROLS, TIME, Auxiliary, Constant, FixedDelay, Frozen, Held, Model, Stock, Table
from sdmodel.model.switches import switched_by_step
from sdmodel.printers.moments import moments
from sdmodel.printers.operators import (
    AND,
    ARITHMETIC,
    ATOM,
    CHOICE,
    COMPARISON,
    NOT,
    OR,
    QUOTIENT,
    SIGN,
    SUM,
    Form,
    Infix,
    Language,
    between,
    call,
)
from sdmodel.printers.stages import STAGES

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_FUNCTION = 10_000  # characters of one printed function: V8 does not optimise functions of more than 60 kB of bytecode
_PICKING = {"steps": "stepsOf", "ahead": "ahead", "raw": "raw"}
_MATH = {
    **{name: name for name in ("exp", "log", "sqrt", "floor", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "absolute": "abs",
    "truncate": "trunc",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
}


def _literal(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(float(value)).removesuffix(".0") if math.isfinite(value) else f"{'-' * (value < 0)}Infinity"


JAVASCRIPT = Language(
    name="printers/javascript.py",
    forms={
        **ARITHMETIC,
        "divide": QUOTIENT,
        "power": call("power", 2),
        "equal": between("===", COMPARISON, SUM, SUM),
        "not_equal": between("!==", COMPARISON, SUM, SUM),
        "and": between("&&", AND, AND, NOT),
        "or": between("||", OR, OR, AND),
        "not": Form("!{0}", SIGN, (ATOM,)),
        "select": Form("{0} ? {1} : {2}", CHOICE, (OR, OR, CHOICE)),
        "minimum": call("minimum", 2),
        "maximum": call("maximum", 2),
        **{operation: call(f"Math.{name}", 1) for operation, name in _MATH.items()},
    },
    as_number=Form("{0} ? 1 : 0", CHOICE, (OR,)),
    as_truth=Form("{0} !== 0", COMPARISON, (SUM,)),
    number=_literal,
    by_literal={},
)


def javascript(model: Model, name: str = "model") -> str:
    """A script that defines `name`, an object with `inputs`, `saved` and `simulate`; `runtime.js` tells what they are.

    Where there are CommonJS modules, as in Node, it is also what the script exports.

    Raises:
        ModelError: an algebraic loop, or a control of the run that changes during it.
    """
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name):
        raise ModelError(f'"{name}" is not a name in JavaScript: use letters, digits and _, a letter first.')
    body = "\n".join(_Script(model).lines())
    runtime = files("sdmodel.printers").joinpath("runtime.js").read_text(encoding="utf-8").strip()
    return (
        f"// A system dynamics model, written by sdmodel: {name}.simulate(inputs) gives its course in time.\n"
        f'var {name} = (function () {{\n"use strict";\n{runtime}\n\n// The model.\n{body}\n}})();\n'
        f'if (typeof module === "object" && module.exports) module.exports = {name};\n'
    )


def quoted(text: str) -> str:
    """A string literal in plain ASCII that can stand in a script element and in any encoding of the page."""
    literal = json.dumps(text)
    for character, escaped in _UNSAFE.items():
        literal = literal.replace(character, escaped)
    return literal


class _Script:
    """Places of all values, and the functions on them."""

    def __init__(self, model: Model) -> None:
        self.model = model = switched_by_step(model)
        self.moments = moments(model)
        own = self.moments
        # the loop over time wants stocks first, then held values
        first = [*own.stocks, *own.held]
        others = [one for one in model.variables if not isinstance(one, Table | Stock | Held)] + [*own.heads]
        self.place = {variable.name: place for place, variable in enumerate((*first, *others))}
        self.place[TIME] = len(self.place)
        self.lengths = {delay.name: len(self.place) + number for number, delay in enumerate(own.delays)}
        self.aside_from = len(self.place) + len(self.lengths)
        self.size, self.used = self.aside_from, 0
        self.tables = {table.name: f"T{number}" for number, table in enumerate(model.of(Table))}
        self.statements: list[str] = []
        self.infix = Infix(JAVASCRIPT, self.of, self.table_form, self.aside)

    # --- pieces -----------------------------------------------------------------------------------------------------

    def of(self, name: str) -> str:
        """The place of a variable."""
        return f"v[{self.place[name] if name in self.place else self.place[self.model[name].name]}]"

    def table_form(self, name: str) -> Form:
        """How a table is read."""
        table = self.model[name]
        assert isinstance(table, Table)
        own = self.tables[table.name]
        if table.beyond in _PICKING:
            near = _literal(tolerance(table))
            return Form(f"{_PICKING[table.beyond]}({own}, {{0}}, {near})", ATOM, (CHOICE,))
        return Form(f"{table.beyond}({own}, {{0}})", ATOM, (CHOICE,))

    def aside(self, text: str) -> str:
        """A place for a part of an equation that is too long."""
        part = f"v[{self.aside_from + self.used}]"
        self.used += 1
        self.size = max(self.size, self.aside_from + self.used)
        self.statements.append(f"{part} = {text};")
        return part

    def compute(self, target: str, expr: Expr, settable: bool = False) -> None:
        """`target` from an expression, unless it is an input that was given."""
        self.used = 0
        text = self.infix.number(expr)
        given = target.replace("v", "given", 1)
        self.statements.append(f"{target} = {f'{given} === {given} ? {given} : {text}' if settable else text};")

    # --- sections ---------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """The parts of the script; the places are counted when all functions are written."""
        sections = {
            name: list(self.functions(name, write))
            for name, write in {
                "clocked": self.clock,
                "started": self.start,
                "stepped": self.step,
                "kept": self.keep,
                "flowed": self.flow,
            }.items()
        }
        own = self.moments
        yield f"const v = new Float64Array({self.size}), given = new Float64Array({self.size});"
        yield f"const held = new Float64Array({len(own.held)}), flows = new Float64Array({len(own.stocks)});"
        yield f"const entering = new Float64Array({len(own.delays)});"
        for table in self.model.variables:
            if isinstance(table, Table):
                x, y = (f"new Float64Array([{', '.join(map(_literal, axis))}])" for axis in (table.x, table.y))
                yield f"const {self.tables[table.name]} = {{ x: {x}, y: {y} }};"
        for functions in sections.values():
            yield from functions
        yield from self.assembled({name: len(functions) for name, functions in sections.items()})

    def functions(self, name: str, write: Callable[[], None]) -> Iterator[str]:
        """What `write` computes as functions `name0`, `name1` … without arguments, none of them long."""
        self.statements = []
        write()
        waiting: list[str] = []
        number = length = 0
        for statement in self.statements:
            if length + len(statement) > _FUNCTION and waiting:
                yield _function(f"{name}{number}", waiting)
                number, waiting, length = number + 1, [], 0
            waiting.append(statement)
            length += len(statement)
        if waiting:
            yield _function(f"{name}{number}", waiting)

    def clock(self) -> None:
        """What decides start, end and steps of the run."""
        controls = {self.model[name].name for name in CONTROLS}
        for variable in self.moments.clock:
            self.compute(self.of(variable.name), variable.equation, variable.name in controls)

    def start(self) -> None:
        """Values at the start, each after those that it needs."""
        for variable in self.moments.start:
            target = self.of(variable.name)
            if isinstance(variable, Stock | Held | FixedDelay):
                self.compute(target, variable.initial, isinstance(variable, Stock))
            elif isinstance(variable, Auxiliary):
                expr = variable.equation if variable.initial is None else variable.initial
                self.compute(target, expr, variable is self.moments.ending)
            elif isinstance(variable, Frozen):
                self.compute(target, variable.equation)
            if isinstance(variable, FixedDelay):
                self.compute(f"v[{self.lengths[variable.name]}]", variable.delay)

    def step(self) -> None:
        """All auxiliaries at one time."""
        for variable in self.moments.step:
            self.compute(self.of(variable.name), variable.equation, variable is self.moments.ending)

    def keep(self) -> None:
        """What discrete memory takes in at the head of a step."""
        for place, held in enumerate(self.moments.held):
            self.compute(f"held[{place}]", held.next)
        for place, delay in enumerate(self.moments.delays):
            self.compute(f"entering[{place}]", delay.input)

    def flow(self) -> None:
        """Net flows of stocks."""
        for place, stock in enumerate(self.moments.stocks):
            self.compute(f"flows[{place}]", stock.net_flow)

    def assembled(self, counts: dict[str, int]) -> Iterator[str]:
        """The call that makes the model of its parts."""
        own, place = self.moments, self.place
        controls = [self.model[name] for name in CONTROLS]
        inputs = [(one.name, one.value) for one in self.model.variables if isinstance(one, Constant)]
        computed = [*own.stocks, *(one for one in controls if isinstance(one, Auxiliary))]
        yield "return assembled({"
        stages = STAGES[self.model.integration]
        yield f"v, given, held, flows, entering, time: {place[TIME]},"
        yield f"stages: [{', '.join(f'[{_literal(stage.share)}, {_literal(stage.weight)}]' for stage in stages)}],"
        yield f"heads: [{', '.join(str(place[head.name]) for head in own.heads)}],"
        yield f"controls: [{', '.join(str(place[one.name]) for one in controls)}],"
        yield f"moving: {'false' if own.ending is None else 'true'},"
        for part, name in zip(("clock", "start", "step", "keep", "flow"), counts, strict=True):
            yield f"{part}: [{', '.join(f'{name}{number}' for number in range(counts[name]))}],"
        yield from _listed("draws", (f"[{place[draw.name]}, {draw.stream}]" for draw in own.draws))
        yield from _listed("delays", (f"[{place[delay.name]}, {self.lengths[delay.name]}]" for delay in own.delays))
        constants = (f"[{quoted(name)}, {place[name]}, {_literal(value)}]" for name, value in inputs)
        others = (f"[{quoted(one.name)}, {place[one.name]}, null]" for one in computed)
        yield from _listed("inputs", (*constants, *others))
        yield from _listed("saved", (f"[{quoted(one.name)}, {place[one.name]}]" for one in own.saved))
        yield "});"


def _function(name: str, statements: Iterable[str]) -> str:
    return f"function {name}() {{\n" + "\n".join(statements) + "\n}"


def _listed(name: str, entries: Iterable[str]) -> Iterator[str]:
    yield f"{name}: ["
    yield from (f"{entry}," for entry in entries)
    yield "],"
