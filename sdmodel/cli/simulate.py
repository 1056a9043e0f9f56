"""`run` and `sweep`: one run, or thousands."""

import json
import time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table, warn
from sdmodel.cli.look import Data, Extensions, Folders, Json
from sdmodel.cli.model_files import ModelFiles, model_files
from sdmodel.cli.numbers import MISSING, counted
from sdmodel.cli.options import FuturesFrom
from sdmodel.errors import ExperimentError, RunFailed, StudyError

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.cli.single import Single
    from sdmodel.model.model import Model
    from sdmodel.pipeline import Stored
    from sdmodel.study.spec import Study


class Engine(StrEnum):
    """Which engine runs the model."""

    compiled = "compiled"
    pysd = "pysd"


class Integration(StrEnum):
    """How stocks are integrated."""

    euler = "euler"
    rk2 = "rk2"
    heun = "heun"
    rk4 = "rk4"


class Design(StrEnum):
    """Which rule chooses the futures."""

    lhs = "lhs"
    sobol = "sobol"
    grid = "grid"
    one_at_a_time = "one-at-a-time"


Settings = Annotated[
    list[str] | None, typer.Option("--set", help='"name=value", any constant or initial value; repeat.')
]
Scenarios = Annotated[list[str] | None, typer.Option("--scenario", help="Run only this scenario; repeat.")]
Shocks = Annotated[list[str] | None, typer.Option("--shock", help="Run again under this shock; repeat.")]
Variants = Annotated[list[str] | None, typer.Option("--variant", help="Run again under this theory; repeat.")]
Futures = Annotated[int | None, typer.Option(min=1, help="How many futures; default: what the study says.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the futures; default: what the study says.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Default: one a core. Results are the same for any number.")]
Output = Annotated[Path | None, typer.Option(help="Folder for the results; default: outputs/<study>.")]
Replace = Annotated[bool, typer.Option("--replace", help="Even where the folder holds results of another study.")]


