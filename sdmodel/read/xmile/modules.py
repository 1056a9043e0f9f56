"""Models within models → one list of variables, and which name in which module means which of them.

A variable of module `market` is named `market.price`. An input of a module that is connected is no variable of its
own: its name means the variable that it is connected to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.xmile.entries import Entry, entries_of, nodes_of, spelled
from sdmodel.read.xmile.markup import Node

DEEPEST = 20
MOST_MODULES = 5_000
MOST_VARIABLES = 50_000
Path = tuple[str, ...]


def plain(name: str) -> str:
    """The key of a name as it stands in an equation: each part may be in quotes, and has \\n and \\" in them."""
    text = name.strip().replace("\u00b7", ".")
    if '"' in text:
        text = text.replace('\\"', "\0").replace('"', "").replace("\0", '"').replace("\\\\", "\\")
    return key(text.replace("\\n", " "))


@dataclass
class Names:
    """`entries` by the key of their full name; `inputs` [key of a connected input] → where it leads."""

    entries: dict[str, Entry] = field(default_factory=dict)
    inputs: dict[str, tuple[Path, str]] = field(default_factory=dict)
    modules: int = 0

    def find(self, name: str, module: Path) -> Entry | None:
        """The variable that `name` means in a module: one of its own, else one of the models around it."""
        wanted = plain(name)
        if wanted.startswith("."):
            module, wanted = (), wanted[1:]
        for _ in range(DEEPEST * DEEPEST):
            for outside in range(len(module), -1, -1):
                full = key(".".join((*module[:outside], wanted)))
                if full in self.inputs or full in self.entries:
                    break
            else:
                return None
            if full not in self.inputs:
                return self.entries[full]
            module, source = self.inputs[full]
            wanted = plain(source)
            if wanted.startswith("."):
                module, wanted = (), wanted[1:]
        return None


def flattened(file: str, root: Node) -> Names:
    """The variables of the file's main model and of all modules in it.

    Raises:
        ModelError: a module that is not in the file, holds itself, or two variables of one name.
    """
    models = list(root.all("model"))
    if not models:
        raise ModelError(f"{file}: there is no <model> in the file.")
    main = next((model for model in models if not model.attributes.get("name", "").strip()), models[0])
    by_name = {key(spelled(model.attributes.get("name", ""))): model for model in models if model is not main}
    if len(models) == 2 and not any(True for _ in entries_of(main)) and not _modules(main):
        main = next(iter(by_name.values()), main)
    names = Names()
    found: list[Entry] = []
    for entry in _collected(file, main, by_name, (), (), names):
        found.append(entry)
        if len(found) > MOST_VARIABLES:
            raise ModelError(f"{file}: more than {MOST_VARIABLES:,} variables; this is not a sound model.")
    for entry in found:
        full = key(entry.full_name)
        if full in names.inputs:
            continue
        if full in names.entries:
            first = names.entries[full]
            raise ModelError(
                f'{file}, line {entry.line}: "{entry.full_name}" is defined more than once '
                f"(first on line {first.line}). Keep one."
            )
        names.entries[full] = entry
    return names


def _modules(model: Node) -> list[Node]:
    return [node for node in nodes_of(model) if node.tag == "module"]


def _collected(
    file: str, model: Node, models: dict[str, Node], path: Path, within: tuple[int, ...], names: Names
) -> Iterator[Entry]:
    """The variables of a model and of its modules; their connections go into `names`."""
    if id(model) in within or len(path) > DEEPEST:
        raise ModelError(f'{file}, line {model.line}: module "{".".join(path)}" holds itself.')
    names.modules += 1
    if names.modules > MOST_MODULES:
        raise ModelError(f"{file}: more than {MOST_MODULES:,} modules; this is not a sound model.")
    if path and (model.first("sim_specs") is not None or model.attributes.get("run", "").lower() == "true"):
        raise ModelError(
            f'{file}, line {model.line}: module "{".".join(path)}" has run specs of its own, which is not supported. '
            "Give it those of the whole model."
        )
    yield from entries_of(model, path)
    for module in _modules(model):
        name = spelled(module.attributes.get("name", ""))
        inner = next((models[key(name)] for name in _told(module, name) if key(name) in models), None)
        if inner is None:
            raise ModelError(
                f'{file}, line {module.line}: there is no model for the module "{name}" in the file. '
                "A module of another file must be put into this one first."
            )
        own = (*path, name)
        for connect in module.all("connect", "connect2"):
            _connect(connect, own, names)
        yield from _collected(file, inner, models, own, (*within, id(model)), names)


def _told(module: Node, name: str) -> list[str]:
    """Names under which the model of a module may be found."""
    other = [
        module.attributes[attribute] for attribute in ("model", "isee:model", "label") if attribute in module.attributes
    ]
    return [*map(spelled, other), name]


def _connect(connect: Node, own: Path, names: Names) -> None:
    """`to` is the input, with or without the module's name before it; `from` is a name of the model around it.

    A `to` that begins with a dot and is no name of the module is a variable of the main model, fed by the module.
    """
    target, source = plain(connect.attributes.get("to", "")), connect.attributes.get("from", "").strip()
    if not target or not source:
        return
    before = f"{key(own[-1])}."
    inside = not target.startswith(".") or target.startswith(f".{before}")
    local = target.removeprefix(".").removeprefix(before)
    names.inputs[key(".".join((*own, local) if inside else (local,)))] = (own[:-1], source)
