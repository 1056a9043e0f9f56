"""Model + feedback loops → a model that also computes how much each of their links, and each loop, drives at each time.

The method is "Loops that Matter" (Schoenberg, Davidsen and Eberlein 2020, "Understanding model behavior using the Loops
that Matter method", System Dynamics Review 36(2)). Between two time steps a variable z = f(x, y) changes by Δz. Had x
alone changed, it would have changed by Δx z = f(x now, y before) - z before. The score of x → z is (equation 1)

    |Δx z / Δz| · sign(Δx z / Δx), and 0 where x or z does not change,

computed in the form of its equation 5, (Δx z / Δx) · |Δx / Δz|. That of a loop is the product of those of its links.
What changes a stock is its net flow: a link into a stock has the score of that link into the net flow, which is
equation 3 of Schoenberg, Hayward and Eberlein (2023, "Improving Loops that Matter", System Dynamics Review 39(2)) and
does not depend on how a net flow is split. Held values and fixed delays are treated likewise, by what goes into them.

The values before are memory of the rewritten model, so that any engine computes scores with the rest, for any number
of experiments. Steps are whole steps under Runge-Kutta methods, too.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sdmodel.errors import ModelError
from sdmodel.model.cycles import Path, changed_by
from sdmodel.model.expr import Apply, Expr, Number, Ref, rewrite
from sdmodel.model.model import CONTROLS, INITIAL_TIME, TIME, Auxiliary, Constant, Frozen, Held, Model, Variable

STILL = 1e-13
"""Of its size: what changes by less between two steps does not change, but for rounding."""
_ENDLESS = Number(1e300)
_CHANGE = "Δ "
Link = tuple[str, str]


@dataclass(frozen=True)
class Scored:
    """`model` with auxiliaries for scores, hidden: by their names in it, of each link and of each loop, in order."""

    model: Model
    links: dict[Link, str]
    loops: tuple[str, ...]


def links_of(path: Path) -> list[Link]:
    """The links of a loop, cause and effect, the last back to its first variable."""
    return list(pairwise((*path, path[0])))


def with_scores(
    model: Model, loops: Sequence[Path], links: Iterable[Link] = (), *, moving: Collection[str] = ()
) -> Scored:
    """`model` that computes the scores of `loops`, which are paths in its own names, their links, and `links`.

    `moving` are constants that change during a run after all, as those that follow a schedule do. A score is 0 at the
    start, where nothing has changed yet.

    Raises:
        ModelError: a variable of the model has a name that is needed.
    """
    scores = _Scores(model, frozenset(moving))
    wanted = dict.fromkeys((*links, *(link for path in loops for link in links_of(path))))
    made = {link: scores.link(*link) for link in wanted}
    names = []
    for place, path in enumerate(loops, start=1):
        names.append(f"score of loop {place}")
        scores.add(names[-1], _product(Ref(made[link]) for link in links_of(path)))
    return Scored(model.replaced((), scores.added.values()), made, tuple(names))


@dataclass(frozen=True)
class _Scores:
    """Makes the variables of scores, each once, and keeps them in `added`."""

    model: Model
    moving: frozenset[str]
    added: dict[str, Variable] = field(default_factory=dict)

    def link(self, cause: str, effect: str) -> str:
        """The name of the auxiliary that has the score of the link."""
        expr = changed_by(self.model[effect])
        assert expr is not None, effect
        name = f"score of {cause} → {effect}"
        alone = f"Δ {effect} by {cause} alone"
        self.add(alone, _minus(self._but_for(expr, cause), self._before(expr)))
        change = self._change(cause, Ref(cause))
        total = self._change_of_effect(effect, expr)
        score = Apply("multiply", (_over(Ref(alone), change), Apply("absolute", (_over(change, total),))))
        finite = Apply("less", (Apply("absolute", (Ref(alone),)), _ENDLESS))
        moves = Apply("and", (finite, Apply("and", (_moves(change), _moves(total)))))
        self.add(name, Apply("select", (moves, score, Number(0.0))))
        return name

    def add(self, name: str, equation: Expr) -> None:
        """An auxiliary of that name, unless it is there already."""
        self._keep(Auxiliary(name=name, equation=equation, hidden=True))

    def _keep(self, variable: Variable) -> None:
        if variable.name in self.model:
            told = f'{self.model.name}: the variable "{variable.name}" has a name that scores of loops need.'
            raise ModelError(f"{told} Give it another.")
        self.added.setdefault(variable.name, variable)

    def _change_of_effect(self, effect: str, expr: Expr) -> Ref:
        """The change of a variable, or of what changes it."""
        if isinstance(self.model[effect], Auxiliary):
            return self._change(effect, Ref(effect))
        inside = f"what changes {effect}"
        self.add(inside, expr)
        self._remember(inside, expr)
        return self._change(effect, Ref(inside), "what changes ")

    def _change(self, name: str, now: Ref, what: str = "") -> Ref:
        change = f"{_CHANGE}{what}{name}"
        self.add(change, _minus(now, self._at(now.name)))
        return Ref(change)

    def _before(self, expr: Expr) -> Expr:
        """The expression as it was one step before."""
        return rewrite(expr, lambda node: self._at(node.name) if isinstance(node, Ref) else node)

    def _but_for(self, expr: Expr, cause: str) -> Expr:
        """The expression with `cause` as it is now, and all else as it was one step before."""
        return rewrite(expr, lambda node: self._at(node.name) if isinstance(node, Ref) and node.name != cause else node)

    def _at(self, name: str) -> Ref:
        """The variable `name` one step before: itself where it does not change."""
        if name != TIME and name in self.model and self._rests(self.model[name]):
            return Ref(name)
        return self._remember(name, Ref(INITIAL_TIME if name == TIME else name))

    def _remember(self, name: str, initial: Expr) -> Ref:
        before = f"{name} one step before"
        self._keep(Held(name=before, next=Ref(name), initial=initial, hidden=True))
        return Ref(before)

    def _rests(self, variable: Variable) -> bool:
        fixed = isinstance(variable, Constant | Frozen) or variable.name in CONTROLS
        return fixed and variable.name not in self.moving


def _moves(change: Ref) -> Expr:
    """Whether a change is more than rounding of what changes."""
    now = Ref(change.name.removeprefix(_CHANGE))
    size = Apply("multiply", (Number(STILL), Apply("absolute", (now,))))
    return Apply("greater", (Apply("absolute", (change,)), size))


def _product(factors: Iterable[Expr]) -> Expr:
    first, *others = factors
    for one in others:
        first = Apply("multiply", (first, one))
    return first


def _minus(left: Expr, right: Expr) -> Expr:
    return Apply("subtract", (left, right))


def _over(left: Expr, right: Expr) -> Expr:
    return Apply("divide", (left, right))
