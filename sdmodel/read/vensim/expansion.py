"""Parsed sections → how many variables arrays and macros will become, told before anything is expanded.

A few lines can ask for more variables than fit into memory: dimensions multiply, and macros that call macros double.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sdmodel.errors import ModelError
from sdmodel.model.names import key

MOST_VARIABLES = 200_000
_DEEPEST = 50


def refuse_excess(path: Path, sections: Iterable[Any]) -> None:
    """ModelError when the sections become too many variables: the model first, each macro behind those that it uses."""
    main, *macros = sections
    sizes = _sizes(main.subscripts)
    expanded: dict[str, int] = {}
    for macro in macros:
        expanded[macro.name] = _variables(macro.components, {}, expanded)
    count = _variables(main.components, sizes, expanded)
    if count > MOST_VARIABLES:
        raise ModelError(
            f"{path.name}: its arrays and macros stand for {count:,} variables; {MOST_VARIABLES:,} are the most. "
            "Give subscript ranges fewer elements, arrays fewer dimensions, or call fewer macros."
        )


def _variables(components: Iterable[Any], sizes: Mapping[str, int], macros: Mapping[str, int]) -> int:
    """Variables that the equations become: elements of the left side, times one and those of each macro called."""
    count = 0
    calls = {name: re.compile(rf"(?<!\w){re.escape(key(name))} ?\(") for name in macros}
    for component in components:
        elements = 1
        for subscript in component.subscripts[0]:
            elements *= sizes.get(key(subscript), 1)
        text = re.sub(r"[\s_]++", " ", component.expression or "").casefold() if calls else ""
        count += elements * (1 + sum(len(call.findall(text)) * macros[name] for name, call in calls.items()))
    return count


def _sizes(ranges: Iterable[Any]) -> dict[str, int]:
    """Number of elements of each range by key; a range in a file counts as one."""
    told = {key(one.name): one.definition for one in ranges}
    sizes: dict[str, int] = {}
    for name in told:
        sizes[name] = _size(name, told, sizes, 0)
    return sizes


def _size(name: str, told: Mapping[str, Any], sizes: Mapping[str, int], depth: int) -> int:
    if name in sizes:
        return sizes[name]
    definition = told.get(name)
    if definition is None or isinstance(definition, dict) or depth > _DEEPEST:
        return 1
    inside = [definition] if isinstance(definition, str) else definition
    return sum(_size(key(one), told, sizes, depth + 1) if key(one) in told else 1 for one in inside)
