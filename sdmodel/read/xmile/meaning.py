"""Trees of equations → PySD's structures, with every name, function and subscript resolved where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, pi, prod
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from sdmodel.model.names import key
from sdmodel.read.xmile.bounds import is_long_sum, long_sum
from sdmodel.read.xmile.calls import arithmetic, built_in, call, negative
from sdmodel.read.xmile.entries import Entry
from sdmodel.read.xmile.grammar import Call, Chain, Name, Number, Tree
from sdmodel.read.xmile.modules import Names, plain
from sdmodel.read.xmile.place import Macro, Place
from sdmodel.read.xmile.ranges import Ranges
from sdmodel.read.xmile.reductions import rank, reduces, reduction, size
from sdmodel.read.xmile.subscripts import Written, resolved
from sdmodel.read.xmile.tokens import EquationError

GRAPH = " graph"  # the name of a variable's graphical function, where others read it, after the variable's own
MOST_CHOICES = 1_000
_CLOCK = {
    "time": "time",
    "dt": "time_step",
    "starttime": "initial_time",
    "stoptime": "final_time",
    **{name: name.replace(" ", "_") for name in ("time step", "initial time", "final time", "saveper")},
}
_NUMBERS = {"pi": pi, "inf": inf}
_LOGIC = {"and": ":AND:", "or": ":OR:", "not": ":NOT:"}
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass
class Meaning:
    """What names mean; `graphs` collects the variables whose graphical function is read on its own.

    `parameters` are those of the macro whose equations these are.
    """

    names: Names
    ranges: Ranges
    macros: Mapping[str, Macro] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    graphs: set[str] = field(default_factory=set)

    def of(self, tree: Tree, place: Place) -> Any:
        """PySD's structure of a tree; EquationError says what it cannot mean."""
        if isinstance(tree, Number):
            return tree.value
        if isinstance(tree, Chain):
            return self._chain(tree, place)
        return self._call(tree, place) if isinstance(tree, Call) else self._name(tree, place)

    def _chain(self, tree: Chain, place: Place) -> Any:
        operands = [self.of(operand, place) for operand in tree.operands]
        first = tree.operators[0]
        if first == "negative":
            return negative(operands[0])
        if first in _LOGIC:
            return ae.LogicStructure([_LOGIC[operator] for operator in tree.operators], tuple(operands))
        if first in _COMPARISONS:
            return ae.LogicStructure(list(tree.operators), tuple(operands))
        if first in ("mod", "//"):
            return call("modulo" if first == "mod" else "safediv", *operands)
        return long_sum(tree.operators, operands) if is_long_sum(tree) else arithmetic(tree.operators, operands)

    # --- names ---

    def _name(self, tree: Name, place: Place) -> Any:
        own = plain(tree.text)
        entry = None if own in self.parameters or own in _CLOCK else self.names.find(tree.text, place.module)
        if entry is None and own == "self" and own not in self.parameters:
            entry = place.entry
        if entry is not None:
            return self.reference(entry, tree.subscripts, place)
        if tree.subscripts is not None:
            raise EquationError(f'there is no array "{tree.text}"')
        if own in _NUMBERS and own not in self.parameters:
            return _NUMBERS[own]
        if own in self.ranges.elements and own in place.elements:
            return float(self.ranges.number(own, place.elements[own]))
        return ae.ReferenceStructure(_CLOCK.get(own, own.replace(" ", "_")))

    def reference(self, entry: Entry, subscripts: Written, place: Place) -> Any:
        """A variable with the subscripts that it gets at a place."""
        return self._with_subscripts(entry, subscripts, place, key(entry.full_name).replace(" ", "_"))

    def _with_subscripts(self, entry: Entry, subscripts: Written, place: Place, name: str) -> Any:
        dimensions = self.ranges.apart(entry.dimensions)
        if subscripts is not None and len(subscripts) != len(dimensions):
            raise EquationError(
                f'"{entry.full_name}" has {len(dimensions)} dimensions, and {len(subscripts)} subscripts here'
            )
        if not dimensions:
            return ae.ReferenceStructure(name)
        return self._chosen(name, resolved(self.ranges, dimensions, subscripts, place), dimensions, place)

    def _chosen(self, name: str, found: Sequence[str | Tree], dimensions: Sequence[str], place: Place) -> Any:
        """The reference; where a subscript is computed in the run, a choice among all elements, 0 beyond them."""
        computed = [(at, sub) for at, sub in enumerate(found) if not isinstance(sub, str)]
        if not computed:
            return ae.ReferenceStructure(name, ae.SubscriptsReferenceStructure(list(found)))
        sizes = [self.ranges.elements[key(dimensions[at])] for at, _ in computed]
        if prod(map(len, sizes)) > MOST_CHOICES:
            raise EquationError(f'a subscript of "{name}" is computed in the run, from too many elements')
        self.ranges.spend(place.free, prod(map(len, sizes)))
        (at, sub), elements = computed[0], sizes[0]
        index = call("integer", self.of(sub, place))
        choices: list[tuple[Any, Any]] = []
        for number, element in enumerate(elements, start=1):
            one = self._chosen(name, [*found[:at], element, *found[at + 1 :]], dimensions, place)
            choices.append((ae.LogicStructure(["="], (index, float(number))), one))
        return _choice(choices)

    # --- functions ---

    def _call(self, tree: Call, place: Place) -> Any:
        own = plain(tree.function.text)
        if own in self.macros:
            return self._macro(self.macros[own], tree.arguments, place)
        entry = self.names.find(tree.function.text, place.module)
        if entry is not None and any(part.graph for part in entry.parts):
            return self._graph(entry, tree.function.subscripts, tree.arguments, place)
        if own == "lookup" and len(tree.arguments) == 2:
            return self._lookup(*tree.arguments, place)
        if reduces(own, tree.arguments, place, self.names):
            return reduction(own, tree.arguments, place, self.of, self.ranges)
        if own == "size" and len(tree.arguments) == 1:
            return size(tree.arguments[0], place, self.of, self.ranges)
        if own == "rank" and len(tree.arguments) == 2:
            return rank(*tree.arguments, place, self.of)
        if (own in _CLOCK or own in _NUMBERS) and not tree.arguments:
            return _NUMBERS[own] if own in _NUMBERS else ae.ReferenceStructure(_CLOCK[own])
        if entry is not None:
            raise EquationError(
                f'"{entry.full_name}" is a variable, not a function; an operator is missing before its "("'
            )
        return built_in(own, [self.of(argument, place) for argument in tree.arguments])

    def _macro(self, macro: Macro, arguments: Sequence[Tree], place: Place) -> Any:
        """A call of a macro, with the default values of parameters that are left out."""
        left_out = [default for default in macro.defaults[len(arguments) :] if default is not None]
        given = (self.of(argument, place) for argument in (*arguments, *left_out))
        return call(key(macro.name).replace(" ", "_"), *given)

    def _lookup(self, table: Tree, x: Tree, place: Place) -> Any:
        entry = self.names.find(table.text, place.module) if isinstance(table, Name) else None
        if entry is None or not isinstance(table, Name) or not any(part.graph for part in entry.parts):
            raise EquationError("LOOKUP takes the name of a graphical function, and where to read it")
        return self._graph(entry, table.subscripts, (x,), place)

    def _graph(self, entry: Entry, subscripts: Written, arguments: Sequence[Tree], place: Place) -> Any:
        if len(arguments) != 1:
            raise EquationError(f'the graphical function "{entry.full_name}" takes 1 argument, not {len(arguments)}')
        own = key(entry.full_name)
        if any(part.text for part in entry.parts):
            self.graphs.add(own)
            own += GRAPH
        table = self._with_subscripts(entry, subscripts, place, own.replace(" ", "_"))
        if not isinstance(table, ae.ReferenceStructure):
            raise EquationError("the subscript of a graphical function must be known before the run")
        return ae.CallStructure(table, (self.of(arguments[0], place),))


def _choice(choices: Sequence[tuple[Any, Any]]) -> Any:
    """The value of the one condition that holds, else 0; at most one does, so halves make it shallow."""
    if len(choices) == 1:
        ((condition, value),) = choices
        return call("if_then_else", condition, value, 0.0)
    middle = len(choices) // 2
    index, first = choices[middle][0].arguments
    below = ae.LogicStructure(["<"], (index, first))
    return call("if_then_else", below, _choice(choices[:middle]), _choice(choices[middle:]))
