"""`python -m sdmodel` and the console script: from its first import on, Ctrl-C ends the program with a word."""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

STOPPED = 130  # as shells count: 128 + SIGINT
_AGAIN = 0.02  # seconds


def main() -> None:
    """Loads the commands and runs the one that is asked for."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have told it to be deaf
    if heard:
        signal.signal(signal.SIGINT, _stop)
    from sdmodel.cli import main as command  # only now: Ctrl-C during a fifth of a second of imports is heard

    try:
        _run(command, heard)
    except KeyboardInterrupt:  # after the command's last line
        _stop()
    except SystemExit as ended:
        if ended.code == STOPPED:
            _leave()
        raise


def _run(command: Callable[[], None], heard: bool) -> None:
    """The command, in which Ctrl-C is an exception, so that it can tidy up."""
    if not heard:
        command()
        return
    sys.unraisablehook, usual = partial(_again, sys.unraisablehook), sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command()
    finally:
        signal.signal(signal.SIGINT, _stop)  # while Python takes itself down, too
        sys.unraisablehook = usual


def _stop(_signal: int = signal.SIGINT, _frame: FrameType | None = None) -> None:
    """Ends at once: an exception in the middle of an import would be shown with all the lines that lead there."""
    os.write(2, b"stopped.\n")
    os._exit(STOPPED)


def _again(usual: "Callable[[sys.UnraisableHookArgs], object]", lost: "sys.UnraisableHookArgs") -> None:
    """Ctrl-C once more, where it came while Python deleted an object: the exception would be printed and forgotten."""
    if lost.exc_type is not KeyboardInterrupt:
        usual(lost)
        return
    from threading import Timer  # loaded by then

    Timer(_AGAIN, signal.raise_signal, (signal.SIGINT,)).start()


def _leave() -> None:
    """Ends a command that was stopped and has tidied up, whatever threads still compute and signals are pending."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
