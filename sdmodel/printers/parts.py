"""The parts of a large kernel → functions of their own: all of them share working memory and a few numbers.

LLVM's time grows faster than the function that it compiles, so many small functions compile in a time that is in
proportion to the model. What is computed once a run is compiled for speed of compilation.
"""

from sdmodel.printers import staging
from sdmodel.printers.emitter import Emitter
from sdmodel.printers.frame import spread
from sdmodel.printers.writer import LEVELS, ONCE, SAVE, STEP

_RUN = (
    *(("ptr noalias", "%work"), ("ptr noalias", "%literals"), ("double", "%start"), ("double", "%dt")),
    *(("i64", "%steps"), ("i64", "%member"), ("i64", "%seed"), ("ptr", "%numbers")),
)
_STEP = (("i64", "%step"), ("double", "%now"), ("ptr", "%now.buffer"), ("ptr", "%next"))
_STAGE = (
    *(("ptr", "%read"), ("ptr", "%write"), ("ptr", "%sums"), ("ptr", "%hold")),
    *(("i1", "%is.first"), ("double", "%stage.now"), ("double", "%ahead"), ("double", "%weight")),
)
_NAMES = ("once", "phase", "gate", "whole", "step", "save")


def _shared(emit: Emitter, level: int) -> tuple[tuple[str, str], ...]:
    """What a part of `level` is given."""
    if level == ONCE:
        return _RUN
    return (*_RUN, *_STEP, *_STAGE) if emit.staged and level in (STEP, SAVE) else (*_RUN, *_STEP)


def calls(emit: Emitter, level: int) -> list[str]:
    """Lines of the frame that run the parts of `level`."""
    given = ", ".join(f"{kind} {name}" for kind, name in _shared(emit, level))
    return [f"  call void @{_NAMES[level]}.{place}({given})" for place, lines in enumerate(emit.parts[level]) if lines]


def definitions(emit: Emitter, buffer: int) -> list[str]:
    """The functions of all parts; `buffer` is the slot of the first values of memory."""
    lines = []
    for level in LEVELS:
        parameters = ", ".join(f"{kind} {name}" for kind, name in _shared(emit, level))
        for place, body in enumerate(emit.parts[level]):
            if body:
                name = f"@{_NAMES[level]}.{place}"
                lines += [f"define internal void {name}({parameters}) #{1 if level == ONCE else 0} {{"]
                lines += [*_names(emit, level, buffer), *body, "  ret void", "}"]
    return lines


def _names(emit: Emitter, level: int, buffer: int) -> list[str]:
    """What every part can read under the name that it has in the frame."""
    size = 8 * emit.width
    lines = [
        f"  %history = getelementptr inbounds i8, ptr %work, i64 {emit.slots * size}",
        f"  %first.buffer = getelementptr inbounds i8, ptr %work, i64 {buffer * size}",
        "  %rows = add i64 %steps, 1",
        *spread(emit, "%start.vector", "%start"),
        *spread(emit, "%dt.vector", "%dt"),
    ]
    if level != ONCE:
        lines += ["  %step.number = sitofp i64 %step to double"]
        lines += [*spread(emit, "%now.vector", "%now"), *spread(emit, "%step.vector", "%step.number")]
    return lines + (staging.vectors(emit) if emit.staged and level in (STEP, SAVE) else [])