def run(
    model: Annotated[str, typer.Argument(help="A .mdl file, a study (.toml), or the name of a shipped model.")],
    settings: Settings = None,
    scenario: Annotated[str | None, typer.Option(help="A scenario of the study that lies beside the model.")] = None,
    shock: Annotated[list[str] | None, typer.Option(help="Lay this shock over it; repeat.")] = None,
    variant: Annotated[list[str] | None, typer.Option(help="Lay this rival theory over it; repeat.")] = None,
    engine: Annotated[Engine, typer.Option(help="compiled is fast; pysd is the reference.")] = Engine.compiled,
    integration: Annotated[Integration | None, typer.Option(help="Default: what the model file says.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of random functions; default: 0.")] = None,
    data: Data = None,
    folders: Folders = None,
    extensions: Extensions = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write all variables: .csv, .nc, .parquet.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a model once and print where its stocks go.

    A run whose numbers leave the finite range is told with the variable and time at which it did; the exit code is 1.

    Example:

    sdmodel run sir --scenario lockdown --set "contact rate=8" --output run.csv
    """
    started = time.perf_counter()
    asked = bool(scenario or shock or variant)
    files = model_files(model, data=data, folders=folders, extensions=extensions, with_study=asked)
    known = files.read()
    study = _beside(files, known) if asked else None
    wanted = _settings(settings or [])
    if study or scenario is not None or engine is Engine.pysd:
        from sdmodel.cli.single import of_runs
        from sdmodel.design.experiments import settings_experiment  # xarray: what plain arrays need not pay

        experiment = settings_experiment(known, wanted, study, scenario, shock or (), variant or ())
        one = of_runs(known, _engine(engine, integration, seed)(known, experiment), _under(study, experiment))
    else:
        one = _alone(known, wanted, integration, seed)
    if output:
        from sdmodel.runs.table import save_columns  # NumPy: not for --help

        save_columns(one.columns(), output)
    if as_json:
        print(json.dumps(one.summary(), indent=2, allow_nan=False))
    else:
        _print_run(one, time.perf_counter() - started)
        if output:
            say(f"\nwrote {output}")
    if one.failure:
        there = f" {output} holds the run with them." if output else ""
        raise RunFailed(f"{one.title}: {one.failure}; what follows from it is not to be used.{there}")


def _beside(files: "ModelFiles", known: "Model") -> "Study":
    """The study beside a model.

    Raises:
        StudyError: there is none, or it does not fit the model.
    """
    if files.study is None:
        words = "--scenario, --shock and --variant need a study beside the model"
        raise StudyError(f"{files.model.name}: {words}: {files.model.stem}.toml.")
    from sdmodel.study.bind import bind  # the TOML schema: a plain run need not wait for it
    from sdmodel.study.file import read_study

    return bind(read_study(files.study), known)


def _under(study: "Study | None", experiment: "xr.Dataset") -> str:
    """The scenario of an experiment in words, with what is laid over it; "" without a study."""
    if study is None:
        return ""
    from sdmodel.analysis.wording import joined, overlay_title, scenario_title  # as slow to load as the study itself
    from sdmodel.study.overlay import layers_of

    label = str(experiment["scenario"].values[0])
    scenario, over = layers_of(label)
    if scenario in study.scenarios:
        return scenario_title(study, label)
    return f"no scenario, but {joined([overlay_title(study, name) for name in over])}"


def _alone(model: "Model", wanted: dict[str, float], integration: Integration | None, seed: int | None) -> "Single":
    """The run of a model and no study, in plain arrays: a labelled table would take half a second to load."""
    from sdmodel.cli.single import of_arrays

    own: dict[str, Any] = {}
    if wanted:
        from sdmodel.design.asked import settings_of

        told = settings_of(model, wanted)
        own = {variable.name: told[variable.name] for variable in model.variables if variable.name in told}
    return of_arrays(model, own, integration, seed)


def _settings(words: list[str]) -> dict[str, float]:
    settings: dict[str, float] = {}
    for word in words:
        name, equals, value = word.rpartition("=")
        try:
            settings[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise ExperimentError(f'--set "{word}": write it as "name=value" with a number, such as "TIME STEP=0.125".')
    return settings


def _engine(engine: Engine, integration: Integration | None, seed: int | None) -> Any:
    if engine is Engine.pysd:
        from sdmodel.engine import reference

        if integration not in (None, Integration.euler) or seed is not None:
            raise ExperimentError("--engine pysd: PySD has Euler's method only, and no seed. Leave these options out.")
        return reference.simulate
    from sdmodel.engine import compiled

    return partial(compiled.simulate, integration=integration, seed=seed)


def _print_run(one: "Single", seconds: float) -> None:
    told = one.summary()
    stocks = told["stocks"]
    start, stop = (f"{told[end]:g}" for end in ("start", "stop"))
    unit = f" {one.clock_unit}" if one.clock_unit else ""
    say(f"{one.title}: {start} to {stop}{unit}, {told['saved']} saved times, {seconds:.2f} s")

    def cells(part: str) -> list[str]:
        return [MISSING if stock[part] is None else f"{stock[part]:.5g}" for stock in stocks.values()]

    columns = [
        Column("stock", list(stocks), words=True),
        Column(f"at {start}", cells("first")),
        Column(f"at {stop}", cells("last")),
        Column("lowest", cells("min"), spare=1),
        Column("highest", cells("max"), spare=1),
        Column("unit", [stock["unit"] for stock in stocks.values()], words=True),
    ]
    if stocks:
        table("", columns)


def sweep(
    study: Annotated[str, typer.Argument(help="A study (.toml), or the name of a shipped one.")],
    futures: Futures = None,
    design: Annotated[Design, typer.Option(help="How futures are chosen.")] = Design.lhs,
    seed: Seed = None,
    scenario: Scenarios = None,
    shock: Shocks = None,
    variant: Variants = None,
    output: Output = None,
    threads: Threads = None,
    futures_from: FuturesFrom = None,
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Run every scenario of a study in every future and keep the runs.

    Example:

    sdmodel sweep sir --futures 1000 --design sobol --seed 7 --shock variant
    """
    chosen = (futures, design, seed, scenario, shock, variant, output, threads)
    told, _ = swept(study, *chosen, sample=futures_from, replace=replace)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    tell(told)
    say(f"wrote {told['output']}\nnext: sdmodel compare {told['output']}, sdmodel report {told['output']}")


def tell(told: dict[str, Any]) -> None:
    """What a sweep did, in a sentence; a warning if runs failed."""
    say(
        f"{counted(told['experiments'], 'experiment')} ({counted(told['scenarios'], 'scenario')} × "
        f"{counted(told['futures'], 'future')}, seed {told['seed']}) in {told['seconds']:.1f} s; "
        + (
            "not checked by PySD."
            if told["unchecked"]
            else f"PySD, run on {told['checked']} of them, differs by {told['crosscheck']:.1e} at most."
        )
    )
    if told["replaced"]:
        say(f"in place of {told['replaced']}.")
    if told["unchecked"]:
        warn(f"no second engine could check these runs: {told['unchecked']}")
    for warning in told["warnings"]:
        warn(warning)
    if told["failed"]:
        first = f" First: {told['failures'][0]}" if told["failures"] else ""
        warn(f"{counted(told['failed'], 'run')} did not stay finite; the numbers are of the others.{first}")


def swept(
    word: str,
    futures: int | None,
    design: Design,
    seed: int | None,
    scenario: list[str] | None,
    shock: list[str] | None,
    variant: list[str] | None,
    output: Path | None,
    threads: int | None,
    *,
    sample: Path | None = None,
    replace: bool = False,
) -> tuple[dict[str, Any], "Stored"]:
    """What a sweep did (numbers, seconds, folder) and what it kept."""
    started = time.perf_counter()
    from sdmodel import pipeline  # all of PySD, xarray and zarr: not for --help
    from sdmodel.design.asked import chosen_of
    from sdmodel.pipeline.output import claim, forget_others

    if sample is not None and design is not Design.lhs:
        raise ExperimentError(f"--design {design.value} and --futures-from: a posterior is its own design; choose one.")
    question = pipeline.load(shipped.study(word))
    asked = question.study
    plan = pipeline.Plan(
        futures=asked.futures if futures is None else futures,
        design=design.value if sample is None else "posterior",
        seed=asked.seed if seed is None else seed,
        scenarios=tuple(chosen_of("scenario", scenario or (), asked.scenarios)),
        shocks=tuple(chosen_of("shock", shock or (), asked.shocks)),
        variants=tuple(chosen_of("variant", variant or (), asked.variants)),
        threads=threads,
        sample=sample,
    )
    folder = output or shipped.OUTPUTS / asked.name
    there = claim(folder, asked, replacing=replace, option="--replace")
    with progress() as advance:
        kept = pipeline.sweep(question, plan, folder, command=_command(plan, word, folder), progress=advance)
    if replace:
        forget_others(folder, asked)
    n = kept.runs.sizes["experiment"]
    scenarios = len(kept.made["design"]["scenarios"])
    told = {
        "output": str(folder),
        "replaced": there.told if there.runs else None,
        "experiments": n,
        "scenarios": scenarios,
        "futures": n // scenarios,
        "seed": plan.seed,
        "design": plan.design,
        "checked": kept.made["crosscheck"]["sample"],
        "crosscheck": kept.made["crosscheck"].get("difference"),
        "unchecked": kept.made["crosscheck"].get("reason"),
        "failed": int(kept.runs["failed"].values.sum()),
        "failures": kept.made["failures"],
        "warnings": kept.made.get("warnings", []),
        "seconds": time.perf_counter() - started,
    }
    return told, kept


def _command(plan: Any, word: str, folder: Path) -> list[str]:
    """The words that make the same runs again, defaults written out."""
    words = [
        "sdmodel",
        "sweep",
        word,
        "--futures",
        str(plan.futures),
        *(["--design", plan.design] if plan.sample is None else ["--futures-from", str(plan.sample)]),
        "--seed",
        str(plan.seed),
    ]
    for name in plan.scenarios:
        words += ["--scenario", name]
    for name in plan.shocks:
        words += ["--shock", name]
    for name in plan.variants:
        words += ["--variant", name]
    return [*words, "--output", str(folder)]
