"""Units of a model → what does not fit: the variable, the part of its equation, what is wanted and what came out.

Units that a variable does not tell follow from its equation where they can. A stock's net flow has its unit per unit
of TIME STEP. `unit_check` has the rules for expressions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sdmodel.model.model import (
    TIME,
    TIME_STEP,
    Auxiliary,
    Draw,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Table,
    Variable,
    reads,
)
from sdmodel.model.owners import owners
from sdmodel.model.unit_check import UnitCheck, UnitFinding, What
from sdmodel.model.unit_text import DIMENSIONLESS, Unit, Units

_MOST_PASSES = 100


@dataclass(frozen=True)
class UnitReport:
    """All findings, and how far units are known: `told` variables have one, `inferred` got it from their equations.

    `untold` are the names of variables without, `unreadable` of those whose text is no sound unit.
    """

    findings: tuple[UnitFinding, ...]
    told: int
    inferred: int
    untold: tuple[str, ...]
    unreadable: tuple[str, ...]


def check_units(model: Model, synonyms: Iterable[Iterable[str]] = ()) -> tuple[UnitFinding, ...]:
    """What does not fit, in the order of the file; each group of `synonyms` names one unit."""
    return unit_report(model, synonyms).findings


def unit_report(model: Model, synonyms: Iterable[Iterable[str]] = ()) -> UnitReport:
    """Findings and how much they rest on: see `check_units`."""
    units = Units.of(synonyms, model[TIME_STEP].unit if TIME_STEP in model else "")
    known = _Known.of(model, units)
    known.infer()
    check = UnitCheck(known.of_name, known.time, known.draws)
    owner = owners(model)
    for variable in model.variables:
        check.variable(variable, owner.get(variable.name, variable))
    shown = [variable for variable in model.visible() if not (isinstance(variable, Table) and not variable.unit)]
    declared = [variable for variable in shown if known.declared.get(variable.name) is not None]
    unreadable = [v for v in shown if known.declared.get(v.name) is None and _is_written(v.unit)]
    untold = [v for v in shown if known.of_name(v.name) is None and not _is_written(v.unit)]
    return UnitReport(
        tuple(_once_an_array(model, check.findings)),
        len(declared),
        len(shown) - len(declared) - len(untold) - len(unreadable),
        *(tuple(dict.fromkeys(v.array or v.name for v in some)) for some in (untold, unreadable)),
    )


def _is_written(text: str) -> bool:
    return bool(text.strip("? "))


def _once_an_array(model: Model, findings: list[UnitFinding]) -> Iterator[UnitFinding]:
    """Findings without those that only repeat, for another element, what was said of an array."""
    told = set()
    for finding in findings:
        variable = model[finding.variable]
        same = (variable.array or variable.name, finding.text, finding.kind, finding.expected, finding.found)
        if same not in told:
            told.add(same)
            yield finding


@dataclass
class _Known:
    """Units by name: those that are told, and those that follow from equations; `time` is that of TIME STEP."""

    model: Model
    declared: dict[str, Unit | None]
    time: Unit | None
    inferred: dict[str, Unit | None] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, units: Units) -> "_Known":
        read: dict[str, Unit | None] = {}
        declared = {v.name: read.setdefault(v.unit, units.read(v.unit)) if v.unit else None for v in model.variables}
        return cls(model, declared, declared.get(TIME_STEP))

    @cached_property
    def draws(self) -> frozenset[str]:
        """Names of random draws, and of what the reader computes from nothing but these."""
        found = {variable.name for variable in self.model.of(Draw)}
        hidden = [variable for variable in self.model.of(Auxiliary) if variable.hidden] if found else []
        while more := {v.name for v in hidden if v.name not in found and reads(v) and found.issuperset(reads(v))}:
            found |= more
        return frozenset(found)

    def of_name(self, name: str) -> Unit | None:
        if name == TIME:
            return self.time
        if name not in self.model:
            return None
        told = self.declared.get(name)
        return told if told is not None else self.inferred.get(name)

    def infer(self) -> None:
        """Units of variables that tell none, from their equations, until nothing new follows."""
        quiet = UnitCheck(self.of_name, self.time, self.draws, quiet=True)
        open_ = [v for v in self.model.variables if self.declared[v.name] is None and not _is_written(v.unit)]
        for _ in range(_MOST_PASSES):
            found = {variable.name: self._from_equation(variable, quiet) for variable in open_}
            open_ = [variable for variable in open_ if found[variable.name] is None]
            if all(unit is None for unit in found.values()):
                return

    def _from_equation(self, variable: Variable, check: UnitCheck) -> Unit | None:
        found = next((unit for unit in self._candidates(variable, check) if isinstance(unit, Unit)), None)
        if found is not None:
            self.inferred[variable.name] = found
        return found

    def _candidates(self, variable: Variable, check: UnitCheck) -> Iterator[What]:
        if isinstance(variable, Draw):
            yield DIMENSIONLESS
        elif isinstance(variable, Auxiliary | Frozen):
            yield check.of(variable.equation)
        elif isinstance(variable, FixedDelay):
            yield check.of(variable.input)
            yield check.of(variable.initial)
        elif isinstance(variable, Held):
            yield check.of(variable.initial)
            yield check.of(variable.next)
        elif isinstance(variable, Stock):
            yield check.of(variable.initial)
            flow = check.of(variable.net_flow)
            yield flow * self.time if isinstance(flow, Unit) and self.time is not None else None
