"""Text and numbers → forms that are safe in the page: labels of figures, JSON in a script element, hashes of scripts.

Three doors could let a study's words become code, and each has its lock here: HTML is escaped by Jinja2, the tags that
Plotly understands inside labels are escaped by `label`, and data for figures travels as JSON in which no character can
end the script element that holds it. The page's policy then runs only the scripts whose hashes it names.
"""

import base64
import hashlib
import html
import json
import math
import textwrap
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def label(text: str, *, width: int | None = None) -> str:
    """Text for a label of Plotly, which reads `<b>` and `<a href>`: what is typed is what is shown.

    With `width` it is broken into at most two lines of so many characters, and cut with "…" if that is not enough.
    """
    lines = textwrap.wrap(text, width, max_lines=2, placeholder="…") if width else [" ".join(text.split())]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def in_template(text: str) -> str:
    """Text for a hover template of Plotly, which would also fill in `%{…}`."""
    return label(text).replace("%", "&#37;")


def rounded(values: ArrayLike, digits: int = 4) -> list[float | None]:
    """The numbers to `digits` significant digits, None for what is not finite: small in the page and valid JSON."""
    return [float(f"{value:.{digits}g}") if math.isfinite(value) else None for value in np.ravel(values).tolist()]


def script_json(value: Any) -> Markup:
    """JSON that can stand inside a script element: nothing in it can end the element or a line of JavaScript."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _UNSAFE.items():
        text = text.replace(character, escaped)
    return Markup(text)  # safe: every character that HTML could read is escaped above


def policy_hash(script: str) -> str:
    """The source expression by which a Content-Security-Policy allows exactly this inline script."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
