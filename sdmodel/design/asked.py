"""What a caller asks for, in any spelling → draws, settings, scenarios and shocks in the model's own names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sdmodel.design.distributions import Floats
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.inputs import why_not
from sdmodel.study.terms import Schedule, Setting

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Draws:
    """Futures taken apart: draws by the model's own names, numbers of the futures, what else came with them."""

    draws: dict[str, Floats]
    numbers: NDArray[np.int64]
    coords: dict[str, NDArray[Any]]
    attributes: dict[str, Any]


def draws_of(model: Model, futures: "xr.Dataset") -> Draws:
    """The draws in the table `futures`; its variables may be spelled in any way that the model understands.

    Raises:
        ExperimentError: no dimension `future`, columns that the model cannot take, values that are not finite.
    """
    if "future" not in futures.dims:
        raise ExperimentError('Futures need the dimension "future"; take a part with isel(future=slice(0, 100)).')
    draws: dict[str, Floats] = {}
    for spelled in map(str, futures.data_vars):
        name = _input(model, spelled, "futures", scheduled=False)
        where = f'{model.name}: futures, column "{spelled}"'
        if name in draws:
            raise ExperimentError(f"{where}: the same input is there twice, in two spellings.")
        if futures[spelled].dims != ("future",):
            raise ExperimentError(f'{where}: must have the one dimension "future".')
        draws[name] = _finite(futures[spelled].values, where)
    numbers = _finite(futures["future"].values, f'{model.name}: futures, coordinate "future"').astype(np.int64)
    along = {str(name): one.values for name, one in futures.coords.items() if one.dims == ("future",)}
    coords = {name: values for name, values in along.items() if name not in ("future", "scenario", "experiment")}
    return Draws(draws, numbers, coords, {"design": "table", "seed": 0, **futures.attrs})


def settings_of(model: Model, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """`settings` in the model's own names.

    Raises:
        ExperimentError: names that are unknown, cannot be set, or come twice; numbers that are not finite.
    """
    own: dict[str, Setting] = {}
    for spelled, setting in settings.items():
        name = _input(model, spelled, "settings", scheduled=isinstance(setting, Schedule))
        if name in own:
            raise ExperimentError(f'{model.name}: settings: "{name}" is set twice, in two spellings.')
        if not isinstance(setting, Schedule):
            _finite(np.array(setting), f'{model.name}: settings, "{spelled}"')
        own[name] = setting
    return own


def chosen_of(kind: str, wanted: Sequence[str], known: Iterable[str]) -> list[str]:
    """The names among `known` that are `wanted`, in that order and in the spelling of the study.

    Raises:
        ExperimentError: one is unknown or asked for twice.
    """
    known = list(known)
    by_key = {key(name): name for name in known}
    chosen: list[str] = []
    for name in [wanted] if isinstance(wanted, str) else wanted:
        own = name if name in known else by_key.get(key(name))
        if own is None:
            near = did_you_mean(name, known) or (f" It has: {', '.join(known)}." if known else "")
            raise ExperimentError(f'The study has no {kind} "{name}".{near}')
        if own in chosen:
            raise ExperimentError(f'The {kind} "{own}" is asked for twice.')
        chosen.append(own)
    return chosen


def _input(model: Model, spelled: str, source: str, *, scheduled: bool) -> str:
    if spelled not in model:
        candidates = (one.name for one in model.visible() if not why_not(model, one, scheduled=scheduled))
        near = did_you_mean(spelled, candidates) or ' "sdmodel inspect" lists all constants.'
        raise ExperimentError(f'{model.name}: {source}: the model has no input "{spelled}".{near}')
    variable = model[spelled]
    if reason := why_not(model, variable, scheduled=scheduled):
        raise ExperimentError(f"{model.name}: {source}: {reason}")
    return variable.name


def _finite(values: np.ndarray, where: str) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ExperimentError(f"{where}: must hold numbers.") from None
    if not np.isfinite(numbers).all():
        raise ExperimentError(f"{where}: must hold finite numbers only; there are NaN or infinite ones.")
    return numbers
