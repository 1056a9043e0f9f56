"""Model whose FINAL TIME changes during the run → where each of its runs ends, found by letting it run on.

A run goes on while Time is before FINAL TIME, which is computed anew at every step, and ends at the first step at which
it is not: so do Vensim and PySD. The step of the end is an auxiliary of a model that is run for it, kept by a hidden
memory from then on; so the search takes no more memory than one number an experiment, however long it lasts.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from sdmodel.engine.clock import TOLERANCE, Clock, Pace
from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.model import FINAL_TIME, INITIAL_TIME, TIME, TIME_STEP, Auxiliary, Held, Model

END = "step at which the run ends"
MOST_STEPS = 10_000_000  # of a run whose end is searched for
_FIRST, _LONGER = 256, 4
_GOING_ON = -1.0
Ends = Callable[[Clock, np.ndarray], np.ndarray]


@lru_cache(maxsize=16)
def with_end(model: Model) -> Model:
    """`model` with the auxiliary END: the number of the step at which the run ends, and below 0 until then."""
    kept, now = Ref(f"{END}, kept"), Ref(TIME)
    soon = _op("add", now, _op("multiply", Number(TOLERANCE), Ref(TIME_STEP)))
    goes_on = _op("less", soon, Ref(FINAL_TIME))  # what is not a number ends the run
    step = _op("divide", _op("subtract", now, Ref(INITIAL_TIME)), Ref(TIME_STEP))
    here = _op("select", goes_on, Number(_GOING_ON), step)
    end = _op("select", _op("less", kept, Number(0.0)), here, kept)
    memory = Held(name=kept.name, initial=Number(_GOING_ON), next=Ref(END), hidden=True)
    return model.replaced((), (Auxiliary(name=END, equation=end, hidden=True), memory))


def _op(name: str, *arguments: Expr) -> Expr:
    return Apply(name, arguments)


def ended(
    model: Model, running: Mapping[Pace, np.ndarray], ends: Ends, longest: int = MOST_STEPS
) -> dict[Clock, np.ndarray]:
    """The clock of each experiment: {clock: indices of the experiments that it drives}.

    `running` are the experiments by their pace. `ends` runs some of them by a clock that saves once, and tells END of
    each. Who has not ended then is run again, four times as long; `longest` limits the number of steps.

    Raises:
        ExperimentError: an experiment does not end.
    """
    found: dict[Clock, list[np.ndarray]] = {}
    for pace, waiting in running.items():
        steps = min(_FIRST, longest)
        while len(waiting):
            at = np.rint(ends(Clock(pace.start, pace.time_step, steps, (steps,)), waiting))
            for end in np.unique(at[at >= 0]):
                found.setdefault(pace.until(int(end)), []).append(waiting[at == end])
            waiting = waiting[~(at >= 0)]
            if len(waiting) and steps >= longest:
                raise _endless(model, pace, steps, int(waiting[0]))
            steps = min(longest, steps * _LONGER)
    return {clock: np.sort(np.concatenate(rows)) for clock, rows in found.items()}


def _endless(model: Model, pace: Pace, steps: int, row: int) -> ExperimentError:
    at = pace.start + steps * pace.time_step
    return ExperimentError(
        f'{model.name}, experiment {row}: "{FINAL_TIME} = {getattr(model[FINAL_TIME], "text", "")}" is still ahead '
        f"after {steps:,} time steps, at time {at:g}: the run does not end. Mend the equation, or set {FINAL_TIME} to "
        "a number."
    )
