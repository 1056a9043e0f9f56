"""A model file and its extensions → the whole text, which every engine reads."""

from collections.abc import Iterable
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.model.model import Model
from sdmodel.read.screen import is_xmile, refuse_excess, screen
from sdmodel.read.vensim.extend import Source, Whole, extended, without_encoding

MOST_EXTENSIONS = 50


def whole(path: Path, extensions: Iterable[Path] = ()) -> Whole:
    """The text of the file at `path` in which `extensions`, in their order, replaced equations or added some.

    Raises:
        ModelError: a file that cannot be read or is of another kind, or a text in one of them that is no equation.
    """
    base = Source(path.name, screen(path)[0])
    files = list(extensions)
    if not files:
        return Whole(base.text)
    if is_xmile(path):
        raise ModelError(f"{path.name}: only Vensim models (.mdl) can have extensions so far; this is XMILE.")
    if len(files) > MOST_EXTENSIONS:
        raise ModelError(f"{path.name}: {len(files)} extensions; {MOST_EXTENSIONS} are the most. Join some of them.")
    found = extended(base, [_extension(path, file) for file in files])
    refuse_excess(path, found.text)
    return found


def text_of(model: Model) -> str:
    """The whole text of the files that `model` came from, as they are now."""
    return whole(Path(model.path), map(Path, model.extensions)).text


def vensim_text(model: Model) -> str:
    """The whole text as a file of Vensim in UTF-8, which its first line says.

    Raises:
        ModelError: `model` is from an XMILE file.
    """
    if is_xmile(Path(model.path)):
        raise ModelError(f"{Path(model.path).name}: only a Vensim model (.mdl) can be written as .mdl; this is XMILE.")
    return f"{{UTF-8}}\n{without_encoding(text_of(model)).lstrip()}"


def _extension(model: Path, file: Path) -> Source:
    if is_xmile(file):
        raise ModelError(f"{file.name}: an extension is a Vensim text model (.mdl), and this is XMILE.")
    return Source(_name(model, file), screen(file)[0])


def _name(model: Path, file: Path) -> str:
    """What messages call an extension: its path from the folder of the model, or its bare name if it is elsewhere."""
    try:
        return file.resolve().relative_to(model.resolve().parent).as_posix()
    except (OSError, ValueError):
        return file.name
