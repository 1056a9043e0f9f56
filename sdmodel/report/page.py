"""Runs and findings → one HTML file that opens without a network: words, then figures, then what is behind them."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.model.model import Model
from sdmodel.report import background, claims, grounds
from sdmodel.report.assets import assets, environment
from sdmodel.report.cast import Member, cast
from sdmodel.report.checks import HEADS as CHECKS_HEADS
from sdmodel.report.checks import checks, state
from sdmodel.report.drivers import Drivers, drivers
from sdmodel.report.feedback import feedback
from sdmodel.report.figures.cost_risk import cost_risk, points_drawn
from sdmodel.report.figures.fans import fans
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.sensitivity import sensitivity
from sdmodel.report.fit import HEADS as FIT_HEADS
from sdmodel.report.fit import fit
from sdmodel.report.further import PLACES, Further, more_sections, shared
from sdmodel.report.measures import Measure, measures, told
from sdmodel.report.questions_page import Questions
from sdmodel.report.sentences import answer
from sdmodel.report.spread import comparison
from sdmodel.report.table import table
from sdmodel.report.text import number
from sdmodel.runs.schema import FUTURE, TIME
from sdmodel.study.spec import Study

LONG_TABLE = 8  # rows; of a longer table those of the scenarios that are not compared are folded away


@dataclass(frozen=True)
class Material:
    """All that the page is made of, looked up once."""

    study: Study
    model: Model
    runs: xr.Dataset
    members: tuple[Member, ...]
    measures: dict[str, Measure]
    compared: Finding | None
    drivers: Drivers

    @property
    def told(self) -> tuple[Measure, ...]:
        """The measures that the answer speaks of."""
        return told(self.study, self.measures)

    @property
    def risky(self) -> bool:
        """Whether the page shows risk."""
        return self.study.risk_outcome in self.measures or any(m.outcome.risk for m in self.measures.values())


def write_report(
    path: Path,
    study: Study,
    model: Model,
    runs: xr.Dataset,
    findings: Sequence[Finding],
    manifest: Mapping[str, Any],
    asked: Questions | None = None,
) -> Path:
    """Write the page to `path` and return it; a page that was there is replaced in one step, or kept if this fails.

    `runs` have the outcomes of the study as variables (experiment); without any, only trajectories are drawn.
    Of `findings` those named "comparison", "sensitivity", "loops", "calibration" and "reality" have places of their own
    on the page; each other one gets a section. `asked` are answers to research questions, which get one together.
    RunsError when `runs` are not runs.
    """
    text = render(study, model, runs, findings, manifest, asked)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def render(
    study: Study,
    model: Model,
    runs: xr.Dataset,
    findings: Sequence[Finding],
    manifest: Mapping[str, Any],
    asked: Questions | None = None,
) -> str:
    """The page as text: the same study, runs, findings and manifest always give the same text."""
    material = Material(
        study=study,
        model=model,
        runs=runs,
        members=cast(study, runs),
        measures=measures(study, runs),
        compared=comparison(study, runs, findings),
        drivers=drivers(findings),
    )
    figures = _figures(material)
    drawn: list[Figure] = [*figures["fans"], *(figure for figure, _, _ in figures["sensitivity"])]
    drawn += [figures["cost_risk"]] if figures["cost_risk"] else []
    fitted = fit(findings)
    drawn += fitted.figures if fitted else ()
    tested, turned = checks(findings), feedback(study, findings)
    drawn += [*(tested.figures if tested else ()), *(turned.figures if turned else ())]
    further = more_sections(
        findings, [*study.caveats, *(text for one in _main(material, findings) for text in one.caveats)]
    )
    drawn += [figure for one in further for figure in one.figures]
    drawn += asked.figures if asked else ()
    sections: dict[str, Any] = {"asked": asked, "fit": fitted, "fit_heads": FIT_HEADS, "feedback": turned}
    sections |= {"checks": tested, "checks_heads": CHECKS_HEADS, "check_state": state}
    words = {**sections, **_words(material), **_background(material, further, findings, manifest)}
    words |= {"further": {place: [one for one in further if one.place == place] for place in PLACES}}
    context = {**words, **figures, **assets(drawn, material.drivers), "contents": _contents(figures, words)}
    return environment().get_template("page.html.j2").render(context)


def _words(of: Material) -> dict[str, Any]:
    """The answer, the table, and the lines that stand under figures."""
    found = list(dict.fromkeys([*of.told, *of.measures.values()]))
    rows = table(of.compared.table, of.members, found) if of.compared else ()
    first = [row for row in rows if row.member.compared] if len(rows) > LONG_TABLE else rows
    return {
        "study": of.study,
        "model": of.model,
        "members": of.members,
        "compared": [member for member in of.members if member.compared],
        "baseline": next((member for member in of.members if member.baseline), None),
        "answer": answer(of.study, of.runs, of.members, of.told, of.compared, of.drivers),
        "measures": found,
        "table": first,
        "more_rows": [row for row in rows if row not in first],
        "limits": any(measure.limit() for measure in found),
        "spread_shown": np.unique(of.runs[FUTURE].values).size > 1,
        "moments": _moments(of.runs),
        "note": background.basis(of.runs, of.members),
        "compared_note": background.basis(of.runs, [member for member in of.members if member.compared]),
        "chosen_note": background.basis_of_one(of.runs),
        "risky": of.risky,
        "risk_note": RISK_CAVEAT,
        "failures": background.failure_notice(of.runs, of.members),
    }


def _background(
    of: Material, further: Sequence[Further], findings: Sequence[Finding], manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """What stands behind the figures."""
    risky = of.risky or any(figure.risk for one in further for figure in one.figures)
    return {
        "caveats": background.caveats(of.study, _main(of, findings), risky, shared(further)),
        "scenarios": background.scenarios(of.study, of.members),
        "theories": background.theories(of.study),
        "uncertainties": grounds.unknowns(of.study, of.model),
        "inputs": grounds.inputs(of.study, of.model),
        "claims": claims.summary(of.study),
        "claims_short": claims.short(of.study),
        "claims_others": claims.others(of.study),
        "claims_heads": claims.HEADS,
        "variables": background.variables(of.model),
        "files": background.files(manifest),
        "facts": background.facts(manifest),
        "command": background.command(manifest),
    }


def _main(of: Material, findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose caveats stand with the limits of the model; the others tell theirs in their sections."""
    return [*(one for one in findings if one.name == "sensitivity"), *([of.compared] if of.compared else [])]


