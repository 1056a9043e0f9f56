"""The tables `[loops.NAME]` and `[structure]` of a study file: what they may say, and what each of them is."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sdmodel.model.names import did_you_mean, key
from sdmodel.study.fields import Checked, Name, Text
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.settings import SettingTable, setting_of
from sdmodel.study.structure.spec import Loop, Rest, Structure

MOST_LOOPS, MOST_STEPS = 500, 100


def _once(names: list[str]) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if key(name) in seen:
            raise ValueError(f'names "{shown_name(name)}" twice: a path goes round once, a sum has each part once')
        seen.add(key(name))
    return names


def _words(words: list[str]) -> list[str]:
    if key(words[0]) == key(words[1]):
        raise ValueError("must be two different words")
    return words


Path = Annotated[list[Name], Field(min_length=1, max_length=MOST_STEPS), AfterValidator(_once)]
Group = Annotated[list[Name], Field(min_length=1), AfterValidator(_once)]
Pair = Annotated[list[Name], Field(min_length=2, max_length=2), AfterValidator(_words)]


class LoopTable(Checked, BaseModel):
    """A feedback loop; see `Loop` in `study/structure_spec.py` for what the keys mean."""

    kind: Literal["reinforcing", "balancing"]
    path: Path
    knock_out: Annotated[dict[Name, SettingTable], Field(min_length=1)]
    title: Text = ""
    basis: Text = ""


class RestTable(BaseModel):
    """`accumulate` names stocks that go on; every other key sets an input of the model."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, SettingTable]

    accumulate: list[Name] = []


class StructureTable(Checked, BaseModel):
    """What must hold of the structure; see `Structure` in `study/structure_spec.py` for what the keys mean."""

    swap: Pair | None = None
    one_sided: list[Name] = []
    conserved: list[Group] = []
    rest: RestTable | None = None
    within: Literal["limits"] | None = None
    effects: list[Name] = []


def loop_of(name: str, table: LoopTable) -> Loop:
    """The loop that `table` describes."""
    settings = {setting: setting_of(one) for setting, one in table.knock_out.items()}
    return Loop(name, table.title or name, table.kind, tuple(table.path), settings, table.basis)


def structure_of(table: StructureTable | None) -> Structure | None:
    """What `table` asks of the structure; None without one."""
    if table is None:
        return None
    rest = None
    if table.rest is not None:
        settings = {name: setting_of(one) for name, one in table.rest.__pydantic_extra__.items()}
        rest = Rest(settings, tuple(table.rest.accumulate))
    return Structure(
        swap=tuple(table.swap or ()),
        one_sided=tuple(table.one_sided),
        conserved=tuple(map(tuple, table.conserved)),
        rest=rest,
        within=table.within is not None,
        effects=tuple(table.effects),
    )


def table_at(location: tuple[Any, ...]) -> type[BaseModel] | None:
    """Which of these tables the key at the end of `location` stands in, if any: it knows which keys there are."""
    if location[:1] == ("loops",) and len(location) == 3:
        return LoopTable
    return StructureTable if location[:1] == ("structure",) and len(location) == 2 else None


def problems_of_structure(
    table: StructureTable | None, loops: Mapping[str, LoopTable], outcomes: Collection[str]
) -> Iterator[Problem]:
    """Outcomes that the file has not; a word that is swapped for none; more loops than anybody can look at."""
    if len(loops) > MOST_LOOPS:
        yield ("loops",), f"{len(loops):,} loops; {MOST_LOOPS} are the most."
    if table is None:
        return
    for number, name in enumerate(table.effects, start=1):
        if name not in outcomes:
            near = did_you_mean(name, outcomes)
            yield ("structure", "effects", f"item {number}"), f'the file has no outcome "{shown_name(name)}".{near}'
    if table.one_sided and table.swap is None:
        yield ("structure", "one_sided"), "belongs to swap: name there the two words that are exchanged."
