"""Vensim model file → its Reality Checks, on the variables of the model: `read_reality`.

Each side of a comparison is read as the equation of a variable of its own, by the reader of all equations: so that
names, functions, arrays and subscripts mean in a check what they mean in the model.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.model.model import Auxiliary, Constant, Model, Variable
from sdmodel.model.names import key
from sdmodel.model.reality import RealityChecks
from sdmodel.read import Files, read
from sdmodel.read.cache import cached
from sdmodel.read.checks import Sides, bound
from sdmodel.read.data.folder import Folder
from sdmodel.read.screen import is_xmile
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.extend import Whole
from sdmodel.read.vensim.logic import Compared, leaves
from sdmodel.read.vensim.rc_functions import Call
from sdmodel.read.vensim.reality import Stated, Unreadable, stated
from sdmodel.read.vensim.sections import Part, equations_end, placed, search
from sdmodel.read.vensim.settings import settings
from sdmodel.read.whole import whole

_RANGE = re.compile(r'\s*+("(?:\\"|[^"])*+"|[^"=:(\[<]++)(?::(?!=)|<->)')
_SUBSCRIPTS = re.compile(r'"(?:\\"|[^"])*+"|\[([^\[\]]*+)\]')
_MOST = 10_000


def read_reality(
    path: str | PathLike[str], *, data: Files = (), folders: Files = (), extensions: Files = ()
) -> RealityChecks:
    """The Reality Checks of a model file, and those of them that cannot be tried; the arguments are those of `read`.

    A file without any, and an XMILE file, which knows none, has the model and nothing else.

    Raises:
        ModelError: the model itself cannot be read.
    """
    file, added = Path(path), tuple(map(Path, extensions))
    model = read(file, data=data, folders=folders, extensions=added)
    if is_xmile(file):
        return RealityChecks(model)
    found = whole(file, added)
    main, *macros = placed(search(found.text).parts, found.places)
    checks, bad = stated(main.entries)
    bad += _in_macros(macros)
    if len(checks) > _MOST:
        raise ModelError(f"{file.name}: more than {_MOST:,} reality checks; this is not a sound model.")
    attempt = _Attempt(file, found, model, _ranges(main), tuple(map(Path, data)), tuple(map(Path, folders)))
    model, sides = attempt.read(checks, bad)
    made = bound(model, sides, bad)
    return replace(made, refused=tuple(sorted(made.refused, key=lambda one: (one.file, one.line))))


def _in_macros(macros: Iterable[Part]) -> list[Unreadable]:
    reason = "it stands in a macro; reality checks are about the model, so put it outside"
    return [
        Unreadable(one.name, reason, one.line, one.file)
        for macro in macros
        for found in stated(macro.entries)
        for one in found
    ]


def _ranges(main: Part) -> frozenset[str]:
    """Keys of the names of subscript ranges."""
    heads = (_RANGE.match(without_comments(entry.equation)) for entry in main.entries)
    return frozenset(key(head[1]) for head in heads if head)


@dataclass(frozen=True)
class _Attempt:
    """A model file, and what is needed to read it again with the sides of its checks in it."""

    file: Path
    found: Whole
    model: Model
    ranges: frozenset[str]
    data: tuple[Path, ...]
    folders: tuple[Path, ...]

    def read(self, checks: Sequence[Stated], bad: list[Unreadable]) -> tuple[Model, list[Sides]]:
        """The model with the sides of all checks that can be read; `bad` gets the others, each with its reason."""
        left = list(checks)
        while left:
            written = _Written(self.found, self.ranges, left)
            try:
                model = self._model(written.whole())
            except ModelError as error:
                reasons = written.reasons(str(error)) or dict.fromkeys(range(len(left)), str(error))
                bad += [Unreadable(left[n].name, reason, left[n].line, left[n].file) for n, reason in reasons.items()]
                left = [one for n, one in enumerate(left) if n not in reasons]
            else:
                model = replace(model, path=str(self.file), extensions=self.model.extensions)
                return written.taken_out(model)
        return self.model, []

    def _model(self, found: Whole) -> Model:
        folder = Folder(self.file.parent, settings(self.file, found.text).aliases, self.folders)

        def parse() -> Model:
            from sdmodel.read.parsed import parsed  # all that reads equations; the cache does not need it

            return parsed(self.file, found, folder, self.data)

        if self.data:
            return parse()
        try:
            return cached(self.file, found.told(), folder, parse)
        except RecursionError:
            raise ModelError("it is nested too deeply; split it into several variables.") from None


@dataclass
class _Written:
    """The text of a model in which each side of each check is an equation."""

    found: Whole
    ranges: frozenset[str]
    checks: Sequence[Stated]
    names: dict[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plain = re.sub(r"[\s_]+", " ", self.found.text).casefold()
        self.prefix = "reality check side"
        while self.prefix in plain:
            self.prefix += " x"
        for check, one in enumerate(self.checks):
            for side in dict.fromkeys(_sides(one)):
                self.names[check, side] = f"{self.prefix} {len(self.names) + 1}"

    def subscripts(self, check: int) -> tuple[str, ...]:
        """Those of its name, then the ranges that its sides have beside them."""
        one = self.checks[check]
        own = {key(name) for name in one.subscripts}
        free = [name for text in (*_sides(one), *_mentioned(one)) for name in _inside(text)]
        new = {key(name): name for name in free if key(name) in self.ranges and key(name) not in own}
        return (*one.subscripts, *new.values())

    def whole(self) -> Whole:
        """The text with all of them behind the equations of the model."""
        end = equations_end(self.found.text)
        text, places = self.found.text[:end] + "\n", dict(self.found.places)
        for (check, side), name in self.names.items():
            listed = ", ".join(self.subscripts(check))
            places[len(text)] = (self.checks[check].file, self.checks[check].line)
            text += f"{name}{f'[{listed}]' if listed else ''} = {side}\n\t~\n\t~\n\t|\n"
        return Whole(text + "\n" + self.found.text[end:], places)

    def reasons(self, message: str) -> dict[int, str]:
        """Of the checks that a message is about, the reason why they cannot be read."""
        owner = {name.rsplit(" ", 1)[1]: check for (check, _), name in self.names.items()}
        told: dict[int, str] = {}
        for line in message.splitlines():
            found = re.search(rf"{self.prefix} (\d+)", line)
            if found and found[1] in owner:
                told.setdefault(owner[found[1]], self._reason(line))
        return told

    def _reason(self, line: str) -> str:
        of_variable = re.match(rf'\s*"{self.prefix} [^"]*"(?:, [^:]*)?: (.*)', line)
        of_text = re.search(rf"equation '{self.prefix} \d+[^=]*= (.*)'(?::| (?=cannot)) ?(.*)", line)
        if of_variable:
            return of_variable[1]
        return f"{of_text[1]!r} {of_text[2]}" if of_text else line.strip()

    def taken_out(self, model: Model) -> tuple[Model, list[Sides]]:
        """The model without the sides, and the sides by their check."""
        own = {key(name): place for place, name in self.names.items()}
        sides = [Sides(one, self.subscripts(n)) for n, one in enumerate(self.checks)]
        kept: list[Variable] = []
        for variable in model.variables:
            place = own.get(key(variable.array or variable.name))
            if place is not None:
                sides[place[0]].add(place[1], variable)
            if place is None or not isinstance(variable, Constant | Auxiliary):
                kept.append(replace(variable, hidden=True) if place is not None else variable)
        return replace(model, variables=tuple(kept)), sides


def _sides(one: Stated) -> Iterator[str]:
    for logic in (one.condition, one.consequence):
        for leaf in leaves(logic) if logic is not None else ():
            if isinstance(leaf, Compared):
                yield leaf.left
                if isinstance(leaf.right, Call):
                    yield from (text for name, text in leaf.right.arguments if name != "run")
                else:
                    yield leaf.right


def _mentioned(one: Stated) -> Iterator[str]:
    for leaf in leaves(one.condition):
        if not isinstance(leaf, Compared) and leaf.subscripts:
            yield f"[{','.join(leaf.subscripts)}]"


def _inside(text: str) -> Iterator[str]:
    for found in _SUBSCRIPTS.finditer(text):
        yield from (name.strip() for name in (found[1] or "").split(","))
