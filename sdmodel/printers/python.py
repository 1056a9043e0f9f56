"""Model → a plain Python program: for people to read, and the arbiter of the fast engine in tests.

The program needs the standard library alone. Its equations stand in the order of computation under the model's own
names; identifiers are made from these. Names, units and texts of a model file reach the program only as quoted strings
and as comments of one line, so that a file cannot put code into it.
"""

import builtins
import keyword
import textwrap

from sdmodel.model.expr import Expr
from sdmodel.model.model import (
    CONTROLS,
    INITIAL_TIME,
    SAVEPER,
    TIME,
    TIME_STEP,
    Auxiliary,
    Constant,
    Described,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Table,
)
from sdmodel.model.names import key
from sdmodel.model.switches import switched_by_step
from sdmodel.printers.identifiers import Identifiers, comment
from sdmodel.printers.moments import moments
from sdmodel.printers.operators import Form, Infix
from sdmodel.printers.python_forms import HELPERS, PYTHON, literal, needed, reading
from sdmodel.printers.stages import STAGES

_WIDTH = 110
_DOCUMENTED = 160  # characters of a documentation that a comment shows
_OWN_WORDS = "inputs seed experiment value saved steps saves step time ongoing"
_RESERVED = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *dir(builtins),
    *HELPERS,
    *_OWN_WORDS.split(),
    "before",
    "total",
    "rates",
    "share",
    "weight",
    "onward",
    "old",
    "rate",
    "sum_",
    "math",
    "run",
}


def python(model: Model) -> str:
    """A program that defines `run(inputs, seed, experiment)`, which gives all visible variables at saved times.

    Raises:
        ModelError: an algebraic loop, or a control of the run that changes during it.
    """
    return _Program(model).text()


