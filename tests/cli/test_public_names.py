"""`import sdmodel` gives the words of the README, whatever else was imported before, and loads nothing until then."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import sdmodel as sd


@pytest.mark.parametrize("name", sd.__all__)
def test_each_public_name_is_a_function_or_class_and_stays_one(name: str) -> None:
    first = getattr(sd, name)
    assert callable(first)
    assert not isinstance(first, ModuleType)
    assert getattr(sd, name) is first


def test_public_names_hide_no_package() -> None:
    """A package of the same name would take its place as soon as somebody imports it."""
    folders = {path.stem for path in Path(sd.__file__).parent.iterdir()}
    assert folders.isdisjoint(sd.__all__)


def test_all_lists_what_can_be_loaded_and_dir_shows_it() -> None:
    assert sorted(sd.__all__) == sorted(sd._HOMES)
    assert set(sd.__all__) <= set(dir(sd))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = sd.simulat


def test_import_alone_loads_no_other_module_of_ours() -> None:
    code = "import sdmodel, sys; print([name for name in sys.modules if name.startswith('sdmodel.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
