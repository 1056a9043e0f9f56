"""Vensim's RC functions → the course that a variable takes from some time on, and the time while it takes it.

Until its start a course is whatever the variable does by itself; `basis` counts as it is at the start, and stays so,
while `mult` counts as it is at each time. With t the time since the start:

    RC STEP     basis mult
    RC RAMP     basis (mult t / time + 1 - t / time), and basis mult once t has reached the time
    RC DECAY    basis exp(-t / time)
    RC GROW     basis exp(rate t)
    RC COMPARE  mult times the variable at the same time in another run

An RC … CHECK is the same course, which is looked at only after its grace. Sources: Vensim's help, "Reality Check
Functions" and "Test Inputs". A switch comes half a time step early, as STEP's does, so that rounding cannot delay it.
"""

from collections.abc import Mapping

from sdmodel.model.expr import Expr, Ref
from sdmodel.model.model import Auxiliary, Held, Variable
from sdmodel.read.functions.notation import (
    HALF,
    NOW,
    ONE,
    START,
    STEP,
    ZERO,
    either,
    flag,
    is_true,
    minus,
    op,
    over,
    plus,
    times,
)

FIRST_START: Expr = plus(START, STEP)
"""Where a course starts if neither it nor the model's RC START TIME says when."""
Course = tuple[Expr, Expr, tuple[Variable, ...]]


def course(function: str, arguments: Mapping[str, Expr], base: str) -> Course:
    """What the variable is, whether that counts now, and the hidden variables, named `base …`, behind both.

    `function` is step, ramp, decay, grow or compare; `arguments` has what they are called above, and start, duration
    and grace: these two may be missing, a start may not. The basis of compare is the value in the other run.
    """
    start = arguments["start"]
    begun = _reached(start)
    checked = _reached(plus(start, arguments["grace"])) if "grace" in arguments else begun
    window = checked
    if "duration" in arguments:
        window = is_true(checked, op("not", _reached(plus(start, arguments["duration"]))))
    if function == "compare":
        return times(arguments["basis"], arguments["mult"]), window, ()
    basis, memory = _as_at_start(arguments["basis"], begun, base)
    since = op("maximum", minus(NOW, start), ZERO)  # nobody looks before that, and exp must not overflow there
    return times(basis, _factor(function, arguments, since)), window, memory


def _reached(time: Expr) -> Expr:
    return op("greater", plus(NOW, times(HALF, STEP)), time)


def _as_at_start(basis: Expr, begun: Expr, base: str) -> tuple[Expr, tuple[Variable, ...]]:
    """`basis` at the first step that has begun, from there on; before that as it is."""
    before, kept, shown = f"{base} begun", f"{base} kept", f"{base} basis"
    variables = (
        Held(name=before, next=flag(begun), initial=ZERO, hidden=True),
        Held(name=kept, next=Ref(shown), initial=ZERO, hidden=True),
        Auxiliary(name=shown, equation=either(Ref(before), Ref(kept), basis), hidden=True),
    )
    return Ref(shown), variables


def _factor(function: str, arguments: Mapping[str, Expr], since: Expr) -> Expr:
    if function == "step":
        return arguments["mult"]
    if function == "decay":
        return op("exp", op("negate", over(since, arguments["time"])))
    if function == "grow":
        return op("exp", times(arguments["rate"], since))
    mult, whole = arguments["mult"], arguments["time"]
    share = either(op("less", since, whole), over(since, whole), ONE)  # at once if the time is 0
    return plus(times(mult, share), minus(ONE, share))
