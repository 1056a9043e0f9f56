"""PySD's tree of an untrusted file → refused where its words would end up as code in the module that PySD writes.

PySD puts names of subscript ranges, macros, files, sheets and cells between quotes of Python as they stand. A name
with a quote in it could leave them, and do anything when the module is loaded.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from sdmodel.errors import ExperimentError

_LEAVES_QUOTES = re.compile(r"""['\n\r]|\\$|\\['"]""")
_CALLS = re.compile(r"[()]")


def refuse_code(abstract: Any) -> None:
    """Raise ExperimentError when PySD must not be given this tree; the message names the word."""
    for section in abstract.sections:
        words = [section.name, *section.params, *section.returns]
        words += [one.name for one in section.subscripts]
        words += [word for element in section.elements for part in element.components for word in _paths(part.ast)]
        words += [
            word for one in section.subscripts if isinstance(one.subscripts, dict) for word in one.subscripts.values()
        ]
        elements = [word for one in section.subscripts if isinstance(one.subscripts, list) for word in one.subscripts]
        bad = [word for word in words if isinstance(word, str) and _LEAVES_QUOTES.search(word)]
        bad += [word for word in elements if _LEAVES_QUOTES.search(word) and _CALLS.search(word)]
        if bad:
            raise ExperimentError(
                f"the name {bad[0]!r} has a quote, backslash or line break in it, which PySD would take for Python "
                "code. PySD is not given this model; the compiled engine runs it."
            )


def _paths(node: Any) -> Iterator[Any]:
    """Files, sheets and cells that an equation names."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _paths(item)
    elif is_dataclass(node) and not isinstance(node, type):
        names_files = type(node).__name__.startswith("Get")
        for field in fields(node):
            value = getattr(node, field.name)
            if names_files:
                yield value
            else:
                yield from _paths(value)
