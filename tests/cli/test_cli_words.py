"""What commands say: what is not shown, years as years, one of a thing in the singular, titles in quotes."""

from collections.abc import Callable
from pathlib import Path


def test_hysteresis_says_that_it_shows_some_of_the_values(said: Callable[..., object]) -> None:
    words = ("hysteresis", "core_spiral", "--input", "harm", "--variable", "Suspicion", "--settle", 50)
    assert "21 of 41 values of the input are shown; --json has all." in said(*words).out
    assert "are shown" not in said(*words, "--points", 11).out


def test_optimise_without_a_solution_says_that_no_setting_keeps_to_the_conditions(said: Callable[..., object]) -> None:
    done = said(
        *("optimise", "sir", "--minimise", "ever_infected", "--subject-to", "peak <= 0.000001"),
        *("--generations", 2, "--population", 8),
    )
    assert done.code == 1
    assert 'No setting of 2 levers that was tried, from "Nothing", keeps to peak <= 1e-06.' in done.out
    assert "that no setting keeps to it is not proven; try other seeds, or a wider limit." in done.out
    assert "a better setting" not in done.out


def test_a_range_of_years_is_told_as_years(said: Callable[..., object], sir: Path) -> None:
    text = sir.with_suffix(".mdl").read_text(encoding="utf-8")
    line = "begin of measures = 2022\n\t~\tYear [2020,2026]\n\t~\tWhen.\n\t|\n\n"
    head, brace, rest = text.partition("}") if text.startswith("{") else ("", "", text)
    sir.with_suffix(".mdl").write_text(f"{head}{brace}\n{line}{rest.lstrip()}", encoding="utf-8")
    done = said("tipping", sir, "--x", "begin of measures", "--when", "peak > 0.9")
    assert done.code == 0, done.err
    assert "with begin of measures from 2020 to 2026: there is no boundary" in done.out


def test_a_sentence_has_the_title_of_a_scenario_in_quotes(said: Callable[..., object], swept: Path) -> None:
    for words in (("sobol", "sir", "--n", 16, "--outcome", "peak"), ("morris", "sir", "--n", 4, "--outcome", "peak")):
        assert 'Under "Nothing": ' in said(*words).out
    assert 'Under "Nothing", ' in said("sensitivity", swept, "--outcome", "peak").out
    assert 'Under "Nothing", ' in said("sensitivity", swept, "--outcome", "peak", "--method", "pawn").out


def test_a_folder_without_a_manifest_is_told_with_the_one_that_is_meant(
    said: Callable[..., object], kept: Path, tmp_path: Path
) -> None:
    above = said("compare", kept.parent)
    assert (above.code, "but kept in it: give that folder" in " ".join(above.err.split())) == (2, True)
    below = said("compare", kept / "findings")
    assert (below.code, "the folder above has: give that one" in " ".join(below.err.split())) == (2, True)
    (kept / "manifest.json").unlink()
    broken = said("compare", kept)
    assert (broken.code, "the runs in it are not whole" in " ".join(broken.err.split())) == (2, True)
    (tmp_path / "empty").mkdir()
    assert "no sweep was kept in it" in " ".join(said("compare", tmp_path / "empty").err.split())
