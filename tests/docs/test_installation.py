"""What `make` installs is pinned, complete, and found wherever the user's package index is."""

import re
import subprocess
import tomllib
from pathlib import Path

CLONE = Path(__file__).parents[2]
PINS = [
    line for line in (CLONE / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]


def test_each_constraint_is_a_name_and_a_version() -> None:
    """No paths, no addresses, no options: only then does it work on another machine."""
    assert [line for line in PINS if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_every_dependency_that_is_declared_is_pinned() -> None:
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    names = {re.match(r"[\w.-]+", one).group().lower() for one in declared} - {"sdmodel"}  # type: ignore[union-attr]
    assert names - {line.partition("==")[0].lower() for line in PINS} == set()


def test_make_alone_lists_its_targets() -> None:
    told = subprocess.run(["make"], cwd=CLONE, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^(\w+):", (CLONE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.findall(r"^make (\w+)", told, re.MULTILINE) == [target for target in targets if target != "help"]


def test_the_script_of_the_integration_server_is_executable_and_sound() -> None:
    script = CLONE / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
