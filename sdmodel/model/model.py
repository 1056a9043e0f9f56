"""A model as frozen data: its variables, each with name, unit, documentation, limits and equation."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sdmodel.errors import ModelError
from sdmodel.model.expr import Expr, references, tables
from sdmodel.model.names import did_you_mean, key

TIME = "Time"
INITIAL_TIME, FINAL_TIME, TIME_STEP, SAVEPER = CONTROLS = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")


@dataclass(frozen=True, kw_only=True)
class Described:
    """What every variable carries; `text` is its equation as the file has it, `line` where it stands there.

    `file` names the extension that the equation is from, and is empty for those of the model file itself.
    `hidden` marks what the reader added (the stages of a delay, inline tables): never shown or saved by default.
    An element of an array is a variable of its own, named `array[element, element]`: `array` and `elements` keep the
    parts of that name, and are empty for all others.
    """

    name: str
    unit: str = ""
    documentation: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    text: str = ""
    line: int | None = None
    hidden: bool = False
    array: str = ""
    elements: tuple[str, ...] = ()
    file: str = field(default="", repr=False)  # where it stands changes nothing: it is no part of the fingerprint

    def expressions(self) -> tuple[Expr, ...]:
        """All expressions of this variable."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Constant(Described):
    """Fixed in a run, and an input: any experiment can set it."""

    value: float


@dataclass(frozen=True, kw_only=True)
class Auxiliary(Described):
    """Computed at each time; `initial` is used instead while initial values are worked out (ACTIVE INITIAL)."""

    equation: Expr
    initial: Expr | None = None

    def expressions(self) -> tuple[Expr, ...]:
        return (self.equation,) if self.initial is None else (self.equation, self.initial)


@dataclass(frozen=True, kw_only=True)
class Stock(Described):
    """Accumulates `net_flow` from `initial`."""

    net_flow: Expr
    initial: Expr

    def expressions(self) -> tuple[Expr, ...]:
        return (self.net_flow, self.initial)


@dataclass(frozen=True, kw_only=True)
class Held(Described):
    """Keeps its value until the end of a step, then takes `next` (the memory behind SAMPLE IF TRUE)."""

    next: Expr
    initial: Expr

    def expressions(self) -> tuple[Expr, ...]:
        return (self.next, self.initial)


@dataclass(frozen=True, kw_only=True)
class FixedDelay(Described):
    """`input` as it was `delay` ago, `initial` before; the delay is counted in whole steps, fixed at the start."""

    input: Expr
    delay: Expr
    initial: Expr

    def expressions(self) -> tuple[Expr, ...]:
        return (self.input, self.delay, self.initial)


@dataclass(frozen=True, kw_only=True)
class Frozen(Described):
    """The value that `equation` has at the start of the run, kept to its end (INITIAL)."""

    equation: Expr

    def expressions(self) -> tuple[Expr, ...]:
        return (self.equation,)


@dataclass(frozen=True, kw_only=True)
class Draw(Described):
    """A random number in (0, 1), drawn anew at each time step: the same for the same seed, future, stream and step.

    Every random function is an expression of these; `stream` (a whole number below 2^32) tells one draw from another.
    """

    stream: int


@dataclass(frozen=True, kw_only=True)
class Table(Described):
    """Lookup (graphical function): points with rising `x`.

    Between points it is linear, and `beyond` the ends it holds the last value ("hold") or goes on in a line
    ("extrapolate"). Three kinds do not interpolate: "steps" has the value of the last point that is not above x,
    "ahead" that of the next point that is not below x, "raw" is not a number anywhere but at a point. Data of time
    series are tables that are read at Time.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    beyond: str = "hold"


Variable = Constant | Auxiliary | Stock | Held | FixedDelay | Frozen | Draw | Table
INTEGRATIONS = ("euler", "rk2", "heun", "rk4")


def fields_of(said: Described) -> dict[str, Any]:
    """What every variable carries, as the arguments that make one of another kind."""
    return {name: getattr(said, name) for name in Described.__dataclass_fields__}


@dataclass(frozen=True)
class Model:
    """A model: `variables` in the order of the file, controls among them; `path` is the file that it came from.

    `integration` is the method that the file asks for, one of INTEGRATIONS: of second order Vensim has the midpoint
    method ("rk2"), XMILE's tools that of Heun ("heun"). `extensions` are the files whose equations replaced some of
    those at `path`, or were added to them, in this order.
    """

    name: str
    variables: tuple[Variable, ...]
    path: str = ""
    integration: str = "euler"
    extensions: tuple[str, ...] = ()

    @cached_property
    def _by_key(self) -> dict[str, Variable]:
        return {key(variable.name): variable for variable in self.variables}

    def __getitem__(self, name: str) -> Variable:
        """The variable of that name in any spelling; ModelError with the nearest name when there is none."""
        variable = self._by_key.get(key(name))
        if variable is None:
            shown = dict.fromkeys(part for one in self.visible() for part in (one.array, one.name) if part)
            raise ModelError(f'{self.name}: the model has no variable "{name}".{did_you_mean(name, shown)}')
        return variable

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and key(name) in self._by_key

    def of(self, *kinds: type) -> Iterator[Variable]:
        """The variables of these kinds, in the order of the file."""
        return (variable for variable in self.variables if isinstance(variable, kinds))

    def visible(self) -> Iterator[Variable]:
        """The variables that the modeller wrote, tables and controls included."""
        return (variable for variable in self.variables if not variable.hidden)

    @cached_property
    def constants(self) -> dict[str, float]:
        """Value of every constant by its own name: the inputs that an experiment may set."""
        return {variable.name: variable.value for variable in self.variables if isinstance(variable, Constant)}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what the model computes: names, values, equations; not of comments or the place of a line."""
        bare = [replace(variable, documentation="", text="", line=None) for variable in self.variables]
        return hashlib.sha256(repr((self.integration, bare)).encode()).hexdigest()

    def __hash__(self) -> int:
        return int(self.fingerprint[:15], 16)  # compiled programs are found by it at each call, so it must be kept

    def replaced(self, changed: Iterable[Variable], added: Iterable[Variable] = ()) -> "Model":
        """A model in which `changed` stand for the variables of the same names, and `added` come last."""
        new, added = {key(variable.name): variable for variable in changed}, tuple(added)
        if not new and not added:
            return self  # with all that it has worked out about itself
        kept = tuple(new.get(key(variable.name), variable) for variable in self.variables)
        return replace(self, variables=(*kept, *added))


def reads(variable: Variable) -> tuple[str, ...]:
    """Names of variables and tables that the expressions of `variable` use, each once, the clock included."""
    names = [name for expr in variable.expressions() for name in (*references(expr), *tables(expr))]
    return tuple(dict.fromkeys(names))
