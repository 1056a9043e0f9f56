"""`reassure` takes a condition for a target, and tells futures, costs and the base run apart."""

import json


def test_a_condition_is_a_target(said) -> None:
    done = said("reassure", "spiral", "--target", "suspicion_in_the_end <= 0.25", "--futures", 0, "--json")
    assert done.code == 0
    told = json.loads(done.out)
    named = json.loads(said("reassure", "spiral", "--target", "trust", "--futures", 0, "--json").out)
    assert told["table"]["variables"]["least"] == named["table"]["variables"]["least"]


def test_a_condition_that_cannot_be_read_is_exit_code_2(said) -> None:
    for words, told in (("suspicion <= 0.3", 'no outcome "suspicion"'), ("suspicion_in_the_end < x", "an operator")):
        done = said("reassure", "spiral", "--target", words)
        assert (done.code, done.out) == (2, "")
        assert told in done.err


def test_the_dilemma_has_a_target_for_crisis_risk_and_tells_futures_apart(said) -> None:
    done = said("reassure", "dilemma", "--target", "crisis_risk", "--scenario", "status_quo", "--futures", 20)
    assert (done.code, done.err) == (0, "")
    assert "Crisis probability of at most 0.4 by 2045 (crisis_probability_2045 <= 0.4)" in done.out
    assert "by US, China needs: base run       in 75 %" in done.out
    assert "Share of futures that meet it" in done.out
    assert "What it costs over futures" in done.out
    alone = said("reassure", "dilemma", "--target", "crisis_risk", "--scenario", "status_quo", "--futures", 0)
    assert "by US, China needs: base run" in alone.out
    assert "Share of futures" not in alone.out
