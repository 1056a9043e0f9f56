"""What a study asks, as frozen data: all that a study file says, checked against nothing but its own format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sdmodel.study.calibration.spec import Calibration
from sdmodel.study.checks.spec import Check
from sdmodel.study.evidence.spec import Claim, Parameter
from sdmodel.study.game.spec import Game
from sdmodel.study.places import Lines
from sdmodel.study.search.spec import Searches
from sdmodel.study.structure.spec import Loop, Structure
from sdmodel.study.terms import Outcome, Scenario, Shock, Uncertainty, Variant


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
    checks: dict[str, Check] = field(default_factory=dict)
    loops: dict[str, Loop] = field(default_factory=dict)
    structure: Structure | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of uncertainties, by name
    searches: Searches = field(default_factory=Searches)
    game: Game | None = None
    question: str = ""
    questions: Path | None = None  # a file of research questions; not read with the study, so that it may be elsewhere
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