def _figures(of: Material) -> dict[str, Any]:
    """All that is drawn, and what the selectors offer."""
    cost, risk = of.measures.get(of.study.cost_outcome), of.measures.get(of.study.risk_outcome)
    outcomes, labels = ({pair[side] for pair in of.drivers} for side in (0, 1))
    driven = [member for member in of.members if member.label in labels]
    first = [measure for measure in of.told if driven and measure.name in outcomes]
    return {
        "fans": fans(of.runs, of.study, of.model, of.members),
        "cost_risk": (
            cost_risk(of.runs, of.compared.table, cost, risk, of.members) if of.compared and cost and risk else None
        ),
        "cost_risk_heads": ("Scenario", *(_head(measure) for measure in (cost, risk) if measure)),
        "points": points_drawn(of.runs, of.members),
        "clouds": bool(cost and risk and not (cost.share or risk.share)) and np.unique(of.runs[FUTURE].values).size > 1,
        "sensitivity": [
            (sensitivity(place, measure, driven[0], of.drivers), measure, driven[0])
            for place, measure in enumerate(first)
        ],
        "driver_measures": [measure for measure in of.measures.values() if measure.name in outcomes],
        "driver_members": driven,
        "judged": grounds.judged(of.study, first, driven[0].label, of.drivers) if driven else "",
    }


def _head(measure: Measure) -> str:
    return f"{measure.title} ({measure.unit})" if measure.unit else measure.title


def _moments(runs: xr.Dataset) -> tuple[str, ...]:
    """First, middle and last time, as heads of the tables behind the fan charts."""
    time = np.asarray(runs[TIME].values, dtype=float)
    return tuple(number(float(time[at]), time=True) for at in (0, time.size // 2, -1))


def _contents(figures: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(anchor, name) of the sections that the page has."""
    every = [
        ("answer", "The answer", True),
        ("time", "Over time", figures["fans"]),
        ("cost-risk-section", "Cost and risk", figures["cost_risk"]),
        ("outcomes", "All outcomes", words["table"]),
        ("drivers", "What decides", figures["sensitivity"]),
        ("questions", "Research questions", words["asked"]),
        *_named(words, "decisions"),
        ("loops", "Feedback loops", words["feedback"]),
        *_named(words, "loops"),
        ("fit", "Does it fit?", words["fit"]),
        *_named(words, "evidence"),
        ("short", "What it does not reproduce", words["claims_short"]),
        ("reality", "Reality checks", words["checks"]),
        ("trust", "Limits of the model", True),
        ("reproduce", "Reproduce", True),
    ]
    return [(anchor, name) for anchor, name, there in every if there]


def _named(words: Mapping[str, Any], place: str) -> list[tuple[str, str, bool]]:
    return [(one.section.key, one.section.title, True) for one in words["further"][place]]
