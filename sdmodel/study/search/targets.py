"""The tables `[targets.NAME]` of a study file: what they may say, and the target that each of them is."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from sdmodel.model.names import did_you_mean
from sdmodel.study.fields import Checked, Finite, Text
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.search.spec import Requirement, Target

MOST_LIMITS = 50
_REQUIREMENT = re.compile(r"\s*(?P<outcome>[^<>=]+?)\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[^\s<>=]+)\s*")


def requirement_of(text: str) -> Requirement:
    """ "peak <= 0.1" as a requirement.

    Raises:
        ValueError: it is not an outcome, an operator and a number.
    """
    match = _REQUIREMENT.fullmatch(text)
    try:
        bound = float(match["bound"]) if match else float("nan")
    except ValueError:
        bound = float("nan")
    if match is None or not abs(bound) < float("inf"):
        raise ValueError('must be an outcome, an operator (<, <=, >, >=) and a number, such as "peak <= 0.1"')
    return Requirement(match["outcome"].strip("\"'"), match["sign"], bound)


def _requirement(value: Any) -> Requirement:
    if not isinstance(value, str):
        raise ValueError('must be a text such as "peak <= 0.1"')
    return requirement_of(value)


def _rising(limits: list[float]) -> list[float]:
    if any(later <= earlier for earlier, later in pairwise(limits)):
        raise ValueError("must rise, each limit once")
    return limits


Required = Annotated[Requirement, BeforeValidator(_requirement)]


class TargetTable(Checked, BaseModel):
    """A target; see `Target` in `study/search_spec.py` for what the keys mean."""

    requires: Annotated[list[Required], Field(min_length=1, max_length=20)]
    limits: Annotated[list[Finite], Field(max_length=MOST_LIMITS), AfterValidator(_rising)] = []
    title: Text = ""
    basis: Text = ""


def target_of(name: str, table: TargetTable) -> Target:
    """The target that `table` describes."""
    words = name.replace("_", " ").strip()
    title = table.title or words[:1].upper() + words[1:]
    return Target(name, title, tuple(table.requires), tuple(table.limits), table.basis)


def problems_of_targets(tables: Mapping[str, TargetTable], outcomes: Collection[str]) -> Iterator[Problem]:
    """Outcomes that the file has not."""
    for name, table in tables.items():
        for number, one in enumerate(table.requires, start=1):
            if one.outcome not in outcomes:
                near = did_you_mean(one.outcome, outcomes)
                place = ("targets", name, "requires", f"item {number}")
                yield place, f'the file has no outcome "{shown_name(one.outcome)}".{near}'
