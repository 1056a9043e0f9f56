"""A model, alone or with a study → the finding "dominance": which feedback loop drives it when, and in which futures.

The scores are computed by the model itself after `model.link_scores` has rewritten it: once for the links among which
loops are searched, if there are too many to list, and once for the loops themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops import dominance as measure
from sdmodel.analysis.loops.loop_scores import InFutures, Search, Told, dominance_finding
from sdmodel.analysis.wording import failures
from sdmodel.design.asked import chosen_of
from sdmodel.design.experiments import AS_IT_STANDS, experiments, settings_experiment
from sdmodel.design.futures import futures_table
from sdmodel.engine import compiled
from sdmodel.errors import ExperimentError, ModelError, StudyError
from sdmodel.model.link_scores import Link, with_scores
from sdmodel.model.model import TIME_STEP, Draw, Model
from sdmodel.model.names import did_you_mean
from sdmodel.model.shallow import shallow
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.loops.considered import MOMENTS, Considered, Loops, all_loops, study_loops
from sdmodel.pipeline.progress import Progress
from sdmodel.runs.schema import SCENARIO, TIME, failed, values
from sdmodel.study.spec import Study

ALL, OF_STUDY = WHICH = ("all", "study")
MOST, MOST_ALLOWED, MOST_FUTURES = 200, 2000, 100_000
_BYTES = 64 * 2**20
_STAGE = "Loop scores"


def dominance(
    model: Model,
    study: Study | None = None,
    *,
    scenarios: Sequence[str] = (),
    loops: str = ALL,
    through: Sequence[str] = (),
    most: int = MOST,
    longest: int | None = None,
    futures: int = 0,
    seed: int | None = None,
    sample: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The finding on the feedback loops of `model`, in runs of `scenarios` of `study` (default: its baseline).

    Args:
        model: what `read` returned.
        study: bound to the model; without one, the model as it stands.
        scenarios: names of scenarios of the study.
        loops: "all" of the model, or those that the "study" names, with their counterparts of the other party.
        through: only loops through all these variables, weighed against each other.
        most: how many loops are weighed; of more, the strongest.
        longest: only loops with so many variables at most.
        futures: how many are drawn from the study's uncertainties, beside the run with the model's own numbers.
        seed: of the futures; None takes that of the study.
        sample: a file with a posterior, from which futures are drawn.
        threads: None takes one a core.
        progress: told of the runs.

    Raises:
        StudyError: loops or futures of a study are asked for and there is none; numbers that cannot be.
        ModelError: there is no feedback loop, or no such variable.
        ExperimentError: a scenario that the study does not have, or a run that fails.
    """
    _check(study, loops, most, longest, futures)
    if sample is not None and study is None:
        raise StudyError(f"{model.name}: futures from a sample need the study whose posterior it is.")
    asked = _Asked(_within_reach(model), study, tuple(scenarios), seed, threads, sample)
    own = tuple(_variable(model, name) for name in through)
    found = _weighed(asked, loops, own, most, longest)
    shares, times, lost = _central(asked, found.loops)
    in_futures, more_lost, total = _in_futures(asked, found.loops, times, futures, progress)
    notes = [note for note in (failures(more_lost, total), *_still(lost, shares)) if note]
    finding = dominance_finding(
        [Told(one.name, one.title, one.shown, one.part) for one in found.loops],
        shares,
        times,
        _search(found, own, loops == OF_STUDY),
        study=study,
        futures=in_futures,
        unit=model[TIME_STEP].unit,
        notes=notes,
    )
    finding.table.attrs["seed"] = asked.own_seed
    return finding if study is None else with_origin(finding, study, model, sample, asked.chosen)


