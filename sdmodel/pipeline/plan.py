"""How a study is swept → its futures, and the experiments of each: scenarios under every overlay that is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import xarray as xr

from sdmodel.design import grid, sequences
from sdmodel.design.experiments import experiments
from sdmodel.errors import StudyError
from sdmodel.pipeline.drawn import futures_of, notes_of, warnings_of
from sdmodel.pipeline.question import Question
from sdmodel.runs import manifest as manifests
from sdmodel.study.spec import Study

DESIGNS = ("lhs", "sobol", "grid", "one-at-a-time")
_LARGEST_HYPERCUBE = 2 * 2**30  # bytes; it has to be drawn in one piece


@dataclass(frozen=True)
class Plan:
    """How a study is swept: `futures` by `design` from `seed`, in `scenarios` (none: all), again under each overlay.

    A file `sample` of a posterior gives the constants that it holds; the design is then "posterior".
    """

    futures: int
    design: str = "lhs"
    seed: int = 0
    scenarios: tuple[str, ...] = ()
    shocks: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    threads: int | None = None
    sample: Path | None = None


def tables(question: Question, plan: Plan, futures: xr.Dataset) -> xr.Dataset:
    """Experiments of these futures: the scenarios as they are, under each variant, and all that under each shock."""
    make = partial(experiments, question.study, futures, model=question.model, scenarios=plan.scenarios or None)
    over = product([(), *((one,) for one in plan.variants)], [(), *((one,) for one in plan.shocks)])
    made = [make(variants=variants, shocks=shocks) for variants, shocks in over]
    return made[0] if len(made) == 1 else xr.concat(made, "experiment", combine_attrs="override")


def drawn(question: Question, plan: Plan) -> Iterator[xr.Dataset]:
    """The futures of a plan, in parts where the design can be made in parts."""
    study, model, n = question.study, question.model, plan.futures
    if n < 1:
        raise StudyError(f"--futures {n}: a sweep needs one future at least.")
    if plan.sample is not None:
        drawn_from = futures_of(study, model, n, seed=plan.seed, sample=plan.sample)
        assert drawn_from is not None  # there is a sample
        yield drawn_from
    elif plan.design == "lhs":
        _refuse_huge(n, len(study.uncertainties))
        yield sequences.lhs(study, n, seed=plan.seed)
    elif plan.design == "sobol":
        part = 65_536
        for first in range(0, n, part):
            yield sequences.sobol(study, min(part, n - first), seed=plan.seed, first=first)
    elif plan.design == "grid":
        yield grid.full_grid(study, _points(study, n), max_futures=min(n, grid.MOST_OF_GRID))
    elif plan.design == "one-at-a-time":
        yield grid.one_at_a_time(study, model, max(2, n // max(1, len(study.uncertainties))))
    else:
        raise StudyError(f'--design "{plan.design}": there is no such design; choose one of {", ".join(DESIGNS)}.')


def origin(question: Question, plan: Plan) -> dict[str, object]:
    """What a manifest tells of the file that futures were drawn from, with the caveats; nothing where there is none."""
    if plan.sample is None:
        return {}
    study = question.study
    asked = (study, question.model, plan.sample, plan.scenarios or tuple(study.scenarios))
    return {
        "sample": {"name": plan.sample.name, "sha256": manifests.sha256(plan.sample)},
        "caveats": list(notes_of(*asked)),
        "warnings": list(warnings_of(*asked)),
    }


def _refuse_huge(n: int, uncertainties: int) -> None:
    if 8 * n * uncertainties > _LARGEST_HYPERCUBE:
        raise StudyError(
            f"--futures {n}: a Latin hypercube is drawn in one piece, and of that size it takes "
            f"{8 * n * uncertainties / 2**30:,.0f} GiB. Use --design sobol, which is drawn in parts, or fewer futures."
        )


def _points(study: Study, n: int) -> int:
    """How many points an uncertainty a full grid of at most `n` futures can have."""
    axes = max(1, len(study.uncertainties))
    points = int(n ** (1 / axes) + 1e-9)
    if points < 2:
        raise StudyError(
            f"--design grid: {axes} uncertainties at two points each are {2.0**axes:.3g} futures, more than "
            f"--futures {n}. Use --design one-at-a-time, or lhs."
        )
    return points
