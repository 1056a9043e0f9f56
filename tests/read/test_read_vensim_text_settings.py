"""The settings block at the end of a .mdl: integration method and names of data files."""

from pathlib import Path

import pytest

from sdmodel.errors import ModelError
from sdmodel.read import read
from sdmodel.read.vensim.settings import Settings, settings

MODEL = Path("model.mdl")
BLOCK = "a = 1 ~~|\n\\\\\\---/// Sketch\nV300\n///---\\\\\\\n:L\x7f<%^E!@\n1:Current.vdf\n9:Z:\\a\n{lines}\n19:100,0\n"


def told(lines):
    """The settings of a text whose block has these lines."""
    return settings(MODEL, BLOCK.format(lines=lines))


@pytest.mark.parametrize(
    ("number", "method"), [(0, "euler"), (1, "rk4"), (2, "euler"), (3, "rk2"), (4, "rk2"), (5, "rk4")]
)
def test_the_fourth_number_of_line_15_is_the_integration_method(mdl, number, method):
    """Euler, RK4 Auto, Diff, RK2 Auto, RK2 Fixed, RK4 Fixed; "Auto" runs with the time step of the model."""
    lines = f"15:0,0,0,{number},0,0"
    assert told(lines).integration == method
    tail = BLOCK.format(lines=lines).split("|", 1)[1]
    assert read(mdl("a = Time", tail=tail)).integration == method


def test_a_file_without_settings_is_euler_and_equations_are_no_settings():
    """Only the block counts, with or without the control character in its first line."""
    assert settings(MODEL, "a = 1 ~~|") == Settings("euler", {})
    assert settings(MODEL, "a = \n15:0,0,0,1,0,0 ~~|") == Settings("euler", {})
    assert told("15:0,0").integration == "euler"
    assert settings(MODEL, "a = 1 ~~|\n:L<%^E!@\n15:0,0,0,5,0,0\n").integration == "rk4"


def test_a_method_that_vensim_does_not_have_is_refused():
    """It is not run with another one."""
    with pytest.raises(ModelError, match=r"model\.mdl: integration type 9"):
        told("15:0,0,0,9,0,0")


def test_aliases_of_data_files_are_known_in_any_case():
    """What stands behind the equal sign is the file."""
    assert told("30:?Input.xls=..\\data\\in.xls\n30:?b=b.csv").aliases == {
        "?input.xls": "..\\data\\in.xls",
        "?b": "b.csv",
    }
