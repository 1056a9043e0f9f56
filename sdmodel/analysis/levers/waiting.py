"""What every size and patience brings under either of two theories → the finding "waiting": how long to wait and see.

A step is taken in some size; when patience ends, it is gone on with or taken back, by what has been seen by then. Which
theory holds is not known: it is the first one with a chance of `prior`. Fixed paths are not to begin, and to go on
whatever comes (the last patience). Gains are better outcomes than those of not to begin, in the same futures.

theory                    title;  never: mean outcome of not to begin
theory size patience      mean: mean outcome
prior size patience       gain gain_low gain_high: mean gain and its 95 % interval
prior                     best_size best_patience: the best rule (size 0 place: not to begin), with _low and _high,
                          between which it lies in 95 % of resamples of the futures
                          rule fixed fixed_size waiting knowing: gain of the best rule and of the best fixed path;
                          what the rule is worth above that; what to know the theory beforehand would be worth above it
                          waiting_low waiting_high
attributes                regret_size, regret_patience, regret: the rule of least regret under the theory that it
                          suits worst, which needs no prior; regret_never, regret_always
Source: value of information in Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, chapter 4; regret:
Savage (1951), Journal of the American Statistical Association 46(253).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.waiting_words import notes, sentence
from sdmodel.analysis.wording import caveats, outcome_title, scenario_title
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

NAME = "waiting"
PRIORS = np.linspace(0.0, 1.0, 21)
RESAMPLES = 400
_NORMAL = 1.959964  # two-sided 95 %
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """A lever and the values from which one is chosen."""

    name: str
    values: Floats
    unit: str = ""


@dataclass(frozen=True)
class Asked:
    """What was asked: `never` is the value of the size at which nothing is begun."""

    study: Study
    scenario: str
    variants: tuple[str, ...]
    theories: tuple[str, str]
    outcome: Outcome
    size: Choice
    patience: Choice
    never: float
    prior: float
    settings: str
    futures: int
    seed: int
    runs: int


@dataclass(frozen=True)
class Found:
    """Outcomes `never` [theory, future] and `begun` [theory, size, patience, future]; NaN where a run failed."""

    never: Floats
    begun: Floats


@dataclass(frozen=True)
class Best:
    """The best of all rules by prior: places (size, patience; -1: not to begin), and gains [prior]."""

    size: NDArray[np.int64]
    patience: NDArray[np.int64]
    rule: Floats
    fixed: Floats
    fixed_size: NDArray[np.int64]
    knowing: Floats


def waiting_finding(asked: Asked, found: Found) -> Finding:
    """The finding; see the docstring of the module for its table."""
    sound = np.isfinite(found.never).all(axis=0) & np.isfinite(found.begun).all(axis=(0, 1, 2))
    sign = -1.0 if asked.outcome.better == "lower" else 1.0
    gains = sign * (found.begun[..., sound] - found.never[:, None, None, sound])
    best = best_of(gains.mean(axis=-1))
    again = _resampled(gains, asked.seed)
    mixed = _mixed(gains)
    half = _NORMAL * mixed.std(axis=-1) / np.sqrt(max(1, gains.shape[-1]))
    worth = best.rule - best.fixed
    told: dict[str, tuple[object, object]] = {
        "title": ("theory", np.array([asked.study.overlays[one].title or one for one in asked.theories], np.str_)),
        "never": ("theory", found.never[:, sound].mean(axis=1)),
        "mean": (("theory", "size", "patience"), found.begun[..., sound].mean(axis=-1)),
        "gain": (("prior", "size", "patience"), mixed.mean(axis=-1)),
        "gain_low": (("prior", "size", "patience"), mixed.mean(axis=-1) - half),
        "gain_high": (("prior", "size", "patience"), mixed.mean(axis=-1) + half),
        "best_size": ("prior", _chosen(asked.size, best.size, asked.never)),
        "best_patience": ("prior", _chosen(asked.patience, best.patience, np.nan)),
        "rule": ("prior", best.rule),
        "fixed": ("prior", best.fixed),
        "fixed_size": ("prior", _chosen(asked.size, best.fixed_size, asked.never)),
        "waiting": ("prior", worth),
        "knowing": ("prior", best.knowing),
    }
    told |= _intervals(asked, again)
    coords = {"theory": list(asked.theories), "prior": PRIORS}
    coords |= {"size": asked.size.values, "patience": asked.patience.values}
    table = xr.Dataset(told, coords=coords, attrs=_attributes(asked, gains))
    failed = int((~sound).sum())
    failures = f"{failed:,} of {asked.futures:,} futures hold a failed run and are not counted." if failed else ""
    return Finding(NAME, table, sentence(table), caveats(asked.study, [asked.outcome], failures, *notes(table)))


def best_of(gains: Floats) -> Best:
    """The best rule by prior, of mean `gains` [theory, size, patience] over not to begin.

    Equal gains go to the smaller size, then to the shorter patience.
    """
    mixed = PRIORS[:, None, None] * gains[0] + (1 - PRIORS)[:, None, None] * gains[1]
    flat = mixed.reshape(len(PRIORS), -1)
    place, rule = flat.argmax(axis=1), flat.max(axis=1)
    size, patience = (one.astype(np.int64) for one in np.unravel_index(place, mixed.shape[1:]))
    always = mixed[:, :, -1]
    begun, kept = rule > 0, always.max(axis=1) > 0
    known = np.maximum(gains.reshape(2, -1).max(axis=1), 0.0)
    fixed = np.maximum(always.max(axis=1), 0.0)
    return Best(
        np.where(begun, size, -1),
        np.where(begun, patience, -1),
        np.maximum(rule, 0.0),
        fixed,
        np.where(kept, always.argmax(axis=1), -1),
        PRIORS * known[0] + (1 - PRIORS) * known[1] - fixed,
    )


def least_regret(gains: Floats) -> tuple[int, int, float]:
    """(size, patience, regret) of the rule whose greatest regret over both theories is least; -1, -1: not to begin."""
    flat = np.concatenate([np.zeros((2, 1)), gains.reshape(2, -1)], axis=1)
    regret = (flat.max(axis=1, keepdims=True) - flat).max(axis=0)
    place = int(regret.argmin())
    if not place:
        return -1, -1, float(regret[0])
    size, patience = np.unravel_index(place - 1, gains.shape[1:])
    return int(size), int(patience), float(regret[place])


def _mixed(gains: Floats) -> Floats:
    """Gains [prior, size, patience, future]."""
    weights = PRIORS[:, None, None, None]
    return np.asarray(weights * gains[0] + (1 - weights) * gains[1])


def _resampled(gains: Floats, seed: int) -> list[Best]:
    """The best rules of resamples of the futures; both theories meet the same ones."""
    futures = gains.shape[-1]
    draws = np.random.default_rng(seed).multinomial(futures, np.full(futures, 1 / futures), size=RESAMPLES)
    means = gains.reshape(-1, futures) @ (draws / futures).T
    return [best_of(means[:, at].reshape(gains.shape[:-1])) for at in range(RESAMPLES)]


def _intervals(asked: Asked, again: Sequence[Best]) -> dict[str, tuple[object, object]]:
    sizes = np.array([_chosen(asked.size, one.size, asked.never) for one in again])
    waits = np.array([_chosen(asked.patience, one.patience, np.nan) for one in again])
    worths = np.array([one.rule - one.fixed for one in again])
    told: dict[str, tuple[object, object]] = {}
    for name, values in (("best_size", sizes), ("best_patience", waits), ("waiting", worths)):
        for end, level in (("low", 0.025), ("high", 0.975)):
            told[f"{name}_{end}"] = ("prior", np.array([_level(column, level) for column in values.T]))
    return told


def _level(values: Floats, level: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, level, method="inverted_cdf")) if len(known) else np.nan


def _chosen(choice: Choice, places: NDArray[np.int64], otherwise: float) -> Floats:
    return np.where(places < 0, otherwise, choice.values[places])


def _attributes(asked: Asked, gains: Floats) -> dict[str, object]:
    means = gains.mean(axis=-1)
    size, patience, regret = least_regret(means)
    known = np.maximum(means.reshape(2, -1).max(axis=1), 0.0)
    always = (known[:, None] - means[:, :, -1]).max(axis=0).min()
    over = " + ".join([asked.scenario, *asked.variants])
    return {
        "study": asked.study.name,
        "scenario": over,
        "scenario_title": scenario_title(asked.study, over),
        "outcome": asked.outcome.name,
        "outcome_title": outcome_title(asked.outcome),
        "unit": asked.outcome.unit,
        "size_name": asked.size.name,
        "size_unit": asked.size.unit,
        "never_size": asked.never,
        "patience_name": asked.patience.name,
        "patience_unit": asked.patience.unit,
        "asked_prior": asked.prior,
        "settings": asked.settings,
        "futures": asked.futures,
        "seed": asked.seed,
        "runs": asked.runs,
        "regret": regret,
        "regret_never": float(known.max()),
        "regret_always": float(always),
        "regret_size": float(asked.size.values[size]) if size >= 0 else asked.never,
        "regret_patience": float(asked.patience.values[patience]) if size >= 0 else float("nan"),
    }
