"""Integration method → the stages of a step, which all printers share.

At each stage the net flows are computed at stocks and time moved on by `share` of a time step along the net flows of
the stage before; in the end stocks move by the time step times the sum of `weight` times these net flows. Euler; of
second order the midpoint method, which is Vensim's (its manual, "Runge-Kutta Integration"), and Heun's, which XMILE's
tools have; the classical method of fourth order (Kutta 1901; Hairer, Nørsett & Wanner 1993, table II.1.2).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One evaluation of the net flows within a step."""

    share: float
    weight: float


STAGES = {
    "euler": (Stage(0.0, 1.0),),
    "rk2": (Stage(0.0, 0.0), Stage(0.5, 1.0)),
    "heun": (Stage(0.0, 1 / 2), Stage(1.0, 1 / 2)),
    "rk4": (Stage(0.0, 1 / 6), Stage(0.5, 1 / 3), Stage(0.5, 1 / 3), Stage(1.0, 1 / 6)),
}
