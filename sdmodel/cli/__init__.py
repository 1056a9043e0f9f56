"""Words on the command line → calls; nothing is computed here."""

import gc
import os
import sys
from itertools import pairwise
from typing import Annotated

import typer

from sdmodel.cli import (
    calibrate,
    check,
    decide,
    discover,
    dominance,
    elasticity,
    equilibria,
    export,
    game,
    hysteresis,
    information,
    look,
    loops,
    onset,
    optimise,
    questions,
    reassure,
    robust,
    simulate,
    sobol,
    tell,
    tipping,
    waiting,
)
from sdmodel.cli.console import fail
from sdmodel.errors import ExperimentError, SdmodelError

app = typer.Typer(
    name="sdmodel",
    help="System dynamics under deep uncertainty: run a Vensim model in thousands of futures, compare scenarios, "
    "find what decides the outcome, and write a report.",
    epilog='Start with:  sdmodel study dilemma     Then:  sdmodel inspect dilemma, sdmodel run dilemma --set "x=1"',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_LONGEST = 200  # characters of a path that are shown
_STOPPED = 130  # as shells count: 128 + SIGINT
_OBJECTS = 200_000  # made between two searches for garbage: with Python's 700, a run spends a fifth of its time on them
_LOOK, _RUN, _EXPLAIN, _TELL = "Look at a model", "Run it", "Explain the runs", "Tell"
_DECIDE = "Decide"
app.command("models", rich_help_panel=_LOOK)(look.models)
app.command("inspect", rich_help_panel=_LOOK)(look.inspect)
app.command("check", rich_help_panel=_LOOK)(check.check)
app.command("run", rich_help_panel=_RUN)(simulate.run)
app.command("sweep", rich_help_panel=_RUN)(simulate.sweep)
app.command("compare", rich_help_panel=_EXPLAIN)(decide.compare)
app.command("sensitivity", rich_help_panel=_EXPLAIN)(decide.sensitivity)
app.command("discover", rich_help_panel=_EXPLAIN)(discover.discover)
app.command("sobol", rich_help_panel=_EXPLAIN)(sobol.sobol)
app.command("morris", rich_help_panel=_EXPLAIN)(sobol.morris)
app.command("loops", rich_help_panel=_EXPLAIN)(loops.loops)
app.command("dominance", rich_help_panel=_EXPLAIN)(dominance.dominance)
app.command("elasticity", rich_help_panel=_EXPLAIN)(elasticity.elasticity)
app.command("equilibria", rich_help_panel=_EXPLAIN)(equilibria.equilibria)
app.command("hysteresis", rich_help_panel=_EXPLAIN)(hysteresis.hysteresis)
app.command("calibrate", rich_help_panel=_EXPLAIN)(calibrate.calibrate)
app.command("robust", rich_help_panel=_DECIDE)(robust.robust)
app.command("information", rich_help_panel=_DECIDE)(information.information)
app.command("tipping", rich_help_panel=_DECIDE)(tipping.tipping)
app.command("reassure", rich_help_panel=_DECIDE)(reassure.reassure)
app.command("timing", rich_help_panel=_DECIDE)(reassure.timing)
app.command("onset", rich_help_panel=_DECIDE)(onset.onset)
app.command("waiting", rich_help_panel=_DECIDE)(waiting.waiting)
app.command("optimise", rich_help_panel=_DECIDE)(optimise.optimise)
app.command("game", rich_help_panel=_DECIDE)(game.game)
app.command("questions", rich_help_panel=_TELL)(questions.questions)
app.command("report", rich_help_panel=_TELL)(tell.report)
app.command("study", rich_help_panel=_TELL)(tell.study)
app.command("export", rich_help_panel=_TELL)(export.export)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # a fortieth of a second that other commands need not pay

        typer.echo(f"sdmodel {version('sdmodel')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    pass


def _refuse_nothing(words: list[str]) -> None:
    """Raises ExperimentError where an option is given an empty word: as a name it would pass for the default."""
    for option, value in pairwise(words):
        if option.startswith("--") and "=" not in option and not value.strip():
            raise ExperimentError(f"{option}: an empty word names nothing; write a value, or leave the option out.")


def main() -> None:
    """The console script: a mistake of use is one message and exit code 2, a failed check 1, a fault of ours 70."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        _refuse_nothing(sys.argv[1:])
        app()
    except SdmodelError as error:
        fail(str(error))
        sys.exit(error.exit_code)
    except SystemExit as ended:  # Typer makes this of Ctrl-C
        if ended.code == _STOPPED:
            fail("stopped; what was not finished is not kept.")
        raise
    except KeyboardInterrupt:
        fail("stopped; what was not finished is not kept.")
        sys.exit(_STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        where = str(error.filename or "a file")
        named = where if len(where) <= _LONGEST else f"…{where[-_LONGEST:]}"
        fail(f"cannot use {named}: {error.strerror or error}. Give another path.")
        sys.exit(2)
    except MemoryError:
        fail("this needs more memory than there is: ask for fewer --futures, or save fewer variables.")
        sys.exit(2)
    except Exception as error:
        if os.environ.get("SDMODEL_TRACEBACK"):
            raise
        told = f"{type(error).__name__}: {error}".partition("\n")[0]
        fail(f"a fault inside sdmodel: {told}. Please report it; SDMODEL_TRACEBACK=1 shows where it happened.")
        sys.exit(70)
    finally:
        gc.set_threshold(*usual)
