"""Runs with and without a shock or variant → what it changes in each scenario, and how that depends on a theory.

Every run with it is set against the run of the same scenario, in the same future, under all else that is laid over
both. Means are told, as they add up: mean with it less mean without it is the mean of what it changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.by_future import ByFuture, by_future, is_lower, share_of, summary
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.overlay_words import sentence
from sdmodel.analysis.pairs import Pairs, pairs
from sdmodel.analysis.wording import caveats, failures, joined, outcome_title, overlay_title, scenario_title
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean
from sdmodel.runs.schema import OUTCOME, SCENARIO, check, failed, require
from sdmodel.study.overlay import MARK, label_of, layers_of
from sdmodel.study.spec import Study

NAME, UNDER = "overlay", "under"
DIMS = (OUTCOME, SCENARIO, UNDER)
_Z = 1.959963984540054  # of 95 % of a normal distribution
_SHARES = "Shares and means count the futures that were drawn; they are no probabilities of the world."
_MEANING = {
    "pairs": "futures in which it ran to the end both with and without",
    "without": "mean without it; of a yes or no, the share of futures",
    "with": "mean with it, in the same futures",
    "effect": "mean of what it changes in the same future",
    "effect_lower": "lower end of the 95 % interval of that mean, as far as more futures would move it",
    "effect_upper": "upper end of the 95 % interval of that mean",
    "effect_median": "what it changes in the same future, median",
    "effect_low": "what it changes in the same future, 5 %",
    "effect_high": "what it changes in the same future, 95 %",
    "lower": "share of futures in which it lowers the outcome",
    "higher": "share of futures in which it raises the outcome",
    "worse": "share of futures in which it makes the outcome worse, where the study says what is better",
    "change": "mean of what it changes here, less what it changes in the same future with nothing else laid over",
    "change_lower": "lower end of the 95 % interval of that mean",
    "change_upper": "upper end of the 95 % interval of that mean",
    "ratio": "mean of what it changes here over that with nothing else laid over: 0.4 says that 60 % of it vanish",
    "ratio_lower": "lower end of the 95 % interval of that ratio",
    "ratio_upper": "upper end of the 95 % interval of that ratio",
}


@dataclass(frozen=True)
class Meeting:
    """Rows of the scenarios that meet: `rows` [scenario][under] → (without, with), None where one was not run."""

    scenarios: tuple[str, ...]
    under: tuple[str, ...]
    rows: tuple[tuple[tuple[int, int] | None, ...], ...]


def overlay(study: Study, runs: xr.Dataset, names: Sequence[str], outcomes: Iterable[str] | None = None) -> Finding:
    """What the overlay of `names`, shocks and variants taken together, changes: the finding "overlay".

    Dims (outcome, scenario, under), in the unit of each outcome; `under` says what else is laid over both ("": none).
    In futures in which both ran: without, with, effect (their mean difference) with its 95 % interval, its median, 5 %
    and 95 %, and the shares in which the outcome is lower, higher, worse; a time that never came counts in shares
    alone. Against the effect with nothing else laid over, in the same future: change and ratio, each with its
    interval (of ratio by Cochran 1977, "Sampling techniques", section 2.11); ratio is NaN where the effect with nothing
    else laid over is not told apart from 0.

    Raises:
        RunsError: the overlay or an outcome is not in the runs, or nothing was run with and without it.
    """
    check(runs)
    asked = list(study.outcomes if outcomes is None else outcomes)
    require(runs, asked, OUTCOME, f'"outcomes" adds the outcomes of study "{study.name}" to its runs.')
    if not asked:
        raise RunsError(f'study "{study.name}" has no outcomes to compare: add a table [outcomes.<name>] to its file.')
    met = pairs(runs, study.scenarios)
    where = _meeting(met, _laid(met, names))
    spreads = [by_future(study.outcomes[name], met, runs) for name in asked]
    table = _table(study, where, spreads).assign_attrs(
        study=study.name, overlay=MARK.join(names), overlay_title=joined([overlay_title(study, one) for one in names])
    )
    if "seed" in runs.attrs:
        table.attrs["seed"] = int(runs.attrs["seed"])
    lost = int((met.present & met.spread(failed(runs))).sum())
    own = (_SHARES, failures(lost, int(met.present.sum())))
    return Finding(NAME, table, sentence(table), caveats(study, [one.outcome for one in spreads], *own))


def _laid(met: Pairs, names: Sequence[str]) -> list[str]:
    """`names` as they are laid over some run.

    Raises:
        RunsError: one of them is laid over no run.
    """
    there = list(dict.fromkeys(one for label in met.scenarios for one in layers_of(label)[1]))
    for name in names:
        if name not in there:
            held = f" They hold {', '.join(there)}." if there else " Nothing is laid over them."
            again = f" Sweep again with --shock {name} or --variant {name}."
            raise RunsError(f'the runs hold nothing with "{name}".{did_you_mean(name, there) or held}{again}')
    return list(names)


def _meeting(met: Pairs, names: Sequence[str]) -> Meeting:
    """Every label with all of `names` meets the one without any of them."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for place, label in enumerate(met.scenarios):
        scenario, over = layers_of(label)
        rest = [one for one in over if one not in names]
        without = label_of(scenario, rest)
        if set(names) <= set(over) and without in met.scenarios:
            found[scenario, MARK.join(rest)] = met.scenarios.index(without), place
    if not found:
        raise RunsError(
            f'no scenario was run both with and without "{MARK.join(names)}". Sweep again: --shock and --variant run '
            "each scenario with it and without it."
        )
    scenarios = tuple(dict.fromkeys(scenario for scenario, _ in found))
    under = tuple(sorted({rest for _, rest in found}, key=lambda rest: (rest.count(MARK) + bool(rest), rest)))
    return Meeting(scenarios, under, tuple(tuple(found.get((one, rest)) for rest in under) for one in scenarios))


