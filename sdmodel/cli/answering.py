"""The words of a command from a questions file → what the command says, run inside this process.

The file is not trusted: it may name commands that answer something, the sweeps that this run of `sdmodel questions`
made, shipped studies, and studies in its own folder; it says neither where anything is written nor what else is read.
"""

import io
import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from sdmodel.analysis import files
from sdmodel.cli import shipped
from sdmodel.errors import SdmodelError, StudyError
from sdmodel.model.names import did_you_mean
from sdmodel.report.answers import Answer, told_numbers
from sdmodel.study.questions import Numbers, Words

SWEEP = "sweep"
ANSWERING = (
    *("compare", "sensitivity", "discover", "sobol", "morris", "loops", "dominance"),
    *("elasticity", "equilibria", "hysteresis"),
    *("calibrate", "robust", "information", "tipping", "reassure", "timing", "onset", "waiting", "optimise", "game"),
)
"""Commands whose JSON has a sentence."""
HERE = "{here}"
_WRONG_WORDS: type[Exception] = typer.BadParameter.__bases__[0]  # "usage error" of whichever Click Typer brings
_HELD = re.compile(r"\{(\w+)\}(?=/|$)")
_STUDIES = ("study", "model")


def context(words: Words, folders: Mapping[str, Path], home: Path) -> Any:
    """The command that the words mean, ready to be invoked; `folders` are those of the sweeps, `home` of the file.

    Raises:
        StudyError: no such command or option, or the command may not be used here like this.
    """
    from sdmodel.cli import app  # the app knows the command `questions`, so it cannot be imported before

    name, *rest = words
    if name not in (SWEEP, *ANSWERING):
        raise StudyError(
            f'"{name}" is no command that answers a question.{did_you_mean(name, ANSWERING)} '
            f"There are {', '.join(ANSWERING)}."
        )
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    said = [_filled(word, folders, home) for word in rest]
    try:
        ready = command.make_context(f"sdmodel {name}", [*said, *([] if "--json" in said else ["--json"])])
    except _WRONG_WORDS as error:
        raise StudyError(f"sdmodel {name}: {error.format_message()}") from None  # type: ignore[attr-defined]
    except typer.Exit:
        raise StudyError(f"sdmodel {name}: --help and the like answer nothing.") from None
    _allowed(name, ready.params, folders, home)
    return ready


def swept(words: Words, folder: Path, home: Path) -> Answer:
    """Makes the sweep of `words` in `folder`; what it took, or how it failed.

    Raises:
        StudyError: the words are none of a sweep that may be made here.
    """
    started = time.perf_counter()
    ready = context(words, {}, home)
    ready.params |= {"output": folder, "replace": True}  # its own folder: the file may name another study by now
    told, failure = _said(ready)
    return Answer(
        (*words, "--output", str(folder)),
        failure=failure,
        seconds=round(time.perf_counter() - started, 2),
        seed=told.get("seed"),
        runs=int(told.get("experiments", 0)),
    )


def answer(words: Words, folders: Mapping[str, Path], home: Path, numbers: Sequence[Numbers] = ()) -> Answer:
    """What the command of `words` says, with these `numbers` of its table, or the message with which it fails."""
    started = time.perf_counter()
    said = Answer(tuple(_filled(word, folders, home) for word in words))
    try:
        told, failure = _said(context(words, folders, home))
        said = replace(said, failure=failure) if failure else _answered(said, told, numbers)
    except SdmodelError as error:
        said = replace(said, failure=str(error))
    return replace(said, seconds=round(time.perf_counter() - started, 2))


def _answered(said: Answer, told: dict[str, Any], numbers: Sequence[Numbers]) -> Answer:
    finding = files.from_dict(told)
    seed, runs = (finding.table.attrs.get(name) for name in ("seed", "runs"))
    return replace(
        said,
        sentence=finding.sentence,
        numbers=tuple(told_numbers(finding, one) for one in numbers),
        caveats=finding.caveats,
        seed=None if seed is None else int(seed),
        runs=int(runs or 0),
        finding=finding,
    )


def _said(ready: Any) -> tuple[dict[str, Any], str]:
    """JSON that the command prints, and what went wrong, if anything."""
    printed = io.StringIO()
    failure = ""
    try:
        with redirect_stdout(printed), ready:
            ready.command.invoke(ready)
    except typer.Exit as ended:  # a check in it failed; what it found is told
        failure = "" if not ended.exit_code or printed.getvalue() else f"it ended with exit code {ended.exit_code}."
    except (SdmodelError, _WRONG_WORDS) as error:
        failure = str(error)
    except Exception as error:  # the other questions can still be answered
        failure = f"a fault inside sdmodel: {type(error).__name__}: {error}".partition("\n")[0]
    if failure:
        return {}, failure
    try:
        told = json.loads(printed.getvalue())
    except ValueError:
        return {}, "it printed no JSON."
    return told, ""


def _filled(word: str, folders: Mapping[str, Path], home: Path) -> str:
    """`{name}` at the head of a word → the folder of that sweep, `{here}` → that of the questions file."""
    match = _HELD.match(word)
    if match is None:
        return word
    known = {**folders, HERE[1:-1]: home}
    return str(known[match[1]]) + word[match.end() :] if match[1] in known else word


def _allowed(name: str, given: Mapping[str, Any], folders: Mapping[str, Path], home: Path) -> None:
    """Raises StudyError where a word names a file that is none of this file's business."""
    for option, value in given.items():
        if option == "runs":
            if Path(value) not in folders.values():
                listed = ", ".join(f'"{{{one}}}"' for one in folders) or "none"
                raise StudyError(f'sdmodel {name}: "{value}" is no sweep of this file; there is {listed}.')
        elif option in _STUDIES:
            _inside(name, str(value), home)
        elif isinstance(value, Path) or (_listed(value) and any(isinstance(one, Path) for one in value)):
            raise StudyError(f"sdmodel {name}: --{option} is not for a questions file: it names a file or a folder.")


def _inside(name: str, word: str, home: Path) -> None:
    """A study or model is a shipped one by name, or a file in the folder of the questions."""
    path = Path(word)
    if not path.suffix and len(path.parts) == 1:
        shipped.find(word, ".toml")
    elif not path.resolve().is_relative_to(home.resolve()):
        raise StudyError(f'sdmodel {name}: "{word}" is neither a shipped study nor in the folder of the questions.')


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
