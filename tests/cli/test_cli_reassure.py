"""`reassure`, `timing` and `optimise` tell what it would take, which move first, and what is best."""

import json
from pathlib import Path

import pytest


def test_reassure_prints_the_least_intensity_with_its_levers_and_limits(said) -> None:
    done = said("reassure", "spiral", "--futures", 50)
    assert (done.code, done.err) == (0, "")
    assert "0.4044" in done.out
    assert "Suspicion of a quarter in the end (suspicion_in_the_end <= 0.25), from No reassurance." in done.out
    assert "Least intensity by another limit" in done.out
    assert "out of reach" in done.out


def test_reassure_prints_json(said) -> None:
    done = said("reassure", "spiral", "--futures", 0, "--json")
    told = json.loads(done.out)
    assert told["name"] == "reassure"
    assert told["table"]["variables"]["least"]["values"] == [pytest.approx(0.404444, abs=1e-5)]


def test_two_sides_are_told_apart(said, monkeypatch: pytest.MonkeyPatch) -> None:
    done = said("reassure", "dilemma", "--futures", 0)
    assert done.code == 0
    assert "Each side, given what the other does" in done.out
    assert "US alone        out of reach" in done.out
    one = said("reassure", "dilemma", "--futures", 0, "--side", "us")
    assert "China alone" not in one.out


def test_timing_prints_both_orders(said) -> None:
    done = said("timing", "sir", "--futures", 0, "--points", 3)
    assert (done.code, done.err) == (0, "")
    assert "Meeting less first" in done.out
    assert json.loads(said("timing", "sir", "--futures", 0, "--points", 3, "--json").out)["name"] == "timing"


def test_optimise_prints_settings_and_outcomes(said) -> None:
    asked = ("optimise", "sir", "--minimise", "ever_infected", "--lever", "contact rate = 6:10", "--generations", 20)
    done = said(*asked, "--subject-to", "peak <= 0.1")
    assert (done.code, done.err) == (0, "")
    assert "contact rate" in done.out
    assert "subject to" in done.out
    assert json.loads(said(*asked, "--json").out)["name"] == "optimum"
    assert said(*asked, "--subject-to", "peak <= 0.0001").code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("reassure", "richardson"), "[search.NAME]"),
        (("reassure", "spiral", "--target", "trusst"), 'Did you mean "trust"?'),
        (("reassure", "spiral", "--share", 2), "--share 2"),
        (("reassure", "spiral", "--side", "us"), "has no sides"),
        (("reassure", "nowhere"), "neither a file nor a model"),
        (("timing", "spiral"), "[timing.NAME]"),
        (("timing", "sir", "--name", "odrer"), 'Did you mean "order"?'),
        (("optimise", "sir"), "--minimise"),
        (("optimise", "sir", "--minimise", "peak", "--lever", "x"), "LEAST:MOST"),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(said, words: tuple[object, ...], told: str) -> None:
    done = said(*words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_target_of_another_model_can_be_written_in_a_few_lines(said, sir: Path) -> None:
    text = sir.read_text(encoding="utf-8") + '\n[targets.few]\nrequires = ["ever_infected <= 5000"]\n'
    sir.write_text(text, encoding="utf-8")
    done = said("reassure", sir, "--target", "few", "--futures", 0)
    assert "Few (ever_infected <= 5000), from Nothing." in done.out
