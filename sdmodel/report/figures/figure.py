"""What every figure is: plain data for Plotly, with the words that stand around it.

Colours are names of CSS variables ("--s0", with opacity "--s0/0.2"): the page's script looks them up, so that every
figure follows the light or dark scheme of the reader.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`key` is its id in the page; `alt` says in words what it shows; `spec` has `data` and `layout`,
    and `apart` where numbered markers smaller than that may stand aside from each other.

    `above` and `below` name its axes in HTML, where long names wrap; `note` is said below it beside what all
    figures of its kind have in common; `risk` asks for the sentence on what risk means.
    """

    key: str
    title: str
    alt: str
    spec: dict[str, Any]
    above: str = ""
    below: str = ""
    height: int = 280
    risk: bool = False
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = field(default=())
