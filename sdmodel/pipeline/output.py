"""The folder that `--output` names → may results of this study be kept there? Asked before anything is computed."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.errors import RunsError
from sdmodel.pipeline.kept import OF_DATA, OF_SAMPLE, Kept
from sdmodel.pipeline.made_of import marked
from sdmodel.runs import manifest as manifests
from sdmodel.runs.sample import FILE as SAMPLE
from sdmodel.study.spec import Study

STUDY = "study"
"""Attribute of a kept finding: the study that it answers."""
_LISTED = 3
_UNKNOWN = "?"


@dataclass(frozen=True)
class There:
    """What is in a folder: the names of studies whose results it holds, what of them in words, whether runs."""

    studies: tuple[str, ...] = ()
    words: str = ""
    runs: bool = False

    @property
    def told(self) -> str:
        """The words, with the studies that are known."""
        names = " and ".join(f'"{name}"' for name in self.studies if name != _UNKNOWN)
        return f"{self.words} of {names}" if names else self.words


def claim(folder: Path, study: Study, *, replacing: bool = False, option: str = "") -> There:
    """What is in `folder`, in which results of `study` will be kept: it is absent, empty or holds some of them already.

    `replacing`: results of another study may be there; `option`, named in the message, is what allows that.

    Raises:
        RunsError: it is a file, holds what sdmodel did not make, results of another study, or may not be written to.
    """
    refuse_unwritable(folder)
    if not folder.is_dir():
        return There()
    there = look(folder)
    others = [name for name in there.studies if name != study.name]
    if others and not replacing:
        way = f", add {option} to replace it," if option else ""
        raise RunsError(
            f'will not write results of "{study.name}" into {folder}: it holds {there.told}. '
            f"Choose another --output{way} or remove that folder yourself."
        )
    return there


def look(folder: Path) -> There:
    """What is in the folder.

    Raises:
        RunsError: it holds what sdmodel did not make.
    """
    kept = Kept(folder)
    if (folder / manifests.FILE).is_file():
        return _swept(folder)
    foreign = sorted(path.name for path in _foreign(kept))
    if foreign:
        named = ", ".join(foreign[:_LISTED]) + (", …" if len(foreign) > _LISTED else "")
        raise RunsError(
            f"will not write into {folder}: no sweep made what is in there ({named}). Choose another --output."
        )
    found = {path.stem: _study(path) for path in sorted(kept.findings.glob("*.json"))}
    return There(tuple(dict.fromkeys(filter(None, found.values()))), f"findings ({', '.join(found)})" if found else "")


def keep(finding: Finding, folder: Path | None, study: Study) -> tuple[Finding, Path | None]:
    """The finding with its study and what that was made of, and the file in `folder` it is kept in, if there is one."""
    named = marked(replace(finding, table=finding.table.assign_attrs({STUDY: study.name})), study)
    return named, files.write(named, Kept(folder).finding(finding.name)) if folder else None


def forget_others(folder: Path, study: Study) -> None:
    """Removes fit and posterior of another study, which a sweep leaves where they are."""
    kept = Kept(folder)
    for name in (OF_DATA, OF_SAMPLE):
        path = kept.finding(name)
        if path.is_file() and _study(path) not in ("", study.name):
            path.unlink()
            if name == OF_SAMPLE:
                (folder / SAMPLE).unlink(missing_ok=True)


def _swept(folder: Path) -> There:
    """The runs, and of which study they are."""
    try:
        made = manifests.read(folder)
        design = made["design"]
        told = f"{_counted(int(design['futures']))}, seed {design['seed']}, made on {str(made['created'])[:10]}"
        return There((Path(made["files"]["study"]["path"]).stem,), f"runs ({told})", runs=True)
    except (RunsError, KeyError, TypeError, ValueError):
        return There((_UNKNOWN,), f"runs whose {manifests.FILE} is damaged", runs=True)


def _counted(futures: int) -> str:
    return f"{futures:,} future{'' if futures == 1 else 's'}"


def _foreign(kept: Kept) -> Iterator[Path]:
    """What is neither a finding nor the sample of a posterior; hidden files are nobody's."""
    for path in kept.folder.iterdir():
        if path == kept.findings and path.is_dir():
            yield from (inner for inner in path.iterdir() if inner.suffix != ".json" and inner.name[0] != ".")
        elif not path.name.startswith(".") and path.name != SAMPLE:
            yield path


def _study(path: Path) -> str:
    """The study that a kept finding answers; "" where it does not tell."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["table"]["attributes"].get(STUDY, ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RunsError(f"{path} is no finding that sdmodel wrote, or damaged. Choose another --output.") from None


def refuse_unwritable(folder: Path) -> None:
    """Raises RunsError where the folder, or the nearest above it that there is, takes no new files."""
    if folder.exists() and not folder.is_dir():
        raise RunsError(f"cannot keep results in {folder}: it is a file. Choose another --output.")
    above = folder.absolute()
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise RunsError(f"cannot keep results in {folder}: {above} is a file. Choose another --output.")
    if not os.access(above, os.W_OK | os.X_OK):
        raise RunsError(f"cannot write {folder}: {above} may not be written to. Choose another --output.")
