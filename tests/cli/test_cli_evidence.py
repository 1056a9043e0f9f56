"""The command line shows what the drivers of an outcome rest on, and how the claims of a study fare."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.cli import shipped

Call = Callable[..., object]
PARAMETERS = """\
name,value,low,high,distribution,basis
infectivity,,0.02,0.1,uniform,measured
contact rate,,5,15,uniform,judgement
"""
CLAIMS = """\
id,quote,kind,represented_by,status,note
C01,it spreads,stock,variable:Infectious; loop:R1,reproduced,It does.
C02,it ends,,,weak,It fades.
"""


STUDY = """\
model = "sir.mdl"
baseline = "as_is"
[scenarios.as_is]
[outcomes.peak]
variable = "infectious share"
reduce = "max"
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A study without tables on a copy of the small shipped model."""
    folder = tmp_path / "asked"
    folder.mkdir()
    shutil.copy(shipped.find("sir", ".mdl"), folder)
    (folder / "asked.toml").write_text(STUDY, encoding="utf-8")
    return folder / "asked.toml"


@pytest.fixture
def asked(plain: Path) -> Path:
    """The same study with both tables."""
    (plain.parent / "parameters.csv").write_text(PARAMETERS, encoding="utf-8")
    (plain.parent / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    plain.write_text('parameters = "parameters.csv"\nclaims = "claims.csv"\n' + STUDY, encoding="utf-8")
    return plain


def test_claims_are_shown_with_counts_and_with_what_cannot_be_checked(said: Call, asked: Path) -> None:
    told = said("inspect", asked, "--claims")
    assert told.code == 0
    assert "it spreads" in told.out
    assert "2 claims: 1 reproduced, 1 weak" in told.out
    assert "note: 1 reference to a loop cannot be checked: the study has no loops." in told.out


def test_claims_as_json_have_all_that_the_table_has(said: Call, asked: Path) -> None:
    told = json.loads(said("inspect", asked, "--claims", "--json").out)
    assert told["counts"] == {"reproduced": 1, "weak": 1}
    assert told["unchecked"] == {"loop": 1}
    assert told["claims"][0] == {
        "id": "C01",
        "quote": "it spreads",
        "kind": ["stock"],
        "represented_by": ["variable:Infectious", "loop:R1"],
        "status": "reproduced",
        "note": "It does.",
    }


def test_a_study_without_claims_says_how_to_give_it_some(said: Call, plain: Path) -> None:
    told = said("inspect", plain, "--claims")
    assert told.code == 2
    assert 'has no claims. Name a table of them: claims = "claims.csv".' in told.err


def test_tables_are_kept_beside_the_runs_and_the_drivers_have_their_basis(
    said: Call, asked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    assert said("sweep", asked, "--futures", 32, "--output", folder).code == 0
    assert (folder / "study" / "parameters.csv").read_text(encoding="utf-8") == PARAMETERS
    assert (folder / "study" / "claims.csv").read_text(encoding="utf-8") == CLAIMS
    told = said("sensitivity", folder)
    assert told.code == 0
    assert "basis" in told.out
    assert "measured" in told.out
    assert "uncertainties rests on judgement; of the" in told.out
