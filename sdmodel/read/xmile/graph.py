"""`<gf>` → the points of a graphical function, and what it does between and beyond them."""

import math
import re
from dataclasses import dataclass

from sdmodel.read.xmile.markup import Node
from sdmodel.read.xmile.tokens import EquationError

_KINDS = {"continuous": "interpolate", "extrapolate": "extrapolate", "discrete": "hold_backward"}
_MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True)
class Graph:
    """Points by rising x; `kind` is PySD's word: interpolate, extrapolate or hold_backward."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    kind: str


def graph_of(node: Node) -> Graph:
    """The graphical function of a <gf>; EquationError says what is wrong with its points.

    Points of `xpts` go before `xscale`: old files give an empty scale beside them.
    """
    y = _numbers(node, "ypts")
    if not y:
        raise EquationError("the graphical function has no points (<ypts>)")
    x = _numbers(node, "xpts") or _spread(node, len(y))
    if len(x) != len(y):
        raise EquationError(f"the graphical function has {len(x)} x and {len(y)} y")
    points = sorted(zip(x, y, strict=True), key=lambda point: point[0])
    kind = node.attributes.get("type", "").strip().lower()
    if not kind:
        is_discrete = node.attributes.get("discrete", "").strip().lower() == "true"
        kind = "discrete" if is_discrete else "continuous"
    if kind not in _KINDS:
        raise EquationError(f"a graphical function of type {kind[:40]!r} is not known; use continuous or discrete")
    return Graph(tuple(x for x, _ in points), tuple(y for _, y in points), _KINDS[kind])


def _numbers(node: Node, tag: str) -> list[float]:
    """The numbers of a list, with the separator that the file tells, or commas, or spaces."""
    told = node.first(tag)
    if told is None or not told.text.strip():
        return []
    separator = told.attributes.get("sep", "").strip()
    split = re.escape(separator) if separator else r"[,;\s]"
    words = [word.strip() for word in re.split(rf"(?:{split})", told.text)]
    if len(words) > _MOST_POINTS:
        raise EquationError(f"the graphical function has more than {_MOST_POINTS:,} points")
    return [_number(word, tag) for word in words if word]


def _number(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EquationError(f"the graphical function has {word[:40]!r} in <{where}>, which is no number")
    return value


def _spread(node: Node, count: int) -> list[float]:
    """`count` points evenly over the scale of x."""
    scale = node.first("xscale")
    if scale is None:
        raise EquationError("the graphical function has neither <xpts> nor <xscale>")
    low, high = (_number(scale.attributes.get(name, ""), "xscale") for name in ("min", "max"))
    if count > 1 and not high > low:
        raise EquationError(f"the scale of the graphical function goes from {low:g} to {high:g}")
    width = (high - low) / (count - 1) if count > 1 else 0.0
    return [*(low + width * place for place in range(count - 1)), high if count > 1 else low]
