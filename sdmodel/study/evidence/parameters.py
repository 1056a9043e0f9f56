"""The table of parameters beside a study → its uncertainties, and for each number what it rests on.

A row is a constant of the model. It is drawn when it has a `distribution`; with none, or "fixed", it only says what
the number rests on. The most likely value of a triangular distribution (column `mode`) and the mean of a normal one are
the `value`, unless they are given.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sdmodel.model.model import Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.unit_text import Units
from sdmodel.study.beside import beside
from sdmodel.study.build import uncertainty_from
from sdmodel.study.complaints import complaint
from sdmodel.study.evidence.spec import BASES, KINDS, Parameter, Resting, on_judgement
from sdmodel.study.inputs import number_of, why_not
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.schema import DISTRIBUTIONS
from sdmodel.study.spec import Study
from sdmodel.study.table_file import Complaints, Row, number_in, one_of, parts, rows_of
from sdmodel.study.terms import Uncertainty

TABLE = "parameters"
COLUMNS = (
    *("name", "kind", "value", "low", "high", "distribution", "mode", "mean", "sd", "values"),
    *("unit", "basis", "source", "meaning"),
)
NEEDED = ("name", "basis")
_NUMBERS = ("low", "high", "mode", "mean", "sd")
_CENTRES = {"triangular": "mode", "normal": "mean"}
_FIXED = ("", "fixed")


def with_parameters(study: Study, file: str) -> Study:
    """`study` with the parameters of the table `file`, and with the uncertainties among them.

    The table's come first, in its order. One that the study file describes itself replaces that of the same name, and
    keeps its basis and source if it gives none; one that the study file makes "fixed" is not drawn.

    Raises:
        StudyError: the file cannot be read, or rows of it are wrong; a line for each problem.
    """
    path = beside(study.path, study.lines, (TABLE,), file)
    parameters, drawn = read_parameters(path)
    own = {key(name): uncertainty for name, uncertainty in study.uncertainties.items()}
    fixed = {key(name) for name in study.fixed}
    uncertainties: dict[str, Uncertainty] = {}
    for uncertainty in drawn:
        if key(uncertainty.name) not in fixed:
            instead = own.pop(key(uncertainty.name), None)
            chosen = _with_basis(instead, uncertainty) if instead else uncertainty
            uncertainties[chosen.name] = chosen
    uncertainties |= {uncertainty.name: uncertainty for uncertainty in own.values()}
    made = replace(study, uncertainties=uncertainties, parameters=parameters, files={**study.files, TABLE: path})
    return replace(made, caveats=(*study.caveats, *_caveat(made)))


def read_parameters(path: Path) -> tuple[dict[str, Parameter], list[Uncertainty]]:
    """All rows of the table at `path` by name, and those of them that are drawn, both in the order of the table."""
    complaints = Complaints(path.name)
    parameters: dict[str, Parameter] = {}
    drawn: list[Uncertainty] = []
    for row in rows_of(path, COLUMNS, NEEDED, complaints):
        one = _parameter(row, complaints)
        if earlier := next((other for other in parameters.values() if key(other.name) == key(one.name)), None):
            complaints.add(row.line, f'"{shown_name(one.name)}" stands in line {earlier.line} already.')
        parameters[one.name] = one
        drawn += _drawn(row, one, complaints)
    complaints.end()
    return parameters, drawn


def resting(study: Study, names: Iterable[str] | None = None) -> Resting | None:
    """How many uncertainties (of these `names`: of all) rest on judgement; None in a study without such a table."""
    if not study.parameters:
        return None
    chosen = [study.uncertainties[name] for name in (study.uncertainties if names is None else names)]
    return Resting(sum(on_judgement(one.basis) for one in chosen), len(chosen))


def problems_of_parameters(study: Study, model: Model) -> list[Problem]:
    """What the table says of the model that is not so: names it has not, other values, other units."""
    drawn = {key(name) for name in study.uncertainties}
    problems = []
    for one in study.parameters.values():
        words = _against(one, model, drawn=key(one.name) in drawn)
        problems += [in_table(study, one, sentence) for sentence in words]
    problems += [
        (("uncertainties", name), "the model has no such constant, so there is nothing to fix.")
        for name in study.fixed
        if name not in model
    ]
    return problems


def at_row(study: Study, problem: Problem) -> Problem:
    """A problem with an uncertainty that comes from the table, told with the line of the table; others as they are."""
    location, words = problem
    if location[:1] != ("uncertainties",) or location[:2] in study.lines:
        return problem
    row = next((one for one in study.parameters.values() if key(one.name) == key(location[1])), None)
    return problem if row is None else in_table(study, row, words)


def in_table(study: Study, row: Parameter, words: str) -> Problem:
    """What is wrong with a row of the table."""
    name = study.files[TABLE].name if TABLE in study.files else TABLE
    return (TABLE,), f'{shown_name(name)}, line {row.line}, "{shown_name(row.name)}": {words}'


def in_model(study: Study, model: Model) -> dict[str, Parameter]:
    """The parameters by the model's own names."""
    named = [replace(one, name=model[one.name].name) for one in study.parameters.values() if one.name in model]
    return {one.name: one for one in named}


