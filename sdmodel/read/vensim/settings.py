"""Settings block at the end of a .mdl → integration method, and the files that `?` names stand for.

The block starts with `:L<%^E!@`; each of its lines is a number, a colon and values. On line 15 the fourth value is
Vensim's integration type (Model > Settings > Integration Type); lines 30 are aliases of files.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from sdmodel.errors import ModelError

_START = re.compile(r"///---\\\\\\|:L\x7f?<%\^E!@")
_TYPE = re.compile(r"^15:(?:[^,\n]*+,){3}\s*+([-+]?\d{1,9})", re.MULTILINE)
_ALIAS = re.compile(r"^30:(\?[^=\n]++)=([^\n]++)$", re.MULTILINE)
# Euler, RK4 Auto, Diff (Euler that only reports auxiliaries one save time later), RK2 Auto, RK2 Fixed, RK4 Fixed.
# "Auto" shortens the step where it must; here it runs with the step of the model.
_INTEGRATIONS = {0: "euler", 1: "rk4", 2: "euler", 3: "rk2", 4: "rk2", 5: "rk4"}


@dataclass(frozen=True, slots=True)
class Settings:
    """`integration` is one of "euler", "rk2" and "rk4"; `aliases` tells for `?name` (casefolded) the file."""

    integration: str = "euler"
    aliases: dict[str, str] = field(default_factory=dict)


def settings(path: Path, text: str) -> Settings:
    """The settings that stand in `text`; Euler and no aliases for a file without them.

    Raises:
        ModelError: an integration type that Vensim does not have.
    """
    start = _START.search(text)
    block = text[start.end() :] if start else ""
    found = _TYPE.search(block)
    kind = int(found.group(1)) if found else 0
    if kind not in _INTEGRATIONS:
        raise ModelError(
            f"{path.name}: integration type {kind} in the settings at its end is unknown. "
            "In Vensim choose one under Model > Settings > Integration Type and save the model again."
        )
    aliases = {alias.strip().casefold(): file.strip() for alias, file in _ALIAS.findall(block)}
    return Settings(_INTEGRATIONS[kind], aliases)
