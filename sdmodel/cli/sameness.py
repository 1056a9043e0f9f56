"""A question → a digest of its words and of all that its commands read: equal as long as its answer still holds."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import sdmodel
from sdmodel.cli import answering, shipped
from sdmodel.errors import SdmodelError
from sdmodel.study.questions import ResearchQuestion, Words


def digest(one: ResearchQuestion, sweeps: Mapping[str, Words], home: Path) -> str:
    """SHA-256 of sdmodel itself, the question, its sweeps, and the files of all studies that these name.

    "" where a command cannot be understood or a file not be read: then nothing is known.
    """
    theirs = {name: sweeps[name] for name in one.runs}
    try:
        words = [*theirs.values(), *one.commands]
        read = sorted({file for each in words for file in _files(each, theirs, home)})
        hashes = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in read]
    except (SdmodelError, OSError):
        return ""
    told = json.dumps([_own(), asdict(one), theirs, hashes], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _files(words: Words, sweeps: Mapping[str, Words], home: Path) -> Iterator[Path]:
    """The files that the command reads; those behind runs are the files of their sweep."""
    given: dict[str, Any] = answering.context(words, {name: home / name for name in sweeps}, home).params
    for option in ("study", "model"):
        if isinstance(given.get(option), str):
            yield from _of(shipped.find(given[option], ".toml"))


@cache
def _own() -> str:
    """SHA-256 of the code of sdmodel: another release may find other numbers, and tell them otherwise."""
    home, found = Path(sdmodel.__file__).parent, hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        found.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


@cache
def _of(path: Path) -> tuple[Path, ...]:
    """All files of a study; of a model, itself and the study beside it."""
    from sdmodel.pipeline.companions import sources  # PySD's world: not for --help
    from sdmodel.study.file import read_study

    study = path.with_suffix(".toml")
    own = () if path == study else (path,)
    return (*own, *(sources(read_study(study)).values() if study.is_file() else ()))
