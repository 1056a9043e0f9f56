"""If this, then that: what the dilemma must do because of what its essay says, whoever edits its equations.

The checks were written with the model at hand; that they hold shows consistency, not truth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
import xarray as xr
from shipped import DILEMMA, run, scenario_rows

QUARTER = 0.25
SHOCK_2026 = {"shock magnitude": 0.3, "shock start time": 2026.0, "shock duration": 1.5}
SHOCK_2036 = {**SHOCK_2026, "shock start time": 2036.0}
CONTROLS = {"US export control goal": 0.8}
NO_MAPPING = {"US mapping effort goal": 0.0, "US mapping effort initial": 0.0, "US initial visibility": 0.05}


@dataclass(frozen=True)
class Path:
    """The trajectories of one experiment."""

    run: xr.Dataset

    def __call__(self, name: str) -> float:
        """The value at the end."""
        return float(self.run[name].isel(time=-1))

    def at(self, name: str, year: float) -> float:
        """The value in a year."""
        return float(self.run[name].sel(time=year))

    def peak(self, name: str) -> float:
        """The greatest value."""
        return float(self.run[name].max())


@dataclass(frozen=True)
class Check:
    """`expect` is asked about the paths of `cases`, each a scenario and what is changed in it."""

    sentence: str
    cases: tuple[tuple[str, Mapping[str, float]], ...]
    expect: Callable[..., bool]


def check(sentence, *cases, expect):
    pairs = tuple((case, {}) if isinstance(case, str) else case for case in cases)
    return Check(sentence, pairs, expect)


def changed(scenario="status_quo", **settings):
    """A scenario with settings changed; underscores in names stand for spaces."""
    return scenario, {name.replace("_", " "): float(value) for name, value in settings.items()}


def rises(*names, year):
    return lambda with_it, without: all(with_it.at(name, year) > without.at(name, year) for name in names)


CHECKS = (
    check(
        "Suspicion grows more than fivefold though nobody has aggressive intent",
        "no_aggression",
        expect=lambda a: all(a(f"{s} suspicion") > 5 * a.at(f"{s} suspicion", 2020) for s in ("US", "China")),
    ),
    check(
        "Certainty about intentions keeps suspicion far lower",
        changed("no_aggression", intention_uncertainty=0, opacity_uncertainty=0),
        "no_aggression",
        expect=lambda a, b: a("mean suspicion") < 0.6 * b("mean suspicion"),
    ),
    check(
        "Defence that cannot be mistaken for offence weakens the spiral",
        changed("no_aggression", offence_defence_ambiguity=0),
        "no_aggression",
        expect=lambda a, b: a("mean suspicion") < b("mean suspicion") - 0.1,
    ),
    check(
        "More Chinese self-protection raises US suspicion and US self-protection",
        changed(China_industrial_policy_goal=0.95, China_self_sufficiency_drive_goal=0.9),
        "status_quo",
        expect=lambda a, b: all(a(name) > b(name) for name in ("US suspicion", "US security response")),
    ),
    check(
        "US export controls raise Chinese suspicion, pressure and mobilisation within five years",
        ("status_quo", CONTROLS),
        "status_quo",
        expect=rises("China suspicion", "China pressure", "China mobilisation", year=2026),
    ),
    check(
        "US export controls cost the US leverage in the long run",
        ("status_quo", CONTROLS),
        "status_quo",
        expect=lambda a, b: a.at("US leverage", 2041) < b.at("US leverage", 2041),
    ),
    check(
        "US export controls slow Chinese capacity and widen the gap",
        ("status_quo", CONTROLS),
        "status_quo",
        expect=lambda a, b: (
            a.at("China capacity", 2030) < b.at("China capacity", 2030) and a("capability gap") > b("capability gap")
        ),
    ),
    check(
        "Less tightening by China lowers US dependence and Chinese leverage",
        changed(China_dependence_tightening_goal=0),
        "status_quo",
        expect=lambda a, b: all(a(name) < b(name) for name in ("US dependence", "China leverage")),
    ),
    check(
        "More coercion by both destroys credibility and makes more third states hedge",
        changed(US_coercion_propensity_goal=0.6, China_coercion_propensity_goal=0.6),
        "status_quo",
        expect=lambda a, b: (
            a("US credibility") < b("US credibility") and a("Hedging third states") > b("Hedging third states")
        ),
    ),
    check(
        "More Chinese coercion drives third states away and raises US suspicion",
        changed(China_coercion_propensity_goal=0.6),
        "status_quo",
        expect=lambda a, b: (
            a("Third states aligned with China") < b("Third states aligned with China")
            and a("US suspicion") > b("US suspicion")
        ),
    ),
    check(
        "A shock raises pressure, visibility and mobilisation though nobody attacked",
        ("status_quo", SHOCK_2026),
        "status_quo",
        expect=rises(
            "US pressure", "China pressure", "US visibility", "China visibility", "China mobilisation", year=2028
        ),
    ),
    check(
        "Under credible reassurance the same shock adds less threat",
        ("managed_reassurance", SHOCK_2036),
        "managed_reassurance",
        ("status_quo", SHOCK_2036),
        "status_quo",
        expect=lambda a, calm_a, b, calm_b: (
            a.at("US raw threat", 2037) - calm_a.at("US raw threat", 2037)
            < b.at("US raw threat", 2037) - calm_b.at("US raw threat", 2037)
        ),
    ),
    check(
        "A shock that nobody misattributes adds less suspicion",
        ("status_quo", {**SHOCK_2026, "misattribution fraction": 0.0}),
        ("status_quo", SHOCK_2026),
        expect=lambda a, b: a.at("mean suspicion", 2028) < b.at("mean suspicion", 2028),
    ),
    check(
        "A decoupled China has no better cushion against the same shock",
        ("decoupling_fast", SHOCK_2036),
        ("status_quo", SHOCK_2036),
        expect=lambda a, b: a.at("China shock harm", 2036.5) >= b.at("China shock harm", 2036.5),
    ),
    check(
        "Fast decoupling costs at its peak more than 2 % (US), 4 % (China) and 2 % (third states) of GDP",
        "decoupling_fast",
        expect=lambda a: all(
            a.peak(f"{who} welfare loss rate") > loss for who, loss in (("US", 2), ("China", 4), ("third state", 2))
        ),
    ),
    check(
        "Fast decoupling leaves needs unmet and brings no trust",
        "decoupling_fast",
        expect=lambda a: a.peak("China unmet need") > 0.2 and a("mean suspicion") > 0.6,
    ),
    check(
        "Slow decoupling is cheaper, and leaves China vulnerable for longer",
        "decoupling_slow",
        "decoupling_fast",
        expect=lambda a, b: (
            a("China cumulated welfare loss") < b("China cumulated welfare loss")
            and a.at("China vulnerability", 2027) > b.at("China vulnerability", 2027)
        ),
    ),
    check(
        "Reassurance takes more than a third off the crisis probability of managed interdependence",
        "managed_reassurance",
        "managed",
        expect=lambda a, b: a("crisis probability") < 0.67 * b("crisis probability"),
    ),
    check(
        "Half of reassurance leaves more suspicion than both halves",
        "managed_reassurance",
        "cheap_talk",
        "capability_only",
        expect=lambda both, talk, tools: both("mean suspicion") < min(talk("mean suspicion"), tools("mean suspicion")),
    ),
    check(
        "In the near term reassurance achieves little",
        "managed_reassurance",
        expect=lambda a: a.at("mean suspicion", 2023) - a.at("mean suspicion", 2025) < 0.05,
    ),
    check(
        "Feigned reassurance is found out: credibility collapses, US suspicion stays",
        "defector_china",
        "managed_reassurance",
        expect=lambda a, b: (
            a("China credibility") < 0.3 * b("China credibility") and a("US suspicion") > b("US suspicion") + 0.2
        ),
    ),
    check(
        "Deceit lasts longer against a side that sees little",
        ("defector_china", NO_MAPPING),
        "defector_china",
        expect=lambda a, b: a.at("China credibility", 2030) > b.at("China credibility", 2030),
    ),
    check(
        "Less state dominance gives China more capacity and capability",
        changed(China_state_dominance=0.2),
        "status_quo",
        expect=lambda a, b: all(a(name) > b(name) for name in ("China capacity", "China capability")),
    ),
    check(
        "Where the state dominates all firms, transparency lowers US suspicion",
        changed("managed_reassurance", China_state_dominance=1, China_intention_signalling_goal=1),
        changed("managed_reassurance", China_state_dominance=1, China_intention_signalling_goal=0),
        expect=lambda a, b: a("US suspicion") < b("US suspicion"),
    ),
    check(
        "Without pressure on its legitimacy China mobilises and builds less",
        changed(China_legitimacy_sensitivity=0, China_harm_sensitivity=0),
        "status_quo",
        expect=lambda a, b: all(a(name) < b(name) for name in ("China mobilisation", "China capacity")),
    ),
    check(
        "Strong resistance at home makes reassurance work less",
        changed("managed_reassurance", domestic_resistance=0.8),
        "managed_reassurance",
        expect=lambda a, b: a("mean suspicion") > b("mean suspicion"),
    ),
    check(
        "A negotiated package without fair warning is riskier",
        changed("negotiated", US_fair_warning_goal=0, China_fair_warning_goal=0),
        "negotiated",
        expect=lambda a, b: a("crisis probability") > b("crisis probability"),
    ),
    check(
        "Spheres of influence shrink hedging and at least double what third states lose",
        "spheres",
        "status_quo",
        expect=lambda a, b: (
            a("Hedging third states") < b("Hedging third states") - 0.1
            and a("third state cumulated welfare loss") > 2 * b("third state cumulated welfare loss")
        ),
    ),
    check(
        "Coercion first is riskier than drift, decoupling and spheres",
        "coercion_first",
        "status_quo",
        "decoupling_fast",
        "spheres",
        expect=lambda a, *others: all(a("crisis probability") > other("crisis probability") for other in others),
    ),
    check(
        "Whoever pursues both pillars has both before 2040",
        "managed_reassurance",
        expect=lambda a: a.at("stable equilibrium", 2040) == 1,
    ),
    check(
        "One-sided US reassurance lowers Chinese suspicion more than US suspicion",
        "us_unilateral_reassurance",
        "status_quo",
        expect=lambda a, b: b("China suspicion") - a("China suspicion") > b("US suspicion") - a("US suspicion"),
    ),
    check(
        "Unhedged trust, betrayed, leaves the US less secure than hedged trust",
        "reassurance_only_betrayed",
        "defector_china",
        expect=lambda a, b: a("US felt security") < b("US felt security"),
    ),
    check(
        "Without mapping vulnerability falls more slowly",
        changed(US_mapping_effort_goal=0, China_mapping_effort_goal=0, mapping_rate=0),
        "status_quo",
        expect=lambda a, b: a("US vulnerability") > b("US vulnerability"),
    ),
    check(
        "An end to misappropriation lowers US suspicion and widens the gap",
        changed(China_misappropriation_goal=0),
        "status_quo",
        expect=lambda a, b: a("US suspicion") < b("US suspicion") and a("capability gap") > b("capability gap"),
    ),
    check(
        "Counter-leverage that deters means less coercion",
        changed(deterrence_effect=1),
        changed(deterrence_effect=0),
        expect=lambda a, b: a("US coercion") < b("US coercion"),
    ),
    check(
        "Against a greedy rival one-sided reassurance costs more and makes nobody much safer",
        "revisionist_china_us_reassures",
        "revisionist_china",
        expect=lambda a, b: (
            a("crisis probability") > b("crisis probability") - 0.05
            and a("US cumulated welfare loss") > b("US cumulated welfare loss")
        ),
    ),
    check(
        "Decoupling alone gives pillar one and not pillar two",
        "decoupling_fast",
        expect=lambda a: a("pillar one met") == 1 and a("pillar two met") == 0,
    ),
)


@pytest.fixture(scope="module")
def paths():
    """Paths of the cases of each check, by its sentence; all run at once."""
    scenarios = scenario_rows()
    rows = [{**scenarios[scenario], **changes} for one in CHECKS for scenario, changes in one.cases]
    runs = run(DILEMMA, rows, every=QUARTER)
    numbers = iter(range(len(rows)))
    return {one.sentence: [Path(runs.isel(experiment=next(numbers))) for _ in one.cases] for one in CHECKS}


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.sentence)
def test_reality_check_holds(paths, one):
    assert one.expect(*paths[one.sentence])
