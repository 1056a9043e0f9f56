"""Text of one side of a comparison → the RC function that it is, if it is one, and its arguments as texts.

Source: Vensim's help, "Reality Check Functions".
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<quoted>"(?:\\"|[^"])*+"|'[^']*+')|(?P<word>:\s*+[A-Z][A-Z\s]*+:)"""
    r"""|(?P<compare><>|<=|>=|=|<|>)|(?P<mark>[()\[\],])|(?P<other>[^"':<>=()\[\],]++|.)""",
    re.IGNORECASE | re.DOTALL,
)
_RC = re.compile(r"\s*+RC[\s_]++(COMPARE|DECAY|GROW|RAMP|STEP)(?:[\s_]++(CHECK))?+\s*+\(", re.IGNORECASE)
_RC_INSIDE = re.compile(r"(?<!\w)RC[\s_]++(?:COMPARE|DECAY|GROW|RAMP|STEP)(?:[\s_]++CHECK)?+\s*+\(", re.IGNORECASE)
_SIGNATURES = {
    "step": ("basis", "mult"),
    "ramp": ("basis", "mult", "time"),
    "decay": ("basis", "time"),
    "grow": ("basis", "rate"),
    "compare": ("run", "basis", "mult"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """An RC function, `name` in lower case without RC and CHECK, and the texts of its arguments by their names.

    `check` tells an RC … CHECK, which has a `grace`. `start` and `duration` may be missing.
    """

    name: str
    check: bool
    arguments: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"RC {self.name.upper()}{' CHECK' * self.check}"


def call_of(side: str) -> Call | None:
    """The RC function that a side is, or None.

    Raises:
        ValueError: one that is only a part of the side, is not closed, or has too few or too many arguments.
    """
    head = _RC.match(side)
    if head is None:
        if found := _RC_INSIDE.search(side):
            raise ValueError(f"{' '.join(found[0][:-1].upper().split())} must stand alone on one side of a comparison")
        return None
    parts = _arguments(side[head.end() :], str(head[0].strip(" (")))
    name, check = head[1].lower(), head[2] is not None
    wanted = [*_SIGNATURES[name]]
    if check:
        wanted.insert(2 if name == "compare" else 0, "grace")
    if not len(wanted) <= len(parts) <= len(wanted) + 2:
        shown = " ".join(head[0].strip(" (").upper().split())
        raise ValueError(f"{shown} takes {len(wanted)} to {len(wanted) + 2} arguments, not {len(parts)}")
    return Call(name, check, tuple(zip([*wanted, "start", "duration"], parts, strict=False)))


def _arguments(rest: str, name: str) -> list[str]:
    """The arguments of a call whose opening bracket was read; the side must end where the call ends."""
    parts, depth, part = list[str](), 0, ""
    tokens = [found[0] for found in TOKEN.finditer(rest)]
    for at, token in enumerate(tokens):
        if token == ")" and depth == 0:
            if "".join(tokens[at + 1 :]).strip():
                raise ValueError(f"{name} must stand alone on one side of a comparison")
            return [*parts, part.strip()]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        if token == "," and depth == 0:
            parts, part = [*parts, part.strip()], ""
        else:
            part += token
    raise ValueError("a bracket is not closed")
