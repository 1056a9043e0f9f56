"""Where an equation stands → the words that lead a reader there."""


def place(line: int | None, file: str = "") -> str:
    """`line 12`; `extensions/noise.mdl, line 12` where it is not in the model file itself; empty if it is unknown."""
    if not line:
        return ""
    return f"{file}, line {line}" if file else f"line {line}"
