"""What made these runs → manifest.json beside them; and do the files that made them still hold the same bytes?"""

import hashlib
import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sdmodel.errors import RunsError
from sdmodel.runs.swap import new_file

FILE = "manifest.json"
_LISTED = 3
PACKAGES = ("sdmodel", "numpy", "scipy", "llvmlite", "pysd", "xarray", "zarr")


def manifest(
    folder: str | Path,
    files: Mapping[str, Path],
    *,
    seed: int,
    design: str,
    futures: int,
    scenarios: Sequence[str],
    command: Sequence[str],
) -> dict[str, Any]:
    """What made the runs in `folder`: `files` by part ("model", "study", …) with their sha256, versions, seed, command.

    All paths are relative to `folder`, and `command` (the words of a command line) to the working folder, so that
    the manifest tells nothing of the machine but its kind, and goes along when everything is moved together.
    """
    return {
        "files": {part: _fingerprint(Path(file), Path(folder)) for part, file in files.items()},
        "design": {"name": design, "seed": int(seed), "futures": int(futures), "scenarios": list(map(str, scenarios))},
        "command": shlex.join(_relative_word(word) for word in command),
        "versions": versions(),
        "platform": f"{platform.system()} {platform.machine()}",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def write(folder: str | Path, content: Mapping[str, Any]) -> Path:
    """The path of the manifest written in `folder`, in place of an earlier one."""
    path = Path(folder) / FILE
    with new_file(path) as partial:
        partial.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return path


def read(folder: str | Path) -> dict[str, Any]:
    """The manifest in `folder`; RunsError when there is none or it is damaged."""
    path = Path(folder) / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(content[part], dict) for part in ("files", "design", "versions")):
            raise TypeError("parts of it are of another kind")
    except FileNotFoundError as problem:
        raise RunsError(_missing(Path(folder))) from problem
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise RunsError(f"{path} is damaged: {problem}. Make the runs again to replace it.") from problem
    return dict(content)


def _missing(folder: Path) -> str:
    """What to do about a folder without a manifest: it may be that above, below, or none of a sweep."""
    below = sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))
    if below:
        return f"{folder} has no {FILE}, but {', '.join(below[:_LISTED])} in it: give that folder."
    if (folder.resolve().parent / FILE).is_file():
        return f"{folder} has no {FILE}, but the folder above has: give that one."
    told = "the runs in it are not whole" if (folder / "runs.zarr").exists() else "no sweep was kept in it"
    return f'{folder} has no {FILE}: {told}. "sdmodel sweep STUDY --output {folder}" makes the runs.'


def verify(folder: str | Path) -> list[str]:
    """What differs now from what made the runs in `folder`, one line each; empty when all files are the same.

    Other versions of packages are no difference of the files, and are not listed: `read` and `versions` tell them.
    """
    differences = []
    for part, made in read(folder)["files"].items():
        try:
            now = sha256(Path(folder) / made["path"])
        except OSError:
            differences.append(f"{part} file {made['path']} is missing or cannot be read")
            continue
        except (KeyError, TypeError) as problem:
            raise RunsError(f"{Path(folder) / FILE} is damaged: {part} lacks {problem}.") from problem
        if now != made.get("sha256"):
            differences.append(f"{part} file {made['path']} has changed since these runs were made")
    return differences


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages whose change could change a number."""
    return {"python": ".".join(map(str, sys.version_info[:3])), **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _fingerprint(file: Path, folder: Path) -> dict[str, str]:
    try:
        return {"path": _relative(file, folder), "sha256": sha256(file)}
    except OSError as problem:
        raise RunsError(f"cannot read {file} to note what made the runs: {problem.strerror or problem}.") from problem


def _relative(file: Path, folder: Path) -> str:
    """`file` as seen from `folder`, with forward slashes; its bare name when it lies on another drive."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return file.name


def _relative_word(word: str) -> str:
    """A word of the command line, its path made relative to the working folder if it is an absolute one."""
    head, equals, tail = word.partition("=") if word.startswith("-") else ("", "", word)
    return f"{head}{equals}{_relative(Path(tail), Path.cwd())}" if Path(tail).is_absolute() else word
