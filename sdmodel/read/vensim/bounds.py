"""What one equation of an untrusted file may not be: longer, or nested deeper, than any that a person wrote.

The parser behind needs time and memory for each character and Python frames for each bracket.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

DEEPEST = 200
LONGEST = 100_000
LONGEST_LIST = 2_000_000
LONGEST_NAME = 1_000
_FRAMES = 12_000  # about 20 for each bracket in the parser, as many for what walks through its tree
_BRACKET = re.compile(r'"(?:\\"|[^"])*+"|[(\[)\]]')
_LETTER = re.compile(r"[^\W\de]", re.IGNORECASE)
_LONG_NAME = re.compile(rf'"(?:\\"|[^"]){{{LONGEST_NAME + 1}}}')
_lock = RLock()


def trouble(equation: str) -> str:
    """Why `equation`, both its sides, is refused; empty when it is of a size that can be read."""
    if _LONG_NAME.search(equation):
        return f"a name in quotes has more than {LONGEST_NAME:,} characters; look for a quote that is not closed"
    if len(equation) > LONGEST_LIST:
        return f"it has more than {LONGEST_LIST:,} characters; no sound equation is that long"
    if _depth(equation) > DEEPEST:
        return f"it is nested too deeply, more than {DEEPEST} brackets; split it into several variables"
    return ""


def trouble_of_expression(expression: str) -> str:
    """Why `expression` is refused: only a list of numbers may be longer than LONGEST."""
    if len(expression) > LONGEST and _LETTER.search(expression, len("TABBED ARRAY")):
        return f"it has more than {LONGEST:,} characters; split it into several variables"
    return ""


def _depth(equation: str) -> int:
    depth = deepest = 0
    for found in _BRACKET.finditer(equation):
        bracket = found[0]
        if bracket in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in ")]":
            depth -= 1
    return deepest


@contextmanager
def room_for_nesting() -> Iterator[None]:
    """Python frames enough for DEEPEST brackets, while it lasts: 1,000 are too few for 53."""
    with _lock:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, _FRAMES))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)
