"""No option is ignored in silence: what has no meaning with others, or reaches too far, is refused or told."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("check", "sir", "--extension", "missing.mdl"), ("missing.mdl",)),
        (("check", "sir", "--data", "missing.csv"), ("missing.csv",)),
        (("check", "sir.mdl", "--futures", 5), ("--futures", "name the study")),
        (("equilibria", "core_spiral", "--time", 1e6), ("--time 1e+06 is outside the run, which goes from 0 to",)),
        (("equilibria", "core_spiral", "--time", -1), ("outside the run",)),
        (
            ("hysteresis", "core_spiral", "--input", "harm", "--variable", "Suspicion", "--time", 1e6),
            ("outside the run",),
        ),
        (("equilibria", "core_spiral", "--along", 3, "--time", 5), ("--time", "choose one")),
        (("equilibria", "core_spiral", "--along", 3, "--starts", 5), ("--starts",)),
        (("equilibria", "core_spiral", "--along", 3, "--seed", 5), ("--seed",)),
        (("inspect", "dilemma", "US suspicion", "--claims"), ("VARIABLE", "--claims")),
        (("inspect", "dilemma", "--all", "--claims"), ("--all",)),
        (("sobol", "sir", "--n", 16, "--screen", 9), ("--screen 9: only 3 uncertainties vary",)),
        (("discover", "RUNS", "--method", "cart", "--boxes", 3), ("--boxes", "prim")),
        (("discover", "RUNS", "--method", "cart", "--coverage", 0.3), ("--coverage",)),
        (("optimise", "sir", "--minimise", "ever_infected", "--share", 0.5), ("--share", "--futures")),
        (("reassure", "spiral", "--futures", 0, "--share", 0.5), ("--share", "--futures")),
    ],
    ids=lambda value: " ".join(map(str, value)) if len(value) > 2 else "",
)
def test_an_option_without_a_meaning_is_refused(
    said, swept: Path, sir: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], parts: tuple[str, ...]
) -> None:
    monkeypatch.chdir(sir.parent)
    done = said(*(swept if word == "RUNS" else word for word in words))
    assert (done.code, done.out) == (2, ""), done.err
    for part in parts:
        assert part in done.err


def test_a_screening_that_leaves_nothing_to_join_says_so(said) -> None:
    done = said("sobol", "sir", "--n", 16, "--outcome", "peak", "--screen", 3)
    assert done.code == 0, done.err
    assert "--screen 3 leaves nothing to join: all 3 uncertainties are told one by one." in done.out
