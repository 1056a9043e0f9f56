"""Model file → the spreadsheets and texts that it takes numbers from: kept beside the runs, they can be read again."""

import re
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.read.data.folder import Folder
from sdmodel.read.screen import is_xmile, screen
from sdmodel.read.vensim.settings import settings

_NAMED = re.compile(r"\bGET\s+(?:XLS|DIRECT|123)\s+\w+\s*\(\s*'([^'\n]*)'", re.IGNORECASE)


def files_beside(model: Path) -> dict[str, Path]:
    """Files in the folder of `model` that its equations name, by "reads NAME"; those elsewhere are left out."""
    if is_xmile(model):
        return {}
    text = screen(model)[0]
    folder = Folder(model.parent, settings(model, text).aliases)
    found = {}
    for name in dict.fromkeys(_NAMED.findall(text)):
        try:
            found[f"reads {name}"] = folder.find(name)
        except ModelError:  # not found here: in a comment, or the model would not have been read
            continue
    return found
