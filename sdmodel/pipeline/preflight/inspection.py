"""Model file → what is wrong with it: reading, units, unused variables, lookups, time step, method, PySD, in order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sdmodel.engine import compiled
from sdmodel.engine.crosscheck import DISTRUST, agreement, random_variables
from sdmodel.errors import EngineMismatch, ExperimentError, ModelError
from sdmodel.model.model import Model
from sdmodel.model.owners import owners
from sdmodel.model.reality import read_by
from sdmodel.model.units import unit_report
from sdmodel.model.unused import unused
from sdmodel.pipeline.preflight import trials
from sdmodel.pipeline.preflight.known_faults import excuse, known_faults
from sdmodel.pipeline.preflight.remarks import ERROR, LEVELS, NOTE, WARNING, Checked, Remark
from sdmodel.pipeline.preflight.table_use import Outside, outside, uses
from sdmodel.pipeline.preflight.trials import Moved
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.reality import vensim_reality
from sdmodel.read import read
from sdmodel.read.equivalents import equivalents
from sdmodel.read.reality import read_reality
from sdmodel.read.whole import text_of

ALLOWED = 0.01
"""Share of its range by which a variable may move when the time step is halved or the method changed."""
_HARDLY = 1e-9  # of its range: a matter of rounding
_SHOWN = {"time step": 10, "integration": 3}
_PROBLEM = re.compile(
    r'^  "(?P<name>.+?)"(?:, (?:(?P<file>[^"\n]+), )?line (?P<line>\d+))?: (?P<reason>.*)$', re.MULTILINE
)
_STAGE, _STAGES = "Checking", 7


@dataclass(frozen=True)
class Preflight:
    """All checks of a model that were made, in their order; after an error the later ones are not."""

    model: str
    checks: tuple[Checked, ...]

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What all checks say."""
        return tuple(remark for one in self.checks for remark in one.remarks)

    def count(self, level: str) -> int:
        """How many remarks have that level."""
        return sum(remark.level == level for remark in self.remarks)

    @property
    def sound(self) -> bool:
        """Neither an error nor a warning."""
        return not self.count(ERROR) and not self.count(WARNING)


def preflight(
    path: Path,
    *,
    synonyms: Iterable[Sequence[str]] = (),
    data: Sequence[Path] = (),
    folders: Sequence[Path] = (),
    extensions: Sequence[Path] = (),
    pysd: bool = True,
    progress: Progress | None = None,
) -> Preflight:
    """Everything that can be said about a model before it is used.

    Args:
        path: a model file.
        synonyms: groups of units that mean the same, beside those that the file itself declares.
        data: files with the course of variables that follow data.
        folders: where the model may read spreadsheets, beside its own folder.
        extensions: .mdl files whose equations replace those of the model or are added to them.
        pysd: whether PySD runs the model as well, which takes long for a large one.
        progress: told of each check.

    Raises:
        ModelError: a file or folder is not there. A model that cannot be run is an error among the remarks.
    """
    done = partial(advance, progress, _STAGE, _STAGES) if progress else _silent
    needed = (path, *data, *extensions)
    if not all(one.is_file() for one in needed) or not all(one.is_dir() for one in folders):
        read(path, data=data, folders=folders, extensions=extensions)
    try:
        model = read(path, data=data, folders=folders, extensions=extensions)
    except ModelError as error:
        return Preflight(path.stem, (_unreadable(str(error)),))
    text = text_of(model)
    done(1)
    reality = read_reality(path, data=data, folders=folders, extensions=extensions)
    checks = [_reading(model), _units(model, [*equivalents(text), *synonyms]), _unused(model, read_by(reality))]
    done(2)
    running = _running(model)
    checks.append(running)
    if not running.remarks:
        for check in (_lookups, _time_step, _method):
            checks.append(check(model))
            done(1)
        checks.append(_pysd(model, text, pysd))
        done(1)
        checks += vensim_reality.checked(vensim_reality.results(reality))
    return Preflight(model.name, tuple(_with_files(model, one) for one in checks))


def _with_files(model: Model, check: Checked) -> Checked:
    """`check` whose remarks name the file of variables that an extension defines."""
    files = {name: one.file for one in model.visible() for name in (one.name, one.array) if one.file and name}
    named = (replace(remark, file=files.get(remark.variable, remark.file)) for remark in check.remarks)
    return replace(check, remarks=tuple(named)) if files else check


