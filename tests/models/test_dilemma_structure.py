"""The dilemma has the feedback loops that its description lists, and its structure passes its own tests."""

import re

import pytest
from shipped import FOLDER, model, study

from sdmodel.analysis.reality.structure import results_of
from sdmodel.model.model import Auxiliary, Stock
from sdmodel.pipeline.loops.knock_outs import loops, signs
from sdmodel.pipeline.question import load
from sdmodel.pipeline.reality.structure import structure
from sdmodel.study.bind import bind
from sdmodel.study.evidence.claims import open_references

STUDIES = sorted(path.name for path in FOLDER.glob("*.toml"))


def test_all_23_loops_are_there_and_of_the_kind_that_their_names_say() -> None:
    named = study().loops
    assert list(named) == [*(f"R{n}" for n in range(1, 12)), *(f"B{n}" for n in range(1, 13))]
    kinds = {"R": "reinforcing", "B": "balancing"}
    assert all(loop.kind == kinds[name[0]] and loop.basis for name, loop in named.items())


def test_every_loop_that_a_claim_names_is_one_of_the_study() -> None:
    asked = bind(study(), model())
    assert open_references(asked) == {}
    named = {one for claim in asked.claims.values() for one in claim.represented_by if one.startswith("loop:")}
    assert named
    assert {one.removeprefix("loop:") for one in named} <= set(asked.loops)


def test_knock_outs_cut_their_loops_but_for_those_that_only_fade() -> None:
    cut = {name for name, loop in bind(study(), model()).loops.items() if loop.cut}
    assert set(study().loops) - cut == {"B5", "B6", "B12"}


def test_seeing_alone_calms_only_where_alarm_is_high() -> None:
    """Below a pressure of one half what is seen frightens more than what is guessed: mapping works by replacing."""
    named = bind(study(), model())
    alarm = named.loops["B8"]
    path = ("US pressure", "US discovery", "US visibility", "US perceived vulnerability", "US pressure build")
    from dataclasses import replace

    other = replace(named, loops={"B8": alarm, "seeing": replace(alarm, name="seeing", path=path)})
    found = signs(other, model())
    assert found["B8"].reinforcing == 0 < found["B8"].balancing
    assert found["seeing"].reinforcing > found["seeing"].balancing


def test_a_spiral_knocked_out_leaves_less_suspicion_and_a_brake_knocked_out_more() -> None:
    table = loops(bind(study(), model()), model(), outcomes=["mean_suspicion_2045"]).table
    change = table["change"].sel(outcome="mean_suspicion_2045", scenario="status_quo")
    assert all(float(change.sel(loop=name)) < 0 for name in ("R1", "R2", "R3", "R4", "R10"))
    assert all(float(change.sel(loop=name)) > 0 for name in ("B1", "B3", "B5"))


@pytest.mark.parametrize("name", STUDIES)
def test_the_structure_of_each_shipped_study_holds(name: str) -> None:
    question = load(FOLDER / name)
    if not question.study.loops and question.study.structure is None:
        pytest.skip("this study says nothing of structure")
    found = results_of(structure(question.study, question.model))
    assert [f"{one.name}: {one.worst}" for one in found if not one.holds] == []


def test_shares_and_what_cannot_be_negative_have_limits_in_the_model() -> None:
    """Whatever is documented as a share, chance or probability says so by its limits."""
    for one in model().visible():
        if isinstance(one, Auxiliary | Stock) and re.match(
            r"(Share|Chance|Index of the probability)\b", one.documentation
        ):
            assert one.limits[0] == 0, one.name
    assert sum(one.limits == (0.0, 1.0) for one in model().of(Stock)) == 22
