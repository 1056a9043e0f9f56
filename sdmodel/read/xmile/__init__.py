"""XMILE and Stella files → PySD's AbstractModel.

PySD has an XMILE parser of its own; it lacks modules, macros, most of the built-in functions and half of the operators,
and reads graphical functions, arrays and non-negative stocks in part only. So the file is read here, pass by pass, into
PySD's AbstractModel: what comes after is the same as for Vensim.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdmodel.read.xmile.abstract import XmileModel


def xmile_model(path: Path, text: str) -> "XmileModel":
    """What `abstract.xmile_model` returns, and raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySD imports what chardet has renamed
        # PySD brings pandas, xarray and lxml: half a second that commands without a model need not pay
        from sdmodel.read.xmile.abstract import xmile_model as read_it
    return read_it(path, text)
