"""One finding of each analysis, made with few runs on small public models; made once for all tests that tell them."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from sdmodel.analysis.comparison import compare
from sdmodel.analysis.discovery.conditions import discover
from sdmodel.analysis.failing import failing_of
from sdmodel.analysis.files import from_dict, to_dict
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.overlay import overlay
from sdmodel.analysis.robustness.value_of_information import information
from sdmodel.analysis.robustness.verdicts import robustness
from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.analysis.sensitivity.given_methods import given
from sdmodel.cli import shipped
from sdmodel.pipeline import Plan, Question, load, sweep
from sdmodel.pipeline.calibration.calibrate import calibrate
from sdmodel.pipeline.calibration.posterior import posterior
from sdmodel.pipeline.game import game
from sdmodel.pipeline.levers.minimal import reassure
from sdmodel.pipeline.levers.optimise import optimise
from sdmodel.pipeline.levers.timing import timing
from sdmodel.pipeline.levers.waiting import waiting
from sdmodel.pipeline.loops.elasticity import elasticity
from sdmodel.pipeline.loops.knock_outs import loops
from sdmodel.pipeline.loops.loop_scores import dominance
from sdmodel.pipeline.sensitivity import morris as by_morris
from sdmodel.pipeline.sensitivity import sobol as by_sobol
from sdmodel.pipeline.tipping.boundary import tipping
from sdmodel.pipeline.tipping.equilibria import along, equilibria
from sdmodel.pipeline.tipping.hysteresis import hysteresis
from sdmodel.pipeline.tipping.onset import onset


@cache
def question(name: str) -> Question:
    return load(shipped.find(name, ".toml"))


def made(folder: str) -> tuple[Finding, ...]:
    """Every finding, as it is after being kept; `folder` takes the runs of a sweep."""
    return tuple(from_dict(to_dict(one)) for one in (*_of_runs(folder), *_of_own_runs()))


def _of_runs(folder: str) -> Iterator[Finding]:
    from pathlib import Path

    sir = question("sir").study
    stored = sweep(question("sir"), Plan(60, shocks=("variant",), seed=3), Path(folder) / "sir", command=["x"])
    every = stored.runs.load()
    yield overlay(sir, every, ["variant"])
    bare = [not str(name).endswith("variant") for name in every["scenario"].values]
    runs = every.isel(experiment=np.flatnonzero(bare))
    yield compare(sir, runs)
    yield sensitivity(sir, runs, resamples=20)
    yield given(sir, runs, "pawn", resamples=20)
    yield given(sir, runs, "srrc", resamples=20)
    yield discover(sir, runs, failing_of("ever_infected > 9000", sir.outcomes), "nothing", resamples=20)
    yield robustness(sir, runs, resamples=20)
    yield information(sir, runs, permutations=20)


def _of_own_runs() -> Iterator[Finding]:
    sir, spiral, arms = question("sir"), question("core_spiral"), question("richardson")
    yield by_sobol.sobol(sir, by_sobol.Ask(n=16, outcomes=("peak",), trajectories=("Infectious",), resamples=20))
    yield by_morris.morris(sir, by_morris.Ask(n=4))
    yield tipping(spiral, ["growth()>0"], "harm", "reassurance", cells=4, tolerance=0.05)
    yield hysteresis(spiral.model, "harm", "Suspicion", points=5)
    yield equilibria(spiral.model, {"uncertainty": 0.0}, starts=4)
    yield along(spiral.model, {}, times=3)
    yield reassure(spiral.study, spiral.model, target="trust", futures=4)
    yield timing(sir.study, sir.model, points=3, futures=2)
    yield optimise(sir.study, sir.model, minimise=["ever_infected"], population=8, generations=2)
    yield game(arms.study, arms.model, futures=4, points=3)
    yield loops(sir.study, sir.model)
    yield dominance(sir.model, sir.study, futures=3)
    yield elasticity(spiral.model, times=9)
    yield onset(sir, "Infectious", ("contact rate", [4.0, 8.0]), below="1", futures=5)
    yield waiting(question("probation").study, question("probation").model, futures=5)
    yield calibrate(sir, starts=1)
    yield posterior(sir, steps=40)[0]


NAMES: tuple[str, ...] = (
    *("comparison", "sensitivity", "pawn", "srrc", "discovery", "robustness", "information", "sobol", "morris"),
    *("tipping", "hysteresis", "equilibria", "modes", "reassure", "timing", "optimum", "game", "loops", "dominance"),
    *("overlay", "elasticity", "onset", "waiting", "calibration", "posterior"),
)
Changed = Callable[[str], str]


def worded(finding: Finding, change: Changed) -> Finding:
    """The finding with other words wherever it has text: sentence, caveats, labels, titles, units and attributes."""
    told = to_dict(finding)
    told["sentence"], told["caveats"] = change(told["sentence"]), [change(text) for text in told["caveats"]]
    for part in ("coords", "variables"):
        for name, one in told["table"][part].items():
            if one["dtype"] == "text" and name not in _KINDS:
                one["values"] = _each(one["values"], change)
    return from_dict(told)


_KINDS = ("role", "kind", "status", "window", "window_of", "statistic", "centred", "direction", "scenario", "baseline")
"""Texts that are words of the analysis, not of a study."""


def _each(values: object, change: Changed) -> object:
    return [_each(one, change) for one in values] if isinstance(values, list) else change(str(values))
