"""Tables fit the screen: columns that matter most stay, numbers of a column share their decimals."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from sdmodel.cli import console
from sdmodel.cli.console import Column, table
from sdmodel.cli.numbers import counted, decimals, percent, shown, signed

Call = Callable[..., object]
NAN, INF = float("nan"), float("inf")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets how many characters a line of standard output has."""

    def wide(width: int) -> None:
        monkeypatch.setattr(console, "out", Console(highlight=False, width=width))

    return wide


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([1234.5, 3.0], 1),
        ([54.9, 0.022], 3),
        ([9059.0, 5650.0], 0),
        ([5e7, 0.2], 0),
        ([12.3, 4.56], 1),
        ([1.5], 2),
        ([0.5, 0.02], 3),
        ([1e-9], 6),
        ([0.0], 0),
        ([NAN, INF], 0),
    ],
)
def test_decimals_show_the_largest_number_with_three_digits_and_the_smallest_with_two(
    values: list[float], places: int
) -> None:
    assert decimals(values) == places


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        (1234567.8, 0, "1,234,568"),
        (0.5591, 3, "0.559"),
        (-0.0001, 2, "0.00"),
        (NAN, 2, "–"),
        (INF, 1, "inf"),
        (2.5e12, 0, "2.5e+12"),
        (3e-8, 6, "3e-08"),
    ],
)
def test_numbers_are_written_with_these_decimals(number: float, places: int, text: str) -> None:
    assert shown(number, places) == text


def test_years_have_no_thousands() -> None:
    assert shown(2031.26, 1, of_time=True) == "2031.3"


def test_signs_are_shown_but_not_of_zero() -> None:
    written = [signed(number, 2) for number in (1.0, -1.0, 0.0, 0.001, -0.001, NAN, 1e10)]
    assert written == ["+1.00", "-1.00", "0.00", "0.00", "0.00", "–", "+1e+10"]


def test_one_is_singular() -> None:
    assert [counted(number, "run") for number in (0, 1, 2000)] == ["0 runs", "1 run", "2,000 runs"]


def test_shares_are_per_cent() -> None:
    assert [percent(share) for share in (0.0, 0.504, 1.0, NAN)] == ["0 %", "50 %", "100 %", ""]


def test_a_narrow_screen_loses_the_columns_that_can_be_spared_first(
    screen: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    columns = [
        Column("name", ["short", "longer name"], words=True),
        Column("kept", ["1", "2"]),
        Column("second", ["3", "4"], spare=1),
        Column("first", ["5", "6"], spare=2),
        Column("empty", ["", ""]),
    ]
    for width, headings in ((80, "name kept second first"), (29, "name kept second"), (20, "name kept")):
        screen(width)
        table("", columns)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == headings.split()
        assert all(len(line) <= width for line in lines)


def test_a_screen_too_narrow_for_anything_folds_names_and_loses_no_letter(
    screen: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    screen(14)
    table("", [Column("name", ["unbreakable_name_of_a_scenario"], words=True), Column("n", ["1.5"])])
    told = "".join(capsys.readouterr().out.split())
    assert "unbreakable" in told.replace("1.5", "")
    assert "1.5" in told
    assert "…" not in told


def test_brackets_and_colons_of_names_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    odd = "[red]x[/red] :smile: [/] \\[b]"
    table(odd, [Column(odd, [odd], words=True)])
    console.say(odd)
    console.warn(odd)
    console.fail(odd)
    told = capsys.readouterr()
    assert told.out.count(odd) == 4
    assert told.err.count(odd) == 2


@pytest.mark.parametrize("width", [80, 120])
def test_a_comparison_has_one_line_a_scenario_and_marks_the_baseline(
    said: Call, swept: Path, screen: Callable[[int], None], width: int
) -> None:
    screen(width)
    out = said("compare", swept, "--outcome", "peak").out  # type: ignore[attr-defined]
    lines = out.splitlines()
    assert "Baseline is nothing" in out
    for name in ("nothing (baseline)", "distancing", "lockdown", "vaccination"):
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        assert len(line) <= width
        assert len(re.findall(r"\d\.\d{3}\b", line)) >= (3 if "baseline" in name else 4)
    assert ("its 95 %" in out) == (width >= 100)


def test_ranges_of_a_sensitivity_are_aligned_numbers(said: Call, swept: Path) -> None:
    out = said("sensitivity", swept, "--outcome", "Peak", "--top", 2).out  # type: ignore[attr-defined]
    assert len(re.findall(r"-?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\]  [+-]?\d\.\d\d \[", out)) == 2
    assert "… and 1 more: --top 3" in out


def test_without_its_baseline_a_comparison_shows_no_changes(said: Call, sir: Path, tmp_path: Path) -> None:
    said("sweep", sir, "--futures", 4, "--scenario", "lockdown", "--output", tmp_path / "out")
    out = said("compare", tmp_path / "out", "--outcome", "peak").out  # type: ignore[attr-defined]
    assert "4 futures a scenario" in out
    assert "change" not in out
    assert 'no baseline "nothing"' in out


def test_too_few_futures_for_a_ranking_are_told_once_a_row(said: Call, sir: Path, tmp_path: Path) -> None:
    said("sweep", sir, "--futures", 3, "--output", tmp_path / "out")
    told = said("sensitivity", tmp_path / "out", "--outcome", "peak")
    assert told.code == 0  # type: ignore[attr-defined]
    assert "[–" not in told.out  # type: ignore[attr-defined]
    assert "too few futures (3)" in told.out  # type: ignore[attr-defined]
