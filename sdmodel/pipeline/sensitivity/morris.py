"""A study → the finding "morris": trajectories of one factor at a time, simulated in every scenario, and their effects.

It also screens: of many uncertainties it tells the few that deserve an analysis of variance each on its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.sensitivity.losses import Loss
from sdmodel.analysis.sensitivity.morris import effects
from sdmodel.analysis.sensitivity.morris_finding import Part, Told, measured, morris_finding
from sdmodel.analysis.wording import percent
from sdmodel.design import morris as designs
from sdmodel.design.asked import chosen_of
from sdmodel.design.factors import factors_of
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.sensitivity.columns import Asked, Numbers, Parts, asked_of, numbers_of
from sdmodel.pipeline.sensitivity.losing import losses_of, refuse_all, withheld
from sdmodel.pipeline.sensitivity.varied import Varied, notes_on, varied

PATHS = 100
_STAGE = "Screening"


@dataclass(frozen=True)
class Ask:
    """What to look at (default: cost and risk in the baseline) and what to vary, as in `pipeline.sobol.Ask`.

    `n` trajectories on a grid of `levels`.
    """

    n: int = PATHS
    levels: int = designs.LEVELS
    scenarios: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    trajectories: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    seed: int | None = None
    threads: int | None = None


def morris(question: Question, ask: Ask | None = None, *, progress: Progress | None = None) -> Finding:
    """The finding on a bound study; `analysis.morris_finding.morris_table` tells its table.

    Raises:
        ExperimentError: a name is unknown, `n` or `levels` cannot be, or nothing varies.
    """
    ask = ask or Ask()
    asked = asked_of(question, ask.scenarios, ask.outcomes, ask.trajectories)
    vary = varied(question.study, asked.scenarios, ask.only, ask.fix)
    seed = question.study.seed if ask.seed is None else ask.seed
    groups = {name: vary.study.groups[name] for name in chosen_of("group", ask.groups, vary.study.groups)}
    made, found, members = _walked(question, vary, asked, groups, ask, seed, progress)
    losses = losses_of(question.study, found, _design(made))
    refuse_all(losses, "trajectories")
    told = Told(
        factors=members,
        outcomes=asked.outcomes,
        trajectories=asked.trajectories,
        times=found.times,
        units=found.units,
        paths=ask.n,
        levels=ask.levels,
        runs=made.futures.sizes["future"] * len(asked.scenarios),
        failed=found.failed,
        seed=seed,
        notes=notes_on(vary),
        losses=losses,
    )
    return morris_finding(question.study, told, _parts(found, made, seed, losses))


def screened(
    question: Question,
    vary: Varied,
    asked: Asked,
    count: int,
    *,
    seed: int,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """One group of all uncertainties but the `count` that matter most to what is asked, and what to say about it.

    What matters is the largest part of the strongest input's µ*, over all outcomes, times and scenarios that are asked
    for. No group where `count` takes them all.

    Raises:
        ExperimentError: `count` is less than 1, or more than there are.
    """
    if count < 1:
        raise ExperimentError(f"--screen {count}: single out one uncertainty at least.")
    names = list(vary.study.uncertainties)
    if count > len(names):
        raise ExperimentError(f"--screen {count}: only {len(names)} uncertainties vary. Take fewer, or no --screen.")
    if count >= len(names) - 1:
        return {}, [f"--screen {count} leaves nothing to join: all {len(names)} uncertainties are told one by one."]
    made, found, _ = _walked(question, vary, asked, {}, Ask(threads=threads), seed, progress)
    measure = np.max([measured(part) for part in _parts(found, made, seed, {}, resamples=0).values()], axis=0)
    order = np.argsort(-measure, kind="stable")
    rest = tuple(sorted((names[at] for at in order[count:]), key=names.index))
    told = (
        f"{count} of {len(names)} uncertainties are told one by one, the largest by Morris' µ* ({PATHS} trajectories); "
        f"the other {len(rest)} vary as one group. None of these moves anything by more than "
        f"{percent(measure[order[count]])} of what the strongest does."
    )
    return {f"the other {len(rest)} uncertainties": rest}, [told]


def _walked(
    question: Question,
    vary: Varied,
    asked: Asked,
    groups: Mapping[str, Sequence[str]],
    ask: Ask,
    seed: int,
    progress: Progress | None,
) -> tuple[designs.Trajectories, Numbers, dict[str, tuple[str, ...]]]:
    """The design, the numbers of its runs, and the members of its factors."""
    factors = factors_of(vary.study, groups)
    made = designs.morris(vary.study, factors, ask.n, seed=seed, levels=ask.levels)
    found = numbers_of(question, asked, _design(made), threads=ask.threads, progress=progress, stage=_STAGE)
    return made, found, {one.name: one.members for one in factors}


def _design(made: designs.Trajectories) -> Parts:
    paths, rows = made.shares.shape[:2]
    return Parts(
        lambda first, count: made.futures.isel(future=slice(first * rows, (first + count) * rows)), paths, rows
    )


def _parts(
    found: Numbers,
    made: designs.Trajectories,
    seed: int,
    losses: Mapping[str, Sequence[Loss]],
    *,
    resamples: int = 200,
) -> dict[str, Part]:
    """The effects in each scenario, without those of which too much is lost."""
    paths, rows = made.shares.shape[:2]
    steps, count = (made.moved, made.way, made.delta), len(found.asked.outcomes)

    def part(name: str) -> Part:
        lost = losses.get(name, ())
        numbers = (withheld(found.outcomes[name], lost[:count]), withheld(found.trajectories[name], lost[count:]))
        return Part(*(effects(one.reshape(-1, paths, rows), *steps, resamples=resamples, seed=seed) for one in numbers))

    return {name: part(name) for name in found.asked.scenarios}