class _Program:
    """Writes one program from top to bottom; `indent` is that of the line to come."""

    def __init__(self, model: Model) -> None:
        self.model = model = switched_by_step(model)
        self.moments = moments(model)
        self.lines: list[str] = []
        self.indent = 0
        identifiers = Identifiers(_RESERVED)
        self.names = {variable.name: identifiers.new(variable.name) for variable in model.variables}
        self.names[TIME] = "time"
        self.delay = {
            delay.name: [identifiers.new(f"{delay.name} {part}") for part in ("length", "before", "entered")]
            for delay in self.moments.delays
        }
        self.next = {held.name: identifiers.new(f"next {held.name}") for held in self.moments.held}
        self.flow = {stock.name: identifiers.new(f"net flow {stock.name}") for stock in self.moments.stocks}
        self.parts: list[str] = []
        self.identifiers, self.used = identifiers, 0
        self.infix = Infix(PYTHON, self.of, self.table_form, self.aside)
        stages = STAGES[model.integration]
        self.stages = stages if self.moments.stocks and len(stages) > 1 else ()

    # --- pieces -----------------------------------------------------------------------------------------------------

    def of(self, name: str) -> str:
        """The identifier of a variable."""
        return self.names[name] if name in self.names else self.names[self.model[name].name]

    def table_form(self, name: str) -> Form:
        """How a table is read."""
        table = self.model[name]
        assert isinstance(table, Table)
        return reading(table, self.of(name))

    def aside(self, text: str) -> str:
        """A name for a part of an equation that is too long."""
        if self.used == len(self.parts):
            self.parts.append(self.identifiers.new(f"part {self.used + 1}"))
        self.used += 1
        self.set(self.parts[self.used - 1], text)
        return self.parts[self.used - 1]

    def line(self, text: str = "") -> None:
        """One line of the program."""
        self.lines.append(f"{'    ' * self.indent}{text}" if text else "")

    def set(self, target: str, text: str) -> None:
        """`target = text`, broken into several lines where one is too short for it."""
        if len(text) + len(target) <= _WIDTH:
            self.line(f"{target} = {text}")
            return
        self.line(f"{target} = (")
        for part in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
            self.line(f"    {part}")
        self.line(")")

    def compute(self, target: str, expr: Expr, given: str | None = None) -> None:
        """`target` from an expression, or as an input of the name `given` has it."""
        self.used = 0
        text = self.infix.number(expr)
        if given is None:
            self.set(target, text)
        elif len(text) + len(given) < _WIDTH:
            self.line(f"{target} = value.get({given!r}, {text})")
        else:  # a quoted name must not be broken into lines
            self.set(target, text)
            self.line(f"{target} = value.get({given!r}, {target})")

    def given(self, variable: Auxiliary) -> str | None:
        """The name under which an auxiliary can be set: that of FINAL TIME alone, where the run computes it."""
        return variable.name if variable is self.moments.ending else None

    def told(self, variable: Described) -> None:
        """A comment: what the model file says of a variable."""
        self.line(f"# {_described(variable)}")

    def heading(self, text: str) -> None:
        """A comment after an empty line."""
        self.line()
        self.line(f"# --- {text}")

    # --- sections ---------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The whole program; the functions that it needs are known once all else is written."""
        self.tables()
        self.inputs()
        self.line()
        self.line()
        self.run()
        self.line()
        self.line()
        self.line('if __name__ == "__main__":')
        self.line("    for name, values in run().items():")
        self.line("        print(name, values[-1])")
        body = "\n".join(self.lines)
        head = [
            "# A system dynamics model as a plain Python program, written by sdmodel: run() gives its course in time.",
            "# It needs the standard library alone. Above each equation stands what the model file says of it.",
            f"# Model: {comment(self.model.name)}. Integration: {self.model.integration}.",
            "import math",
        ]
        return "\n".join([*head, *needed(body), "", "", body.strip("\n"), ""])

    def tables(self) -> None:
        """Tables as points (x, y)."""
        for table in self.model.variables:
            if isinstance(table, Table):
                self.told(table)
                points = zip(table.x, table.y, strict=True)
                self.set(self.of(table.name), f"({' '.join(f'({literal(x)}, {literal(y)}),' for x, y in points)})")

    def inputs(self) -> None:
        """Constants with their values, and what else can be set."""
        self.line()
        self.line("CONSTANTS = {")
        for constant in self.model.variables:
            if isinstance(constant, Constant):
                self.line(f"    {constant.name!r}: {literal(constant.value)},  # {_described(constant, False)}")
        self.line("}")
        self.line("OTHER_INPUTS = (  # initial values of stocks, controls that the model file computes")
        controls = [self.model[name] for name in CONTROLS]
        for variable in (*self.moments.stocks, *(one for one in controls if isinstance(one, Auxiliary))):
            self.line(f"    {variable.name!r},")
        self.line(")")

    def run(self) -> None:
        """The function that computes the course in time."""
        self.line("def run(inputs=None, seed=0, experiment=0):")
        self.indent = 1
        self.line('"""The course in time of all variables: name → values at the times in "Time".')
        self.line()
        self.line(
            "`inputs` sets constants and initial values of stocks by the model's own names; `seed` and `experiment`"
        )
        self.line("choose the random numbers, where the model draws any.")
        self.line('"""')
        self.line("value = CONSTANTS | checked(inputs or {}, {*CONSTANTS, *OTHER_INPUTS})")
        self.constants()
        self.start()
        self.heading("the run")
        self.line("saved = {")
        for name in (TIME, *(variable.name for variable in self.moments.saved)):
            self.line(f"    {name!r}: [],")
        self.line("}")
        if self.moments.ending is None:
            self.line("for step in range(steps + 1):")
        else:
            self.line("step, ongoing = 0, True")
            self.line("while ongoing:")
        self.indent = 2
        self.step()
        if self.moments.ending is not None:
            self.line("step += 1")
        self.indent = 1
        self.line("return saved")
        self.indent = 0

    def constants(self) -> None:
        """Constants as identifiers, and the clock that they decide."""
        for variable in self.model.variables:
            if isinstance(variable, Constant):
                self.line(f"{self.of(variable.name)} = value[{variable.name!r}]")
        self.heading("clock")
        controls = {key(name) for name in CONTROLS}
        for variable in self.moments.clock:
            self.told(variable)
            settable = variable.name if key(variable.name) in controls else None
            self.compute(self.of(variable.name), variable.equation, settable)
        start, stop, *others = (self.of(name) for name in CONTROLS)
        if self.moments.ending is None:
            self.line(f"steps, saves = clock({', '.join((start, stop, *others))})")
        else:
            self.line(f"clock({', '.join((start, start, *others))})  # whether these make sense; the run finds its end")
        self.line(f"time = {self.of(INITIAL_TIME)}")

    def start(self) -> None:
        """Values at the start, each after those that it needs."""
        self.heading("at the start")
        for draw in self.moments.draws:
            self.line(f"{self.of(draw.name)} = draw(seed, experiment, {draw.stream}, 0)")
        for variable in self.moments.start:
            self.told(variable)
            target = self.of(variable.name)
            if isinstance(variable, Stock):
                self.compute(target, variable.initial, variable.name)
            elif isinstance(variable, Held | FixedDelay):
                self.compute(target, variable.initial)
            elif isinstance(variable, Auxiliary):
                expr = variable.equation if variable.initial is None else variable.initial
                self.compute(target, expr, self.given(variable))
            elif isinstance(variable, Frozen):
                self.compute(target, variable.equation)
            if isinstance(variable, FixedDelay):
                self.begin(variable)

    def begin(self, delay: FixedDelay) -> None:
        """The memory of a fixed delay: its length in steps, its value at first, what has entered it."""
        length, before, entered = self.delay[delay.name]
        self.compute(length, delay.delay)
        self.line(f"{length} = whole_steps(divide({length}, {self.of(TIME_STEP)}))")
        self.line(f"{before}, {entered} = {self.of(delay.name)}, []")

    def step(self) -> None:
        """One time step: what changes once a step, the equations at each stage, the move to the next time."""
        for draw in self.moments.draws:
            self.line(f"{self.of(draw.name)} = draw(seed, experiment, {draw.stream}, step)")
        for delay in self.moments.delays:
            length, before, entered = self.delay[delay.name]
            self.line(f"{self.of(delay.name)} = {entered}[step - {length}] if step >= {length} else {before}")
        for head in self.moments.heads:
            self.line(f"{self.of(head.name)} = {self.of(INITIAL_TIME)} + step * {self.of(TIME_STEP)}")
        if not self.stages:
            self.line(f"time = {self.of(INITIAL_TIME)} + step * {self.of(TIME_STEP)}")
            self.equations()
            self.once()
            self.euler()
        else:
            self.staged()
        for held in self.moments.held:
            self.line(f"{self.of(held.name)} = {self.next[held.name]}")

    def equations(self) -> None:
        """All auxiliaries."""
        for variable in self.moments.step:
            self.told(variable)
            self.compute(self.of(variable.name), variable.equation, self.given(variable))

    def once(self) -> None:
        """What is done with the values at the head of a step: saving them, and handing them to discrete memory."""
        ending, steps = self.moments.ending, self.of(TIME_STEP)
        if ending is None:
            self.line("if step in saves:")
        else:
            self.line(f"ongoing = goes_on(step, time, {self.of(ending.name)}, {steps})")
            self.line(f"if is_saved(step, {steps}, {self.of(SAVEPER)}):")
        self.line("    saved['Time'].append(time)")
        for variable in self.moments.saved:
            self.line(f"    saved[{variable.name!r}].append({self.of(variable.name)})")
        for held in self.moments.held:
            self.told(held)
            self.compute(self.next[held.name], held.next)
        for delay in self.moments.delays:
            self.told(delay)
            entered = self.delay[delay.name][2]
            self.used = 0
            self.line(f"{entered}.append({self.infix.number(delay.input)})")

    def flows(self) -> None:
        """Net flows of all stocks, each under a name of its own."""
        for stock in self.moments.stocks:
            self.told(stock)
            self.compute(self.flow[stock.name], stock.net_flow)

    def euler(self) -> None:
        """Stocks move along their net flows, all at once."""
        self.flows()
        for name, flow in self.flow.items():
            self.line(f"{self.of(name)} = {self.of(name)} + {self.of(TIME_STEP)} * {flow}")

    def staged(self) -> None:
        """Stocks move along a mean of their net flows at several stages; all else is done at the first of them."""
        stocks = "".join(f"{self.of(name)}, " for name in self.flow).strip()
        time_step = self.of(TIME_STEP)
        self.set("before", f"({stocks})")
        self.line("total = [0.0] * len(before)")
        onward = [stage.share for stage in self.stages[1:]] + [0.0]
        self.line("# when, with what weight, and how far on from there to the next")
        self.line("for share, weight, onward in (")
        for stage, share in zip(self.stages, onward, strict=True):
            self.line(f"    ({stage.share!r}, {stage.weight!r}, {share!r}),")
        self.line("):")
        self.indent += 1
        self.line(f"time = {self.of(INITIAL_TIME)} + (step + share) * {time_step}")
        self.equations()
        self.line("if share == 0.0:")
        self.indent += 1
        self.once()
        self.indent -= 1
        self.flows()
        self.set("rates", f"({''.join(f'{flow}, ' for flow in self.flow.values()).strip()})")
        self.line("total = [sum_ + weight * rate for sum_, rate in zip(total, rates)]")
        self.line(f"onward = [old + onward * {time_step} * rate for old, rate in zip(before, rates)]")
        self.unpack("onward")
        self.indent -= 1
        self.line(f"total = [old + {time_step} * sum_ for old, sum_ in zip(before, total)]")
        self.unpack("total")

    def unpack(self, values: str) -> None:
        """Stocks from a list of their values."""
        for place, name in enumerate(self.flow):
            self.line(f"{self.of(name)} = {values}[{place}]")


def _described(variable: Described, named: bool = True) -> str:
    name = comment(variable.name) if named else ""
    unit = f"[{comment(variable.unit)}]" if variable.unit else ""
    documentation = textwrap.shorten(comment(variable.documentation), _DOCUMENTED, placeholder=" …")
    return " ".join(part for part in (name, unit, documentation) if part)