def _silent(_: int) -> None:
    """Nobody looks."""


def _unreadable(message: str) -> Checked:
    """One error for each variable that the message lists, or one for the file."""
    listed = [
        Remark(
            *(ERROR, "reading", found["reason"], found["name"]),
            int(found["line"]) if found["line"] else None,
            found["file"] or "",
        )
        for found in _PROBLEM.finditer(message)
    ]
    said = f"{_number(len(listed), 'variable')} cannot be run" if listed else "it cannot be run"
    return Checked("reading", said, tuple(listed) or (Remark(ERROR, "reading", message),))


def _reading(model: Model) -> Checked:
    shown = list(model.visible())
    return Checked("reading", f"{_number(len(shown), 'variable')}, all of which can be run")


def _units(model: Model, synonyms: Iterable[Sequence[str]]) -> Checked:
    """Units that do not fit are warnings; a number beside a unit is a note, as is a unit that cannot be read."""
    report = unit_report(model, synonyms)
    remarks = [
        Remark(NOTE if one.kind == "number" else WARNING, "units", one.message, one.variable, one.line)
        for one in report.findings
    ]
    for name in report.unreadable:
        variable = next(one for one in model.visible() if name in (one.name, one.array))
        remarks.append(Remark(NOTE, "units", f"its unit cannot be read: {variable.unit}", name, variable.line))
    known = f"{report.told:,} variables have one" + (f", {report.inferred:,} follow" if report.inferred else "")
    if report.untold:
        listed = ", ".join(report.untold[:3]) + (", …" if len(report.untold) > 3 else "")
        known += f"; without: {len(report.untold):,} ({listed})"
    wrong = len({one.variable for one in report.findings if one.kind != "number"})
    fit = f"{wrong:,} {'does' if wrong == 1 else 'do'} not fit" if wrong else "nothing that does not fit"
    return Checked("units", f"{known}; {fit}", tuple(remarks))


def _unused(model: Model, read_elsewhere: Iterable[str]) -> Checked:
    found = unused(model, read_elsewhere)
    said = "nothing reads it, so it changes nothing"
    idle = [Remark(WARNING, "unused", said, one.array or one.name, one.line) for one in found.idle]
    ends = [
        Remark(NOTE, "unused", "read by nothing: an indicator", one.array or one.name, one.line)
        for one in found.indicators
    ]
    return Checked(
        "unused", f"{_number(len(idle), 'input')} that nothing reads, {_number(len(ends), 'indicator')}", (*idle, *ends)
    )


def _running(model: Model) -> Checked:
    try:
        runs = compiled.simulate(model)
    except ExperimentError as error:
        return Checked("run", "it does not run", (Remark(ERROR, "run", str(error)),))
    failures = runs.attrs.get("failures", [])
    if failures:
        said = f"a value is not finite: {str(failures[0]).partition(': ')[2]}"
        return Checked("run", "it runs, but not to its end", (Remark(ERROR, "run", said),))
    start, stop = (f"{runs['time'].values[end]:g}" for end in (0, -1))
    return Checked(
        "run", f"runs from {start} to {stop} {model['TIME STEP'].unit}, every value finite".replace("  ", " ")
    )


def _lookups(model: Model) -> Checked:
    """A table that is left is a warning; one that is read at Time only, as data are, a note."""
    total, found = len(uses(model)), outside(model)
    owner = owners(model)
    groups: dict[tuple[str, str], list[Outside]] = {}
    for one in found:  # elements of an array are one, told of the first to leave the range
        reader, table = owner.get(one.reader.name, one.reader), model[one.table]
        groups.setdefault((reader.array or reader.name, "" if table.hidden else table.array or table.name), []).append(
            one
        )
    remarks = []
    for some in groups.values():
        first = min(some, key=lambda one: one.time)
        reader = owner.get(first.reader.name, first.reader)
        level = NOTE if first.of_time else WARNING
        said = _left(first, model[first.table].hidden) + _and_others(len(some))
        remarks.append(Remark(level, "lookups", said, reader.name, reader.line))
    said = (
        f"{len(found):,} of {_number(total, 'use')} leave the range"
        if found
        else f"{_number(total, 'use')}, all within range"
    )
    return Checked("lookups", said if total else "none are used", tuple(remarks))


