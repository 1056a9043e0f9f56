"""Built variables and settings → PySD's abstract elements."""

from collections.abc import Iterator, Mapping
from typing import Any

from pysd.translators.structures import abstract_expressions as ae
from pysd.translators.structures.abstract_model import (
    AbstractComponent,
    AbstractControlElement,
    AbstractElement,
    AbstractLookup,
)

from sdmodel.read.xmile.meaning import GRAPH
from sdmodel.read.xmile.sections import Built, Component, Section
from sdmodel.read.xmile.settings import Settings


def elements_of(built: Mapping[str, Built], section: Section) -> Iterator[AbstractElement]:
    """An element for each variable, and one for each graphical function that others read beside its variable."""
    for one in built.values():
        yield _element(one, one.entry.full_name, one.components, one.is_table)
    for own, tables in section.graphs(built):
        yield _element(built[own], f"{built[own].entry.full_name}{GRAPH}", tables, True)


def _element(one: Built, name: str, components: tuple[Component, ...], is_table: bool) -> AbstractElement:
    kind = AbstractLookup if is_table else AbstractComponent
    return AbstractElement(
        name=name,
        components=[kind(subscripts=(list(part.subscripts), []), ast=part.ast) for part in components],
        units=one.entry.unit,
        limits=one.entry.limits,
        documentation=one.entry.documentation,
    )


def controls_of(settings: Settings, save_every: Any) -> Iterator[AbstractControlElement]:
    """INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER; `save_every` is that of the last, if the file has one."""
    saved = settings.save_every if settings.save_every is not None else save_every
    values = {
        "INITIAL TIME": settings.start,
        "FINAL TIME": settings.stop,
        "TIME STEP": settings.step,
        "SAVEPER": ae.ReferenceStructure("time_step") if saved is None else saved,
    }
    for name, value in values.items():
        yield AbstractControlElement(
            name=name, components=[AbstractComponent(subscripts=([], []), ast=value)], units=settings.unit
        )
