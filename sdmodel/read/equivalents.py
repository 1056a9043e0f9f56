"""Text of a model file → the groups of unit names that its author declared to mean the same.

Vensim keeps them in the settings at the end of the file, one group a line: `22:Person,People,Persons`. XMILE has
`<unit name="Person"><eqn>…</eqn><alias>people</alias></unit>`.
"""

import html
import re

_VENSIM = re.compile(r"^22:([^\n]++)$", re.MULTILINE)
_UNIT = re.compile(r'<unit\s[^>]*?name="([^"]*+)"[^>]*+>(.*?)</unit>', re.DOTALL)
_INNER = re.compile(r"<(?:eqn|alias)>([^<]++)</")


def equivalents(text: str) -> tuple[tuple[str, ...], ...]:
    """Groups of names, in the order of the file."""
    settings = text[text.rfind("\\\\\\---///") :] if "\\\\\\---///" in text else text
    groups = [tuple(name.strip() for name in found.split(",") if name.strip()) for found in _VENSIM.findall(settings)]
    for name, inner in _UNIT.findall(text) if "<model_units" in text else ():
        groups.append(tuple(html.unescape(part.strip()) for part in (name, *_INNER.findall(inner)) if part.strip()))
    return tuple(group for group in groups if len(group) > 1)
