"""Findings of stored runs read numbers alone: trajectories stay on disk, and nothing changes by that."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.pipeline import QUICK, Plan, Stored, analyse, load, report, stored, sweep
from sdmodel.runs.schema import TRAJECTORY, named

STUDY = """
model = "{model}"
baseline = "free"
seed = 4
[scenarios.free]
[scenarios.slow]
"growth" = 0.01
[uncertainties]
growth = {{ distribution = "uniform", low = 0.02, high = 0.1 }}
start = {{ distribution = "uniform", low = 1, high = 2 }}
[outcomes.end]
variable = "x"
reduce = "last"
better = "higher"
"""


@pytest.fixture
def kept(mdl: Callable[..., Path], tmp_path: Path) -> Path:
    model = mdl("growth = 0.05", "start = 1", "x = INTEG(x * growth, start)", stop=20, step=1)
    study = model.with_suffix(".toml")
    study.write_text(STUDY.format(model=model.name), encoding="utf-8")
    sweep(load(study), Plan(40), tmp_path / "kept", command=["sdmodel"])
    return tmp_path / "kept"


def in_memory(of: Stored) -> set[str]:
    return {str(name) for name, one in of.runs.variables.items() if one._in_memory}


def test_trajectories_stay_on_disk(kept: Path) -> None:
    ours = stored(kept)
    report(ours, analyse(ours, only=QUICK))
    courses = set(named(ours.runs, TRAJECTORY))
    assert courses == {"x"}
    assert not in_memory(ours) & courses
    assert {"end", "growth", "start"} <= in_memory(ours)


def test_findings_and_page_are_the_same_as_with_all_in_memory(kept: Path) -> None:
    texts = []
    for everything in (False, True):
        ours = stored(kept)
        if everything:
            ours.runs.load()
        page = report(ours, analyse(ours, only=QUICK)).read_bytes()
        texts.append((page, *(ours.kept.finding(name).read_bytes() for name in QUICK)))
    assert texts[0] == texts[1]
