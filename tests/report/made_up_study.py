"""A study, its runs and its findings, made up: six scenarios, two hundred futures, numbers with known differences."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.model.expr import Number
from sdmodel.model.model import Constant, Model, Stock
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome, Scenario, Schedule, Uncertainty

LEVEL = {"gentle": 0.25, "harsh": 0.7, "as_now": 0.5, "slow": 0.65, "talk": 0.4, "blocs": 0.6}
PRICE = {"gentle": 29.0, "harsh": 72.0, "as_now": 20.0, "slow": 58.0, "talk": 25.0, "blocs": 41.0}
UNKNOWNS = (
    "base hazard of a crisis in a year without tension",
    "learning rate",
    "forgetting rate",
    "effect of reassurance",
    "decoupling cost",
    "response gain",
    "policy response time",
    "bad faith",
)


def make_study() -> Study:
    """A study like those that people write: two roads, a baseline, three more."""
    titles = {
        "gentle": "Managed interdependence with reassurance",
        "harsh": "Full decoupling, fast",
        "as_now": "Status quo drift",
        "slow": "Full decoupling, slow",
        "talk": "Intentions only",
        "blocs": "Technological spheres of influence",
    }
    scenarios = {
        name: Scenario(
            name,
            title,
            {"effort": 0.4, "control": Schedule(start=0.2, ramp=(2021.0, 2025.0, 0.1))},
            description="What both sides do on this road, in a sentence or two that explain it.",
            basis="Quoted from the text that the study rests on.",
        )
        for name, title in titles.items()
    }
    outcomes = {
        "crisis": Outcome(
            "crisis", "crisis probability", "at", time=2045.0, acceptable=("<=", 0.4), risk=True,
            title="Crisis probability by 2045", better="lower",
        ),
        "loss": Outcome("loss", "cumulated loss", "last", title="Cumulated loss", unit="PctGDP*Year", better="lower"),
        "trust": Outcome("trust", "mean suspicion", "last", title="Mean suspicion in 2045", acceptable=("<=", 0.35)),
        "both": Outcome("both", "mean suspicion", "first", condition=("<", 0.35), title="First year of mutual trust"),
    }  # fmt: skip
    return Study(
        name="roads",
        title="What does each road cost, and how risky is it?",
        question="Two powers depend on each other for technology. What do managed interdependence and full decoupling "
        "cost, and how much does each raise the risk of a crisis?",
        model=Path("roads.mdl"),
        baseline="as_now",
        scenarios=scenarios,
        uncertainties={name: Uncertainty(name, "triangular", low=0.1, mode=0.2, high=0.5) for name in UNKNOWNS},
        outcomes=outcomes,
        caveats=("Indices from 0 to 1 rest on judgement, not on measurement.",),
        compare=("gentle", "harsh", "as_now", "talk"),
        figures=("mean suspicion", "mean vulnerability", "crisis probability", "cumulated loss"),
        cost_outcome="loss",
        risk_outcome="crisis",
        seed=2021,
    )


def make_model() -> Model:
    """Enough of a model to name variables, units and meanings."""
    stocks = [
        Stock(name=name, unit=unit, documentation=f"What {name} means.", net_flow=Number(0.0), initial=Number(0.0))
        for name, unit in (
            ("mean suspicion", "Index"), ("mean vulnerability", "Index"), ("crisis probability", "Dmnl"),
            ("cumulated loss", "PctGDP*Year"),
        )
    ]  # fmt: skip
    constants = [Constant(name=name, unit="1/Year", documentation=f"About {name}.", value=0.2) for name in UNKNOWNS]
    return Model("Roads to security", (*stocks, *constants))


def make_runs(study: Study, futures: int = 200, seed: int = 7) -> xr.Dataset:
    """Runs in the labelled form that engines give, with outcomes: the same draws of unknowns in every scenario."""
    rng = np.random.default_rng(seed)
    time = np.arange(2020.0, 2045.5, 0.5)
    names = list(study.scenarios)
    hazard, taste = rng.normal(0, 1, futures), rng.normal(0, 1, futures)
    grown = (time - 2020.0) / 25.0
    paths: dict[str, list[np.ndarray]] = {name: [] for name in study.figures or ("mean suspicion",)}
    for name in names:
        level, price = LEVEL.get(name, 0.5), PRICE.get(name, 30.0)
        goal = 1 / (1 + np.exp(-(np.log(level / (1 - level)) + 0.6 * taste)))
        suspicion = 0.6 + (goal - 0.6)[:, None] * (1 - np.exp(-4 * grown))
        drawn = {
            "mean suspicion": suspicion,
            "mean vulnerability": 0.5 - 0.35 * grown * price / 72 * np.exp(0.2 * taste)[:, None],
            "crisis probability": 1 - np.exp(-grown * level * 1.6 * np.exp(0.7 * hazard + 0.2 * taste)[:, None]),
            "cumulated loss": grown**1.2 * price * np.exp(0.25 * hazard)[:, None],
        }
        for variable, stack in paths.items():
            stack.append(drawn.get(variable, suspicion))
    shown = {
        variable: (("experiment", "time"), np.concatenate(stack), {"units": "Dmnl", "role": "trajectory"})
        for variable, stack in paths.items()
    }
    total = futures * len(names)
    runs = xr.Dataset(
        shown,
        coords={
            "experiment": np.arange(total),
            "time": time,
            "scenario": ("experiment", np.repeat(names, futures)),
            "future": ("experiment", np.tile(np.arange(futures), len(names))),
        },
        attrs={"design": "lhs", "seed": seed, "model": "Roads to security"},
    )
    runs["failed"] = ("experiment", np.zeros(total, dtype=bool), {"role": "status"})
    return with_outcomes(runs, study)


def with_outcomes(runs: xr.Dataset, study: Study) -> xr.Dataset:
    """The runs with the outcomes of the study that their trajectories allow."""
    added = {}
    for outcome in study.outcomes.values():
        if outcome.variable not in runs:
            continue
        values = runs[outcome.variable].values
        if outcome.reduce == "first":
            reached = values < 0.35
            column = np.where(reached.any(axis=1), runs["time"].values[reached.argmax(axis=1)], np.nan)
        else:
            column = values[:, -1]
        added[outcome.name] = (("experiment",), column, {"role": "outcome", "long_name": outcome.title})
    return runs.assign(added)


def make_sensitivity(study: Study, unknowns: Sequence[str] = UNKNOWNS) -> Finding:
    """A sensitivity finding with a clear order of unknowns."""
    dims = ("outcome", "input", "scenario")
    size = len(unknowns)
    shape = (len(study.outcomes), size, len(study.scenarios))
    halves = 0.5 ** np.arange(1, size + 1)
    rolled = np.stack([np.roll(halves, place) for place in range(len(study.scenarios))], axis=-1)
    index = np.broadcast_to(rolled[None], shape)
    sign = np.broadcast_to(np.resize([0.7, -0.5], size)[None, :, None], shape)
    table = xr.Dataset(
        {
            "first_order": (dims, index),
            "first_order_low": (dims, index - 0.04),
            "first_order_high": (dims, index + 0.05),
            "rank_correlation": (dims, sign),
        },
        coords={"scenario": list(study.scenarios), "outcome": list(study.outcomes), "input": list(unknowns)},
    )
    return Finding(
        "sensitivity", table, "The base hazard decides most.", ("Indices are estimated from the same runs.",)
    )


MANIFEST = {
    "command": "sdmodel study roads.toml --futures 200",
    "seed": 7,
    "model_hash": "sha256:5f0c" + "0" * 60,
    "versions": {"sdmodel": "0.1.0", "numpy": "2.4.6"},
}


def renamed(words: Sequence[str]) -> tuple[Study, Model, xr.Dataset]:
    """Study, model and runs in which `words` stand wherever a person could write something."""
    base = make_study()
    word = [words[place % len(words)] for place in range(12)]
    variables = dict(zip(base.figures, word, strict=False))
    scenarios = {
        name: replace(scenario, title=f"{word[place]} {place}", description=word[place + 1], basis=word[place + 2])
        for place, (name, scenario) in enumerate(base.scenarios.items())
    }
    outcomes = {
        name: replace(
            outcome, title=f"{word[place]} {name}", unit=word[place + 1], variable=variables[outcome.variable]
        )
        for place, (name, outcome) in enumerate(base.outcomes.items())
    }
    unknowns = {name: Uncertainty(name, "uniform", low=0.0, high=1.0) for name in word[:6]}
    study = replace(
        base,
        title=word[0],
        question=word[1],
        scenarios=scenarios,
        outcomes=outcomes,
        uncertainties=unknowns,
        caveats=tuple(word[:6]),
        figures=tuple(variables.values()),
    )
    runs = make_runs(base, 20).rename(variables)
    for name in variables.values():
        runs[name].attrs["units"] = word[3]
    stocks = [
        Stock(name=name, unit=word[2], documentation=word[4], net_flow=Number(0.0), initial=Number(0.0))
        for name in variables.values()
    ]
    constants = [Constant(name=name, unit=word[1], documentation=word[0], value=0.5) for name in unknowns]
    unnamed = [constant for constant in constants if constant.name not in variables.values()]
    return study, Model(word[0], (*stocks, *unnamed)), runs