def _table(study: Study, where: Meeting, spreads: Sequence[ByFuture]) -> xr.Dataset:
    cells = [[_cells(spread, row, where.under) for row in where.rows] for spread in spreads]
    numbers = {
        name: (DIMS, np.array([[[cell[name] for cell in row] for row in one] for one in cells]), {"long_name": meaning})
        for name, meaning in _MEANING.items()
    }
    coords = {OUTCOME: [one.outcome.name for one in spreads], SCENARIO: list(where.scenarios), UNDER: list(where.under)}
    return xr.Dataset(numbers, coords=coords).assign_coords(
        units=(OUTCOME, [one.unit for one in spreads]),
        title=(OUTCOME, [outcome_title(one.outcome) for one in spreads]),
        of_share=(OUTCOME, [one.of_share for one in spreads]),
        of_time=(OUTCOME, [one.outcome.reduce == "first" for one in spreads]),
        risk=(OUTCOME, [one.outcome.risk for one in spreads]),
        scenario_title=(SCENARIO, [scenario_title(study, one) for one in where.scenarios]),
        under_title=(UNDER, [joined([overlay_title(study, one) for one in _parts(rest)]) for rest in where.under]),
    )


def _parts(under: str) -> list[str]:
    return under.split(MARK) if under else []


def _cells(spread: ByFuture, row: Sequence[tuple[int, int] | None], under: Sequence[str]) -> list[dict[str, float]]:
    """The numbers of one scenario, under each of `under`; what they are set against is the first, if nothing is."""
    effects = [None if rows is None else _effect(spread, *rows) for rows in row]
    plain = effects[0] if not under[0] else None
    return [
        _cell(spread, rows, own, plain if rest else None) for rows, own, rest in zip(row, effects, under, strict=True)
    ]


def _effect(spread: ByFuture, without: int, over: int) -> np.ndarray:
    """What the overlay changes [future]; NaN where a run failed or a time never came."""
    both = spread.sound[without] & spread.sound[over]
    with np.errstate(invalid="ignore"):
        changed = spread.numbers[over] - spread.numbers[without]
    return np.where(both & np.isfinite(changed), changed, np.nan)


def _cell(
    spread: ByFuture, rows: tuple[int, int] | None, own: np.ndarray | None, plain: np.ndarray | None
) -> dict[str, float]:
    if rows is None or own is None:
        return {**dict.fromkeys(_MEANING, np.nan), "pairs": 0}
    there, here = spread.both(*rows)
    lower, higher = share_of(is_lower(here, there)), share_of(is_lower(there, here))
    better = spread.outcome.better
    known = np.isfinite(own)
    low, median, high, _ = summary(own)
    quantiles = dict.fromkeys(("effect_median", "effect_low", "effect_high"), np.nan)
    if not spread.of_share:
        quantiles = {"effect_median": median, "effect_low": low, "effect_high": high}
    return {
        "pairs": len(here),
        "without": summary(spread.numbers[rows[0]][known])[3],
        "with": summary(spread.numbers[rows[1]][known])[3],
        **_named("effect", _mean(own[known])),
        **quantiles,
        "lower": lower,
        "higher": higher,
        "worse": np.nan if better is None else lower if better == "higher" else higher,
        **_against(own, plain),
    }


def _against(own: np.ndarray, plain: np.ndarray | None) -> dict[str, float]:
    """How the effect differs from `plain`, the effect with nothing else laid over, in the same future."""
    nothing = (np.nan,) * 3
    if plain is None:
        return _named("change", nothing) | _named("ratio", nothing)
    both = np.isfinite(own) & np.isfinite(plain)
    return _named("change", _mean(own[both] - plain[both])) | _named("ratio", _ratio(own[both], plain[both]))


def _named(name: str, three: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), three, strict=True))


def _mean(numbers: np.ndarray) -> tuple[float, float, float]:
    """Mean and its 95 % interval; one number alone has no interval."""
    if not len(numbers):
        return (np.nan,) * 3
    mean = float(numbers.mean())
    error = _Z * float(numbers.std(ddof=1)) / len(numbers) ** 0.5 if len(numbers) > 1 else np.nan
    return mean, mean - error, mean + error


def _ratio(above: np.ndarray, below: np.ndarray) -> tuple[float, float, float]:
    """Mean of `above` / mean of `below` and its 95 % interval; NaN where the latter is not told apart from 0."""
    mean, low, high = _mean(below)
    if not len(below) or mean == 0 or (len(below) > 1 and low <= 0 <= high):
        return (np.nan,) * 3
    ratio = float(above.mean()) / mean
    _, lower, upper = _mean(above - ratio * below)
    return ratio, *sorted((ratio + lower / mean, ratio + upper / mean))  # type: ignore[return-value]
