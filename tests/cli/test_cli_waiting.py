"""`waiting` and `onset` on the command line: tables, JSON, and mistakes that are told."""

import json

import pytest

from sdmodel.analysis import files


def test_waiting_prints_a_row_for_each_chance_and_what_to_do(said) -> None:
    result = said("waiting", "probation", "--futures", "0", "--prior", "0.7")
    assert (result.code, result.err) == (0, "")
    rows = [line.split() for line in result.out.splitlines()]
    chances = [row[0] for row in rows if len(row) >= 6 and row[0][:2] in ("0.", "1.")]
    assert chances == [f"{at / 10:.1f}" for at in range(11)]
    assert "With a chance of 0.7 for “A China that answers” and else “A China that takes”" in result.out
    assert "US opening size" in result.out


def test_the_finding_of_waiting_is_json_for_pipes(said) -> None:
    told = json.loads(
        said("waiting", "probation", "--futures", "5", "--theory", "answers", "--theory", "feigns", "--json").out
    )
    finding = files.from_dict(told)
    assert finding.table["theory"].values.tolist() == ["answers", "feigns"]
    assert finding.table.sizes == {"theory": 2, "size": 5, "patience": 11, "prior": 21}


def test_onset_prints_a_row_for_each_pair(said) -> None:
    words = ("--variable", "Infectious", "--below", "1", "--x", "contact rate=4,8", "--futures", "10")
    result = said("onset", "sir", *words)
    assert (result.code, result.err) == (0, "")
    assert [line.split()[0] for line in result.out.splitlines()[2:4]] == ["4", "8"]
    finding = files.from_dict(json.loads(said("onset", "sir", *words, "--json").out))
    assert finding.table["by"].shape == (2, 1)
    alone = said("onset", "sir", *words[:-1], "0")
    assert "base run" in alone.out
    assert "95 %" not in alone.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("waiting", "sir"), "[waiting.NAME]"),
        (("waiting", "probation", "--theory", "answers"), "Name two theories"),
        (("waiting", "probation", "--size", "US opening size"), "--size"),
        (("waiting", "probation", "--outcome", "us_payof"), "us_payoff"),
        (("onset", "sir", "--variable", "Infectious", "--x", "contact rate=4"), "--above or --below"),
        (("onset", "sir", "--variable", "Infectuous", "--x", "contact rate=4", "--below", "1"), "Infectious"),
        (("onset", "sir", "--variable", "Infectious", "--x", "contact rate", "--below", "1"), "--x"),
        (("onset", "sir", "--variable", "Infectious", "--x", "contact rate=4", "--below", "nothng"), "nothing"),
    ],
)
def test_mistakes_are_told_in_a_line_and_exit_with_2(said, words: tuple[str, ...], told: str) -> None:
    result = said(*words)
    assert result.code == 2
    assert told in result.err
    assert "Traceback" not in result.err
