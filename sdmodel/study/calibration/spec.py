"""What a study asks of the past, as frozen data: which constants are fitted to which observations, and when."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdmodel.study.terms import Setting, Uncertainty

SOUND = ("verified", "derived")
"""Statuses of rows that are used unless a series names others."""


@dataclass(frozen=True)
class Series:
    """Observations of `variable`: rows of the CSV file `data` in which each column of `where` has its value.

    The file is given relative to the study. observation = scale × variable + offset, and a fitted shift more in rows
    where the column `shift[0]` is `shift[1]`; its error has the standard deviation `error`, or `relative_error` × the
    observation. A scale or offset of None is fitted as well, the scale within `scales`.
    """

    name: str
    title: str
    variable: str
    data: str
    where: Mapping[str, str] = field(default_factory=dict)
    time: str = "time"
    value: str = "value"
    error: float | None = None
    relative_error: float | None = None
    statuses: tuple[str, ...] = SOUND
    scale: float | None = 1.0
    scales: tuple[float, float] = (0.0, math.inf)
    offset: float | None = 0.0
    shift: tuple[str, str] | None = None


@dataclass(frozen=True)
class Bound:
    """A range that a number of `scenario` must keep to: `outcome`, or `variable` at `time`.

    Within [low, high] it costs nothing; outside it counts like an observation missed by that much, with `error` as
    standard deviation.
    """

    name: str
    title: str
    scenario: str
    low: float
    high: float
    error: float
    outcome: str = ""
    variable: str = ""
    time: float | None = None
    basis: str = ""


@dataclass(frozen=True)
class Calibration:
    """Fit `parameters` to `series` from `fit[0]` to `fit[1]`, and judge by the observations of `holdout`.

    A parameter is looked for in its own of the `ranges`, or in that of its uncertainty; `unknowns` are the parameters
    with the ranges that hold, once the study is bound. `settings` are laid over `scenario`: the levers as they were.
    `events` is a CSV file of marks for the time axis.
    """

    scenario: str
    parameters: tuple[str, ...]
    fit: tuple[float, float]
    series: dict[str, Series]
    holdout: tuple[float, float] | None = None
    settings: "dict[str, Setting]" = field(default_factory=dict)
    bounds: dict[str, Bound] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    unknowns: "tuple[Uncertainty, ...]" = ()
    starts: int = 20
    seed: int | None = None
    events: str = ""
    caveats: tuple[str, ...] = ()
