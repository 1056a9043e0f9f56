"""`<stock>`, `<flow>`, `<aux>` and `<gf>` → entries: what the file says of each variable, in one form for all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sdmodel.read.xmile.graph import Graph, graph_of
from sdmodel.read.xmile.markup import Node
from sdmodel.read.xmile.tokens import EquationError, without_comments

LONGEST_NAME = 1_000
KINDS = ("stock", "flow", "aux", "gf")
_GROUPS = ("variables", "group", "sector")  # variables may stand in groups
_REFUSED = {
    "queue": "queues (<queue>) are not supported; use a stock, or a conveyor of fixed length",
    "oven": "ovens (<oven>) are not supported; use a stock, or a conveyor of fixed length",
    "leak": "leakage of conveyors (<leak>) is not supported; give the leak a stock of its own",
    "leak_integers": "leakage of conveyors (<leak_integers>) is not supported",
    "overflow": "overflows of queues (<overflow>) are not supported",
    "multiplier": "unit conversion within a flow (<multiplier>) is not supported; use two flows",
    "isee:delay_stock": "this kind of stock is not supported",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The equation for all elements (`subscript` is empty), or for one; `text` without comments, on one line."""

    subscript: tuple[str, ...]
    text: str
    graph: Graph | None = None
    at_start: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable: `module` is the path of modules that it is in, `problem` why it cannot be used, if so.

    `non_negative` is None where the variable does not say.
    """

    name: str
    kind: str
    line: int
    parts: tuple[Part, ...] = ()
    module: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    inflows: tuple[str, ...] = ()
    outflows: tuple[str, ...] = ()
    non_negative: bool | None = None
    conveyor: Node | None = None
    unit: str = ""
    documentation: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    problem: str = ""

    @property
    def full_name(self) -> str:
        """The name with its modules before it, `market.price`."""
        return ".".join((*self.module, self.name))


def spelled(name: str) -> str:
    """A name of an attribute on one line: the file has \\n for a line break."""
    return " ".join(name.replace("\\n", " ").split())


def nodes_of(model: Node) -> Iterator[Node]:
    """The elements of a model that stand for something in it, those in groups and in <variables> included."""
    for child in model.children:
        if child.tag in _GROUPS and (child.children or child.tag == "variables"):
            yield from nodes_of(child)
        else:
            yield child


def entries_of(model: Node, module: tuple[str, ...] = ()) -> Iterator[Entry]:
    """The variables of a <model>, in the order of the file."""
    for node in nodes_of(model):
        if node.tag in KINDS and spelled(node.attributes.get("name", "")):
            yield _entry(node, module)


def _entry(node: Node, module: tuple[str, ...]) -> Entry:
    name = spelled(node.attributes["name"])
    if len(name) > LONGEST_NAME:
        return Entry(f"{name[:60]}…", node.tag, node.line, problem=f"its name has more than {LONGEST_NAME} characters")
    problem = next((reason for tag, reason in _REFUSED.items() if node.first(tag)), "")
    parts: tuple[Part, ...] = ()
    try:
        parts = tuple(_parts(node))
    except EquationError as error:
        problem = problem or str(error)
    dimensions = node.first("dimensions")
    return Entry(
        name=name,
        kind=node.tag,
        line=node.line,
        parts=parts,
        module=module,
        dimensions=tuple(spelled(dim.attributes.get("name", "")) for dim in dimensions.all("dim"))
        if dimensions
        else (),
        inflows=tuple(flow.text.strip() for flow in node.all("inflow") if flow.text.strip()),
        outflows=tuple(flow.text.strip() for flow in node.all("outflow") if flow.text.strip()),
        non_negative=non_negative(node),
        conveyor=node.first("conveyor") if node.tag == "stock" else None,
        unit=" ".join(node.said("units").split()),
        documentation=node.said("doc"),
        limits=_limits(node.first("range")),
        problem=problem,
    )


def non_negative(node: Node) -> bool | None:
    """Whether <non_negative> stands in a node: None where it does not."""
    told = node.first("non_negative")
    return None if told is None else "false" not in told.text.lower()


def _parts(node: Node) -> Iterator[Part]:
    """One part, or one for each <element>; what an element does not say, the variable says for all."""
    if node.tag == "gf":
        yield Part((), "", graph_of(node))
        return
    whole = _part(node, ())
    elements = list(node.all("element"))
    for element in elements:
        subscript = tuple(word.strip().strip('"') for word in element.attributes.get("subscript", "").split(","))
        own = _part(element, subscript)
        yield Part(subscript, own.text or whole.text, own.graph or whole.graph, own.at_start or whole.at_start)
    if not elements:
        yield whole


def _part(node: Node, subscript: tuple[str, ...]) -> Part:
    graph = node.first("gf")
    text = without_comments(node.said("eqn"))
    return Part(subscript, text, graph_of(graph) if graph else None, without_comments(node.said("init_eqn")))


def _limits(node: Node | None) -> tuple[float | None, float | None]:
    found: list[float | None] = []
    for name in ("min", "max"):
        text = node.attributes.get(name, "").strip() if node else ""
        found.append(
            float(text) if re.fullmatch(r"[-+]?(?:\d{1,300}\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", text) else None
        )
    return found[0], found[1]