def _parameter(row: Row, complaints: Complaints) -> Parameter:
    if not row["name"] or not row["name"].isprintable():
        complaints.add(row.line, "has no name that can be read.")
    value, low, high = (number_in(row, column, complaints) for column in ("value", "low", "high"))
    below, above = -inf if low is None else low, inf if high is None else high
    if low is not None and high is not None and not low < high:
        complaints.add(row.line, f'"low" must be less than "high": {low:g} and {high:g}.')
    elif value is not None and not below <= value <= above:
        complaints.add(row.line, f'the value {value:g} is outside of "low" and "high": {below:g} to {above:g}.')
    return Parameter(
        name=row["name"],
        kind=one_of(row, "kind", KINDS, complaints) if row["kind"] else KINDS[0],
        value=value,
        low=nan if low is None else low,
        high=nan if high is None else high,
        unit=row["unit"],
        basis=_basis(row, complaints),
        source=row["source"],
        meaning=row["meaning"],
        line=row.line,
    )


def _basis(row: Row, complaints: Complaints) -> str:
    if row["basis"]:
        return one_of(row, "basis", list(BASES), complaints)
    complaints.add(
        row.line, f'"{shown_name(row["name"])}" has no basis: say what its number rests on ({", ".join(BASES)}).'
    )
    return ""


def _drawn(row: Row, one: Parameter, complaints: Complaints) -> list[Uncertainty]:
    """The uncertainty of a row, if it has a distribution and that is sound."""
    word = row["distribution"].casefold()
    if word in _FIXED:
        return []
    if one_of(row, "distribution", list(DISTRIBUTIONS), complaints) not in DISTRIBUTIONS:
        return []
    keys = DISTRIBUTIONS[word].model_fields
    numbers: dict[str, Any] = {name: number_in(row, name, complaints) for name in _NUMBERS}
    numbers |= {"values": _values(row, complaints)} if row["values"] else {}
    centre = _CENTRES.get(word)
    if centre and not row[centre]:
        numbers[centre] = one.value
    given = {name: number for name, number in numbers.items() if number is not None}
    for name in [name for name in given if name not in keys]:
        if (word, name) not in (("categorical", "low"), ("categorical", "high")):
            complaints.add(row.line, f'a {word} distribution has no "{name}": leave that cell empty.')
        del given[name]
    try:
        table = DISTRIBUTIONS[word].model_validate(
            {"distribution": word, **given, "basis": one.basis, "source": one.source}
        )
    except ValidationError as error:
        told = any(line == row.line for line, _ in complaints.found)  # of the same numbers, as a rule
        for found in [] if told else error.errors(include_url=False):
            complaints.add(row.line, _sentence(word, found))
        return []
    return [uncertainty_from(one.name, table)]


def _values(row: Row, complaints: Complaints) -> list[float]:
    cells = [Row(row.line, {"values": part}) for part in parts(row["values"])]
    return [number for cell in cells if (number := number_in(cell, "values", complaints)) is not None]


def _sentence(distribution: str, error: Any) -> str:
    if error["type"] == "missing":
        what = " or a value" if error["loc"][-1] in _CENTRES.values() else ""
        return f'a {distribution} distribution needs a number in the column "{error["loc"][-1]}"{what}.'
    location, words = complaint(error)
    return f'"{location[0]}" {words}' if location else words


def _with_basis(instead: Uncertainty, row: Uncertainty) -> Uncertainty:
    return replace(instead, basis=instead.basis or row.basis, source=instead.source or row.source)


def _against(one: Parameter, model: Model, *, drawn: bool) -> list[str]:
    """What is wrong with a row, beside what is told of it as an uncertainty (`drawn`)."""
    if one.name not in model:
        near = did_you_mean(one.name, (known.name for known in model.visible()))
        return [] if drawn else [f"the model has no such constant.{near}"]
    variable = model[one.name]
    if reason := why_not(model, variable, scheduled=False):
        return [] if drawn else [reason]
    own, found = number_of(model, one.name), []
    if one.value is not None and own is not None and own != one.value:
        found.append(f"the table says {one.value!r}, the model {own!r}: which is right? Change the other.")
    told, meant = Units().read(one.unit), Units().read(variable.unit)
    if told is not None and meant is not None and told != meant:
        found.append(f'the table says "{shown_name(one.unit)}", the model "{variable.unit}": which unit is right?')
    return found


def _caveat(study: Study) -> tuple[str, ...]:
    found = resting(study)
    if not found or not found.judged:
        return ()
    return (f"{found.told()}; where all futures agree, the model's structure says so, not the world.",)
