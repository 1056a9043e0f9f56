"""`"name in quotes"$` → `"name in quotes$"`: PySD's grammar has no dollar sign after a quoted name.

Inside a macro a dollar sign after a name means the variable of the model around it, as in `TIME STEP$`. So the mark is
the same for all names that come out of the parser: they end with `$`, within the quotes if there are any.
"""

import re

_QUOTED = re.compile(r'("(?:\\"|[^"])*+)"(\s*+\$)?+')


def outer_names_marked(equation: str) -> str:
    """`equation` in which the mark of a quoted name stands inside its quotes."""
    return _QUOTED.sub(lambda found: f'{found[1]}$"' if found[2] else found[0], equation)