def _left(one: Outside, inline: bool) -> str:
    which = "its lookup" if inline else f'lookup "{one.table}"'
    return (
        f"{which} is read at {one.value:g}, outside {one.low:g} to {one.high:g}, first at time {one.time:g}; "
        "it holds its last value there"
    )


def _and_others(count: int) -> str:
    return f" (and {_number(count - 1, 'other')} of this array)" if count > 1 else ""


def _time_step(model: Model) -> Checked:
    """Stocks that move by more than 1 % are warnings: their error stays with them. Others are notes."""
    names = trials.compared(model)
    if not names:
        return Checked("time step", "not tried: everything depends on random numbers")
    return _judged(model, "time step", "half the TIME STEP", trials.by_half_the_step(model, names), WARNING)


def _method(model: Model) -> Checked:
    """How far Euler's method is from Runge–Kutta's; notes alone, as the time step decides whether that is too far."""
    names = trials.compared(model)
    if not names:
        return Checked("integration", "not tried: everything depends on random numbers")
    other, moved = trials.by_another_method(model, names)
    return _judged(model, "integration", f"{other} instead of {model.integration}", moved, NOTE)


def _judged(model: Model, check: str, change: str, moved: Sequence[Moved], level: str) -> Checked:
    """Remarks on what moves by more than 1 % of its range; `level` is that of a stock."""
    far = list(
        {model[one.variable].array or one.variable: one for one in reversed(moved) if one.share > ALLOWED}.values()
    )
    shown = sorted(far, key=lambda one: (not one.is_stock, -one.share))[: _SHOWN[check]]
    remarks = [
        Remark(
            level if one.is_stock else NOTE,
            check,
            f"with {change} it moves by {_percent(one.share)} of its range: {one.before:.5g} → {one.after:.5g} "
            f"at time {one.time:g}",
            one.variable,
            model[one.variable].line,
        )
        for one in shown
    ]
    if len(far) > len(shown):
        remarks.append(Remark(NOTE, check, f"so do {len(far) - len(shown):,} more"))
    chance = random_variables(model)
    left = sum(one.name in chance for one in model.visible())
    without = f"; {_number(left, 'variable')} left out, for random numbers" if left else ""
    most = next((one for one in moved if one.is_stock and one.share > _HARDLY), moved[0] if moved else None)
    if most is None or moved[0].share <= _HARDLY:
        return Checked(check, f"{change} changes nothing{without}", tuple(remarks))
    said = f"{change} moves {most.variable} by {_percent(most.share)} of its range"
    of = "stocks" if most.is_stock else "all"
    said += f", the most of {of}; {_number(len(far), 'variable')} by over 1 %{without}"
    return Checked(check, said, tuple(remarks))


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.99 else f"{100 * share:,.0f} %"


def _pysd(model: Model, text: str, wanted: bool) -> Checked:
    """Whether PySD agrees; a difference that a known fault of PySD explains is a note."""
    faults = known_faults(model, text)
    notes = [Remark(NOTE, "PySD", f"known fault: {one.message}", one.variable, one.line) for one in faults]
    if not wanted:
        return Checked("PySD", "not asked", tuple(notes))
    try:
        found = agreement(model, compiled.simulate(model), sample=1)
    except EngineMismatch as error:
        why = excuse(faults)
        said = f"{str(error).removesuffix(DISTRUST)}{why}" if why else str(error)
        return Checked("PySD", "it disagrees", (Remark(NOTE if why else WARNING, "PySD", said), *notes))
    except ExperimentError as error:
        return Checked("PySD", "cannot be compared", (Remark(NOTE, "PySD", str(error)), *notes))
    notes += [Remark(NOTE, "PySD", told) for told in found.told]
    said = f"agrees on {found.variables:,} variables; largest relative difference {found.difference:.1g}"
    return Checked("PySD", said, tuple(notes))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def worst(remarks: Iterable[Remark]) -> str:
    """The highest level among remarks, or nothing."""
    levels = {remark.level for remark in remarks}
    return next((level for level in LEVELS if level in levels), "")
