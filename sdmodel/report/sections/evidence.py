"""Findings that hold the model to what is known (calibration, posterior, reality, structure) → how they are told."""

from collections.abc import Iterator
from dataclasses import replace

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.structure import results_of
from sdmodel.report import checks, fit
from sdmodel.report.figures import posterior
from sdmodel.report.figures.fit import courses, profiles
from sdmodel.report.sections.parts import Kind, Plate, Table, columns, names, seeds, told
from sdmodel.report.text import count, number, share, unit

_CHECKS = 6  # that are drawn: those that hold least often
_MARGINALS = 12
_MARGINAL_HEADS = ("Constant", "Median", "5 %", "95 %", "Before: 5 %", "Before: 95 %", "Narrower by", "R-hat")
_BAND_HEADS = ("When", "Observed", "Median", "5 %", "95 %", "Inside", "Used")


def _fitted(finding: Finding) -> Iterator[Plate]:
    for figure in courses(finding.table):
        yield Plate(figure, fit.OBSERVATIONS)
    for figure in profiles(finding.table):
        yield Plate(figure, ())


def _fitted_tables(finding: Finding) -> Iterator[Table]:
    found = fit.fit([finding])
    if found:
        yield Table("What the data tell about the constants", fit.CONSTANTS, found.constants)
        yield Table("How well it fits", fit.STATISTICS, found.statistics)
        yield Table("Ranges that the fit had to keep", fit.BOUNDS, found.bounds)


def _fitted_basis(table: xr.Dataset) -> str:
    at = table.attrs
    begun = f"the best of {count(int(at['starts']), 'search', 'searches')}" if "starts" in at else ""
    return told(_window(table), begun, seeds(table))


def _window(table: xr.Dataset) -> str:
    first, last = (number(float(end), time=True) for end in table.attrs["fit"])
    return f"{str(table.attrs['scenario']).replace('_', ' ')}, fitted from {first} to {last}"


def _left(finding: Finding) -> Iterator[Plate]:
    for figure in posterior.bands(finding):
        yield Plate(figure, _BAND_HEADS)
    for figure in posterior.marginals(finding)[:_MARGINALS]:
        yield Plate(figure, _MARGINAL_HEADS)
    for figure in posterior.pairs(finding):
        yield Plate(figure, ())


def _left_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    rows = []
    for name in names(table["constant"]):
        one = table.sel(constant=name)
        after, before = (_exact(one, prefix) for prefix in ("", "prior_"))
        narrower = share(max(0.0, float(one["contraction"])))
        rows.append((name, after, before, unit(str(one["unit"].values)), narrower, f"{float(one['r_hat']):.3f}"))
    heads = ("Constant", "After the data (90 %)", "Before (90 %)", "Unit", "Narrower by", "R-hat")
    yield Table("What the data leave open", heads, columns(rows))


def _exact(one: xr.Dataset, prefix: str) -> str:
    """Median and 90 % interval with the digits that a constant deserves."""
    middle, low, high = (fit.number(float(one[f"{prefix}{part}"])) for part in ("median", "low", "high"))
    return f"{middle} ({low} – {high})"


def _left_basis(table: xr.Dataset) -> str:
    at = table.attrs
    walked = f"{int(at['ensembles'])} ensembles of {int(at['walkers'])} walkers, {int(at['steps']):,} steps"
    return told(_window(table), walked, count(int(at["draws"]), "draw"), seeds(table))


def _checked(finding: Finding) -> Iterator[Plate]:
    found = checks.checks([finding])
    for one in found.drawn[:_CHECKS] if found else ():
        yield Plate(replace(one.figure, note=one.note), one.heads)


def _checked_table(finding: Finding) -> Iterator[Table]:
    found = checks.checks([finding])
    rows = [*found.weak, *found.sound] if found else []
    cells = [(r.name, r.statement, r.share, r.interval, "holds" if r.holds else "fails", r.claims) for r in rows]
    yield Table("Every check, those first that hold least often", checks.HEADS, columns(cells))


def _structure_table(finding: Finding) -> Iterator[Table]:
    rows = [(one.name, one.did, "holds" if one.holds else "fails", one.worst) for one in results_of(finding)]
    yield Table("Tests of structure", ("Test", "What was done", "Result", "The worst"), columns(rows))


def _checked_basis(table: xr.Dataset) -> str:
    futures = int(table.attrs.get("futures", 0))
    return "" if not futures else told(count(futures, "future") + " of each check", seeds(table))


KINDS = {
    "posterior": Kind(
        "What the data leave open",
        "Areas are what the data leave of each constant, dashed lines what was thought before. The bands hold 90 % of "
        "the courses, and of new observations.",
        _left,
        _left_table,
        _left_basis,
    ),
    "calibration": Kind(
        "Does it fit?",
        "The solid line is the fit, the dotted one has the model's own values. A profile shows how much worse the fit "
        "becomes when one constant is held elsewhere; below the dashed line the data do not object.",
        _fitted,
        _fitted_tables,
        _fitted_basis,
    ),
    "reality": Kind(
        "Reality checks",
        "If the model is set like this, then it must behave like that. Those that hold least often come first.",
        _checked,
        _checked_table,
        _checked_basis,
    ),
    "structure": Kind(
        "Tests of structure",
        "Whether the equations keep to what any model of this kind must keep to.",
        lambda _: (),
        _structure_table,
        lambda _: "",
    ),
}
