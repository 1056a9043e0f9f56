"""The cache of parsed models: what comes from it is what was parsed, and nothing that is not sound comes from it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sdmodel.errors import ModelError
from sdmodel.model.model import Model
from sdmodel.read import cache as caching
from sdmodel.read import read
from sdmodel.read.abstract import abstract_model

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.mdl"))
WORLD = sorted((Path(__file__).parents[2] / ".." / "shared").resolve().rglob("wrld3-03.mdl"))


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test."""
    monkeypatch.setenv("SDMODEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that PySD's parser has seen, in order."""
    seen: list[Path] = []

    def told(path: Path, *rest: Any) -> object:
        seen.append(path)
        return abstract_model(path, *rest)

    monkeypatch.setattr("sdmodel.read.parsed.abstract_model", told)
    return seen


def kept(cache: Path) -> Path:
    """The one model in the cache."""
    [place] = cache.rglob("*.json")
    return place


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_shipped_model_comes_back_the_same(path: Path, own_cache: Path, parsed: list[Path]) -> None:
    assert_same_twice(path, parsed)


@pytest.mark.skipif(not WORLD, reason="World3 lies beside the project only where it is developed")
def test_world3_comes_back_the_same(own_cache: Path, parsed: list[Path]) -> None:
    assert_same_twice(WORLD[0], parsed)


def assert_same_twice(path: Path, parsed: list[Path]) -> None:
    """`repr` tells 1 from 1.0 and 0.0 from -0.0, which `==` does not."""
    first, second = read(path), read(path)
    assert parsed == [path]
    assert (repr(second), second.fingerprint) == (repr(first), first.fingerprint)


def test_another_text_is_parsed_again(mdl: Callable[..., Path], own_cache: Path, parsed: list[Path]) -> None:
    assert read(mdl("a = 1")).constants["a"] == 1
    assert read(mdl("a = 2")).constants["a"] == 2
    assert len(parsed) == 2


def test_the_same_text_elsewhere_has_its_own_name_and_path(mdl: Callable[..., Path], own_cache: Path) -> None:
    one, other = mdl("a = 1", name="one"), mdl("a = 1", name="other")
    models: list[Model] = [read(one), read(other)]
    assert [(model.name, model.path) for model in models] == [("one", str(one)), ("other", str(other))]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda text: "",
        lambda text: text[:-20],
        lambda text: text.replace("1", "2"),
        lambda text: signed('[["Constant","a"]]'),
        lambda text: signed('[["Unknown","a","","",[null,null],"",null,false,1.0]]'),
        lambda text: signed('[["Auxiliary","a","","",[null,null],"",null,false,["add","b"],null]]'),
        lambda text: signed('[["Auxiliary","a","","",[null,null],"",null,false,["system","b"],null]]'),
        lambda text: signed("[" * 100_000),
    ],
)
def test_a_damaged_cache_is_not_used(
    damaged: Callable[[str], str], mdl: Callable[..., Path], own_cache: Path, parsed: list[Path]
) -> None:
    """Cut off, changed, or signed though its content makes no sense: the file is parsed again, and kept anew."""
    path = mdl("a = 1", "b = a + 1")
    sound = read(path)
    place = kept(own_cache)
    place.write_text(damaged(place.read_text(encoding="utf-8")), encoding="utf-8")
    assert read(path) == sound
    assert read(path) == sound
    assert len(parsed) == 2


def signed(body: str) -> str:
    """A file whose checksum fits its content."""
    return f"{caching._digest(body)}\n{body}"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_a_file_of_somebody_else_is_not_used(
    mdl: Callable[..., Path], own_cache: Path, parsed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mdl("a = 1")
    read(path)
    monkeypatch.setattr("os.getuid", lambda: 123_456)
    read(path)
    assert len(parsed) == 2


def test_a_cache_that_cannot_be_written_does_no_harm(
    mdl: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SDMODEL_CACHE", str(tmp_path / "file"))
    assert read(mdl("a = 3")).constants["a"] == 3


def test_a_model_that_cannot_be_run_is_not_kept(mdl: Callable[..., Path], own_cache: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        read(mdl("a = missing + 1"))
    assert list(own_cache.rglob("*.json")) == []
