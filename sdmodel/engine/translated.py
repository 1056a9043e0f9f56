"""Model file → PySD's own model object, without PySD's known faults of translation; and names, ours ⇄ PySD's.

PySD writes a Python module and loads it. The module is kept in the cache, as a build takes seconds; it is written into
a folder of its own, while files that the model reads are found beside the model.
"""

import atexit
import inspect
import shutil
import sys
import tempfile
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import xarray as xr

from sdmodel.engine.harmless import refuse_code
from sdmodel.engine.kept import keep, kept, place_of
from sdmodel.errors import ExperimentError, SdmodelError
from sdmodel.model.model import Described, Model
from sdmodel.model.names import key
from sdmodel.read.abstract import abstract_model
from sdmodel.read.whole import whole

_LITERAL = ("order", "subscripts", "limits")  # fields in which a whole number has to stay one
_TOLD = ("documentation", "units")  # PySD would write them into its module, and nobody reads them there
_ROOT = "_root = Path(__file__).parent"


@dataclass(frozen=True)
class Translated:
    """PySD's `engine` and the identifiers that it gave to the variables, by `key`."""

    engine: Any
    identifiers: Mapping[str, str]

    def identifier(self, model: Model, variable: Described) -> str:
        """PySD's name of a variable, or of the array that it is an element of.

        Raises:
            ExperimentError: PySD has no such variable.
        """
        found = self.identifiers.get(key(variable.array or variable.name))
        if found is None:
            raise ExperimentError(f'{model.name}: PySD has no variable "{variable.name}".')
        return found

    def array(self, identifier: str, values: Mapping[tuple[str, ...], float]) -> xr.DataArray:
        """What PySD takes for an array: `values` by elements; those that are not given are not a number."""
        coords, dims = self.engine.get_coords(identifier)
        made = xr.DataArray(np.full([len(coords[dim]) for dim in dims], np.nan), coords, dims)
        for elements, value in values.items():
            made.values[place(made, elements)] = value
        return made


def place(array: xr.DataArray, elements: Collection[str]) -> tuple[int, ...]:
    """Where the element of these names stands in one of PySD's arrays.

    Raises:
        ExperimentError: PySD's array has other dimensions.
    """
    if len(array.dims) != len(elements):
        raise ExperimentError(
            f"PySD has an array by {', '.join(map(str, array.dims))} where the model has [{', '.join(elements)}]."
        )
    pairs = zip(array.dims, elements, strict=True)
    return tuple([key(str(one)) for one in array[dim].values].index(key(element)) for dim, element in pairs)


@lru_cache(maxsize=4)
def translated(path: str, extensions: tuple[str, ...] = ()) -> Translated:
    """PySD's model of a file, of whose equations `extensions` replaced some.

    Raises:
        ExperimentError: PySD cannot translate it; its own message is passed on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySD imports what chardet has renamed
        import pysd  # takes most of a second to load

    original = Path(path)
    text = whole(original, map(Path, extensions)).text
    folder = Path(tempfile.mkdtemp(prefix="sdmodel-reference-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # PySD reads its module again before each run
    module = folder / "reference_model.py"
    sources = "\n".join(
        inspect.getsource(part) for part in (_build, _abstract, _mended, _constant, _regrouped, _missing)
    )
    home = place_of("\n".join((text, original.suffix, pysd.__version__, sys.version, sources)), ".py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = kept(home)
            if code is None and _build(_abstract(original, text), module):
                keep(home, module.read_bytes())
            rooted = (
                (code or module.read_bytes())
                .decode("utf-8")
                .replace(_ROOT, f"_root = Path({str(original.parent.resolve())!r})")
            )
            module.write_text(rooted.replace("_root.joinpath(", "Path(__file__).parent.joinpath("), encoding="utf-8")
            engine = pysd.load(str(module))
        except SdmodelError:
            raise
        except Exception as error:  # whatever breaks inside PySD: it does not have this model
            raise ExperimentError(f"{original.name}: PySD cannot translate this model: {reason(error)}") from None
    return Translated(engine, {key(real): own for real, own in engine.namespace.items()})


def reason(error: Exception) -> str:
    """What PySD said, on one line."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:300]}" if said else type(error).__name__


def _abstract(path: Path, text: str) -> Any:
    """PySD's tree of the file: by PySD itself where it is XMILE, so that our own reading of it is checked as well."""
    if path.suffix.lower() == ".mdl":
        return abstract_model(path, text)
    from pysd.translators.xmile.xmile_file import XmileFile

    file = XmileFile(path)
    file.parse()
    return file.get_abstract_model()


def _build(abstract: Any, module: Path) -> bool:
    """Have PySD write `module`, and its macros beside it; true when the module depends on nothing but the model."""
    refuse_code(abstract)
    import black
    from pysd.builders.python.python_model_builder import ModelBuilder

    # PySD spends nearly all of its build on formatting code that nobody reads
    with patch.object(black, "format_file_contents", lambda code, **_: code):
        builder = ModelBuilder(_mended(abstract))
        main, *macros = builder.sections
        main.path = module
        for macro in macros:
            macro.path = module.parent / macro.path.name
        builder.build_model()
    ranges = abstract.sections[0].subscripts
    return not macros and not any(isinstance(one.subscripts, dict) for one in ranges)


def _mended(node: Any) -> Any:
    """PySD's tree without three of its known faults: literals as floats, :AND: before :OR:, :NA: told by a comparison.

    An initial value written as an integer makes PySD's Smooth truncate; its flat operator list ignores precedence; and
    its :NA: equals nothing, not even what is missing.
    What follows data that the user gives is 0 here: `reference` tells its course for each run.
    """
    if type(getattr(node, "ast", None)).__name__ == "DataStructure":
        return _constant(node)
    if isinstance(node, int) and not isinstance(node, bool):
        return float(node)
    if isinstance(node, np.ndarray):
        return node.astype(float) if node.dtype.kind in "iu" else node
    if isinstance(node, list | tuple):
        return type(node)(_mended(item) for item in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    for field in fields(node):
        if field.name in _TOLD:
            object.__setattr__(node, field.name, "")
        elif field.name not in _LITERAL:
            object.__setattr__(node, field.name, _mended(getattr(node, field.name)))
    operators = [str(operator).upper() for operator in getattr(node, "operators", ())]
    if operators in (["="], ["<>"]) and any(
        one != one for one in getattr(node, "arguments", ()) if isinstance(one, float)
    ):
        return _missing(node)
    return _regrouped(node) if ":AND:" in operators and ":OR:" in operators else node


def _constant(data: Any) -> Any:
    from pysd.translators.structures.abstract_model import AbstractComponent  # PySD takes most of a second to load

    return AbstractComponent(data.subscripts, 0.0, "Constant", "Normal")


def _missing(node: Any) -> Any:
    """`x = :NA:` as `x <> x`, which is true of what is not a number alone; `x <> :NA:` as `x = x`."""
    others = [one for one in node.arguments if not isinstance(one, float) or one == one] or list(node.arguments)
    return type(node)(["<>" if node.operators == ["="] else "="], (others[0], others[0]))


def _regrouped(node: Any) -> Any:
    kind, groups = type(node), [[node.arguments[0]]]
    for operator, argument in zip(node.operators, node.arguments[1:], strict=True):
        if operator.upper() == ":AND:":
            groups[-1].append(argument)
        else:
            groups.append([argument])
    joined = [kind([":AND:"] * (len(group) - 1), tuple(group)) if len(group) > 1 else group[0] for group in groups]
    return kind([":OR:"] * (len(joined) - 1), tuple(joined))
