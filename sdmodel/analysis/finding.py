"""What every analysis returns: a table, the sentence that it supports, and what to keep in mind."""

from dataclasses import dataclass

import xarray as xr


@dataclass(frozen=True)
class Finding:
    """`name` is the analysis ("comparison", "sensitivity"); `table` has named dims; `sentence` is plain English."""

    name: str
    table: xr.Dataset
    sentence: str
    caveats: tuple[str, ...] = ()
