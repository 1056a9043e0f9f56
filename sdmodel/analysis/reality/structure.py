"""Runs of structure tests → their results, each a line: what was done, whether it holds, and the worst number.

The tests are those of Forrester & Senge (1980), Barlas (1996, System Dynamics Review 12(3), pp. 183–210) and Sterman
(2000, Business Dynamics, ch. 21). Nothing is simulated here.

dim test   did, holds, worst, number, limit, variable, scenario, time (NaN where there is none)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined

NAME = "structure"
TEST = "test"
EXACT = 1e-12
"""Of the size of what is compared: rounding, and no more."""
ALLOWED = 0.01
"""Of its range by which an outcome may move when the time step is halved."""
NAN = float("nan")
Courses = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Result:
    """What came of one test. `name` is the field's word for it, `did` says what was done, `worst` the number in words.

    `number` may be at most `limit`; `variable`, `scenario` and `time` tell where it is, as far as it is somewhere.
    """

    name: str
    did: str
    holds: bool
    worst: str
    number: float = NAN
    limit: float = NAN
    variable: str = ""
    scenario: str = ""
    time: float = NAN


@dataclass(frozen=True)
class Worst:
    """The largest number that was met, and where: `share` of what it is measured by."""

    share: float = 0.0
    variable: str = ""
    scenario: str = ""
    time: float = NAN

    @property
    def where(self) -> str:
        """ "US suspicion, spheres, time 2031"."""
        time = "" if np.isnan(self.time) else f"time {self.time:g}"
        return ", ".join(part for part in (self.variable, self.scenario, time) if part)


def worst_of(found: Iterable[Worst]) -> Worst:
    """The largest of them; what is not a number is larger than any."""
    return max(found, key=lambda one: np.inf if np.isnan(one.share) else one.share, default=Worst())


def apart(here: np.ndarray, there: np.ndarray, times: np.ndarray, scale: float, variable: str, scenario: str) -> Worst:
    """How far two courses (time) are apart, in parts of `scale`, and where most."""
    missing = np.isnan(here) & np.isnan(there)
    distance = np.where(missing, 0.0, np.abs(here - there))
    place = int(np.argmax(np.where(np.isnan(distance), np.inf, distance)))
    share = float(distance[place] / scale) if scale > 0 else float(distance[place])
    return Worst(share, variable, scenario, float(times[place]))


def size(*courses: np.ndarray) -> float:
    """The largest size of the numbers of `courses`; 1 where all are nothing."""
    largest = max((float(np.nanmax(np.abs(one))) for one in courses if not np.isnan(one).all()), default=0.0)
    return largest or 1.0


def symmetry(words: Sequence[str], worst: Worst, runs: int, variables: int) -> Result:
    """Whether numbers exchanged exchange the paths."""
    did = (
        f'"{words[0]}" and "{words[1]}" exchanged in the names of all constants, in {_count(runs, "scenario")}: '
        f"{variables:,} variables must exchange their paths"
    )
    return _exact("Symmetry", did, worst)


def conservation(sums: Sequence[Sequence[str]], worst: Worst, runs: int) -> Result:
    """Whether sums keep their value."""
    told = joined([" + ".join(group) for group in sums])
    return _exact("Conservation", f"{told} over time, in {_count(runs, 'scenario')}", worst)


def rest(worst: Worst, stocks: int, left: int, times: np.ndarray) -> Result:
    """Whether stocks stay where they start."""
    others = f"; {left} that only add up are left out" if left else ""
    did = f"run from {times[0]:g} to {times[-1]:g} at the rest that the study names: {stocks} stocks must stay{others}"
    return _exact("Equilibrium", did, worst)


def extremes(runs: int, variables: int, outside: Sequence[str], worst: Worst) -> Result:
    """Whether all keep to their limits; `outside` are sentences on what does not."""
    did = f"each constant at its least and greatest value, {runs:,} runs: all finite, {variables:,} variables in limits"
    said = "; ".join([*outside[:3], *([f"{len(outside) - 3} more"] if len(outside) > 3 else [])])
    told = said or "all finite and within limits"
    return Result(
        "Extreme conditions", did, not outside, told, worst.share, EXACT, worst.variable, worst.scenario, worst.time
    )


def integration(worst: Worst, runs: int, outcomes: int) -> Result:
    """Whether outcomes hang on the time step."""
    moving = f"{_count(outcomes, 'outcome')} may move by 1 % of their range"
    did = f"half the TIME STEP in {_count(runs, 'scenario')}: {moving}"
    told = f"{_percent(worst.share)} ({worst.where})" if worst.share > 0 else "nothing moves"
    holds = worst.share <= ALLOWED
    return Result(
        "Integration error", did, holds, told, worst.share, ALLOWED, worst.variable, worst.scenario, worst.time
    )


def of_loops(finding: Finding) -> Iterator[Result]:
    """What the finding "loops" says of structure: links, signs, and knock-outs that are not dead."""
    table = finding.table
    names = [str(name) for name in table["loop"].values]
    count = _count(len(names), "loop")
    steps = sum(str(path).count(" → ") for path in table["path"].values)
    yield Result("Loop structure", f"{count}, each step a causal link of the model", True, f"{steps} links found")
    yield _signs(table, names, count)
    dead = [name for name, alive in zip(names, table["alive"].values, strict=True) if not alive]
    weakest = str(names[int(np.argmin(table["moves"].values))])
    least = float(table["moves"].min())
    told = f"{joined(dead)} moves nothing: a dead switch" if dead else f"the least is {weakest}, {_percent(least)}"
    did = f"{count} knocked out in all scenarios: each must move an outcome (in per cent of its range)"
    yield Result("Loop knock-out", did, not dead, told, least)


def _signs(table: xr.Dataset, names: Sequence[str], count: str) -> Result:
    """A loop fails whose sign is never that of its kind, and sometimes the other one."""
    wrong, silent, mixed = list[str](), list[str](), list[str]()
    counts = (table[name].values for name in ("kind", "reinforcing", "balancing"))
    for name, kind, plus, minus in zip(names, *counts, strict=True):
        own, other = (plus, minus) if kind == "reinforcing" else (minus, plus)
        if not own and not other:
            silent.append(name)
        elif other:
            (mixed if own else wrong).append(name)
    said = [f"{joined(wrong)} go{'es' if len(wrong) == 1 else ''} round with the other sign"] if wrong else []
    said += [f"{joined(mixed)} change{'s' if len(mixed) == 1 else ''} sign"] if mixed else []
    said += [f"{joined(silent)} has no sign in any state looked at"] if silent else []
    did = f"the signs of all links of {count}, multiplied, in states of all scenarios: + is reinforcing, - balancing"
    return Result("Loop polarity", did, not wrong, "; ".join(said) or "each has the sign of its kind")


def structure_finding(results: Sequence[Result], *, study: str) -> Finding:
    """The finding "structure", from which `results_of` takes the results again."""
    columns: dict[str, tuple[str, np.ndarray]] = {
        field.name: (TEST, np.array([getattr(one, field.name) for one in results], dtype=_kind(field.type)))
        for field in fields(Result)
        if field.name != "name"
    }
    table = xr.Dataset(columns, {TEST: [one.name for one in results]}, {"study": study})
    fail = [one.name for one in results if not one.holds]
    count = f"{len(results) - len(fail)} of {len(results)}" if fail else f"All {len(results)}"
    told = f"{count} tests of structure hold" + (
        f"; {joined(fail)} fail{'s' if len(fail) == 1 else ''}." if fail else "."
    )
    return Finding(NAME, table, told)


def results_of(finding: Finding) -> tuple[Result, ...]:
    """The results that a finding holds."""
    table = finding.table
    names = [field.name for field in fields(Result) if field.name != "name"]
    return tuple(
        Result(str(name), **{column: table[column].values[place].item() for column in names})
        for place, name in enumerate(table[TEST].values)
    )


def _exact(name: str, did: str, worst: Worst) -> Result:
    holds = worst.share <= EXACT
    told = f"{worst.share:.2g} of its size ({worst.where})" if worst.share != 0 else "exactly"
    if not np.isfinite(worst.share):
        told = f"a value is not finite ({worst.where})"
    return Result(name, did, holds, told, worst.share, EXACT, worst.variable, worst.scenario, worst.time)


def _kind(annotation: object) -> type:
    return {"str": str, "bool": bool}.get(getattr(annotation, "__name__", str(annotation)), float)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:,.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
