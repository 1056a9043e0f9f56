"""Vensim model file → its Reality Checks, each tried on runs in which its condition is forced upon the model.

As Vensim does, a check is tried in two ways. In the active one each way in which its condition can be true is forced
upon the model in a run of its own, and the consequence is looked at whenever the condition is true, at every time
step. In the passive one the run without test inputs is looked at: where a condition is true there by itself, so must
be the consequence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmodel.analysis.reality.vensim_reality import Course, Courses, Judged, compared, judged
from sdmodel.analysis.reality.verdicts import Verdict
from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.forced import BEHIND, forced, with_added
from sdmodel.model.model import SAVEPER, TIME_STEP, Auxiliary, Model, Table, Variable, fields_of
from sdmodel.model.order import at_each_step, at_the_start
from sdmodel.model.reality import Case, Comparison, Constraint, RealityChecks, Refused, comparisons
from sdmodel.pipeline.preflight.remarks import NOTE, WARNING, Checked, Remark
from sdmodel.read.reality import read_reality

if TYPE_CHECKING:
    import xarray as xr

HOLDS, VIOLATED, UNTESTED, IMPOSSIBLE = "holds", "violated", "never tested", "cannot be tried"
_AT_ONCE = 40  # checks of one kernel
_NEVER = "its condition was never true while something was compared, so nothing was tested"


@dataclass(frozen=True)
class Tried:
    """What came of one Reality Check: `state` is HOLDS, VIOLATED, UNTESTED or IMPOSSIBLE.

    `violated` is the first time at which the consequence is false, None if there is none. `line` is where it stands,
    in `file` if that is an extension.
    """

    verdict: Verdict
    state: str
    violated: float | None = None
    documentation: str = ""
    line: int = 0
    file: str = ""


def checks_of_model(
    path: Path, *, data: Sequence[Path] = (), folders: Sequence[Path] = (), extensions: Sequence[Path] = ()
) -> tuple[Verdict, ...]:
    """What came of each Reality Check of a model file; nothing for a file without any. As `tried`, in verdicts alone.

    Raises:
        ModelError: the model itself cannot be read.
    """
    return tuple(one.verdict for one in tried(path, data=data, folders=folders, extensions=extensions))


def tried(
    path: Path, *, data: Sequence[Path] = (), folders: Sequence[Path] = (), extensions: Sequence[Path] = ()
) -> tuple[Tried, ...]:
    """What came of each Reality Check of a model file, in the order of the file.

    Args:
        path: the model file.
        data: files with the course of variables that follow data.
        folders: where the model may read spreadsheets, beside its own folder.
        extensions: files whose equations, and reality checks, replace some or are added.

    Raises:
        ModelError: the model itself cannot be read.
    """
    return results(read_reality(path, data=data, folders=folders, extensions=extensions))


def checked(found: Sequence[Tried]) -> tuple[Checked, ...]:
    """What `sdmodel check` says of them, nothing of a model without any: what is violated or cannot be tried, warns."""
    if not found:
        return ()
    remarks = tuple(_remark(one) for one in found if one.state != HOLDS)
    counts = {state: sum(one.state == state for one in found) for state in (VIOLATED, IMPOSSIBLE, UNTESTED)}
    others = "".join(f", {count:,} {state}" for state, count in counts.items() if count)
    said = f"{len(found) - len(remarks):,} of {len(found):,} hold{others}"
    return (Checked("reality checks", said, remarks),)


def _remark(one: Tried) -> Remark:
    level = NOTE if one.state == UNTESTED else WARNING
    said = f"{one.state}: {one.verdict.failure}" if one.verdict.failure else _violation(one)
    return Remark(level, "reality checks", said, one.verdict.name, one.line or None, one.file)


def _violation(one: Tried) -> str:
    sides = "; ".join(f"{side.text} ({side.left:.5g} and {side.right:.5g})" for side in one.verdict.sides)
    return f"violated at time {one.violated:g}: {sides}"


def results(checks: RealityChecks) -> tuple[Tried, ...]:
    """The same for checks that were read already."""
    made = [_impossible(one) for one in checks.refused]
    if checks.constraints:
        try:
            model = _every_step(_with_base_run(_every_step(checks.model), checks))
        except ModelError as error:
            return tuple(sorted([*made, *(_failed(one, str(error)) for one in checks.constraints)], key=_place))
        for first in range(0, len(checks.constraints), _AT_ONCE):
            made += _tried(model, checks.constraints[first : first + _AT_ONCE])
    return tuple(sorted(made, key=_place))


def _place(one: Tried) -> tuple[str, int]:
    return one.file, one.line


def _every_step(model: Model) -> Model:
    """`model` saved at each of its time steps."""
    saveper = Auxiliary(**fields_of(model[SAVEPER]), equation=Ref(model[TIME_STEP].name))
    return model.replaced([saveper])


def _with_base_run(model: Model, checks: RealityChecks) -> Model:
    """`model` with the tables that hold the course of variables in the run without test inputs."""
    if not checks.base:
        return model
    sources = [Auxiliary(name=f"{table} now", equation=Ref(name), hidden=True) for table, name in checks.base]
    runs = compiled.simulate(with_added(model, sources), save=[one.name for one in sources])
    if runs["failed"].values[0]:
        said = " ".join(str(next(iter(runs.attrs.get("failures", [])), "")).partition(": ")[2].split())
        raise ModelError(f"the run without test inputs is not finite: {said or 'a value'}")
    times = tuple(map(float, runs["time"].values))
    tables = [
        Table(name=table, x=times, y=tuple(map(float, runs[source.name].values[0])), hidden=True)
        for (table, _), source in zip(checks.base, sources, strict=True)
    ]
    return with_added(model, tables)


def _tried(model: Model, constraints: Sequence[Constraint]) -> list[Tried]:
    """All constraints in one kernel; in ever smaller groups if one of them cannot be computed, or fails."""
    try:
        rows = _together(model, constraints)
    except ModelError as error:
        rows, why = None, _loop(error)
    half = len(constraints) // 2
    if half and (rows is None or rows.any_failed()):
        return [one for part in (constraints[:half], constraints[half:]) for one in _tried(model, part)]
    return [_verdict(one, rows) if rows is not None else _failed(one, why) for one in constraints]


def _together(model: Model, constraints: Sequence[Constraint]) -> "_Rows":
    cases = [case for one in constraints for case in one.cases if case.forced]
    made = forced(model, cases)
    measured = _Measured.of(constraints)
    whole = with_added(made.model, measured.variables())
    at_each_step(whole)
    at_the_start(whole)
    runs = compiled.simulate(whole, _experiments(made.switches), save=measured.names())
    return _Rows(runs, measured, {id(case): row for row, case in enumerate(cases, 1)})


def _experiments(switches: Sequence[str]) -> "xr.Dataset":
    """The run without test inputs, then one for each switch."""
    import xarray as xr  # half a second that a model without checks need not pay

    count = len(switches) + 1
    rows = np.arange(count)
    coords = {
        "experiment": rows,
        "scenario": ("experiment", np.array(["base", *switches], dtype=object)),
        "future": ("experiment", np.zeros(count, dtype=int)),
    }
    return xr.Dataset(
        {switch: ("experiment", (rows == row).astype(float)) for row, switch in enumerate(switches, 1)}, coords
    )


@dataclass(frozen=True)
class _Measured:
    """The comparisons whose sides are computed, each with its number."""

    numbers: dict[Comparison, int]

    @classmethod
    def of(cls, constraints: Sequence[Constraint]) -> "_Measured":
        found = dict.fromkeys(
            one
            for constraint in constraints
            for one in (*comparisons(constraint.consequence), *_of_conditions(constraint))
        )
        return cls({one: number for number, one in enumerate(found, 1)})

    def names_of(self, comparison: Comparison) -> tuple[str, str, str]:
        number = self.numbers[comparison]
        return f"reality check left {number}", f"reality check right {number}", f"reality check window {number}"

    def names(self) -> list[str]:
        return [name for one in self.numbers for name in self.names_of(one)]

    def variables(self) -> Iterator[Variable]:
        for one in self.numbers:
            window: Expr = (
                Number(1.0) if one.window is None else Apply("select", (one.window, Number(1.0), Number(0.0)))
            )
            right = one.right if one.window is None else Apply("select", (one.window, one.right, Number(0.0)))
            for name, expr in zip(self.names_of(one), (one.left, right, window), strict=True):
                yield Auxiliary(name=name, equation=expr, hidden=True)
            yield from one.memory


def _of_conditions(constraint: Constraint) -> Iterator[Comparison]:
    """The comparisons of conditions that are looked at as well, and not only forced."""
    for case in constraint.cases:
        yield from case.awaited
        if case.natural:
            yield from case.forced


@dataclass(frozen=True)
class _Rows:
    """The runs: number 0 without test inputs, and those of the cases that are forced."""

    runs: "xr.Dataset"
    measured: _Measured
    rows: dict[int, int]

    def courses(self, row: int, wanted: Iterable[Comparison]) -> Courses:
        """Both sides of the comparisons in that run."""
        found = {}
        for one in wanted:
            left, right, window = (self.runs[name].values[row] for name in self.measured.names_of(one))
            found[one] = Course(left, right, window > 0)
        return found

    def any_failed(self) -> bool:
        """Whether one of the runs left the range of finite numbers."""
        return bool(self.runs["failed"].values.any())

    def failure(self, row: int) -> str:
        """Why that run left the range of finite numbers; empty if it did not."""
        if not self.runs["failed"].values[row]:
            return ""
        told = [str(one) for one in self.runs.attrs.get("failures", []) if f"experiment {row} " in str(one)]
        said = " ".join(told[0].partition(": ")[2].split()) if told else "a value is not finite"
        for comparison in self.measured.numbers:
            for side in self.measured.names_of(comparison):
                said = said.replace(f'"{side}"', f"a side of {comparison.text!r}")
        return f"in its run {said}" if row else f"in the run without test inputs {said}"

    def judged(self, constraint: Constraint, case: Case, row: int) -> Judged:
        """What became of the consequence in a run; what was forced there is true."""
        waited = case.awaited if row else (*case.forced, *case.awaited)
        courses = self.courses(row, dict.fromkeys((*comparisons(constraint.consequence), *waited)))
        times = self.runs["time"].values
        condition = np.ones(len(times), dtype=bool)
        for one in waited:
            condition &= compared(one, courses[one])
        return judged(constraint.consequence, condition, times, courses)


def _verdict(constraint: Constraint, rows: _Rows) -> Tried:
    """The first run in which it is violated, or else the first in which it was tested."""
    wanted = [(case, rows.rows[id(case)]) for case in constraint.cases if case.forced]
    wanted += [(case, 0) for case in constraint.cases if case.natural]
    if failure := next(filter(None, (rows.failure(row) for _, row in wanted)), ""):
        return _failed(constraint, failure)
    found = [(rows.judged(constraint, case, row), row) for case, row in wanted]
    tested = [one for one in found if one[0].tested]
    if not tested:
        return _untested(constraint)
    first, row = next((one for one in tested if one[0].violated is not None), tested[0])
    sides = first.sides
    if row == 0 and any(case.forced for case in constraint.cases):
        sides = tuple(replace(one, text=f"{one.text}, without test inputs") for one in sides)
    state = HOLDS if first.violated is None else VIOLATED
    return _as_tried(constraint, Verdict(**_said(constraint), holds=state == HOLDS, sides=sides), state, first.violated)


def _untested(constraint: Constraint) -> Tried:
    return _as_tried(constraint, Verdict(**_said(constraint), holds=False, failure=_NEVER), UNTESTED)


def _failed(constraint: Constraint, why: str) -> Tried:
    return _as_tried(constraint, Verdict(**_said(constraint), holds=False, failure=why), IMPOSSIBLE)


def _impossible(one: Refused) -> Tried:
    verdict = Verdict(name=one.name, statement="", kind="", claims=(), holds=False, failure=one.reason)
    return Tried(verdict, IMPOSSIBLE, line=one.line, file=one.file)


def _as_tried(constraint: Constraint, verdict: Verdict, state: str, violated: float | None = None) -> Tried:
    return Tried(verdict, state, violated, constraint.documentation, constraint.line, constraint.file)


def _said(constraint: Constraint) -> dict[str, Any]:
    return {"name": constraint.name, "statement": constraint.text, "kind": "behaviour", "claims": ()}


def _loop(error: ModelError) -> str:
    """Which variables of the modeller depend on each other, if that is what is wrong."""
    said = " ".join(str(error).split())
    loop = re.search(r"(?:algebraic loop|the initial values depend on each other): (.*?)\. Each needs", said)
    if loop is None:
        return said
    names = [name for name in loop[1].split(" → ") if not any(word in name for word in BEHIND)]
    chain = " → ".join(name for n, name in enumerate(names) if n == 0 or name != names[n - 1])
    return f"what is forced makes variables depend on each other at the same time: {chain}"
