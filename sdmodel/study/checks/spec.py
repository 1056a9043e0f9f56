"""What a reality check is, as frozen data: the runs that it compares, and what it expects of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdmodel.study.terms import Setting


@dataclass(frozen=True)
class Literal:
    """A number as it is written."""

    value: float


@dataclass(frozen=True)
class Course:
    """The trajectory of a variable in the run that the function around it names."""

    name: str


@dataclass(frozen=True)
class Arithmetic:
    """`left` + - * / `right`."""

    operator: str
    left: "Term"
    right: "Term"


@dataclass(frozen=True)
class Reading:
    """A number read from the course of `of` in `run`: start, end, max, min, mean, or at (needs `time`)."""

    function: str
    run: str
    of: "Term"
    time: float | None = None


@dataclass(frozen=True)
class First:
    """The first saved time at which `when` holds in `run`; infinite if it never does."""

    run: str
    when: "Comparison"


@dataclass(frozen=True)
class Choice:
    """smallest or largest of `parts`, or abs of the only one."""

    function: str
    parts: tuple["Term", ...]


Term = Literal | Course | Arithmetic | Reading | First | Choice


@dataclass(frozen=True)
class Comparison:
    """`left` < <= > >= = `right`; `within` is how far apart equal numbers may be; `text` is how it was written."""

    text: str
    left: Term
    operator: str
    right: Term
    within: float | None = None


@dataclass(frozen=True)
class Throughout:
    """Each of `comparisons` holds at all saved times of `run` (`never`: at none of them)."""

    text: str
    run: str
    comparisons: tuple[Comparison, ...]
    never: bool = False


Part = Comparison | Throughout


@dataclass(frozen=True)
class Expectation:
    """What must be true of the runs of a check: every one of `parts`; `text` is how it was written."""

    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class CheckRun:
    """A run of a check: a scenario (empty: the baseline), variants and shocks laid over it, `settings` over all."""

    scenario: str = ""
    overlays: tuple[str, ...] = ()
    settings: dict[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A reality check: if the model is set like this, then it must behave like that.

    `statement` says so in words, "If …, then …". `kind`: "behaviour" changes what an actor does or what happens,
    "structure" cuts or changes a mechanism. `claims` are names of claims that it puts to the test. All of `expect`
    must hold. `draw` names the variables that show it best; without any, `drawn` takes those of `expect`.
    """

    name: str
    statement: str
    runs: dict[str, CheckRun]
    expect: tuple[Expectation, ...]
    kind: str = "behaviour"
    claims: tuple[str, ...] = ()
    draw: tuple[str, ...] = ()
    basis: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that `expect` reads, in their order."""
        return tuple(dict.fromkeys(node.name for node in self.nodes() if isinstance(node, Course)))

    @property
    def drawn(self) -> tuple[str, ...]:
        """The variables to draw."""
        return self.draw or self.variables

    @property
    def times(self) -> tuple[float, ...]:
        """The times that `expect` names."""
        return tuple(node.time for node in self.nodes() if isinstance(node, Reading) and node.time is not None)

    def nodes(self) -> Iterator[Term | Part]:
        """All parts of `expect`, and of these."""
        for expectation in self.expect:
            for part in expectation.parts:
                yield from nodes(part)


def nodes(node: Term | Part) -> Iterator[Term | Part]:
    """`node` and all that it is made of, from left to right."""
    yield node
    for below in _below(node):
        yield from nodes(below)


def _below(node: Term | Part) -> tuple[Term | Part, ...]:
    if isinstance(node, Arithmetic | Comparison):
        return node.left, node.right
    if isinstance(node, Reading):
        return (node.of,)
    if isinstance(node, First):
        return (node.when,)
    if isinstance(node, Choice):
        return node.parts
    return node.comparisons if isinstance(node, Throughout) else ()
