"""Study and model → on the page: every unknown and every input that was not varied, with what its number rests on."""

import math
from collections.abc import Sequence

from sdmodel.analysis.sensitivity.grounds import on_judgement
from sdmodel.model.model import Model
from sdmodel.model.names import key
from sdmodel.report.background import unknown_range
from sdmodel.report.drivers import Drivers
from sdmodel.report.measures import Measure
from sdmodel.report.text import number, unit
from sdmodel.study.evidence.spec import Parameter
from sdmodel.study.inputs import number_of
from sdmodel.study.spec import Study

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
_PLAIN = ("Unknown", "Distribution", "Range", "Unit", "Meaning")
_GROUNDED = ("Unknown", "Value", "Distribution", "Range", "Unit", "Basis", "Source", "Meaning")
_SET = ("Input", "Kind", "Value", "Range", "Unit", "Basis", "Source", "Meaning")


def unknowns(study: Study, model: Model) -> Table:
    """Heads and rows of every unknown that was varied; with basis and source where the study tells some."""
    grounded = bool(study.parameters) or any(one.basis or one.source for one in study.uncertainties.values())
    rows: list[tuple[str, ...]] = []
    for one in study.uncertainties.values():
        value = number_of(model, one.name)
        shown = (one.name, "" if value is None else number(value), one.distribution, unknown_range(one))
        own, meaning = _unit_and_meaning(model, one.name)
        grounds = (own, one.basis, one.source, meaning)
        rows.append((*shown, *grounds) if grounded else (shown[0], *shown[2:], own, meaning))
    return (_GROUNDED if grounded else _PLAIN), rows


def inputs(study: Study, model: Model) -> Table:
    """Heads and rows of the parameters that were not varied: levers, switches, controls, and what is held fixed."""
    varied = {key(name) for name in study.uncertainties}
    return _SET, [_row(one, model) for one in study.parameters.values() if key(one.name) not in varied]


def judged(study: Study, measures: Sequence[Measure], label: str, drivers: Drivers) -> str:
    """How many unknowns rest on judgement, and how many of the strongest `drivers` of `measures` in one scenario."""
    ranked = [(one.title, [driver.name for driver in drivers.get((one.name, label), ())]) for one in measures]
    return on_judgement(study, ranked)


def _row(one: Parameter, model: Model) -> tuple[str, ...]:
    value = one.value if one.value is not None else number_of(model, one.name)
    ends = "" if math.isnan(one.low) or math.isnan(one.high) else f"{number(one.low)} – {number(one.high)}"
    own, meaning = _unit_and_meaning(model, one.name)
    in_time = "time" in one.name.casefold() and value is not None and 1000 <= value < 3000
    shown = "" if value is None else number(value, time=in_time)
    if in_time and ends:
        ends = f"{number(one.low, time=True)} – {number(one.high, time=True)}"
    return one.name, one.kind, shown, ends, unit(one.unit) or own, one.basis, one.source, one.meaning or meaning


def _unit_and_meaning(model: Model, name: str) -> tuple[str, str]:
    return (unit(model[name].unit), model[name].documentation) if name in model else ("", "")
