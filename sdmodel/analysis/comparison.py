"""Runs with outcomes → how the scenarios differ, over all futures and within the same future."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.by_future import SAME, ByFuture, by_future, is_lower, share_of, summary
from sdmodel.analysis.centre import MEDIAN, SHARE, keeps
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.pairs import Pairs, pairs
from sdmodel.analysis.wording import (
    caveats,
    failures,
    joined,
    number,
    outcome_title,
    quoted_title,
    scenario_title,
    share,
)
from sdmodel.errors import RunsError
from sdmodel.runs.schema import OUTCOME, SCENARIO, check, failed, require
from sdmodel.study.overlay import label_of, layers_of
from sdmodel.study.spec import Study

DIMS = (OUTCOME, SCENARIO)
_SHARES = "Shares count the futures that were drawn; they are not probabilities of the world."
_MEANING = {
    "runs": "runs of the scenario",
    "failed": "runs that failed or have no value, not counted below",
    "centre": "what stands for all futures: the median, or the share of futures in which a yes-or-no outcome holds",
    "median": "median over futures, of those that reached it for a first time",
    "low": "5 % of futures lie below",
    "high": "95 % of futures lie below",
    "mean": "mean over futures",
    "acceptable": "share of futures within the study's limit; 1 or 0 where the limit is on the share of futures itself",
    "never": "share of futures in which the condition never holds",
    "pairs": "futures in which scenario and baseline both ran to the end",
    "difference_centre": "scenario minus baseline: of the median in the same future, or of the share of futures",
    "difference_median": "scenario minus baseline in the same future, median",
    "difference_low": "scenario minus baseline in the same future, 5 %",
    "difference_high": "scenario minus baseline in the same future, 95 %",
    "lower": "share of these futures in which the scenario is lower than the baseline",
    "higher": "share of these futures in which the scenario is higher than the baseline",
}


def compare(study: Study, runs: xr.Dataset) -> Finding:
    """Each outcome in each scenario: a table with dims (outcome, scenario), numbers in the unit of each outcome.

    Over futures: centre, median, low (5 %), high (95 %), mean, acceptable, never; runs, failed. To the baseline in the
    same future: difference_centre, difference_median, difference_low, difference_high, lower, higher, pairs. What
    variants and shocks are laid over is another world: there a scenario is set against the baseline with the same laid
    over it, or the bare baseline if that was not run; coordinate `baseline` tells which. Failed runs are counted apart.
    A first time that never came counts as later than any time in shares, and is left out of medians, means and
    quantiles. The coordinate `centred` tells what the centre of an outcome is: "median", or "share of futures" for one
    whose values are 0 and 1 alone; that has no quantiles (NaN).
    The sentence says which scenario costs least and which has the least risk. RunsError when outcomes are missing.
    """
    check(runs)
    require(runs, study.outcomes, OUTCOME, f'"outcomes" adds the outcomes of study "{study.name}" to its runs.')
    if not study.outcomes:
        raise RunsError(f'study "{study.name}" has no outcomes to compare: add a table [outcomes.<name>] to its file.')
    met = pairs(runs, study.scenarios)
    spreads = {name: by_future(outcome, met, runs) for name, outcome in study.outcomes.items()}
    table = _table(study, met, spreads)
    if "seed" in runs.attrs:
        table.attrs["seed"] = int(runs.attrs["seed"])
    lost = int((met.present & met.spread(failed(runs))).sum())
    no_baseline = "" if study.baseline in met.scenarios else f'The runs hold no baseline "{study.baseline}".'
    own = (_SHARES, failures(lost, int(met.present.sum())), no_baseline)
    return Finding("comparison", table, _sentence(study, spreads), caveats(study, list(study.outcomes.values()), *own))


def _table(study: Study, met: Pairs, spreads: dict[str, ByFuture]) -> xr.Dataset:
    labels = [baseline_of(study, label, met.scenarios) for label in met.scenarios]
    bases = [met.scenarios.index(label) if label else None for label in labels]
    cells = [[_cell(spread, row, base) for row, base in enumerate(bases)] for spread in spreads.values()]
    table = xr.Dataset(
        {
            name: (DIMS, np.array([[cell[name] for cell in row] for row in cells]), {"long_name": meaning})
            for name, meaning in _MEANING.items()
        },
        coords={OUTCOME: list(spreads), SCENARIO: list(met.scenarios)},
        attrs={"study": study.name, "baseline": study.baseline},
    )
    units = [spread.unit for spread in spreads.values()]
    titles = [outcome_title(spread.outcome) for spread in spreads.values()]
    centred = [SHARE if spread.of_share else MEDIAN for spread in spreads.values()]
    table = table.assign_coords(units=(OUTCOME, units), title=(OUTCOME, titles), centred=(OUTCOME, centred))
    named = [scenario_title(study, label) for label in met.scenarios]
    of_time = [spread.outcome.reduce == "first" for spread in spreads.values()]
    table = table.assign_coords(of_time=(OUTCOME, np.array(of_time, dtype=bool)))
    return table.assign_coords(baseline=(SCENARIO, labels), scenario_title=(SCENARIO, named))


def baseline_of(study: Study, label: str, run: Sequence[str]) -> str:
    """What a scenario is set against: the baseline with the same laid over it, or the bare one; "" if neither `run`."""
    _, over = layers_of(label)
    return next((one for one in (label_of(study.baseline, over), study.baseline) if one in run), "")


def _cell(spread: ByFuture, row: int, base: int | None) -> dict[str, float]:
    """The numbers of one outcome in one scenario, named as in the table."""
    present, sound = spread.pairs.present[row], spread.sound[row]
    numbers = spread.here(row)
    counts = {"runs": int(present.sum()), "failed": int((present & ~sound).sum())}
    levels = _levels(numbers, spread.of_share)
    limit = spread.outcome.acceptable
    shares = {
        "acceptable": keeps(numbers, limit, spread.of_share) if limit else np.nan,
        "never": share_of(np.isinf(numbers)) if spread.outcome.reduce == "first" else np.nan,
    }
    return counts | levels | {"mean": summary(numbers)[3]} | shares | _difference(spread, row, base)


def _levels(numbers: np.ndarray, of_share: bool) -> dict[str, float]:
    """Centre, median and quantiles; a share of futures has no quantiles."""
    low, median, high, mean = summary(numbers)
    if of_share:
        return {"centre": mean, "median": median, "low": np.nan, "high": np.nan}
    return {"centre": median, "median": median, "low": low, "high": high}


def _difference(spread: ByFuture, row: int, base: int | None) -> dict[str, float]:
    """Scenario against baseline, future by future."""
    if base is None:
        nothing = (*(f"difference_{name}" for name in ("centre", "median", "low", "high")), "lower", "higher")
        return {"pairs": 0, **dict.fromkeys(nothing, np.nan)}
    here, there = spread.both(row, base)
    reached = np.isfinite(here) & np.isfinite(there)
    levels = _levels(here[reached] - there[reached], spread.of_share)
    shares = {"lower": share_of(is_lower(here, there)), "higher": share_of(is_lower(there, here))}
    return {"pairs": len(here), **{f"difference_{name}": value for name, value in levels.items()}, **shares}


def _sentence(study: Study, spreads: dict[str, ByFuture]) -> str:
    """Which scenario is best in cost and in risk; without those, in the first outcome that says what is better."""
    asked = [(study.cost_outcome, "costs least"), (study.risk_outcome, "has the least risk")]
    told = [_best(study, spreads[name], verdict) for name, verdict in asked if name in spreads]
    if told:
        return " ".join(told)
    for spread in spreads.values():
        if spread.outcome.better:
            extreme = "highest" if spread.outcome.better == "higher" else "lowest"
            return _best(study, spread, f"has the {extreme} {outcome_title(spread.outcome)}")
    met = next(iter(spreads.values())).pairs
    counted = f"{len(met.scenarios):,} scenarios in {len(met.futures):,} futures"
    return f"{counted} are compared; the study says of no outcome whether lower or higher is better."


def _best(study: Study, spread: ByFuture, verdict: str) -> str:
    """One sentence: the best scenario by its centre, the number, and how often it beats baseline or runner-up."""
    centres = {row: _rank(spread, row) for row in _candidates(study, spread)}
    if not centres:
        return f"No run gives {outcome_title(spread.outcome)}."
    best, *rest = sorted(centres, key=lambda row: centres[row])
    same = [row for row in rest if centres[row] <= centres[best] + SAME * abs(centres[best])]
    titles = [quoted_title(study, spread.pairs.scenarios[row]) for row in (best, *same)]
    told = _share_words(spread, best) if spread.of_share else _median_words(spread, best)
    if not rest:
        return f"Only {titles[0]} was run: {told}."
    if same:
        everyone = "all scenarios" if len(same) == len(rest) else joined(titles)
        return f"No single scenario {verdict}: {everyone} {_same(spread)}; {told}."
    names = [spread.pairs.scenarios[row] for row in rest]
    rival = rest[names.index(study.baseline)] if study.baseline in names else rest[0]
    return f"{titles[0]} {verdict}: {told}; {_beats(study, spread, best, rival)}."


def _same(spread: ByFuture) -> str:
    return "come to the same share" if spread.of_share else "share the same median"


def _candidates(study: Study, spread: ByFuture) -> list[int]:
    """Rows that may be called best: scenarios with nothing laid over them, where such were run."""
    sound = [row for row in range(len(spread.pairs.scenarios)) if spread.sound[row].any()]
    return [row for row in sound if spread.pairs.scenarios[row] in study.scenarios] or sound


def _sign(spread: ByFuture) -> float:
    return -1.0 if spread.outcome.better == "higher" else 1.0


def _rank(spread: ByFuture, row: int) -> float:
    """The centre, in medians never counting as later than any time; lower is better."""
    numbers = np.sort(spread.here(row))
    if spread.of_share:
        return _sign(spread) * float(numbers.mean())
    lower, upper = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    return _sign(spread) * float(lower if lower == upper else (lower + upper) / 2)


def _share_words(spread: ByFuture, row: int) -> str:
    """ "Crisis by 2045 comes true in 26 % of 200 futures"."""
    return f"{outcome_title(spread.outcome)} comes true {_held(spread, row)}"


def _held(spread: ByFuture, row: int) -> str:
    numbers = spread.here(row)
    return share(int(numbers.sum()), len(numbers))


def _median_words(spread: ByFuture, row: int) -> str:
    """ "China mean loss is 1.7 % in the median future (5 % to 95 %: 1.1 to 2.6)"."""
    outcome, of_time = spread.outcome, spread.outcome.reduce == "first"
    median = _sign(spread) * _rank(spread, row)
    low, _, high, _ = summary(spread.here(row))
    within = f"{number(low, of_time=of_time)} to {number(high, of_time=of_time)}"
    value = number(median, spread.unit, of_time=of_time)
    extent = f" (5 % to 95 %: {within})" if np.isfinite(low) else ""
    return f"{outcome_title(outcome)} is {value} in the median future{extent}"


def _beats(study: Study, spread: ByFuture, best: int, rival: int) -> str:
    here, there = spread.both(best, rival)
    better = is_lower(here, there) if _sign(spread) > 0 else is_lower(there, here)
    word = "lower" if _sign(spread) > 0 else "higher"
    title = quoted_title(study, spread.pairs.scenarios[rival])
    if spread.of_share:
        return f"under {title} {_held(spread, rival)}"
    return f"{share(int(better.sum()), len(better))} it is {word} than under {title}"
