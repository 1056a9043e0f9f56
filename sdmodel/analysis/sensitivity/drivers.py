"""Runs with outcomes → which uncertain inputs drive each outcome, in each scenario."""

from collections.abc import Iterable

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.samples import Samples, patterns, samples
from sdmodel.analysis.sensitivity.given_data import FEWEST, constant, indices, noise
from sdmodel.analysis.sensitivity.losses import Loss, caveats_of, columns, in_sample, kept, worst
from sdmodel.analysis.wording import (
    caveats,
    joined,
    outcome_title,
    percent,
    plain_input,
    quoted_title,
)
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO
from sdmodel.study.spec import Study

DIMS = (OUTCOME, INPUT, SCENARIO)
STRONGEST = 3
COARSE = 0.05
_TOGETHER = (
    "The share of an input then has in it what goes along with it, so shares overlap, may add up to more than 1, and "
    "do not tell causes apart"
)
_MEASURES = {"first_order": "first-order index", "rank_correlation": "rank correlation (Spearman)"}
_BOUNDS = {"": "", "_low": ", low end of the 95 % interval", "_high": ", high end of the 95 % interval"}


def sensitivity(
    study: Study,
    runs: xr.Dataset,
    *,
    outcomes: Iterable[str] | None = None,
    scenario: str | None = None,
    seed: int = 0,
    resamples: int = 200,
) -> Finding:
    """How far each input drives each outcome: a table with dims (outcome, input, scenario), all numbers without unit.

    first_order: share of the outcome's variance that goes with the input alone; rank_correlation: whether the outcome
    rises or falls with it; each with _low and _high of a 95 % bootstrap interval (estimators: `given_data`).
    insensitive: outcome or input does not vary, so both are 0. With dims (outcome, scenario): futures used; dropped,
    those in which the outcome failed or a first time never came; failed, those of them that failed, failing_with, what
    that goes with, and withheld, whether so many did that nothing is told; explained, the sum of first_order (what is
    left to 1 is interaction). Inputs are the study's uncertainties and whatever else varies within a scenario.
    """
    sample = samples(study, runs, outcomes=outcomes, scenario=scenario)
    losses = in_sample(study, sample)
    parts = [
        _scenario(inputs, results, lost, seed, resamples)
        for (inputs, results), lost in zip(sample.each(), losses, strict=True)
    ]
    attrs = {"seed": seed, "resamples": resamples, "study": study.name, "baseline": study.baseline}
    found = sample.titled(_table(parts, sample, attrs), study)
    found = found.assign(columns(losses, withheld=[[one.mostly_failed for one in part] for part in losses]))
    together = sample.correlation(_TOGETHER)
    return Finding(
        "sensitivity", found, _sentence(study, found, losses), _caveats(study, found, together, worst(losses))
    )


def _scenario(
    inputs: np.ndarray, results: np.ndarray, lost: list[Loss], seed: int, resamples: int
) -> dict[str, np.ndarray]:
    """All numbers for one scenario: measures (bound, outcome, input), the rest (outcome, input) or (outcome,)."""
    outcomes = kept(results, lost)
    count = outcomes.shape[1]
    shape = (3, count, inputs.shape[1])
    found = {name: np.full(shape, np.nan) for name in _MEASURES}
    sound = np.isfinite(results)
    flat = np.ones(shape[1:], dtype=bool)
    for pattern, group in patterns(outcomes):
        x, y = inputs[pattern], outcomes[pattern][:, group]
        if len(x) >= FEWEST:
            measured = indices(x, y, resamples=resamples, seed=seed)
            found["first_order"][:, group], found["rank_correlation"][:, group] = (
                measured.first_order,
                measured.rank_correlation,
            )
            flat[group] = constant(y)[:, None] | constant(x)[None, :]
        else:
            flat[group] = False
    for measure in found.values():
        measure[:, flat] = 0.0
    return found | {"insensitive": flat, "futures": sound.sum(axis=0), "dropped": (~sound).sum(axis=0)}


