"""The dilemma where nobody suspects anybody: settings of that rest, and the linear spiral of small suspicions there."""

import re

import numpy as np
from numpy.typing import NDArray
from shipped import model

SIDES = {"US": "China", "China": "US"}


def levers_off() -> dict[str, float]:
    """Every lever of both powers at zero from the start, but coercive tools kept as they are."""
    off = {name: 0.0 for name in model().constants if re.search(r" (initial|goal)$", name)}
    tools = {"US": 0.6, "China": 0.4}
    return off | {f"{side} offensive baseline {kind}": tools[side] for side in SIDES for kind in ("initial", "goal")}


def rest(learning_rate: float = 0.7, suspicion: tuple[float, float] = (0.0, 0.0)) -> dict[str, float]:
    """No levers, certain intentions, nothing felt: a world at rest but for the suspicion given."""
    row = {**levers_off(), "intention uncertainty": 0.0, "opacity uncertainty": 0.0}
    row["suspicion learning rate"] = learning_rate
    for side, value in zip(SIDES, suspicion, strict=True):
        row |= {f"{side} initial {zero}": 0.0 for zero in ("credibility", "response", "pressure")}
        row[f"{side} initial suspicion"] = value
    return row


def linear_spiral(learning_rate: float) -> NDArray[np.float64]:
    """Matrix of small suspicions at trusting rest (US, China), from the model's own values.

    Diagonal: theta (harm + lead) - delta. Off the diagonal: theta times weight of demonstrated acts, leverage of the
    other, its reaction, and what deterrence leaves of it.
    """
    value = model().constants
    sides, rival = tuple(SIDES), SIDES
    vulnerability = {
        s: value[f"{s} initial dependence"] * (1 - value["surge substitutability"] * value[f"{s} initial capacity"])
        for s in sides
    }
    guess = value["ambiguity base"]
    seen = {s: guess + (1 - guess) * value[f"{s} initial visibility"] for s in sides}
    reach = {
        s: value["reach without allies"] + (1 - value["reach without allies"]) * value[f"initial aligned with {s}"]
        for s in sides
    }
    tools = {s: value[f"{s} initial offensive capability"] for s in sides}
    leverage = {s: tools[s] * reach[s] * vulnerability[rival[s]] for s in sides}
    capability = {s: value[f"{s} initial capability"] for s in sides}
    matrix = np.zeros((2, 2))
    for row, side in enumerate(sides):
        other = rival[side]
        harm = vulnerability[side] * seen[side] * tools[other] * reach[other]
        lead = value[f"{side} lead weight"] * capability[other] / sum(capability.values())
        acts = leverage[other] * value["reactive hostility"] * (1 - value["deterrence effect"] * leverage[side])
        matrix[row, row] = learning_rate * (harm + lead) - value["suspicion forgetting rate"]
        matrix[row, 1 - row] = learning_rate * value["demonstration weight"] * acts
    return matrix
