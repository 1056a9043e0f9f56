"""A small model and a study file on it, for the tests of this floor."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Model, Stock, Table

STUDY = """\
title = "What does it cost?"
question = "Does it?"
model = "small.mdl"
baseline = "status_quo"
futures = 64
seed = 0
save_every = 1.0
caveats = ["Risk is an index."]

[report]
compare = ["managed", "status_quo"]
figures = ["suspicion"]
cost = "loss"
risk = "peak"

[scenarios.status_quo]

[scenarios.managed]
title = "Managed interdependence"
description = "Some words."
basis = "A guess."
"tariff goal" = 0.9
"export control" = { start = 0.2, ramp = { from = 2021, to = 2025, value = 0.1 } }

[uncertainties."confirmation bias"]
distribution = "triangular"
low = 0.2
mode = 0.5
high = 0.8
basis = "Experts."

[outcomes.loss]
variable = "suspicion"
reduce = "integral"

[outcomes.peak]
title = "Highest suspicion"
variable = "threat"
reduce = "max"
acceptable = "<= 0.4"
better = "lower"
risk = true

[outcomes.in_2030]
variable = "suspicion"
reduce = { at = 2030 }

[outcomes.calm]
variable = "suspicion"
reduce = { first = "< 0.35" }

[shocks.pandemic]
"export control" = { pulse = 0.3, at = 2026, width = 1.5 }
"""


@pytest.fixture
def model() -> Model:
    """Five kinds of variable: one constant is limited to [0, 1], one control is equal to another."""
    return Model(
        name="small",
        variables=(
            Constant(name="INITIAL TIME", value=2020.0, unit="Year"),
            Constant(name="FINAL TIME", value=2040.0, unit="Year"),
            Constant(name="TIME STEP", value=0.25, unit="Year"),
            Auxiliary(name="SAVEPER", equation=Ref("TIME STEP"), text="TIME STEP", unit="Year"),
            Constant(name="tariff goal", value=0.5, unit="Dmnl", limits=(0.0, 1.0)),
            Constant(name="export control", value=0.2, unit="Dmnl", documentation="A lever.", line=12),
            Constant(name="confirmation bias", value=0.5, limits=(0.0, 1.0)),
            Stock(name="suspicion", net_flow=Ref("threat"), initial=Number(0.3), unit="Index"),
            Auxiliary(
                name="threat",
                equation=Apply("multiply", (Ref("confirmation bias"), Ref("export control"))),
                text="confirmation bias * export control",
            ),
            Table(name="effect table", x=(0.0, 1.0), y=(0.0, 1.0)),
        ),
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a study file beside an (empty) model file and gives its path."""

    def write(text: str) -> Path:
        (tmp_path / "small.mdl").write_text("")
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def study_text() -> str:
    return STUDY


@pytest.fixture
def small() -> Callable[..., Model]:
    """Makes a model called small of these variables, that runs for ten years."""

    def made(*variables: object) -> Model:
        times = {"INITIAL TIME": 0.0, "FINAL TIME": 10.0, "TIME STEP": 0.5, "SAVEPER": 0.5}
        clock = [Constant(name=name, value=value, unit="Year") for name, value in times.items()]
        return Model(name="small", variables=(*clock, *variables))

    return made
