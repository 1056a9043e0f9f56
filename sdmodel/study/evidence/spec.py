"""What stands behind a study, as frozen data: what each number rests on, and which claims of a text the model shows."""

from dataclasses import dataclass

JUDGEMENT = "judgement"
BASES = {
    JUDGEMENT: "nobody has measured it; the modeller's estimate",
    "measured": "equal to a published measurement, or to one that stands in for it",
    "calibrated": "chosen so that the model follows data",
    "literature": "published studies give its size, its range or its sign",
    "essay": "the text that the model puts into equations states it",
    "definition": "a convention of the model, such as the scale of an index",
    "hypothesis": "a theory under dispute: its settings are compared, not averaged",
    "scenario": "every scenario may set it",
}
"""What a parameter can rest on, and what that means."""
KINDS = ("parameter", "initial value", "lever", "switch", "control")
"""What a parameter can be."""

REPRODUCED, WEAK, NOT_REPRODUCED, ASSUMED, OUTSIDE = STATUSES = (
    "reproduced",
    "weak",
    "not reproduced",
    "assumed",
    "outside the model",
)
"""How a claim fares: the model's behaviour shows it; partly; not at all; it went in as a number or an equation, so that
the model cannot test it; the model does not speak of it."""
FALLS_SHORT = (NOT_REPRODUCED, WEAK)
"""The statuses of claims that the model does not, or hardly, reproduce; the worst first."""


@dataclass(frozen=True)
class Parameter:
    """A row of the table of parameters: a constant of the model and what its number rests on.

    `value` None means: not told, the model's own counts. `low` and `high` enclose what is plausible (NaN: not told);
    whether it is drawn from there is for `Study.uncertainties` to say. `line` is that of the table's file.
    """

    name: str
    kind: str
    value: float | None
    low: float
    high: float
    unit: str
    basis: str
    source: str
    meaning: str
    line: int


@dataclass(frozen=True)
class Claim:
    """A claim of the text that a study rests on: its words, what in the model stands for it, and how the model fares.

    `represented_by` are references such as "variable:US suspicion" or "scenario:managed"; `status` is one of STATUSES.
    """

    name: str
    quote: str
    kinds: tuple[str, ...]
    represented_by: tuple[str, ...]
    status: str
    note: str
    line: int


@dataclass(frozen=True)
class Resting:
    """How many of `total` uncertainties rest on judgement."""

    judged: int
    total: int

    def told(self) -> str:
        """ "110 of the 123 uncertainties rest on judgement"."""
        verb = "rests" if self.judged == 1 else "rest"
        return f"{self.judged:,} of the {self.total:,} uncertainties {verb} on judgement"


def on_judgement(basis: str) -> bool:
    """Whether a basis, such as "judgement" or "Judgement of two experts", makes a number somebody's estimate."""
    first = basis.replace(",", " ").replace(":", " ").casefold().split()[:1]
    return first in ([JUDGEMENT], ["judgment"])
