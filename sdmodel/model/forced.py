"""Model + what test inputs force upon it → a model in which switches turn them on, one for each case.

Vensim appends the equation of a test input to the one that the variable has: the new value counts wherever the
variable is read, and the new equation may read the value that the old one gave (its help, "Active Constraint
Testing"). A comparison that is true already changes nothing; one that is not is made true by setting the variable to
the other side. A stock goes on from the value that it was given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sdmodel.errors import ModelError
from sdmodel.model.expr import Apply, Expr, Number, Ref, rewrite
from sdmodel.model.model import CONTROLS, Auxiliary, Constant, Held, Model, Stock, Table, Variable, fields_of
from sdmodel.model.names import key
from sdmodel.model.reality import Case, Comparison

OPERATIONS = {
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}
BEHIND = (" by its own equation", " by its flows", " put elsewhere", " under reality check case ")
"""What the names of hidden variables have beside the name of the variable that they stand behind."""
FORCIBLE = frozenset(("=", "<", "<=", ">", ">="))
_CONTROLS = frozenset(map(key, CONTROLS))


@dataclass(frozen=True)
class Forced:
    """The `model` with all cases in it, and for each of them the constant that turns it on when it is 1."""

    model: Model
    switches: tuple[str, ...]


def forced(model: Model, cases: Sequence[Case]) -> Forced:
    """The model with all `cases` behind switches, which are all off until an experiment sets one.

    Raises:
        ModelError: a variable that no test input can change.
    """
    switches = tuple(f"reality check case {number}" for number in range(1, len(cases) + 1))
    targets: dict[str, _Target] = {}
    for switch, case in zip(switches, cases, strict=True):
        for comparison in case.forced:
            variable = target(model, comparison)
            targets.setdefault(variable.name, _Target(variable)).add(switch, comparison)
    own = [Constant(name=switch, value=0.0, hidden=True) for switch in switches]
    made = [one.made() for one in targets.values()]
    added = [*own, *(variable for _, others in made for variable in others)]
    return Forced(with_added(model.replaced(new for new, _ in made), added), switches)


def with_added(model: Model, added: Iterable[Variable]) -> Model:
    """`model` and hidden variables of checks, each once.

    Raises:
        ModelError: the model has a variable of that name itself.
    """
    new = {variable.name: variable for variable in added}
    if name := next((name for name in new if name in model), ""):
        raise ModelError(f'the variable "{name}" has a name that a reality check needs; give it another.')
    return model.replaced((), new.values())


def can_force(model: Model, comparison: Comparison) -> bool:
    """Whether the left side is a variable that can be set so that the comparison becomes true."""
    left = comparison.left
    return (
        comparison.operator in FORCIBLE
        and isinstance(left, Ref)
        and left.name in model
        and key(left.name) not in _CONTROLS
        and not isinstance(model[left.name], Table)
    )


def target(model: Model, comparison: Comparison) -> Variable:
    """The variable that a comparison sets.

    Raises:
        ModelError: there is none, or it is one that no test input can change.
    """
    if not can_force(model, comparison):
        raise ModelError(f"{comparison.text!r} sets no variable that can be changed: not the clock, nor a lookup.")
    assert isinstance(comparison.left, Ref)
    return model[comparison.left.name]


@dataclass
class _Target:
    """A variable and what is forced upon it under each switch."""

    variable: Variable
    uses: dict[str, list[Comparison]] = field(default_factory=dict)

    def add(self, switch: str, comparison: Comparison) -> None:
        self.uses.setdefault(switch, []).append(comparison)

    @property
    def before(self) -> str:
        return f"{self.variable.name} by its own equation"

    def made(self) -> tuple[Variable, list[Variable]]:
        """What takes the place of the variable, and hidden variables behind it."""
        behind = list(self._behind())
        value: Expr = Ref(self.before)
        for switch, comparisons in self.uses.items():
            new, memory = self._under(switch, comparisons)
            step = Auxiliary(
                name=f"{self.variable.name} under {switch}",
                equation=Apply("select", (Ref(switch), new, value)),
                hidden=True,
            )
            behind += [*memory, step]
            value = Ref(step.name)
        return Auxiliary(**fields_of(self.variable), equation=value), behind

    def _behind(self) -> Iterable[Variable]:
        """The variable as its own equation gives it; for a stock, from where it was put in the step before."""
        if not isinstance(self.variable, Stock):
            yield replace(self.variable, name=self.before, hidden=True, array="", elements=())
            return
        flows, put = f"{self.variable.name} by its flows", f"{self.variable.name} put elsewhere"
        yield replace(self.variable, name=flows, hidden=True, array="", elements=())
        yield Held(
            name=put,
            initial=Number(0.0),
            next=Apply("subtract", (Ref(self.variable.name), Ref(flows))),
            hidden=True,
        )
        yield Auxiliary(name=self.before, equation=Apply("add", (Ref(flows), Ref(put))), hidden=True)

    def _under(self, switch: str, comparisons: Sequence[Comparison]) -> tuple[Expr, list[Variable]]:
        """The value when `switch` is on, with hidden variables; what comes later sees what came before."""
        value: Expr = Ref(self.before)
        memory: list[Variable] = []
        for number, comparison in enumerate(comparisons, 1):
            right = self._of_before(comparison.right)
            new = right
            if comparison.operator != "=":
                new = Apply("select", (Apply(OPERATIONS[comparison.operator], (value, right)), value, right))
            if comparison.window is not None:
                new = Apply("select", (self._of_before(comparison.window), new, value))
            name = f"{self.variable.name} under {switch}, {number}"
            memory += [*map(self._memory, comparison.memory), Auxiliary(name=name, equation=new, hidden=True)]
            value = Ref(name)
        return value, memory

    def _of_before(self, expr: Expr) -> Expr:
        own = key(self.variable.name)
        return rewrite(expr, lambda node: Ref(self.before) if isinstance(node, Ref) and key(node.name) == own else node)

    def _memory(self, variable: Variable) -> Variable:
        if isinstance(variable, Auxiliary):
            return replace(variable, equation=self._of_before(variable.equation))
        return variable
