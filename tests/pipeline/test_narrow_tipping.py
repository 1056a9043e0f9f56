"""The command's finding on strips, islands and shares: lines that are whole, and notes that tell the size of a cell."""

import numpy as np
import pytest

from sdmodel.pipeline.question import load
from sdmodel.pipeline.tipping.boundary import tipping

EQUATIONS = (
    "stock = INTEG(0 * x, 0)",
    "x = 0.1",
    "y = 0.1",
    "disc = (x - 0.5)^2 + (y - 0.5)^2",
    "strip = ABS(y - 0.3 - 0.2 * x)",
    "island = (x - 0.37)^2 + (y - 0.61)^2",
)
RANGES = ("x=0:1", "y=0:1")


@pytest.fixture(scope="module")
def plane(mdl):
    path = mdl(*EQUATIONS, stop=1)
    study = path.with_suffix(".toml")
    outcomes = "".join(
        f'[outcomes.{name}]\ntitle = "{name}"\nvariable = "{name}"\nreduce = "last"\n'
        for name in ("disc", "strip", "island")
    )
    study.write_text(f'model = "tiny.mdl"\nbaseline = "b"\n[scenarios.b]\n{outcomes}', encoding="utf-8")
    return load(study)


def test_a_thin_strip_has_two_lines_and_its_share(plane):
    finding = tipping(plane, "strip < 0.004", *RANGES)
    assert set(finding.table["line"].values) == {0, 1}
    assert float(finding.table["share"][0]) == pytest.approx(0.008, abs=2e-4)
    assert any("each 0.0417 of x by 0.0417 of y" in one for one in finding.caveats)
    assert any("followed with cells of 1/384" in one for one in finding.caveats)


@pytest.mark.parametrize("cells", [3, 6, 12, 24, 48])
def test_the_share_of_a_disc_does_not_hang_on_the_cells(plane, cells):
    table = tipping(plane, "disc < 0.09", *RANGES, cells=cells).table
    assert float(table["share"][0]) == pytest.approx(0.09 * np.pi, abs=1e-3)


def test_an_island_within_a_cell_is_found_of_an_outcome_and_told_as_unknown_otherwise(plane):
    finding = tipping(plane, "island < 0.0001", *RANGES, tolerance=1e-6)
    assert set(finding.table["line"].values) == {0}
    assert float(finding.table["share"][0]) == pytest.approx(1e-4 * np.pi, rel=0.02)
    blind = tipping(plane, "end(run, 'island') < 0.0001", *RANGES)
    assert "nowhere in the plane" in blind.sentence
    assert "as far as 625 points tell" in blind.sentence


def test_an_island_that_the_base_lies_on_is_found_whatever_the_behaviour_is(plane):
    settings = {"x": 0.372, "y": 0.611}
    finding = tipping(plane, "end(run, 'island') < 0.0001", *RANGES, settings=settings, tolerance=1e-6)
    assert finding.table["base_holds"].values.tolist() == [1]
    assert float(finding.table["share"][0]) == pytest.approx(1e-4 * np.pi, rel=0.02)
