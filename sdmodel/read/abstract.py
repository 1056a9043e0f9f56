"""Text of a Vensim model → PySD's AbstractModel, with the failing equations named when they cannot be parsed."""

import warnings
from pathlib import Path
from typing import Any

from sdmodel.model.names import key
from sdmodel.read.vensim.bounds import room_for_nesting
from sdmodel.read.vensim.expansion import refuse_excess
from sdmodel.read.vensim.sections import ONE_FILE, Places, sections
from sdmodel.read.vensim.settings import settings


def abstract_model(path: Path, text: str, places: Places = ONE_FILE) -> Any:
    """PySD's AbstractModel of the text of a Vensim file that `screen` let through; `places` as in `extend`.

    Raises:
        ModelError: it names each equation that cannot be parsed, its line and where in it the parser stops; or there
            are more elements of arrays than can be expanded.
    """
    parts = sections(path, text, places)
    aliases = settings(path, text).aliases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # PySD brings pandas, xarray and lxml: half a second that commands without a model need not pay
        from pysd.translators.structures.abstract_model import AbstractModel

        from sdmodel.read.vensim.components import Parser

        parser = Parser(path, aliases, {key(part.name) for part in parts[1:]})
        with room_for_nesting():
            made = [parser.section(part) for part in parts]
            parser.refuse_problems()
            refuse_excess(path, made)
            found = tuple(section.get_abstract_section() for section in made)
    return AbstractModel(original_path=path, sections=found)
