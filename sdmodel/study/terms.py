"""The words in which a study asks, as frozen data: scenarios and their settings, uncertainties, outcomes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """A lever over time: `start`, then at most one of ramp, step, pulse; or a whole table of (time, value).

    `start` None means the model's own value of that constant (or the draw of it, if it is uncertain).
    ramp: linear from `start` at time `ramp_from` to `ramp_value` at `ramp_to`, constant after.
    step: `step_value` from `step_at` on. pulse: `pulse_height` added from `pulse_at` for `pulse_width`.
    A study file gives one of them; a shock laid over a scenario may join a step or pulse to what is there (`overlay`).
    """

    start: float | None = None
    ramp: tuple[float, float, float] | None = None  # from, to, value
    step: tuple[float, float] | None = None  # at, value
    pulse: tuple[float, float, float] | None = None  # at, width, height
    table: tuple[tuple[float, float], ...] | None = None  # (time, value), linear between, held beyond


Setting = float | Schedule


@dataclass(frozen=True)
class Scenario:
    """A named setting of levers; `settings` maps the model's own names of constants to values or schedules."""

    name: str
    title: str
    settings: dict[str, Setting]
    description: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Shock:
    """An exogenous disturbance: settings laid over any scenario."""

    name: str
    title: str
    settings: dict[str, Setting]
    description: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Variant:
    """A rival theory, such as a switch of the model turned on: settings laid over any scenario."""

    name: str
    title: str
    settings: dict[str, Setting]
    description: str = ""
    basis: str = ""


UNUSED = 0.0
"""What stands in the fields that a distribution does not need."""


@dataclass(frozen=True)
class Uncertainty:
    """An input that nobody sets: `distribution` with its numbers, all within [low, high].

    uniform(low, high) triangular(low, mode, high) normal(mean, sd, low, high) loguniform(low, high)
    integer(low, high) categorical(values).
    """

    name: str
    distribution: str
    low: float = UNUSED
    high: float = UNUSED
    mode: float = UNUSED
    mean: float = UNUSED
    sd: float = UNUSED
    values: tuple[float, ...] = ()
    basis: str = ""
    source: str = ""


@dataclass(frozen=True)
class Outcome:
    """A number from the trajectory of `variable`.

    `reduce`: last, at (needs `time`), min, max, mean, sum, integral, first (time at which `condition` first holds;
    NaN if never). `acceptable` is a limit such as "<= 0.4"; `better` is "lower" or "higher" where that is meant.
    """

    name: str
    variable: str
    reduce: str
    time: float | None = None
    condition: tuple[str, float] | None = None  # ("<", 0.35)
    acceptable: tuple[str, float] | None = None
    title: str = ""
    unit: str = ""
    better: str = ""
    risk: bool = False
