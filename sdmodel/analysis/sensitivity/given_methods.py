"""Runs with outcomes → the finding "pawn" or "srrc": which inputs matter by another measure than shares of variance."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.samples import Samples, patterns, samples
from sdmodel.analysis.sensitivity.given_data import FEWEST, constant
from sdmodel.analysis.sensitivity.losses import Loss, caveats_of, columns, in_sample, kept, worst
from sdmodel.analysis.sensitivity.pawn import pawn
from sdmodel.analysis.sensitivity.rank_regression import rank_regression
from sdmodel.analysis.wording import caveats, joined, outcome_title, plain_input, quoted_title
from sdmodel.errors import ExperimentError
from sdmodel.model.names import did_you_mean
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO
from sdmodel.study.spec import Study

STRONGEST = 3
_DIMS = (OUTCOME, INPUT, SCENARIO)
_BOUNDS = {"": "", "_low": ", low end of the 95 % interval", "_high": ", high end of the 95 % interval"}


@dataclass(frozen=True)
class Method:
    """A measure of each input, and beside it a number of each outcome: their names, meanings, and what to mind.

    `together` is what inputs that go together mean for it.
    """

    measure: str
    meaning: str
    beside: str
    beside_meaning: str
    caveat: str
    together: str


METHODS = {
    "pawn": Method(
        "pawn",
        "PAWN index: median Kolmogorov-Smirnov distance over slices",
        "dummy",
        "index that 95 % of inputs without influence do not reach",
        "A PAWN index tells how far the distribution of an outcome moves, not a share of its variance; indices do not "
        "add up.",
        "An index then has in it what goes along with the input, which may itself do nothing",
    ),
    "srrc": Method(
        "coefficient",
        "standardised rank regression coefficient",
        "explained",
        "R² of the regression of ranks",
        "Rank regression sees what rises or falls throughout; where R² is low, inputs act in other ways or together.",
        "Coefficients of inputs that go together are loose: what one of them has more, the other has less",
    ),
}


def given(
    study: Study,
    runs: xr.Dataset,
    method: str,
    *,
    outcomes: Iterable[str] | None = None,
    scenario: str | None = None,
    seed: int = 0,
    resamples: int = 200,
) -> Finding:
    """The finding named as the `method`: a table with dims (outcome, input, scenario), all numbers without unit.

    The measure of the method ("pawn", "coefficient") with _low and _high of a 95 % bootstrap interval; insensitive:
    outcome or input does not vary, so it is 0. With dims (outcome, scenario): `dummy` or `explained`, see METHODS;
    futures used, and dropped as the outcome failed or a first time never came; failed, failing_with and withheld as in
    `drivers.sensitivity`.

    Raises:
        ExperimentError: there is no such method.
        RunsError: the runs lack what the study asks for.
    """
    if method not in METHODS:
        near = did_you_mean(method, METHODS) or f" There is first-order, {', '.join(METHODS)}."
        raise ExperimentError(f'There is no method "{method}".{near}')
    sample = samples(study, runs, outcomes=outcomes, scenario=scenario)
    losses = in_sample(study, sample)
    parts = [
        _scenario(method, inputs, results, lost, seed, resamples)
        for (inputs, results), lost in zip(sample.each(), losses, strict=True)
    ]
    table = sample.titled(_table(METHODS[method], sample, parts), study)
    table = table.assign(columns(losses, withheld=[[one.mostly_failed for one in part] for part in losses]))
    table.attrs.update(study=study.name, baseline=study.baseline, seed=seed, resamples=resamples)
    return Finding(
        method,
        table,
        _sentence(study, METHODS[method], table, losses),
        _caveats(study, METHODS[method], table, sample, worst(losses)),
    )


def _scenario(
    method: str, inputs: np.ndarray, results: np.ndarray, lost: list[Loss], seed: int, resamples: int
) -> dict[str, np.ndarray]:
    outcomes = kept(results, lost)
    count = outcomes.shape[1]
    found, beside = np.full((3, count, inputs.shape[1]), np.nan), np.full(count, np.nan)
    flat = np.zeros(found.shape[1:], dtype=bool)
    for pattern, group in patterns(outcomes):
        x, y = inputs[pattern], outcomes[pattern][:, group]
        if len(x) < FEWEST:
            continue
        if method == "pawn":
            by_slices = pawn(x, y, resamples=resamples, seed=seed)
            found[:, group], beside[group] = by_slices.median, by_slices.dummy
        else:
            fitted = rank_regression(x, y, resamples=resamples, seed=seed)
            found[:, group], beside[group] = fitted.coefficient, fitted.explained
        flat[group] = constant(y)[:, None] | constant(x)[None, :]
    found[:, flat] = 0.0
    beside[flat.all(axis=1)] = 0.0
    sound = np.isfinite(results)
    return {
        "measure": found,
        "beside": beside,
        "insensitive": flat,
        "futures": sound.sum(axis=0),
        "dropped": (~sound).sum(axis=0),
    }


def _table(method: Method, sample: Samples, parts: list[dict[str, np.ndarray]]) -> xr.Dataset:
    stacked = {name: np.stack([part[name] for part in parts], axis=-1) for name in parts[0]}
    coords = {OUTCOME: list(sample.outcome_names), INPUT: list(sample.input_names), SCENARIO: list(sample.scenarios)}
    variables = {
        f"{method.measure}{suffix}": (
            _DIMS,
            stacked["measure"][at],
            {"long_name": f"{method.meaning}{told}", "units": "1"},
        )
        for at, (suffix, told) in enumerate(_BOUNDS.items())
    }
    by = (OUTCOME, SCENARIO)
    return xr.Dataset(
        {
            **variables,
            method.beside: (by, stacked["beside"], {"long_name": method.beside_meaning, "units": "1"}),
            "insensitive": (_DIMS, stacked["insensitive"], {"long_name": "outcome or input does not vary"}),
            "futures": (by, stacked["futures"], {"long_name": "futures used"}),
            "dropped": (by, stacked["dropped"], {"long_name": "futures dropped: failed, or a time that never came"}),
        },
        coords=coords,
    )


def _sentence(study: Study, method: Method, table: xr.Dataset, losses: list[list[Loss]]) -> str:
    known = [str(name) for name in table[SCENARIO].values]
    label = study.baseline if study.baseline in known else known[0]
    there = [str(name) for name in table[OUTCOME].values]
    asked = [name for name in dict.fromkeys((study.risk_outcome, study.cost_outcome)) if name in there] or there[:1]
    lost = dict(zip(there, losses[known.index(label)], strict=True))
    first = [lost[name].first("futures", withheld=lost[name].mostly_failed) for name in asked]
    driven = [
        _strongest(study, method, table.sel({OUTCOME: name, SCENARIO: label}), name)
        for name in asked
        if not lost[name].mostly_failed
    ]
    last = f"Under {quoted_title(study, label)}, {'; '.join(driven)}." if driven else ""
    return " ".join(part for part in (*first, last) if part)


def _strongest(study: Study, method: Method, one: xr.Dataset, name: str) -> str:
    title = outcome_title(study.outcomes[name]) if name in study.outcomes else name
    if bool(one["insensitive"].all()):
        return f"{title} does not vary"
    value, low, high = (one[f"{method.measure}{bound}"].values for bound in _BOUNDS)
    if not np.isfinite(value).any():
        return f"{title} has too few futures ({int(one['futures'])}) to tell what drives it"
    least = float(one["dummy"]) if method.measure == "pawn" else 0.0
    clear = (low > least) | (high < -least)
    ranked = [int(at) for at in np.argsort(-np.abs(value), kind="stable")[:STRONGEST] if clear[at]]
    if not ranked:
        return f"no single input stands out for {title} in {int(one['futures']):,} futures"
    named = [f"{plain_input(str(one[INPUT].values[at]))} ({value[at]:.2f})" for at in ranked]
    beside = float(one[method.beside])
    less = f"inputs without influence stay below {beside:.2f}" if method.measure == "pawn" else f"R² {beside:.2f}"
    return f"{title} depends most on {joined(named)}; {less}"


def _caveats(study: Study, method: Method, table: xr.Dataset, sample: Samples, losses: list[Loss]) -> tuple[str, ...]:
    asked = [study.outcomes[name] for name in map(str, table[OUTCOME].values) if name in study.outcomes]
    lost = caveats_of(losses, "futures of a scenario")
    return caveats(study, asked, method.caveat, sample.correlation(method.together), *lost)
