"""Tests of structure hold for a sound model, and each fails for the fault that it is there for."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sdmodel.analysis import files
from sdmodel.analysis.reality.structure import EXACT, Result, results_of
from sdmodel.errors import StudyError
from sdmodel.pipeline.question import load
from sdmodel.pipeline.reality.structure import structure, structure_of
from sdmodel.read import read

UNIT = "\n\t~\tDmnl "
EQUATIONS = {
    "left": "left = INTEG(right push - left * fading, left start)" + UNIT + "[0,20]\n\t~",
    "right": "right = INTEG(left push - right * fading, right start)" + UNIT + "[0,20]\n\t~",
    "left push": "left push = left strength * left * (1 - left/10)",
    "right push": "right push = right strength * right * (1 - right/10)",
    "full": "full = INTEG(-leak, 5)",
    "empty": "empty = INTEG(leak, 0)",
    "leak": "leak = full * leak rate",
    "felt": "felt = INTEG(left + right, 0)",
    "left strength": "left strength = 0.3" + UNIT + "[0,0.5]\n\t~",
    "right strength": "right strength = 0.2" + UNIT + "[0,0.5]\n\t~",
    "left start": "left start = 1",
    "right start": "right start = 2",
    "fading": "fading = 0.1" + UNIT + "[0.05,0.4]\n\t~",
    "leak rate": "leak rate = 0.1",
}
STUDY = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[scenarios.strong]
"left strength" = 0.4
[outcomes.end]
variable = "left"
reduce = "last"
[structure]
swap = ["left", "right"]
conserved = [["full", "empty"]]
within = "limits"
[structure.rest]
accumulate = ["felt"]
"left start" = 0
"right start" = 0
"leak rate" = 0
"""


@pytest.fixture
def tested(mdl: Callable[..., Path]) -> Callable[..., Mapping[str, Result]]:
    """Results by their names, for the model with some equations replaced, and a study with pieces of it replaced."""

    def tested(step: float = 0.0625, text: str = STUDY, **changed: str) -> Mapping[str, Result]:
        equations = EQUATIONS | {name.replace("_", " "): equation for name, equation in changed.items()}
        model = mdl(*equations.values(), stop=20, step=step, saveper=max(step, 1))
        path = model.with_name("study.toml")
        path.write_text(text, encoding="utf-8")
        question = load(path)
        finding = structure(question.study, question.model)
        again = files.from_dict(json.loads(files.to_json(finding)))
        assert str(results_of(again)) == str(results_of(finding))
        return {one.name: one for one in results_of(finding)}

    return tested


def failing(results: Mapping[str, Result]) -> list[str]:
    return [name for name, one in results.items() if not one.holds]


def test_a_sound_model_passes_all_that_the_study_asks_for(tested: Callable[..., Mapping[str, Result]]) -> None:
    results = tested()
    assert list(results) == ["Symmetry", "Conservation", "Equilibrium", "Extreme conditions", "Integration error"]
    assert failing(results) == []
    assert results["Symmetry"].number <= EXACT
    assert results["Extreme conditions"].did == (
        "each constant at its least and greatest value, 6 runs: all finite, 2 variables in limits"
    )
    assert "4 stocks must stay; 1 that only add up are left out" in results["Equilibrium"].did


def test_a_difference_between_the_sides_fails_symmetry_alone(tested: Callable[..., Mapping[str, Result]]) -> None:
    results = tested(left_push="left push = left strength * left * (1 - left/11)")
    assert failing(results) == ["Symmetry"]
    assert results["Symmetry"].scenario in ("base", "strong")
    assert results["Symmetry"].variable in ("left", "right", "left push", "right push")
    assert results["Symmetry"].number > 1e-3


def test_what_looks_from_one_side_must_be_named(tested: Callable[..., Mapping[str, Result]]) -> None:
    lead = {"lead": "lead = left/right"}
    assert failing(tested(**lead)) == ["Symmetry"]
    assert tested(**lead)["Symmetry"].variable == "lead"
    named = STUDY.replace("[structure]\n", '[structure]\none_sided = ["lead"]\n')
    assert failing(tested(text=named, **lead)) == []


def test_a_leak_to_nowhere_fails_conservation(tested: Callable[..., Mapping[str, Result]]) -> None:
    results = tested(empty="empty = INTEG(0.9 * leak, 0)")
    assert failing(results) == ["Conservation"]
    assert (results["Conservation"].variable, results["Conservation"].time) == ("full + empty", 20)


def test_what_moves_at_rest_is_named(tested: Callable[..., Mapping[str, Result]]) -> None:
    results = tested(text=STUDY.replace('"leak rate" = 0\n', ""))
    assert failing(results) == ["Equilibrium"]
    assert results["Equilibrium"].variable in ("full", "empty")
    forgotten = tested(text=STUDY.replace('accumulate = ["felt"]\n', ""), felt="felt = INTEG(1, 0)")
    assert forgotten["Equilibrium"].variable == "felt"


def test_what_leaves_its_limits_or_is_not_finite_is_named_with_the_constant(
    tested: Callable[..., Mapping[str, Result]],
) -> None:
    outside = tested(left="left = INTEG(right push - left * fading, left start)" + UNIT + "[0,3]\n\t~")
    assert "Extreme conditions" in failing(outside)
    assert "left leaves its limits by" in outside["Extreme conditions"].worst
    infinite = tested(leak="leak = full * leak rate/(fading - 0.4)")
    assert failing(infinite) == ["Extreme conditions"]
    assert infinite["Extreme conditions"].worst == "not finite where fading = 0.4"


def test_too_long_a_step_fails(tested: Callable[..., Mapping[str, Result]]) -> None:
    results = tested(step=2)
    assert failing(results) == ["Integration error"]
    assert (results["Integration error"].limit, results["Integration error"].variable) == (0.01, "End")


def test_a_study_that_asks_for_nothing_is_refused_or_has_no_finding(mdl: Callable[..., Path]) -> None:
    model = mdl(*EQUATIONS.values(), stop=20, step=0.25)
    path = model.with_name("study.toml")
    path.write_text(STUDY[: STUDY.index("[structure]")], encoding="utf-8")
    question = load(path)
    with pytest.raises(StudyError, match="the study says nothing of structure"):
        structure(question.study, question.model)
    assert structure_of(path, read(model)) is None


def test_random_variables_are_left_out_of_exact_comparisons(tested: Callable[..., Mapping[str, Result]]) -> None:
    noise = {"noise": "noise = RANDOM UNIFORM(0, 1, 3)", "walk": "walk = INTEG(noise, 0)"}
    assert failing(tested(**noise)) == []
