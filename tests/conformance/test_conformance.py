"""Public models: each is reproduced or refused by name, never run to another result."""

import re

import pytest
from outcome_table import README, counts, shown_in, with_counts
from public_models import (
    FILES,
    MISSING,
    MODELS,
    Outcome,
    expected,
    known_outcomes,
    lanes_differ,
    outcome,
    outcome_of,
    through_command,
)

here = pytest.mark.skipif(not FILES, reason=MISSING)
ANY = [pytest.param(file, id=file) for file in FILES] or [pytest.param("", marks=pytest.mark.skip(reason=MISSING))]
# one of each kind of file and outcome: a process takes a second, so the others are left to the slow tests
FEW = (
    "realworld/stella_businessstrategy/businessStrategy.stmx",
    "samples/SIR/SIR.mdl",
    "tests/abs/test_abs.xmile",
    "tests/subscript_2d_arrays/test_subscript_2d_arrays.mdl",
)


@pytest.mark.parametrize("file", ANY)
def test_a_public_model_is_reproduced_or_refused_by_name(file: str) -> None:
    """Files that the suite expects are reproduced; of the others, none may crash or come to another result."""
    found = outcome(file)
    if file in expected():
        assert found.kind == "reproduced", f"{found.kind}: {found.reason}"
    assert found.kind in ("reproduced", "runs", "refused", "defective"), found.reason


@pytest.mark.parametrize("file", ANY)
def test_a_refusal_names_the_file_and_what_in_it_is_refused(file: str) -> None:
    found = outcome(file)
    if found.reason:
        assert file.rpartition("/")[2] in found.reason
        assert re.search(r'"[^"]+"|line \d+|equation ', found.reason), found.reason


@pytest.mark.parametrize("file", ANY)
def test_equal_members_of_a_public_model_are_equal_in_every_lane(file: str) -> None:
    """Eleven equal members: one full vector and one that is not full; a model run alone shows its first lane only."""
    if outcome(file).kind not in ("reproduced", "runs"):
        pytest.skip("not run")
    assert lanes_differ(MODELS / file) == []


def _by_command(file: str) -> None:
    one, other = outcome_of(file, through_command), outcome(file)
    assert one.kind == other.kind, f"command: {one.kind} {one.reason}; library: {other.kind} {other.reason}"


@here
@pytest.mark.parametrize("file", FEW)
def test_the_command_comes_to_what_the_library_comes_to(file: str) -> None:
    _by_command(file)


@pytest.mark.slow
@pytest.mark.parametrize("file", ANY)
def test_the_command_comes_to_what_the_library_comes_to_for_every_model(file: str) -> None:
    _by_command(file)


@here
def test_all_expected_files_are_there() -> None:
    assert expected() <= set(FILES)
    assert len(FILES) > 100


@here
def test_the_readme_counts_what_comes_of_the_public_models() -> None:
    """python tests/conformance/outcome_table.py --write brings it up to date."""
    assert shown_in(README.read_text(encoding="utf-8")) == counts(known_outcomes())


def test_counts_add_up_and_are_written_between_the_marks() -> None:
    outcomes = [Outcome("a/b.mdl", "reproduced"), Outcome("c/d.mdl", "refused", "x"), Outcome("e.xmile", "runs")]
    table = counts(outcomes)
    assert table.splitlines()[-1] == "| all | 3 | 1 | 1 | 1 | 0 |"
    text = "before\n<!-- conformance -->\nold\n<!-- end of conformance -->\nafter\n"
    assert shown_in(text) == "old\n"
    assert shown_in(with_counts(text, table)) == table
    assert with_counts(text, table).startswith("before\n")
    assert with_counts(text, table).endswith("\nafter\n")
