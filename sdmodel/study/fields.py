"""The kinds of value that a study file may have: names, numbers, conditions, points; each refuses what it is not."""

import itertools
import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sdmodel.model.names import did_you_mean
from sdmodel.study.overlay import MARK

MOST_POINTS = 500  # of one table in time; each point costs the kernel two inputs and a comparison
_CONDITION = re.compile(r"\s*(<=|>=|==|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")
_REDUCTIONS = ("last", "min", "max", "mean", "sum", "integral")


def _name(name: str) -> str:
    if not name.strip():
        raise ValueError("must not be empty")
    if name != name.strip() or not name.isprintable():
        raise ValueError("must not start or end with spaces, nor hold line breaks or control characters")
    if MARK in name:
        raise ValueError(f'must not contain "{MARK}": it marks a shock or variant laid over a scenario')
    return name


def _condition(value: Any) -> tuple[str, float]:
    match = _CONDITION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not math.isfinite(float(match[2])):
        raise ValueError('must be a text of an operator (<, <=, >, >=, ==) and a number, such as "<= 0.4"')
    return match[1], float(match[2])


def _whole(value: float) -> float:
    if value != round(value) or abs(value) > 2**53:
        raise ValueError("must be a whole number")
    return value


def _points(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    times = [time for time, _ in points]
    if any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise ValueError("must have rising times, each once")
    return points


def _pair(value: Any) -> Any:
    if not (isinstance(value, list) and len(value) == 2):
        raise ValueError("must be a pair [time, value]")
    return tuple(value)


def _reduction(value: Any) -> Any:
    if isinstance(value, str) and value not in _REDUCTIONS:
        known = ", ".join(f'"{word}"' for word in _REDUCTIONS)
        hint = did_you_mean(value, _REDUCTIONS)
        raise ValueError(f'must be {known}, {{ at = TIME }} or {{ first = "< LIMIT" }}.{hint}')
    return value


Name = Annotated[str, AfterValidator(_name)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[Finite, Field(gt=0)]
Whole = Annotated[Finite, AfterValidator(_whole)]
Text = Annotated[str, Field(strict=True)]
Condition = Annotated[tuple[str, float], BeforeValidator(_condition)]
Point = Annotated[tuple[Finite, Finite], BeforeValidator(_pair)]
Points = Annotated[list[Point], Field(min_length=2, max_length=MOST_POINTS), AfterValidator(_points)]
Reduction = Annotated[Text, BeforeValidator(_reduction)]


class Checked(BaseModel):
    """A table of the file: known keys only, no silent conversion of values."""

    model_config = ConfigDict(extra="forbid", frozen=True)
