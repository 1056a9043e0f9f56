"""Which options the user gave, as against their defaults → a refusal of those that would be ignored."""

from collections.abc import Iterable

import typer

from sdmodel.errors import ExperimentError


def refuse(context: typer.Context, names: Iterable[str], reason: str) -> None:
    """Raises ExperimentError when one of the parameters `names` was given: "--time: …", with the `reason`."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is not None and source.name == "COMMANDLINE":
            shown = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.opts[0].upper()
            raise ExperimentError(f"{shown}: {reason}")
