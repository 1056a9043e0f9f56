"""A new file or folder, made aside → in its place in one step, or not at all; what was there survives until then."""

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sdmodel.errors import RunsError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Trouble of the file system inside the block becomes a RunsError that names `path`."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise RunsError(f"cannot write {path}: {reason}. Choose a place that you may write to.") from problem


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; when the block ends well, that file replaces `path` in one step."""
    if path.is_dir():
        raise RunsError(f"cannot write {path}: there is a folder of that name. Choose another file name.")
    partial = _aside(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            os.replace(partial, path)
    finally:
        with suppress(OSError):  # what stopped the writing is told, not what stops the sweeping
            partial.unlink()


@contextmanager
def new_folder(path: Path, replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """An empty folder beside `path` to fill; when the block ends well, it takes the place of `path`.

    An interrupted block leaves `path` as it was. Only an empty folder or one that is `replaceable` is replaced.
    """
    recover(path)
    if path.exists() and not (path.is_dir() and (not any(path.iterdir()) or replaceable(path))):
        raise RunsError(
            f"will not replace {path}: it is not a folder of runs. Choose another path, or remove it yourself."
        )
    partial = _aside(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _sweep(path)
            partial.mkdir()
        yield partial
        with writing(path):
            _put(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def recover(path: Path) -> None:
    """Brings back what was at `path` if the process ended between the two renames of a replacement."""
    previous = _previous(path)
    if previous.exists() and not path.exists():
        with writing(path):
            previous.rename(path)


def _put(partial: Path, path: Path) -> None:
    previous = _previous(path)
    shutil.rmtree(previous, ignore_errors=True)
    if path.exists():
        path.rename(previous)
    try:
        partial.rename(path)
    except OSError:
        recover(path)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _previous(path: Path) -> Path:
    return path.with_name(f".{path.name}.previous")


def _aside(path: Path) -> Path:
    """A hidden sibling that tells machine and process, so that a later writer knows whether its maker still lives."""
    return path.with_name(f".{path.name}.partial-{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}")


def _sweep(path: Path) -> None:
    """Removes unfinished folders that processes of this machine left beside `path` when they were killed."""
    if os.name != "posix":  # elsewhere, asking whether a process lives may end it
        return
    start = f".{path.name}.partial-{socket.gethostname()}-"
    for left in path.parent.iterdir():
        process = left.name.removeprefix(start).partition("-")[0]
        if left.name.startswith(start) and process.isdigit() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
