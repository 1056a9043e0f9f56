"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""What long work calls: the name of the stage, what is done now, the total of the stage."""


def advance(progress: Progress, stage: str, total: int, done: int) -> None:
    """Calls `progress`; as a `partial` of all but `done` it is what the engines call."""
    progress(stage, done, total)
