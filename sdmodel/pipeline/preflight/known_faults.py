"""Model → what PySD is known to get wrong in it, so that a difference is not blamed on the model.

Some of these are mended before PySD runs as the reference (`engine.translated`); where they are not, its numbers
differ from Vensim's, and a disagreement says nothing about the model.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sdmodel.engine.clock import control
from sdmodel.model.model import SAVEPER, TIME_STEP, Model, Variable
from sdmodel.model.names import key

_SMOOTH = re.compile(r"\bSMOOTH3?(I|\s+N)?\s*\(", re.IGNORECASE)
_ACTIVE = re.compile(r"\bACTIVE\s+INITIAL\s*\(", re.IGNORECASE)
_NONE = re.compile(r"(=|<>)\s*:NA:|:NA:\s*(=|<>)", re.IGNORECASE)
_WHOLE = re.compile(r"\s*[-+]?\d+\s*")
_ROUNDING = 1e-6
_XMILE = (".xmile", ".stmx", ".xml")


@dataclass(frozen=True)
class Fault:
    """One fault of PySD that this model meets; `mended` tells that reference runs are free of it."""

    name: str
    message: str
    mended: bool
    variable: str = ""
    line: int | None = None


def known_faults(model: Model, text: str) -> tuple[Fault, ...]:
    """The faults that `model` meets, whose file has this `text`; of many places the first is named."""
    return tuple(fault for find in _FAULTS for fault in list(find(model, text))[:1])


def excuse(faults: Iterable[Fault]) -> str:
    """A sentence that explains a difference by the faults which are not mended; nothing when there are none."""
    names = ", ".join(fault.name for fault in faults if not fault.mended)
    return f"PySD is known to be wrong here ({names})." if names else ""


def _mixed_logic(model: Model, _: str) -> Iterator[Fault]:
    said = "PySD takes a :AND: b :OR: c for a :AND: (b :OR: c); here, as in Vensim, :AND: binds first"
    for variable in model.visible():
        upper = variable.text.upper()
        if ":AND:" in upper and ":OR:" in upper:
            yield Fault("mixed :AND: and :OR:", said, True, variable.name, variable.line)


def _compared_to_none(model: Model, _: str) -> Iterator[Fault]:
    said = "PySD takes nothing for equal to :NA:, not even a value that is missing"
    for variable in model.visible():
        if _NONE.search(variable.text):
            yield Fault("comparison with :NA:", said, True, variable.name, variable.line)


def _runge_kutta(model: Model, _: str) -> Iterator[Fault]:
    if model.integration != "euler":
        said = f"PySD ignores that the file asks for {model.integration}; it is compared on runs by Euler's method"
        yield Fault("Runge–Kutta", said, True)


def _whole_initial(model: Model, _: str) -> Iterator[Fault]:
    """The smooth of an ACTIVE INITIAL variable starts from that one's initial value, so it is met there as well."""
    said = (
        "PySD cuts off the fraction of what enters a smooth in its first step where its initial value is a whole number"
    )
    whole = {key(v.name) for v in model.visible() for found in _ACTIVE.finditer(v.text) if _is_whole(v, found.end(), 1)}
    for variable in model.visible():
        for found in _SMOOTH.finditer(variable.text):
            arguments = _arguments(variable.text, found.end())
            own = found[1] and _is_whole(variable, found.end(), 2)
            if own or (not found[1] and arguments and key(arguments[0]) in whole):
                yield Fault("whole number as initial value", said, True, variable.name, variable.line)


def _is_whole(variable: Variable, start: int, place: int) -> bool:
    """Whether that argument of the call that opens at `start` is written as a whole number."""
    arguments = _arguments(variable.text, start)
    return len(arguments) > place and _WHOLE.fullmatch(arguments[place]) is not None


def _arguments(text: str, start: int) -> list[str]:
    """The arguments of a call whose bracket opens just before `start`."""
    found, depth, begun = [], 0, start
    for place in range(start, len(text)):
        sign = text[place]
        if sign in ",)" and depth == 0:
            found.append(text[begun:place])
            begun = place + 1
            if sign == ")":
                break
        depth += (sign in "([") - (sign in ")]")
    return found


def _uneven_saves(model: Model, _: str) -> Iterator[Fault]:
    every, step = (control(model, name, model.constants.__getitem__) for name in (SAVEPER, TIME_STEP))
    if step > 0 and abs(every / step - round(every / step)) > _ROUNDING:
        said = f"PySD drops saved times where SAVEPER ({every:g}) is no multiple of TIME STEP ({step:g})"
        yield Fault("SAVEPER", said, True, SAVEPER, model[SAVEPER].line)


def _non_negative(model: Model, text: str) -> Iterator[Fault]:
    if _is_xmile(model) and re.search(r"<non_negative\b", text):
        said = "PySD cuts a non-negative stock at 0 without limiting its outflow, which makes matter out of nothing"
        yield Fault("non-negative stock", said, False)


def _conveyor(model: Model, text: str) -> Iterator[Fault]:
    if _is_xmile(model) and re.search(r"<conveyor\b", text):
        yield Fault("conveyor", "PySD runs a conveyor as a plain stock, without its transit time", False)


def _modules(model: Model, _: str) -> Iterator[Fault]:
    if _is_xmile(model) and any("." in variable.name for variable in model.visible()):
        yield Fault("modules", "PySD does not join the modules of an XMILE file", False)


def _save_interval(model: Model, text: str) -> Iterator[Fault]:
    if _is_xmile(model) and re.search(r"<sim_specs[^>]*save_interval|<save_interval", text):
        yield Fault("save interval", "PySD ignores the save interval of an XMILE file", True)


def _is_xmile(model: Model) -> bool:
    return model.path.lower().endswith(_XMILE)


_FAULTS: tuple[Callable[[Model, str], Iterator[Fault]], ...] = (
    _mixed_logic,
    _compared_to_none,
    _runge_kutta,
    _whole_initial,
    _uneven_saves,
    _non_negative,
    _conveyor,
    _modules,
    _save_interval,
)
