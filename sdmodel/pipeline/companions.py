"""Study → all files that it, its model and its extensions read: kept beside the runs, they can be read again."""

import re
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.read.data.folder import Folder
from sdmodel.read.screen import is_xmile
from sdmodel.read.vensim.settings import settings
from sdmodel.read.whole import whole
from sdmodel.study.spec import Study

_NAMED = re.compile(r"\bGET\s+(?:XLS|DIRECT|123)\s+\w+\s*\(\s*'([^'\n]*)'", re.IGNORECASE)


def sources(study: Study) -> dict[str, Path]:
    """Files that make the runs of `study`, by what they are; each once, the study file first."""
    named = {"study": study.path, "model": study.model, **study.files, **_read_by_equations(study)}
    found: dict[Path, str] = {}
    for what, file in named.items():
        found.setdefault(file.resolve(), what)
    return {what: named[what] for what in found.values()}


def _read_by_equations(study: Study) -> dict[str, Path]:
    """Files in the folder of the model that equations name, by "reads NAME"; those elsewhere are left out."""
    if is_xmile(study.model):
        return {}
    text = whole(study.model, study.extensions).text
    folder = Folder(study.model.parent, settings(study.model, text).aliases)
    found = {}
    for name in dict.fromkeys(_NAMED.findall(text)):
        try:
            found[f"reads {name}"] = folder.find(name)
        except ModelError:  # not found here: in a comment, or the model would not have been read
            continue
    return found
