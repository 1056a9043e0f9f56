"""`tipping`: where between two inputs a behaviour changes to another."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.keeping import Output, claimed, kept
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import percent
from sdmodel.cli.options import Scenario, Settings, Study, Variants
from sdmodel.cli.settings import settings_of_words, values_of_word
from sdmodel.cli.telling import present
from sdmodel.errors import StudyError

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.pipeline.question import Question

_ROWS = 12  # points of each line that are printed


def tipping(
    study: Study,
    x: Annotated[str, typer.Option("--x", help='Input across: "name", or with its range "name=0.2:1".')],
    when: Annotated[
        list[str],
        typer.Option(
            help="Behaviour: an outcome and a limit; growth('stock') > 0; or as reality checks: end(run, 'name') > 1, "
            "where run + lock_in is the run with that laid over. Repeat: all must hold; 'words: …' names one."
        ),
    ],
    y: Annotated[str | None, typer.Option("--y", help="Input upwards; without it, along x alone.")] = None,
    at: Annotated[str | None, typer.Option(help='Again at each value of a third input: "name=1,2,3".')] = None,
    scenario: Scenario = None,
    variant: Variants = None,
    settings: Settings = None,
    rest: Annotated[bool, typer.Option("--rest", help="With the settings of \\[structure.rest] of the study.")] = False,
    tolerance: Annotated[float, typer.Option(help="How exact, as a part of each range.")] = 1e-4,
    cells: Annotated[int, typer.Option(help="Cells of the first grid, a side.")] = 24,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Trace the line between two behaviours in the plane of two inputs.

    Example:

    sdmodel tipping core_spiral --x harm --y reassurance --when "growth()>0"
    """
    from sdmodel import pipeline  # xarray and the compiler: not for --help
    from sdmodel.pipeline.tipping.boundary import tipping as traced

    question = pipeline.load(shipped.study(study))
    claimed(output, question.study)
    own = {**(_rest(question) if rest else {}), **settings_of_words(settings or ())}
    with progress() as advance:
        finding = traced(
            question,
            when,
            x,
            y,
            over=values_of_word(at, "--at") if at else None,
            scenario=scenario,
            settings=own,
            variants=tuple(variant or ()),
            tolerance=tolerance,
            cells=cells,
            progress=advance,
        )
    finding, file = kept(finding, output, question.study)
    present(finding, as_json, _print_points, file=file)


def _rest(question: "Question") -> dict[str, float]:
    """The numbers of the study's own rest."""
    structure = question.study.structure
    if structure is None or structure.rest is None:
        raise StudyError(f"{question.study.path.name}: --rest: the study has no table [structure.rest].")
    return {name: value for name, value in structure.rest.settings.items() if isinstance(value, float | int)}


def _print_points(found: "xr.Dataset") -> None:
    """Some points of each line, evenly along it."""
    for layer in range(found.sizes["layer"]):
        for line in sorted(set(found["line"].values[found["layer_of"].values == layer].tolist())):
            mine = (found["layer_of"].values == layer) & (found["line"].values == line)
            points = found.isel(point=mine.nonzero()[0])
            _print_line(points, layer, line)


def _print_line(points: "xr.Dataset", layer: int, line: int) -> None:
    step = max(1, -(-points.sizes["point"] // _ROWS))
    names = ["x", "y"] if "boundary_y" in points else ["x"]
    over, holds = float(points["over"].values[layer]), percent(points["share"].values[layer])
    where = f", {points.attrs['over']} = {over:g}" if points.attrs["over"] else ""
    say(f'Line {line + 1}{where}; "{points.attrs["when"]}" holds in {holds} of the range')
    table(
        "",
        [Column(points.attrs[f"{name}_name"], _cells(points[f"boundary_{name}"].values[::step])) for name in names],
    )
    if step > 1:
        say(
            f"{len(range(0, points.sizes['point'], step))} of {points.sizes['point']} points are shown; --json has all."
        )


def _cells(values: Iterable[float]) -> list[str]:
    return [f"{value:.6g}" for value in values]
