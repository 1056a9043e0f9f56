"""The table of a posterior → its sentence and caveats: what the data taught, and whether the sample may be trusted."""

import numpy as np
import xarray as xr

from sdmodel.analysis.wording import joined, number, percent
from sdmodel.pipeline.calibration.ensemble import AGREE, ENOUGH, TIMES
from sdmodel.pipeline.calibration.words import MEMORY
from sdmodel.study.calibration.spec import Calibration

_LEARNED = 0.2  # contraction below which the data taught next to nothing


def sentence(table: xr.Dataset) -> str:
    """The verdict on the sample, what of the constants was learned, and what was predicted of what was held out."""
    return f"{verdict(table)} {learned(table)} {foretold(table)}"


def verdict(table: xr.Dataset) -> str:
    """Whether the sample has converged; where not, what to do."""
    facts, worst, least = table.attrs, float(table["r_hat"].max()), _least_ess(table)
    told = f"R-hat {worst:.3f} at most between {facts['ensembles']} ensembles, {number(least)} effective draws at least"
    if facts["converged"]:
        return f"Converged after {number(facts['steps'])} steps: {told}."
    return f"Not converged after {number(facts['steps'])} steps: {told}. {_remedy(table)}"


def learned(table: xr.Dataset) -> str:
    """How much narrower the constants are than their priors."""
    order = np.argsort(-table["contraction"].values, kind="stable")
    names, shares = table["constant"].values[order], table["contraction"].values[order]
    known = [f"{name} by {percent(share)}" for name, share in zip(names, shares, strict=True) if share >= _LEARNED]
    rest = [str(name) for name, share in zip(names, shares, strict=True) if share < _LEARNED]
    if not known:
        return f"The data taught next to nothing of {joined(rest)}: the posterior is the prior."
    told = f"The data narrow {joined(known)}"
    return f"{told}, and next to nothing of {joined(rest)}." if rest else f"{told}."


def foretold(table: xr.Dataset) -> str:
    """How many of the observations held out lie in their 90 % interval."""
    held = table.isel(observation=np.flatnonzero(table["window_of"].values == "holdout"))
    total, inside = held.sizes["observation"], int(held["inside"].sum())
    if not total:
        return "No observation was held out, so nothing tests the posterior."
    noun = "observation" if total == 1 else "observations"
    return (
        f"Of {number(total)} {noun} held out {number(inside)} {'lies' if inside == 1 else 'lie'} in the 90 % interval."
    )


def pairs(table: xr.Dataset) -> tuple[str, ...]:
    """A sentence for each pair with a strong correlation."""
    columns = ("pair_first", "pair_second", "pair_correlation")
    return tuple(
        f"{first} and {second} are known together, hardly apart: rank correlation {value:.2f}."
        for first, second, value in zip(*(table[name].values for name in columns), strict=True)
    )


def caveats(asked: Calibration, table: xr.Dataset) -> tuple[str, ...]:
    """Those of the study, then what holds of this posterior."""
    return tuple(dict.fromkeys((*asked.caveats, *_own(table), *pairs(table))))


def _own(table: xr.Dataset) -> list[str]:
    facts, told = table.attrs, []
    freedom = facts["points"] - facts["free"]
    if not facts["converged"]:
        told.append("The sample has not converged: its numbers may change with more steps.")
    if freedom > 0 and facts["sum_of_squares"] > 2 * freedom:
        told.append(
            f"Even the best draw leaves {facts['sum_of_squares'] / freedom:.2g} times the scatter that the stated "
            "errors explain: the intervals are too narrow. State larger errors, or mend the model."
        )
    if facts["points"] < 2 * facts["free"]:
        told.append(
            f"{facts['points']} observations against {facts['free']} unknown numbers (constants and observation "
            "equations): much of the posterior is prior."
        )
    edge = [str(name) for name in table["constant"].values[_at_the_edge(table)]]
    if edge:
        told.append(f"Piled up at an end of the range: {joined(edge)}; the data would have it beyond.")
    used = sorted({str(one) for one in table["series_of"].values[_from_memory(table)]})
    if used:
        titles = [str(table["title"].sel(series=name).values) for name in used]
        told.append(f"Rests on rows from memory, which nobody verified: {joined(titles)}.")
    free = [str(name) for name in table["series"].values[table["free"].values[:, 0]]]
    told.append(
        "Errors are taken as independent and normal with the stated deviation; the model itself as right."
        + (" Scale, offset and shift of the observation equations are integrated out." if free else "")
    )
    return told


def _remedy(table: xr.Dataset) -> str:
    facts, longest = table.attrs, float(table["autocorrelation_time"].max())
    kept = facts["steps"] - facts["burn_in"]
    if float(table["r_hat"].max()) >= 1.1 and kept >= TIMES * longest:
        return (
            "The ensembles stay in different places: the posterior has several hills. Give more --walkers, and look at "
            "the pairs; narrower ranges may leave one hill."
        )
    wanted = max(2.0 * facts["steps"], 1.5 * TIMES * longest, facts["steps"] * 1.5 * ENOUGH / max(1, _least_ess(table)))
    rounded = int(np.ceil(wanted / 1000) * 1000)
    return f"R-hat below {AGREE:g} and {ENOUGH} effective draws are wanted: try --steps {rounded}."


def _least_ess(table: xr.Dataset) -> float:
    return float(min(table["ess_bulk"].min(), table["ess_tail"].min()))


def _at_the_edge(table: xr.Dataset) -> "np.ndarray":
    """Constants whose first or last bin is the highest by far, and was not so in the prior."""
    density, prior = table["density"].values, table["prior_density"].values
    gained = np.divide(density, prior, out=np.zeros_like(density), where=prior > 0)
    ends = np.maximum(gained[:, 0], gained[:, -1])
    return np.asarray((ends >= gained[:, 1:-1].max(axis=1)) & (ends > 4))


def _from_memory(table: xr.Dataset) -> "np.ndarray":
    return np.asarray((table["status_of"].values == MEMORY) & (table["window_of"].values == "fit"))
