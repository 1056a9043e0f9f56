"""Model file → PySD's AbstractModel, with the failing equation named when PySD cannot parse it."""

import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sdmodel.errors import ModelError
from sdmodel.read.source import name_of, written

_RUNGE_KUTTA = {"1", "5"}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_MINUS_POWER = re.compile(rf'"(?:\\"|[^"])*+"|(?:^|(?<=[-+*/^=<>:(,]))\s*-\s*({_NUMBER})(\s*\^)')
_ONE_POINT = re.compile(
    rf'"(?:\\"|[^"])*+"|(\(\s*(?:\[[^\]]*\]\s*,?)?\s*\(\s*[-+]?\s*{_NUMBER}\s*,\s*[-+]?\s*{_NUMBER}\s*\))(\s*\))'
)


def abstract_model(path: Path, text: str, encoding: str) -> Any:
    """PySD's AbstractModel of a Vensim file that `screen` let through; ModelError names the equation it stops at."""
    _check_integration(path, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # PySD brings pandas, xarray and lxml: half a second that commands without a model need not pay
        from pysd.translators.vensim.vensim_file import VensimFile

        file = _attempt(path, _the_file, lambda: VensimFile(path, encoding=encoding))
        _attempt(path, _the_file, lambda: file.parse(parse_all=False))
        for section in file.sections:
            _parse_section(path, text, section)
        return _attempt(path, _the_file, file.get_abstract_model)


def _parse_section(path: Path, text: str, section: Any) -> None:
    _attempt(path, _the_file, lambda: section.parse(parse_all=False))
    parsed = []
    for element in section.elements:
        what = partial(_equation, text, element.equation)
        component = _attempt(path, what, element.parse)
        if isinstance(getattr(component, "expression", None), str):
            component.expression = _with_one_point(_minus_before_power(component.expression))
        if hasattr(component, "parse"):
            _attempt(path, what, component.parse)
        parsed.append(component)
    kinds = {name: [item for item in parsed if type(item).__name__ == name] for name in ("SubscriptRange",)}
    section.subscripts = kinds["SubscriptRange"]
    section.constraints = [item for item in parsed if type(item).__name__ == "Constraint"]
    section.test_inputs = [item for item in parsed if type(item).__name__ == "TestInput"]
    others = ("SubscriptRange", "Constraint", "TestInput")
    section.components = [item for item in parsed if type(item).__name__ not in others]
    section.elements = section.subscripts + section.components + section.constraints + section.test_inputs


def _minus_before_power(equation: str) -> str:
    """`equation` with -2^2 written so that PySD reads -(2^2), as Vensim does and as PySD itself does for variables.

    PySD makes one literal of a minus and its number, and so takes -2^2 for (-2)^2. Quoted names are left alone.
    """
    return _MINUS_POWER.sub(lambda found: found[0] if found[1] is None else f"-({found[1]}+0){found[2]}", equation)


def _with_one_point(equation: str) -> str:
    """`equation` with a comma after the point of a lookup that has one only: PySD takes it for two numbers."""
    return _ONE_POINT.sub(lambda found: found[0] if found[1] is None else f"{found[1]},{found[2]}", equation)


def _equation(text: str, equation: str) -> str:
    """How a message names an equation: its line in the file, and its text."""
    found = written(text).get(name_of(equation))
    return f"{f'line {found.line}, ' if found else ''}equation {' '.join(equation.split())[:200]!r}"


def _the_file() -> str:
    return "the file"


def _attempt(path: Path, what: Callable[[], str], step: Any) -> Any:
    try:
        return step()
    except RecursionError:
        raise ModelError(f"{path.name}: {what()} is nested too deeply; split it into several variables.") from None
    except Exception as error:  # PySD and its parser raise what happens to break: any of it means unreadable text
        raise ModelError(
            f"{path.name}: {what()} cannot be parsed: {_reason(error)}. "
            "Look for a missing operator, bracket or comma, or a name that must be in quotes."
        ) from None


def _reason(error: Exception) -> str:
    """The place where a parsimonious grammar stopped, or the first line of any other message."""
    text, position = getattr(error, "text", None), getattr(error, "pos", None)
    if isinstance(text, str) and isinstance(position, int):
        return f"it stops at {text[position : position + 40]!r}" if position < len(text) else "it ends too early"
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _check_integration(path: Path, text: str) -> None:
    """Vensim keeps the integration method in its settings block, line `15:`, fourth number."""
    settings = re.search(r"^15:(?:[^,\n]*,){3}\s*(\d+)", text, re.MULTILINE)
    if settings and settings.group(1) in _RUNGE_KUTTA:
        raise ModelError(
            f"{path.name}: the model is set to Runge–Kutta integration, which is not supported yet. "
            "In Vensim choose Model > Settings > Integration Type: Euler, with a TIME STEP that is small enough."
        )