@dataclass(frozen=True)
class _Asked:
    """What is asked, and the tables of experiments for it."""

    model: Model
    study: Study | None
    scenarios: tuple[str, ...]
    seed: int | None
    threads: int | None
    sample: Path | None = None
    made: dict[str, xr.Dataset] = field(default_factory=dict)

    @cached_property
    def chosen(self) -> list[str]:
        """The scenarios, in the spelling of the study."""
        if self.study is None:
            return [AS_IT_STANDS]
        return chosen_of("scenario", self.scenarios or [self.study.baseline], self.study.scenarios)

    @cached_property
    def central(self) -> xr.Dataset:
        """One experiment for each scenario, with the model's own numbers."""
        return self.table(None)

    def table(self, futures: xr.Dataset | None) -> xr.Dataset:
        """All scenarios in all `futures`."""
        if self.study is None:
            return settings_experiment(self.model, {})
        return experiments(self.study, futures, model=self.model, scenarios=self.chosen)

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """The constants that follow a schedule."""
        return tuple(
            str(name).removesuffix(" @ start") for name in self.central.data_vars if str(name).endswith(" @ start")
        )

    @property
    def own_seed(self) -> int:
        return self.seed if self.seed is not None else self.study.seed if self.study is not None else 0

    def simulate(self, model: Model, table: xr.Dataset, save: Sequence[str]) -> xr.Dataset:
        """Runs of a rewritten model."""
        every = self.study.save_every if self.study is not None else None
        return compiled.simulate(model, table, save=save, every=every, seed=self.own_seed, threads=self.threads)

    def link_scores(self, links: Sequence[Link]) -> Mapping[Link, np.ndarray]:
        """The scores [moment] of `links`, at a few moments of each scenario."""
        scored = with_scores(self.model, (), links, moving=self.moving)
        runs = self.simulate(scored.model, self.central, list(scored.links.values()))
        _refuse_failed(runs)
        last = runs.sizes[TIME] - 1
        at = np.unique(np.linspace(min(1, last), last, MOMENTS).round().astype(int))
        return {link: np.nan_to_num(values(runs, name)[:, at]).ravel() for link, name in scored.links.items()}


def _check(study: Study | None, loops: str, most: int, longest: int | None, futures: int) -> None:
    if loops not in WHICH:
        near = did_you_mean(loops, WHICH)
        raise StudyError(f'--loops "{loops}": must be one of {", ".join(WHICH)}.{near}')
    if loops == OF_STUDY and (study is None or not study.loops):
        who = f"{study.path.name} names none" if study is not None else "a model alone has none"
        raise StudyError(f"--loops study: {who}; a table [loops.NAME] of a study names one. Leave it out to find all.")
    if not 1 <= most <= MOST_ALLOWED:
        raise StudyError(f"--cap {most}: 1 to {MOST_ALLOWED:,} loops can be weighed against each other.")
    if longest is not None and longest < 1:
        raise StudyError(f"--longest {longest}: a loop has one variable at least.")
    if not 0 <= futures <= MOST_FUTURES:
        raise StudyError(f"--futures {futures}: must be 0 to {MOST_FUTURES:,}.")
    if futures and study is None:
        raise StudyError("--futures: a model alone says nothing of uncertainties; name a study.")


def _within_reach(model: Model) -> Model:
    """`model`, or the same with shallow expressions where they are too deep for Python to follow."""
    try:
        _ = model.fingerprint
    except RecursionError:
        return shallow(model)
    return model


def _variable(model: Model, name: str) -> str:
    return model[name].name


def _search(found: Loops, through: tuple[str, ...], of_study: bool) -> Search:
    return Search(found.found, found.complete, found.covered, through, of_study)


def _refuse_failed(runs: xr.Dataset) -> None:
    if failed(runs).any():
        told = "; ".join(runs.attrs.get("failures", []))
        raise ExperimentError(f"the scores of loops cannot be told, because a run fails: {told}")


@dataclass(frozen=True)
class _Scored:
    """A model that computes scores, which of its auxiliaries belong to which loop, and the loops' parts."""

    model: Model
    names: tuple[str, ...]
    loop_of: np.ndarray
    parts: np.ndarray

    def relative(self, runs: xr.Dataset) -> np.ndarray:
        """Relative scores [loop, experiment, time]; several ways of one loop add up."""
        first = values(runs, self.names[0])
        scores = np.zeros((len(self.parts), *first.shape))
        for loop, name in zip(self.loop_of, self.names, strict=True):
            scores[loop] += np.nan_to_num(values(runs, name))
        return measure.relative(scores, self.parts)


def _scored(asked: _Asked, loops: Sequence[Considered]) -> _Scored:
    ways = [(place, way) for place, one in enumerate(loops) for way in one.ways]
    made = with_scores(asked.model, [way for _, way in ways], moving=asked.moving)
    parts = np.array([one.part for one in loops])
    return _Scored(made.model, made.loops, np.array([place for place, _ in ways]), parts)


def _weighed(asked: "_Asked", loops: str, through: Sequence[str], most: int, longest: int | None) -> Loops:
    """The loops that are weighed against each other.

    Raises:
        ModelError: there are none.
    """
    if loops == OF_STUDY and asked.study is not None:
        found = study_loops(asked.model, asked.study, through=through)
    else:
        found = all_loops(asked.model, asked.study, asked.link_scores, most=most, longest=longest, through=through)
    if not found.loops:
        quoted = ", ".join(f'"{name}"' for name in through)
        where = f" that leads through {quoted}" if through else ""
        raise ModelError(f"{asked.model.name}: there is no feedback loop{where} to weigh.")
    return found


