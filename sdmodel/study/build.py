"""The checked tables of a study file → Study."""

from pathlib import Path

from sdmodel.study.calibration.table import calibration_from
from sdmodel.study.checks.table import check_of
from sdmodel.study.game.table import game_of
from sdmodel.study.groups import groups_of
from sdmodel.study.places import Lines
from sdmodel.study.schema import (
    At,
    Bounded,
    Categorical,
    First,
    Fixed,
    OutcomeTable,
    SettingsTable,
    StudyTable,
)
from sdmodel.study.search.table import searches_of
from sdmodel.study.settings import setting_of
from sdmodel.study.spec import Study
from sdmodel.study.structure.table import loop_of, structure_of
from sdmodel.study.terms import Outcome, Scenario, Setting, Shock, Uncertainty, Variant


def study_from(table: StudyTable, path: Path, model: Path, lines: Lines) -> Study:
    """The Study of a file at `path`; titles that it leaves out are made from names."""
    return Study(
        name=path.stem,
        title=table.title or title_of(path.stem),
        model=model,
        baseline=table.baseline,
        scenarios={name: Scenario(*_told(name, one)) for name, one in table.scenarios.items()},
        uncertainties={
            name: uncertainty_from(name, one) for name, one in table.uncertainties.items() if not isinstance(one, Fixed)
        },
        fixed=tuple(name for name, one in table.uncertainties.items() if isinstance(one, Fixed)),
        outcomes={name: _outcome(name, one) for name, one in table.outcomes.items()},
        shocks={name: Shock(*_told(name, one)) for name, one in table.shocks.items()},
        variants={name: Variant(*_told(name, one)) for name, one in table.variants.items()},
        checks={name: check_of(name, one, table.baseline) for name, one in table.checks.items()},
        loops={name: loop_of(name, one) for name, one in table.loops.items()},
        structure=structure_of(table.structure),
        groups=groups_of(table.groups),
        game=game_of(table.game, table.baseline),
        searches=searches_of(table.targets, table.search, table.timing, table.waiting, table.baseline),
        question=table.question,
        caveats=tuple(table.caveats),
        compare=tuple(table.report.compare or table.scenarios),
        figures=tuple(table.report.figures),
        cost_outcome=table.report.cost,
        risk_outcome=table.report.risk,
        futures=table.futures,
        seed=table.seed,
        save_every=table.save_every,
        calibration=calibration_from(table.calibration),
        path=path,
        lines=lines,
    )


def title_of(name: str) -> str:
    """A name as a title: `full_decoupling` → `Full decoupling`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _settings(table: SettingsTable) -> dict[str, Setting]:
    return {name: setting_of(setting) for name, setting in table.__pydantic_extra__.items()}


def _told(name: str, table: SettingsTable) -> tuple[str, str, dict[str, Setting], str, str]:
    """What scenarios, shocks and variants have in common: name, title, settings, description, basis."""
    return name, table.title or title_of(name), _settings(table), table.description, table.basis


def uncertainty_from(name: str, table: Bounded | Categorical) -> Uncertainty:
    """The uncertainty that a table describes."""
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
