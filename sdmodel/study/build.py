"""The checked tables of a study file → Study."""

from pathlib import Path

from sdmodel.study.places import Lines
from sdmodel.study.schema import (
    At,
    First,
    OutcomeTable,
    ScheduleTable,
    SettingsTable,
    StudyTable,
    UncertaintyTable,
)
from sdmodel.study.spec import Outcome, Scenario, Schedule, Setting, Shock, Study, Uncertainty


def study_from(table: StudyTable, path: Path, model: Path, lines: Lines) -> Study:
    """The Study of a file at `path`; titles that it leaves out are made from names."""
    return Study(
        name=path.stem,
        title=table.title or title_of(path.stem),
        model=model,
        baseline=table.baseline,
        scenarios={name: _scenario(name, one) for name, one in table.scenarios.items()},
        uncertainties={name: _uncertainty(name, one) for name, one in table.uncertainties.items()},
        outcomes={name: _outcome(name, one) for name, one in table.outcomes.items()},
        shocks={name: _shock(name, one) for name, one in table.shocks.items()},
        question=table.question,
        caveats=tuple(table.caveats),
        compare=tuple(table.report.compare or table.scenarios),
        figures=tuple(table.report.figures),
        cost_outcome=table.report.cost,
        risk_outcome=table.report.risk,
        futures=table.futures,
        seed=table.seed,
        save_every=table.save_every,
        path=path,
        lines=lines,
    )


def title_of(name: str) -> str:
    """A name as a title: `full_decoupling` → `Full decoupling`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _settings(table: SettingsTable) -> dict[str, Setting]:
    return {
        name: _schedule(setting) if isinstance(setting, ScheduleTable) else float(setting)
        for name, setting in table.__pydantic_extra__.items()
    }


def _schedule(table: ScheduleTable) -> Schedule:
    ramp, step = table.ramp, table.step
    pulsed = table.pulse is not None and table.at is not None and table.width is not None
    return Schedule(
        start=table.start,
        ramp=(ramp.begin, ramp.to, ramp.value) if ramp else None,
        step=(step.at, step.value) if step else None,
        pulse=(table.at, table.width, table.pulse) if pulsed else None,  # type: ignore[arg-type]
        table=tuple(table.table) if table.table else None,
    )


def _scenario(name: str, table: SettingsTable) -> Scenario:
    return Scenario(name, table.title or title_of(name), _settings(table), table.description, table.basis)


def _shock(name: str, table: SettingsTable) -> Shock:
    return Shock(name, table.title or title_of(name), _settings(table), table.description, table.basis)


def _uncertainty(name: str, table: UncertaintyTable) -> Uncertainty:
    numbers = table.model_dump()
    if "values" in numbers:
        numbers["values"] = tuple(numbers["values"])
    return Uncertainty(name=name, **numbers)


def _outcome(name: str, table: OutcomeTable) -> Outcome:
    reduce = table.reduce
    return Outcome(
        name=name,
        variable=table.variable,
        reduce="at" if isinstance(reduce, At) else "first" if isinstance(reduce, First) else reduce,
        time=reduce.at if isinstance(reduce, At) else None,
        condition=reduce.first if isinstance(reduce, First) else None,
        acceptable=table.acceptable,
        title=table.title or title_of(name),
        unit=table.unit,
        better=table.better or "",
        risk=table.risk,
    )
