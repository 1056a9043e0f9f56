"""Runs of several scenarios → which unknowns would change the choice between them, and by how much that would help.

Theories count as one more unknown; for it, and to average over when another input is asked about, each has the same
weight. That is the one place where rival theories get probabilities, and a caveat says so.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.correlated import correlation_caveat
from sdmodel.analysis.discovery.cases import varied
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.payoffs import Met, asked_outcomes, met, notes, payoffs
from sdmodel.analysis.robustness.expected_regret import Value, evppi, evppi_of_groups
from sdmodel.analysis.robustness.satisficing import kept
from sdmodel.analysis.wording import caveats, joined, number, outcome_title, plain_input, scenario_title
from sdmodel.errors import RunsError
from sdmodel.runs.schema import INPUT, OUTCOME
from sdmodel.study.spec import Study

NAME = "information"
LIMITS = "limits"
"""The criterion that counts futures in which all acceptable limits are kept."""
THEORY_IS_RIGHT = "which theory is right"
_SAID = 3
_TOGETHER = "Who knows one of them knows something of the other as well, so what they are worth overlaps"


def information(
    study: Study, runs: xr.Dataset, *, outcomes: list[str] | None = None, permutations: int = 100, seed: int = 0
) -> Finding:
    """The finding "information": for each outcome (default: cost and risk) what knowing an input is worth.

    `outcomes` may name LIMITS, the share of futures that keep to all limits. Dims (outcome, input), in the unit of the
    outcome: worth (without its bias), low, high, bias; clear (above noise); changes, the share of futures in which the
    choice would change; instead, to which scenario most often. Dim (outcome): choice, perfect, noise.

    Raises:
        RunsError: an outcome is unknown or does not say what is better; no two scenarios meet; no input varies.
    """
    names = _criteria(study, outcomes)
    limited = [name for name, one in study.outcomes.items() if one.acceptable]
    asked = [name for name in names if name != LIMITS]
    where = met(study, runs, list(dict.fromkeys([*asked, *(limited if LIMITS in names else [])])))
    inputs_named, inputs = varied(runs, where.rows[0, 0])
    losses = [_losses(study, runs, name, where, limited) for name in names]
    values = [evppi(inputs, loss.mean(axis=1), permutations=permutations, seed=seed) for loss in losses]
    known = [plain_input(name) for name in inputs_named]
    together = correlation_caveat(inputs_named, inputs, _TOGETHER)
    theories = [evppi_of_groups(loss) for loss in losses] if len(where.theories) > 1 else []
    table = _table(study, names, known, values, where, theories)
    table.attrs |= {"study": study.name, "futures": len(where.futures), "permutations": permutations, "seed": seed}
    table = table.assign_coords(units=(OUTCOME, [_unit(runs, name) for name in names]))
    told = " ".join(_sentence(table.sel({OUTCOME: name})) for name in names)
    return Finding(
        NAME, table, told, caveats(study, [study.outcomes[name] for name in asked], *_notes(study, where), together)
    )


def _criteria(study: Study, asked: list[str] | None) -> list[str]:
    names = [name for name in asked or () if name != LIMITS]
    found = asked_outcomes(study, names) if names or not asked else []
    if asked and LIMITS in asked:
        if not any(one.acceptable for one in study.outcomes.values()):
            raise RunsError(f'"{LIMITS}" needs outcomes with acceptable limits, and the study has none.')
        found = [*found, LIMITS]
    return found


def _losses(study: Study, runs: xr.Dataset, name: str, where: Met, limited: Sequence[str]) -> np.ndarray:
    """(scenario, theory, future), finite: less is better."""
    if name == LIMITS:
        return 1.0 - kept([payoffs(study, runs, one, where) for one in limited])
    losses = payoffs(study, runs, name, where).losses
    if not np.isfinite(losses).all():
        raise RunsError(
            f'"{name}" never comes in some futures, so it has no mean to expect. Choose another --outcome, or '
            f"--outcome {LIMITS}, which counts the futures that keep to all limits."
        )
    return losses


def _table(
    study: Study, names: Sequence[str], inputs: list[str], values: Sequence[Value], where: Met, theories: list[float]
) -> xr.Dataset:
    """All numbers; the theory, where there are several, is the last input, without an interval: it has no noise."""
    listed = [*inputs, THEORY_IS_RIGHT] if theories else inputs
    scenarios = np.array(where.scenarios)
    table = xr.Dataset(coords={OUTCOME: list(names), INPUT: listed})
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("worth", "low", "high", "bias", "clear", "changes", "instead")
    }
    for place, one in enumerate(values):
        more = [theories[place]] if theories else []
        for name, column in zip(("worth", "low", "high"), one.worth, strict=True):
            columns[name].append(np.append(column, more))
        columns["bias"].append(np.append(one.bias, [0.0] * len(more)))
        columns["clear"].append(np.append(one.worth[0] > one.noise, [value > 1e-12 for value in more]).astype(bool))
        columns["changes"].append(np.append(one.changes, [np.nan] * len(more)))
        columns["instead"].append(np.append(scenarios[one.else_best], [""] * len(more)))
    for name, rows in columns.items():
        table[name] = ((OUTCOME, INPUT), np.array(rows))
    table["choice"] = (OUTCOME, scenarios[[one.best for one in values]])
    titles = [scenario_title(study, where.scenarios[one.best]) for one in values]
    table["perfect"] = (OUTCOME, [one.perfect for one in values])
    table["noise"] = (OUTCOME, [one.noise for one in values])
    shown = ["Futures that miss a limit" if n == LIMITS else outcome_title(study.outcomes[n]) for n in names]
    return table.assign_coords(choice_title=(OUTCOME, titles), outcome_title=(OUTCOME, shown))


def _sentence(one: xr.Dataset) -> str:
    """The choice, and what would change it most."""
    title, unit = str(one["outcome_title"].values), str(one["units"].values)
    choice = f'"{one["choice_title"].values}"'
    lead = f"By expected {title[:1].lower()}{title[1:]} the choice is {choice}"
    perfect = float(one["perfect"])
    if perfect <= 0:
        return f"{lead}, in every single future: no knowledge would change it."
    order = np.argsort(-one["worth"].values, kind="stable")
    clear = [int(place) for place in order if one["clear"].values[place]][:_SAID]
    all_told = f"knowing everything would be worth {number(perfect, unit)}"
    if not clear:
        return f"{lead}; {all_told}, but no single input is worth more than chance: none would change the choice."
    told = [f"{one[INPUT].values[place]} ({number(float(one['worth'].values[place]), unit)})" for place in clear]
    return f"{lead}; {all_told}, and of single inputs most is worth {joined(told)}."


def _unit(runs: xr.Dataset, name: str) -> str:
    return "" if name == LIMITS else str(runs[name].attrs.get("units", ""))


def _notes(study: Study, where: Met) -> tuple[str, ...]:
    weights = "Here, and only here, theories have weights: each the same." if len(where.theories) > 1 else ""
    rest = tuple(note for note in notes(study, where) if not note.startswith("Theories have no"))
    ranges = "The worth of an input follows from its range in the study: one known too well already is worth little."
    return (*rest, weights, ranges)
