"""Model with a method of several stages → the same model, whose switches on time alone move once a whole step.

Vensim holds its test inputs (STEP, PULSE and the like) in the stages of a Runge-Kutta step (its manual, "Runge-Kutta
Integration"). A jump at some stage between would spoil the order of the method, a pulse that is one step long would
pour out only a part of itself, and whether a stage lies before or after the jump would hang on rounding. So what
decides a switch, if no stock has a hand in it, is computed from the time at the head of the step.
"""

from dataclasses import dataclass, field, replace

from sdmodel.model.expr import Apply, Expr, Interpolate, Ref, references, rewrite
from sdmodel.model.model import INITIAL_TIME, TIME, TIME_STEP, Auxiliary, Held, Model, Stock, Table, Variable
from sdmodel.model.order import at_each_step

HEAD = "Time at the head of the step"
SWITCHES = frozenset(
    ("select", "truncate", "floor", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
)
JUMPING = frozenset(("steps", "ahead", "raw"))  # kinds of tables that do not go from point to point in a line


def deciding(expr: Expr) -> int:
    """How many of its arguments, from the first, decide a switch; 0 of another operation."""
    if not isinstance(expr, Apply) or expr.operation not in SWITCHES:
        return 0
    return 1 if expr.operation == "select" else len(expr.arguments)


def switched_by_step(model: Model) -> Model:
    """`model`, or under Runge-Kutta methods a model whose switches on time alone read the clock once a step.

    It has a hidden memory of the time at the head of the step, and hidden copies of the auxiliaries between that time
    and a switch.
    """
    if model.integration == "euler":
        return model
    heads = _Heads(model, *_by_stage(model))
    changed = [heads.changed(variable) for variable in model.of(Auxiliary, Stock)]
    clock = Apply("add", (Ref(TIME), Ref(TIME_STEP)))
    head = Held(name=HEAD, initial=Ref(INITIAL_TIME), next=clock, unit=model[TIME_STEP].unit, hidden=True)
    return model.replaced(changed, (head, *heads.copies()))


def _by_stage(model: Model) -> tuple[set[str], set[str]]:
    """Names of stocks and of auxiliaries that change with them, and of auxiliaries that change with time alone."""
    moving, timed = {variable.name for variable in model.of(Stock)}, set[str]()
    for name in at_each_step(model):
        variable = model[name]
        assert isinstance(variable, Auxiliary)
        read = {other if other == TIME else model[other].name for other in references(variable.equation)}
        if read & moving:
            moving.add(name)
        elif read & (timed | {TIME}):
            timed.add(name)
    return moving, timed


@dataclass(frozen=True)
class _Heads:
    """Rewrites expressions, and notes in `wanted` the auxiliaries whose values at the head of the step they read."""

    model: Model
    moving: set[str]
    timed: set[str]
    wanted: dict[str, None] = field(default_factory=dict)

    def changed(self, variable: Variable) -> Variable:
        """An auxiliary or stock with its switches rewritten."""
        if isinstance(variable, Stock):
            return replace(variable, net_flow=rewrite(variable.net_flow, self.switch))
        assert isinstance(variable, Auxiliary)
        return replace(variable, equation=rewrite(variable.equation, self.switch))

    def switch(self, expr: Expr) -> Expr:
        """A node whose deciding arguments are as at the head of the step, if no stock is among what they read."""
        if isinstance(expr, Interpolate):
            table = self.model[expr.table]
            jumps = isinstance(table, Table) and table.beyond in JUMPING and self.rests(expr.argument)
            return Interpolate(expr.table, self.at_head(expr.argument)) if jumps else expr
        count = deciding(expr)
        if not isinstance(expr, Apply) or not count or not all(map(self.rests, expr.arguments[:count])):
            return expr
        return Apply(expr.operation, (*map(self.at_head, expr.arguments[:count]), *expr.arguments[count:]))

    def rests(self, expr: Expr) -> bool:
        """Whether no stock changes an expression from stage to stage."""
        return not any(name in self.model and self.model[name].name in self.moving for name in references(expr))

    def at_head(self, expr: Expr) -> Expr:
        """An expression read at the head of the step."""
        return rewrite(expr, self.read)

    def read(self, expr: Expr) -> Expr:
        """A reference to what has the value at the head of the step."""
        if not isinstance(expr, Ref):
            return expr
        if expr.name == TIME:
            return Ref(HEAD)
        if expr.name not in self.model or (name := self.model[expr.name].name) not in self.timed:
            return expr
        self.wanted.setdefault(name)
        return Ref(_at_head(name))

    def copies(self) -> list[Auxiliary]:
        """The auxiliaries that rewritten expressions read, as they are at the head of the step."""
        made: dict[str, Auxiliary] = {}
        while waiting := [name for name in self.wanted if name not in made]:
            for name in waiting:
                variable = self.model[name]
                assert isinstance(variable, Auxiliary)
                made[name] = Auxiliary(name=_at_head(name), equation=self.at_head(variable.equation), hidden=True)
        return list(made.values())


def _at_head(name: str) -> str:
    return f"{name} at the head of the step"
