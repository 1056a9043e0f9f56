"""What a study asks, as frozen data: scenarios, uncertainties, outcomes, and what is laid over scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdmodel.study.check_spec import Check  # it is made of settings, which are told here
    from sdmodel.study.structure_spec import Loop, Structure

from sdmodel.study.calibration import Calibration
from sdmodel.study.evidence import Claim, Parameter
from sdmodel.study.game_spec import Game
from sdmodel.study.places import Lines
from sdmodel.study.search_spec import Searches


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


@dataclass(frozen=True)
class Study:
    """The question: what a study file says, checked against nothing but its own format.

    `compare` names the scenarios of the main comparison; `figures` the variables whose trajectories the report draws.
    `parameters` say what each number rests on, `claims` what the model shows of the text behind it; `fixed` names what
    would be drawn from a table of parameters and is not.
    `extensions` are files whose equations replace or add to those of `model`, `data` the course of variables that
    follow data.
    `lines` tells where tables and keys stand in the file: ("scenarios", "managed", "tariff") → 41.
    """

    name: str
    title: str
    model: Path
    baseline: str
    scenarios: dict[str, Scenario]
    uncertainties: dict[str, Uncertainty] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    shocks: dict[str, Shock] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    checks: dict[str, "Check"] = field(default_factory=dict)
    loops: dict[str, "Loop"] = field(default_factory=dict)
    structure: "Structure | None" = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of uncertainties, by name
    searches: Searches = field(default_factory=Searches)
    game: Game | None = None
    question: str = ""
    caveats: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    cost_outcome: str = ""
    risk_outcome: str = ""
    futures: int = 1000
    seed: int = 0
    save_every: float | None = None
    calibration: Calibration | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    extensions: tuple[Path, ...] = ()
    data: tuple[Path, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)  # beside study and model, by what they are
    path: Path = Path()
    lines: Lines = field(default_factory=dict, compare=False, repr=False)

    @property
    def overlays(self) -> dict[str, Shock | Variant]:
        """All that may be laid over a scenario, by name, in the order in which it is: variants below shocks."""
        return {**self.variants, **self.shocks}
