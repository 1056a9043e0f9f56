"""A small model and a bound study on it, for the tests of this floor."""

from pathlib import Path

import pytest

from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Model, Stock
from sdmodel.study.spec import Study
from sdmodel.study.terms import Scenario, Schedule, Shock, Uncertainty


@pytest.fixture
def model() -> Model:
    """One stock starts from a constant, one from a number, one from an equation."""
    return Model(
        name="small",
        variables=(
            Constant(name="INITIAL TIME", value=2020.0),
            Constant(name="FINAL TIME", value=2040.0),
            Constant(name="TIME STEP", value=0.25),
            Constant(name="SAVEPER", value=1.0),
            Constant(name="goal", value=0.5),
            Constant(name="control", value=0.2),
            Constant(name="bias", value=0.4),
            Constant(name="start of trust", value=0.7),
            Stock(name="trust", net_flow=Number(0.0), initial=Ref("start of trust")),
            Stock(name="fear", net_flow=Ref("threat"), initial=Number(0.3)),
            Stock(name="debt", net_flow=Number(0.0), initial=Apply("exp", (Ref("bias"),))),
            Auxiliary(name="threat", equation=Apply("multiply", (Ref("bias"), Ref("control"))), text="bias * control"),
        ),
    )


@pytest.fixture
def study() -> Study:
    """Four scenarios, two uncertainties, three shocks."""
    return Study(
        name="cost",
        title="Cost",
        model=Path("small.mdl"),
        baseline="status_quo",
        scenarios={
            "status_quo": Scenario("status_quo", "Status quo", {}),
            "managed": Scenario("managed", "Managed", {"goal": 0.9, "control": Schedule(ramp=(2021.0, 2025.0, 0.1))}),
            "fixed": Scenario("fixed", "Fixed", {"control": 0.8, "bias": 0.1}),
            "later": Scenario("later", "Later", {"control": Schedule(start=0.0, step=(2030.0, 1.0))}),
        },
        uncertainties={
            "control": Uncertainty("control", "uniform", low=0.0, high=1.0),
            "bias": Uncertainty("bias", "triangular", low=0.0, mode=0.5, high=1.0),
        },
        shocks={
            "pandemic": Shock("pandemic", "Pandemic", {"control": Schedule(pulse=(2026.0, 1.5, 0.3))}),
            "panic": Shock("panic", "Panic", {"bias": 1.0}),
            "embargo": Shock("embargo", "Embargo", {"control": Schedule(pulse=(2027.0, 1.0, 0.5))}),
        },
    )
