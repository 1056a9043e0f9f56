"""Study, model and manifest → what stands behind the figures: scenarios, unknowns, variables, provenance, caveats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import RISK_CAVEAT, joined
from sdmodel.model.model import Model
from sdmodel.report.cast import Member
from sdmodel.report.text import count, number, unbroken, unit
from sdmodel.runs.schema import EXPERIMENT, FUTURE, SCENARIO, failed
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting, Shock, Uncertainty, Variant

ABOUT_MODELS = (
    "The results are comparisons between scenarios inside one model. Where the model is wrong, every scenario can be "
    "wrong in the same way."
)
ABOUT_RANGES = (
    "Ranges over futures say how far the unknowns that were varied move an outcome. They are no confidence intervals, "
    "and say nothing about what the model leaves out."
)


LONG = 90  # characters of scenario titles under a figure; more are counted instead


@dataclass(frozen=True)
class Told:
    """A scenario, shock or variant as the page tells it; `settings` are (name, value) as text."""

    title: str
    description: str
    basis: str
    settings: tuple[tuple[str, str], ...]


def basis(runs: xr.Dataset, members: Sequence[Member]) -> str:
    """The line under a figure: which scenarios, how many runs, which seed."""
    chosen = np.isin(runs[SCENARIO].values.astype(str), [member.label for member in members])
    total, broken = int(chosen.sum()), int(failed(runs)[chosen].sum())
    futures = np.unique(runs[FUTURE].values[chosen]).size
    names = joined([member.title for member in members])
    told = names if len(names) <= LONG else count(len(members), "scenario")
    lost = f", of which {broken:,} failed and are left out" if broken else ""
    return f"{told}; {count(futures, 'future')}, {count(total, 'run')}{lost}; seed {seed(runs)}."


def basis_of_one(runs: xr.Dataset) -> str:
    """The line under a figure in which the reader chooses the scenario: each has as many runs as futures."""
    futures = np.unique(runs[FUTURE].values).size
    return f"The chosen scenario; {count(futures, 'future')}, one run each; seed {seed(runs)}."


def seed(runs: xr.Dataset) -> str:
    """The seed of the runs as text."""
    return str(runs.attrs.get("seed", "not known"))


def failure_notice(runs: xr.Dataset, members: Sequence[Member]) -> str:
    """What failed and where, empty when nothing did."""
    broken, total = failed(runs), runs.sizes[EXPERIMENT]
    if not broken.any():
        return ""
    labels = runs[SCENARIO].values.astype(str)
    parts = [(member.title, int(broken[labels == member.label].sum())) for member in members]
    where = joined([f"{amount:,} in {title}" for title, amount in parts if amount])
    return (
        f"{int(broken.sum()):,} of {count(total, 'run')} failed (their numbers left the finite range): {where}. "
        "They are left out of comparisons and bands; if they fail for a reason, the others flatter the picture. What "
        "drives an outcome, and where it fails, counts every run in which that outcome is sound."
    )


def caveats(study: Study, findings: Iterable[Finding], risky: bool, shared: Iterable[str] = ()) -> list[str]:
    """The study's own caveats first, then those of the findings, those `shared` by sections, the general ones; once."""
    own = [*study.caveats, *(caveat for finding in findings for caveat in finding.caveats), *shared]
    general = [*([RISK_CAVEAT] if risky else []), ABOUT_MODELS, ABOUT_RANGES]
    return [unbroken(caveat) for caveat in dict.fromkeys([*own, *general])]


def scenarios(study: Study, members: Sequence[Member]) -> list[Told]:
    """Every scenario that has runs and is described in the study, and what was laid over them."""
    told = [study.scenarios[member.label] for member in members if member.label in study.scenarios]
    labels = " + ".join(member.label for member in members).split(" + ")
    over = [study.overlays[name] for name in dict.fromkeys(labels) if name in study.overlays]
    return [
        *(Told(s.title or s.name, s.description, s.basis, _settings(s.settings)) for s in told),
        *(Told(f"{_kind(s)}: {s.title or s.name}", s.description, s.basis, _settings(s.settings)) for s in over),
    ]


def theories(study: Study) -> list[Told]:
    """The rival theories of the study, under the names by which they are asked for."""
    return [
        Told(f"{one.title or one.name} (--variant {one.name})", one.description, one.basis, _settings(one.settings))
        for one in study.variants.values()
    ]


def _kind(over: Shock | Variant) -> str:
    return "Shock" if isinstance(over, Shock) else "Rival theory"


def _settings(settings: Mapping[str, Setting]) -> tuple[tuple[str, str], ...]:
    return tuple((name, setting_text(setting)) for name, setting in settings.items())


def setting_text(setting: Setting) -> str:
    """A value, or a schedule in words: "0.20, then a line from 2021 to 0.10 in 2025"."""
    if not isinstance(setting, Schedule):
        return number(float(setting))
    if setting.table is not None:
        return ", ".join(f"{number(value)} in {number(time, time=True)}" for time, value in setting.table)
    start = "the model's value" if setting.start is None else number(setting.start)
    if setting.ramp is not None:
        since, until, value = setting.ramp
        return f"{start}, from {number(since, time=True)} in a line to {number(value)} in {number(until, time=True)}"
    if setting.step is not None:
        return f"{start}, then {number(setting.step[1])} from {number(setting.step[0], time=True)}"
    if setting.pulse is not None:
        at, width, height = setting.pulse
        return f"{start}, {number(height)} more from {number(at, time=True)} for {number(width)}"
    return start


def unknown_range(unknown: Uncertainty) -> str:
    """What an unknown is drawn from: "0.20 – 0.80, mode 0.50"."""
    if unknown.values:
        return ", ".join(number(value) for value in unknown.values)
    ends = f"{number(unknown.low)} – {number(unknown.high)}"
    centre = {"triangular": ("mode", unknown.mode), "normal": ("mean", unknown.mean)}.get(unknown.distribution)
    told = f"{ends}, {centre[0]} {number(centre[1])}" if centre else ends
    return f"{told}, s.d. {number(unknown.sd)}" if unknown.distribution == "normal" else told


def variables(model: Model) -> list[tuple[str, ...]]:
    """(name, unit, meaning) of every variable that the modeller wrote."""
    return [(variable.name, unit(variable.unit), variable.documentation) for variable in model.visible()]


def facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The manifest as (name, value), nested tables flattened; the command and its files are shown elsewhere."""
    elsewhere = {"command", *(["files"] if files(manifest) else [])}
    told = _flat({name: value for name, value in manifest.items() if name not in elsewhere})
    return [(name, value) for name, value in told if value]


def files(manifest: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """(what, path, hash) of each file that made the runs; none where the manifest tells them in another way."""
    told = manifest.get("files")
    if not isinstance(told, Mapping) or not all(isinstance(one, Mapping) for one in told.values()):
        return []
    return [(str(what), *(str(one.get(key, "")) for key in ("path", "sha256"))) for what, one in told.items()]


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        spoken = f"{prefix}{str(name).replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{spoken} · ")
        elif isinstance(value, (list, tuple)):
            yield spoken, ", ".join(str(item) for item in value)
        else:
            yield spoken, str(value)


def command(manifest: Mapping[str, Any]) -> str:
    """The command that makes the same page again, empty when the manifest has none."""
    found = manifest.get("command", "")
    return " ".join(str(word) for word in found) if isinstance(found, (list, tuple)) else str(found)
