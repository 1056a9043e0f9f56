"""`<conveyor>` → a flow that leaves after a fixed transit time; all other conveyors are refused by name.

A conveyor takes in what its inflows bring in each step, and lets it out as long afterwards as its transit time says;
its initial content lies evenly on it and leaves at a steady rate (isee systems, Stella help, "Conveyor computation").
Its content is an ordinary stock of what goes in and out. Transit time is counted in whole steps, so the rate at the
start is the content over that, and what was on the conveyor has left it to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from sdmodel.model.names import key
from sdmodel.read.xmile.calls import arithmetic, call
from sdmodel.read.xmile.entries import Entry
from sdmodel.read.xmile.influences import names_in
from sdmodel.read.xmile.markup import Node
from sdmodel.read.xmile.modules import Names
from sdmodel.read.xmile.tokens import without_comments

_ROUNDED = 0.5 + 1e-6  # as the delay itself counts its steps
_HARMLESS = {"len", "isee:init_slats"}
_UNLIMITED = {"", "inf", "infinity"}
_OFF = {"", "false", "0"}


@dataclass(frozen=True)
class Belt:
    """A plain conveyor: `stock` keeps its content, `length` is the text of its transit time."""

    stock: Entry
    length: str

    def outflow(self, entering: Any, transit: Any, content: Any) -> Any:
        """What leaves it, from what enters it, its transit time and its content at the start."""
        step = ae.ReferenceStructure("time_step")
        steps = call("max", 1.0, call("integer", arithmetic(["+"], (arithmetic(["/"], (transit, step)), _ROUNDED))))
        return ae.DelayFixedStructure(entering, transit, arithmetic(["/", "/"], (content, steps, step)))


def belts(names: Names) -> tuple[dict[str, Belt], dict[str, str]]:
    """The conveyors by the key of the flow that leaves them, and the reasons against the others by their own key."""
    found: dict[str, Belt] = {}
    refused: dict[str, str] = {}
    for own, entry in names.entries.items():
        if entry.conveyor is None:
            continue
        leaving = [names.find(name, entry.module) for name in entry.outflows]
        reason = _why_not(entry, entry.conveyor, leaving)
        flow = leaving[0] if len(leaving) == 1 else None
        if reason or flow is None:
            refused[own] = reason
        else:
            found[key(flow.full_name)] = Belt(entry, without_comments(entry.conveyor.said("len")))
    return found, refused


def _why_not(entry: Entry, node: Node, leaving: list[Entry | None]) -> str:
    """Why a conveyor is not a plain one; empty when it is."""
    if len(leaving) != 1 or leaving[0] is None:
        return f"a conveyor with {len(leaving)} outflows is not supported; it needs one, and no leak"
    if not without_comments(node.said("len")):
        return "the conveyor has no transit time (<len>)"
    for child in node.children:
        unlimited = child.tag in ("capacity", "in_limit") and child.text.strip().lower() in _UNLIMITED
        if child.tag not in _HARMLESS and not unlimited and child.text.strip().lower() not in _OFF:
            return f"a conveyor with <{child.tag}> is not supported; only transit time (<len>) is"
    for name, value in node.attributes.items():
        if name == "discrete" and value.strip().lower() not in _OFF:
            return "a discrete conveyor is not supported; only a continuous one is"
    if any("," in part.text for part in entry.parts) and not entry.dimensions:
        return "a conveyor whose initial content is a list is not supported; give it one number"
    return ""


def not_fixed(transit: Any, reads: Mapping[str, set[str]], stocks: set[str]) -> str | None:
    """The key of what makes a transit time change during the run; None when nothing does."""
    pending = list(names_in(transit))
    seen = set(pending)
    while pending:
        name = pending.pop()
        if name == "time" or name in stocks:
            return name
        inner = reads.get(name, set()) - seen
        seen |= inner
        pending.extend(inner)
    return None
