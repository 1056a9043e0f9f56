"""`sensitivity` and `sobol` where most runs of an outcome fail: one message and exit code 2; others are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

STUDY = """
model = "{model}"
baseline = "base"
seed = 1
[scenarios.base]
[uncertainties.a]
distribution = "uniform"
low = -2
high = 1
[uncertainties.b]
distribution = "uniform"
low = 0
high = 1
[outcomes.sound]
variable = "sum"
reduce = "last"
[outcomes.broken]
variable = "root"
reduce = "last"
"""


@pytest.fixture(scope="module")
def study(mdl: Callable[..., Path]) -> Path:
    path = mdl("a = 1", "b = 1", "sum = a + b", "root = SQRT(a) + b", stop=1)
    file = path.with_suffix(".toml")
    file.write_text(STUDY.format(model=path.name), encoding="utf-8")
    return file


def test_what_mostly_failed_is_refused_and_the_rest_told(said, study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    assert said("sweep", study, "--futures", 600, "--output", folder).code == 0
    refused = said("sensitivity", folder, "--outcome", "broken")
    assert refused.code == 2
    assert "Nothing is told of Broken: in " in refused.err
    assert "failing goes with low a" in refused.err
    told = said("sensitivity", folder, "--outcome", "sound", "--outcome", "broken")
    assert told.code == 0
    assert "Sound is driven most by a" in told.out
    assert said("sensitivity", folder, "--method", "srrc", "--outcome", "broken").code == 2


def test_indices_of_what_mostly_failed_are_refused(said, study: Path) -> None:
    refused = said("sobol", study, "--n", 64, "--outcome", "broken")
    assert refused.code == 2
    assert "narrow the ranges in which it fails" in refused.err
