"""`sim_specs` → start, stop, time step, saving interval and integration method, as numbers and words of the model."""

import math
from dataclasses import dataclass

from sdmodel.errors import ModelError
from sdmodel.read.xmile.markup import Node

_METHODS = {"": "euler", "euler": "euler", "rk2": "heun", "rk4": "rk4", "runge-kutta 2": "heun", "runge-kutta 4": "rk4"}
_SAVES = ("save_interval", "isee:save_interval")


@dataclass(frozen=True)
class Settings:
    """When a run begins and ends, in steps of `step`, saved every `save_every` (None: each step), in `unit`."""

    start: float
    stop: float
    step: float
    save_every: float | None
    integration: str
    unit: str


def settings_of(file: str, root: Node) -> Settings:
    """The settings of the file's model; ModelError names the one that is missing, no number or not supported."""
    specs = root.first("sim_specs")
    if specs is None:
        raise ModelError(f"{file}: there are no <sim_specs>; the model does not say when it starts and stops.")
    start, stop = _number(file, specs, "start"), _number(file, specs, "stop")
    step = _number(file, specs, "dt", otherwise=1.0)
    dt = specs.first("dt")
    if dt is not None and dt.attributes.get("reciprocal", "").strip().lower() == "true" and step > 0:
        step = 1.0 / step
    if not step > 0:
        raise ModelError(f"{file}, line {specs.line}: <dt> must be above 0.")
    return Settings(start, stop, step, _save_every(file, specs), _integration(file, root, specs), _unit(specs))


def _number(file: str, specs: Node, tag: str, otherwise: float | None = None) -> float:
    node = specs.first(tag)
    text = node.text.strip() if node else ""
    if node is None and otherwise is not None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        said = f"is {text[:40]!r}, not a number" if text else "is missing"
        raise ModelError(f"{file}, line {(node or specs).line}: <{tag}> of <sim_specs> {said}.")
    return value


def _save_every(file: str, specs: Node) -> float | None:
    texts = [specs.attributes[name] for name in _SAVES if name in specs.attributes]
    texts += [specs.said(name) for name in _SAVES if specs.first(name)]
    if not texts:
        return None
    try:
        value = float(texts[0])
    except ValueError:
        raise ModelError(
            f"{file}, line {specs.line}: save_interval is {texts[0].strip()[:40]!r}, not a number."
        ) from None
    return value if math.isfinite(value) and value > 0 else None


def _integration(file: str, root: Node, specs: Node) -> str:
    """The first method of a list such as "rk45, rk4" that is known here.

    Vensim's own export says RK4 of every model, those among them whose .mdl says Euler; its numbers are Euler's.
    """
    if _is_of_vensim(root):
        return "euler"
    told = [name.strip() for name in specs.attributes.get("method", "").split(",")]
    for name in told:
        if name.lower() in _METHODS:
            return _METHODS[name.lower()]
    raise ModelError(
        f"{file}, line {specs.line}: the integration method {', '.join(told)[:60]!r} is not supported. "
        "In Stella choose Model > Run Specs… > Integration Method: Euler, RK2 or RK4."
    )


def _is_of_vensim(root: Node) -> bool:
    header = root.first("header")
    return header is not None and " ".join(header.said("product").split()).lower() == "vensim"


def _unit(specs: Node) -> str:
    return " ".join(specs.attributes.get("time_units", specs.attributes.get("isee:time_units", "")).split())
