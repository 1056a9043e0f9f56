"""A study → the finding "sobol": Saltelli's blocks in every scenario, simulated in parts, and their Sobol' indices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.sensitivity.losses import Loss
from sdmodel.analysis.sensitivity.sobol import Indices, indices
from sdmodel.analysis.sensitivity.sobol_finding import LIMIT, Part, Told, sobol_finding
from sdmodel.design.asked import chosen_of
from sdmodel.design.factors import CHANCE, Factor, factors_of
from sdmodel.design.saltelli import block_size, check_blocks, saltelli
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Draw
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.sensitivity.columns import Asked, Numbers, Parts, asked_of, numbers_of
from sdmodel.pipeline.sensitivity.losing import losses_of, refuse_all, withheld
from sdmodel.pipeline.sensitivity.morris import screened
from sdmodel.pipeline.sensitivity.varied import Varied, notes_on, varied

BLOCKS = 4096
FRACTIONS = (8, 4, 2, 1)
"""The convergence table has the first eighth, quarter and half of the blocks, and all."""


@dataclass(frozen=True)
class Ask:
    """What to look at (default: cost and risk in the baseline), what to vary, and how many runs to spend on it.

    `n` blocks, a power of two; `only` these uncertainties or groups vary, those in `fix` do not; each of `groups` is
    one factor; `screen` that many uncertainties, the largest by Morris' µ*, are told one by one, and all others as a
    group.
    """

    n: int = BLOCKS
    scenarios: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    trajectories: tuple[str, ...] = ()
    second_order: bool = False
    only: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    screen: int | None = None
    seed: int | None = None
    resamples: int = 200
    limit: float = LIMIT
    threads: int | None = None


def sobol(question: Question, ask: Ask | None = None, *, progress: Progress | None = None) -> Finding:
    """The finding on a bound study; `analysis.sobol_finding.sobol_table` tells its table.

    Random numbers that the model draws while it runs are a factor of their own, "random numbers".

    Raises:
        ExperimentError: a name is unknown, `n` is no power of two, nothing varies, it does not fit into memory, or too
            many runs of all that is asked for have no number.
    """
    ask = ask or Ask()
    n = check_blocks(ask.n)
    if not 0 < ask.limit < 1:
        raise ExperimentError(f"The limit of an interval (--limit) must be between 0 and 1, not {ask.limit:g}.")
    asked = asked_of(question, ask.scenarios, ask.outcomes, ask.trajectories)
    vary = varied(question.study, asked.scenarios, ask.only, ask.fix)
    seed = question.study.seed if ask.seed is None else ask.seed
    groups, screening = _groups(question, ask, asked, vary, seed, progress)
    factors = factors_of(vary.study, groups, chance=any(question.model.of(Draw)))
    rows = block_size(len(factors), second_order=ask.second_order)

    def make(first: int, count: int) -> xr.Dataset:
        return saltelli(vary.study, factors, count, seed=seed, first=first, second_order=ask.second_order)

    design = Parts(make, n, rows)
    found = numbers_of(question, asked, design, threads=ask.threads, progress=progress)
    losses = losses_of(question.study, found, design)
    refuse_all(losses, "blocks")
    samples = [n // fraction for fraction in FRACTIONS]
    measure = partial(indices, factors=len(factors), resamples=ask.resamples, seed=seed)
    parts = {
        name: _scenario(found, name, losses[name], samples, rows, ask.second_order, measure) for name in asked.scenarios
    }
    told = Told(
        factors={one.name: one.members for one in factors},
        outcomes=asked.outcomes,
        trajectories=asked.trajectories,
        times=found.times,
        units=found.units,
        blocks=n,
        samples=samples,
        runs=n * rows * len(asked.scenarios),
        failed=found.failed,
        seed=seed,
        resamples=ask.resamples,
        limit=ask.limit,
        notes=[*notes_on(vary), *_on_chance(factors), *screening],
        losses=losses,
    )
    return sobol_finding(question.study, told, parts)


def _on_chance(factors: Sequence[Factor]) -> list[str]:
    drawn = any(not one.members for one in factors)
    return [f'"{CHANCE}" stands for all chance inside the model.'] if drawn else []


def _groups(
    question: Question, ask: Ask, asked: Asked, vary: Varied, seed: int, progress: Progress | None
) -> tuple[Mapping[str, Sequence[str]], list[str]]:
    """The groups that are factors, and what is to be said of a screening."""
    own = {name: vary.study.groups[name] for name in chosen_of("group", ask.groups, vary.study.groups)}
    if ask.screen is None:
        return own, []
    if own:
        raise ExperimentError("--screen makes a group of its own out of what matters little: leave --group out.")
    return screened(question, vary, asked, ask.screen, seed=seed, threads=ask.threads, progress=progress)


def _scenario(
    found: Numbers,
    scenario: str,
    losses: Sequence[Loss],
    samples: Sequence[int],
    rows: int,
    second: bool,
    measure: Callable[..., Indices],
) -> Part:
    blocks, count = samples[-1], len(found.asked.outcomes)
    outcomes = withheld(found.outcomes[scenario], losses[:count]).reshape(-1, blocks, rows)
    courses = withheld(found.trajectories[scenario], losses[count:]).reshape(-1, blocks, rows)
    whole = measure(outcomes, second_order=second)
    smaller = [measure(outcomes[:, :size]) for size in samples[:-1]]
    return Part(whole, measure(courses), [*smaller, whole])
