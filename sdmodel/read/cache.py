"""Model ⇄ JSON in the user's cache, so that a file is parsed once a machine; data only, nothing in it is ever run."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from platformdirs import user_cache_path

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.gathering import gathering
from sdmodel.model.model import (
    INTEGRATIONS,
    Auxiliary,
    Constant,
    Draw,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Table,
    Variable,
)
from sdmodel.model.operations import OPERATIONS
from sdmodel.read.data.folder import Folder

_KINDS = {kind.__name__: kind for kind in (Constant, Auxiliary, Stock, Held, FixedDelay, Frozen, Draw, Table)}
_FIELDS: dict[type, tuple[str, ...]] = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS.values()}
_EXPRESSIONS = ("equation", "initial", "net_flow", "next", "input", "delay")
Kept = tuple[dict[str, str], str, tuple[Variable, ...]]
_DAMAGE = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


def cached(path: Path, text: str, folder: Folder, parse: Callable[[], Model]) -> Model:
    """What `parse` makes of the file at `path` whose content is `text`; from the cache if it was parsed before.

    Kept under a hash of the text, of the code that reads it and of PySD's version. A file in the cache that is damaged
    or belongs to somebody else is not used, nor one whose model read a file of `folder` that is another now; a cache
    that cannot be written only means that the file is parsed again.
    """
    place = cache_folder() / "models" / f"{_identity(text)}.json"
    with gathering():
        known = _kept(place)
    if known is not None and folder.unchanged(known[0]):
        _, integration, variables = known
        return Model(path.stem, variables, str(path), integration)
    with gathering():
        model = parse()
    with suppress(OSError, ValueError, RecursionError):
        _keep(place, to_json(model, folder.seen))
    return model


def to_json(model: Model, seen: Mapping[str, str] = MappingProxyType({})) -> str:
    """Files that were `seen`, integration and variables of `model` as JSON; numbers come back bit for bit."""
    told = [dict(seen), model.integration, *(_variable_to_list(variable) for variable in model.variables)]
    return json.dumps(told, separators=(",", ":"))


def from_json(text: str) -> Kept:
    """What `to_json` told; ValueError, TypeError, KeyError or IndexError when it is something else."""
    seen, integration, *variables = json.loads(text)
    if integration not in INTEGRATIONS:
        raise ValueError(f"no integration {integration!r}")
    return {str(name): str(digest) for name, digest in seen.items()}, integration, tuple(map(_variable_of, variables))


def cache_folder() -> Path:
    """Where parsed models and compiled kernels are kept; the environment variable SDMODEL_CACHE moves it."""
    chosen = os.environ.get("SDMODEL_CACHE")
    return Path(chosen) if chosen else user_cache_path("sdmodel")


def _identity(text: str) -> str:
    return hashlib.sha256(f"{_reader()}\n{text}".encode()).hexdigest()[:40]


@cache
def _reader() -> str:
    """Hash of all that turns a file into a Model: this package, the model's own classes, and PySD."""
    here = Path(__file__).parent
    sources = sorted([*here.rglob("*.py"), *(here.parent / "model").glob("*.py")])
    code = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    return f"{code} {_pysd_version()}"


def _pysd_version() -> str:
    """From the file that tells it: to import PySD takes half a second, and to look through all packages a thirtieth."""
    found = find_spec("pysd")
    told = Path(found.origin).with_name("_version.py") if found and found.origin else None
    if told and told.is_file():
        return told.read_text(encoding="utf-8")
    from importlib.metadata import version  # slow, see above

    return version("pysd")


# --- files ----------------------------------------------------------------------------------------------------------


def _kept(place: Path) -> Kept | None:
    """What was seen, integration and variables kept at `place`, if they are whole and the file belongs to this user."""
    try:
        owner = place.stat().st_uid
        digest, _, body = place.read_text(encoding="utf-8").partition("\n")
        if hasattr(os, "getuid") and owner != os.getuid():
            return None
        return from_json(body) if digest == _digest(body) else None
    except _DAMAGE:
        return None


def _keep(place: Path, body: str) -> None:
    """Write in one step."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(f"{_digest(body)}\n{body}")
        os.replace(temporary, place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


# --- variables and expressions --------------------------------------------------------------------------------------


def _variable_to_list(variable: Variable) -> list[Any]:
    """Kind, then the fields in the order of their class."""
    values = [(name, getattr(variable, name)) for name in _FIELDS[type(variable)]]
    return [type(variable).__name__, *(_expr_to_list(v) if name in _EXPRESSIONS else v for name, v in values)]


def _variable_of(told: list[Any]) -> Variable:
    kind = _KINDS[told[0]]
    own = {name: _field(name, value) for name, value in zip(_FIELDS[kind], told[1:], strict=True)}
    return kind(**own)


def _field(name: str, value: Any) -> Any:
    if name in _EXPRESSIONS:
        return _expr_of(value)
    return tuple(value) if isinstance(value, list) else value


def _expr_to_list(expr: Expr | None) -> Any:
    """Number → itself, Ref → its name, Apply → [operation, arguments …], Interpolate → ["table", name, argument]."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Ref):
        return expr.name
    if isinstance(expr, Apply):
        return [expr.operation, *map(_expr_to_list, expr.arguments)]
    return None if expr is None else ["table", expr.table, _expr_to_list(expr.argument)]


def _expr_of(told: Any) -> Expr | None:
    if isinstance(told, int | float):
        return Number(told)
    if isinstance(told, str):
        return Ref(told)
    if told is None:
        return None
    head, *rest = told
    if head == "table":
        name, argument = rest
        return Interpolate(name, _inner(argument))
    if len(rest) != OPERATIONS[head].arity:
        raise ValueError(f"{head} takes {OPERATIONS[head].arity} arguments, not {len(rest)}")
    return Apply(head, tuple(map(_inner, rest)))


def _inner(told: Any) -> Expr:
    expr = _expr_of(told)
    if expr is None:
        raise ValueError("an expression is missing")
    return expr