def _central(asked: _Asked, loops: Sequence[Considered]) -> tuple[dict[str, np.ndarray], np.ndarray, list[str]]:
    """Relative scores [loop, time] by scenario with the model's own numbers, the times, and scenarios at rest."""
    scored = _scored(asked, loops)
    runs = asked.simulate(scored.model, asked.central, scored.names)
    _refuse_failed(runs)
    shares = scored.relative(runs)
    found = {name: shares[:, place] for place, name in enumerate(map(str, runs[SCENARIO].values))}
    rest = [name for name, one in found.items() if not one.any()]
    return found, np.asarray(runs[TIME].values, dtype=float), rest


def _still(rest: Sequence[str], shares: Mapping[str, np.ndarray]) -> list[str]:
    if not rest:
        return []
    where = "" if len(shares) == 1 else f" under {', '.join(rest)}"
    return [f"Nothing changes{where}: in equilibrium no loop has a score."]


def _drawn(asked: _Asked, futures: int) -> xr.Dataset | None:
    study = asked.study
    if study is None:
        return None
    drawn = futures_of(study, asked.model, futures, seed=asked.own_seed, sample=asked.sample)
    if drawn is not None or not futures or not any(asked.model.of(Draw)):
        return drawn
    return futures_table({}, futures, design="random numbers alone", seed=asked.own_seed)


def _in_futures(
    asked: _Asked, loops: Sequence[Considered], times: np.ndarray, futures: int, progress: Progress | None
) -> tuple[InFutures | None, int, int]:
    """What the futures say, how many of their runs failed, and of how many."""
    drawn = _drawn(asked, futures)
    if drawn is None:
        return None, 0, 0
    scored = _scored(asked, loops)
    n = len(asked.chosen)
    counts = np.zeros((n, len(loops), len(times)))
    sound = np.zeros(n)
    means: list[list[np.ndarray]] = [[] for _ in range(n)]
    inputs: list[list[np.ndarray]] = [[] for _ in range(n)]
    names = [str(name) for name in drawn.data_vars]
    for part in _parts(drawn, 8 * n * len(times) * (len(scored.names) + len(loops))):
        runs = asked.simulate(scored.model, asked.table(part), scored.names)
        shares, lost = _at(scored.relative(runs), runs, times), failed(runs)
        size = part.sizes["future"]
        for place in range(n):
            rows = slice(place * size, (place + 1) * size)
            kept = ~lost[rows]
            own = shares[:, rows][:, kept]
            counts[place] += _leading(own, scored.parts)
            sound[place] += kept.sum()
            means[place].append(np.abs(own).mean(axis=2).T)
            inputs[place].append(
                np.stack([part[name].values for name in names], axis=1)[kept] if names else own[0, :, :0]
            )
        if progress:
            progress(_STAGE, n * size, n * futures)
    correlation = [
        measure.rank_correlation(np.concatenate(there), np.concatenate(own))
        for there, own in zip(inputs, means, strict=True)
    ]
    leads = counts / np.maximum(sound, 1)[:, None, None]
    total = n * futures
    return InFutures(futures, leads, tuple(names), np.stack(correlation)), int(total - sound.sum()), total


def _parts(futures: xr.Dataset, each: int) -> Iterator[xr.Dataset]:
    size = max(1, _BYTES // each)
    for begin in range(0, futures.sizes["future"], size):
        yield futures.isel(future=slice(begin, begin + size))


def _leading(shares: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """In how many experiments [loop, time] each loop leads its part, of `shares` [loop, experiment, time]."""
    counts = np.zeros((shares.shape[0], shares.shape[2]))
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        leads = measure.leading(shares[rows]) if shares.shape[1] else np.zeros((0, shares.shape[2]), dtype=int)
        for place, row in enumerate(rows):
            counts[row] = (leads == place).sum(axis=0)
    return counts


def _at(shares: np.ndarray, runs: xr.Dataset, times: np.ndarray) -> np.ndarray:
    """`shares` at `times`, those of the run with the model's own numbers; 0 where a run has no such time."""
    own = np.round(np.asarray(runs[TIME].values, dtype=float), 9)
    wanted = np.round(times, 9)
    if np.array_equal(own, wanted):
        return shares
    found = np.zeros((*shares.shape[:2], len(times)))
    places = {time: place for place, time in enumerate(own.tolist())}
    for column, time in enumerate(wanted.tolist()):
        if time in places:
            found[:, :, column] = shares[:, :, places[time]]
    return found
