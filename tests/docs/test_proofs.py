"""Every proof that docs/proofs.md names is there under that name."""

import ast
import re
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
ROWS = [line for line in (CLONE / "docs" / "proofs.md").read_text(encoding="utf-8").splitlines() if "`" in line]
COMMANDS = [re.findall(r"`([^`]+)`", row)[-1] for row in ROWS if row.startswith("| ")]


def test_there_is_a_proof_of_each_analysis() -> None:
    told = " ".join(row.split("|")[1] for row in ROWS if row.startswith("| "))
    for one in ("Sobol'", "tipping", "reassure", "discovery", "robustness", "loops", "game", "calibration", "optim"):
        assert one in told


@pytest.mark.parametrize("command", COMMANDS)
def test_what_runs_a_proof_again_exists(command: str) -> None:
    if command.startswith("python -m "):
        assert (CLONE / (command.split()[-1].replace(".", "/") + ".py")).is_file()
        return
    file, _, name = command.split()[-1].partition("::")
    tree = ast.parse((CLONE / file).read_text(encoding="utf-8"))
    tests = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    assert not name or name in tests
    assert any(one.startswith("test_") for one in tests)
