"""What a check of a model says: each remark, and each check in a sentence."""

from dataclasses import dataclass

ERROR, WARNING, NOTE = LEVELS = ("error", "warning", "note")


@dataclass(frozen=True)
class Remark:
    """`level` is one of LEVELS: the model does not run, something is wrong with it, or something is worth knowing.

    `check` names the check; `variable` and `line` tell where, as far as it has a place; `file` if it is an extension.
    """

    level: str
    check: str
    message: str
    variable: str = ""
    line: int | None = None
    file: str = ""


@dataclass(frozen=True)
class Checked:
    """One check: its name, what came out in a sentence, and its remarks."""

    check: str
    sentence: str
    remarks: tuple[Remark, ...] = ()