def _table(parts: list[dict[str, np.ndarray]], sample: Samples, attrs: dict[str, object]) -> xr.Dataset:
    stacked = {name: np.stack([part[name] for part in parts], axis=-1) for name in parts[0]}
    coords = {OUTCOME: list(sample.outcome_names), INPUT: list(sample.input_names), SCENARIO: list(sample.scenarios)}
    table = xr.Dataset(coords=coords, attrs=attrs)
    for measure, meaning in _MEASURES.items():
        for bound, (suffix, told) in enumerate(_BOUNDS.items()):
            table[f"{measure}{suffix}"] = (
                DIMS,
                stacked[measure][bound],
                {"long_name": f"{meaning}{told}", "units": "1"},
            )
    table["insensitive"] = (DIMS, stacked["insensitive"], {"long_name": "outcome or input does not vary"})
    table["futures"] = ((OUTCOME, SCENARIO), stacked["futures"], {"long_name": "futures used"})
    dropped = "futures dropped: failed, or a first time that never came"
    table["dropped"] = ((OUTCOME, SCENARIO), stacked["dropped"], {"long_name": dropped})
    explained = table["first_order"].sum(INPUT, skipna=False)
    return table.assign(explained=explained.assign_attrs(long_name="sum of first-order indices", units="1"))


def _sentence(study: Study, table: xr.Dataset, losses: list[list[Loss]]) -> str:
    """The strongest inputs for risk and cost (without those, for the first outcome), in the baseline if it is there.

    What is lost comes first.
    """
    scenarios = [str(name) for name in table[SCENARIO].values]
    label = study.baseline if study.baseline in scenarios else scenarios[0]
    there = [str(name) for name in table[OUTCOME].values]
    asked = [name for name in dict.fromkeys((study.risk_outcome, study.cost_outcome)) if name in there] or there[:1]
    if not asked:
        return "The study asks for no outcome."
    lost = dict(zip(there, losses[scenarios.index(label)], strict=True))
    first = [lost[name].first("futures", withheld=lost[name].mostly_failed) for name in asked]
    driven = [
        _strongest(study, table.sel({OUTCOME: name, SCENARIO: label}), name)
        for name in asked
        if not lost[name].mostly_failed
    ]
    last = f"Under {quoted_title(study, label)}, {'; '.join(driven)}." if driven else ""
    return " ".join(part for part in (*first, last) if part)


def _strongest(study: Study, table: xr.Dataset, name: str) -> str:
    """ "crisis probability is driven most by base crisis hazard (rises with it; 67 % of its variance, 62 to 72)"."""
    outcome = study.outcomes.get(name)
    title = outcome_title(outcome) if outcome else name
    if bool(table["insensitive"].all()):
        return f"{title} does not vary"
    if int(table["futures"]) < FEWEST:
        return f"{title} has too few futures ({int(table['futures'])}) to tell what drives it"
    ranked = np.argsort(-np.nan_to_num(table["first_order"].values))[:STRONGEST]
    clear = [int(place) for place in ranked if table["first_order_low"].values[place] > 0]
    if not clear:
        return f"no single input stands out for {title} in {int(table['futures']):,} futures"
    return f"{title} is driven most by {joined([_driver(table, place) for place in clear])}"


def _driver(table: xr.Dataset, place: int) -> str:
    row = table.isel({INPUT: place})
    index, low, high = (percent(min(1.0, float(row[f"first_order{suffix}"]))) for suffix in _BOUNDS)
    rank_low, rank_high = float(row["rank_correlation_low"]), float(row["rank_correlation_high"])
    way = "rises with it; " if rank_low > 0 else "falls with it; " if rank_high < 0 else ""
    name = plain_input(str(row[INPUT].item()))
    return f"{name} ({way}{index} of its variance, 95 % interval {low.removesuffix(' %')} to {high})"


def _caveats(study: Study, table: xr.Dataset, together: str, losses: list[Loss]) -> tuple[str, ...]:
    asked = [study.outcomes[name] for name in map(str, table[OUTCOME].values) if name in study.outcomes]
    # a time that never comes has no number in some futures, perhaps in all: that is no flaw of the sample
    always = [outcome.name for outcome in asked if outcome.reduce != "first"]
    counted = table.sel({OUTCOME: always}) if always else table
    futures = int(counted["futures"].min())
    limit = noise(futures)
    small = (
        f"Only {futures:,} futures: a first-order index under about {limit:.2f} cannot be told from none."
        if limit > COARSE
        else ""
    )
    ranges = (
        "Shares of variance depend on the ranges of the study; what inputs do only together counts for none of them."
    )
    return caveats(study, asked, ranges, together, small, *caveats_of(losses, "futures of a scenario"))
