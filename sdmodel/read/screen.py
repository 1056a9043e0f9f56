"""What an untrusted model file may not contain, told before any parser sees it; returns its text."""

import codecs
import re
from pathlib import Path

from sdmodel.errors import ModelError

LARGEST = 64 * 2**20
MOST_EQUATIONS = 50_000
_SAVE_AS = 'In Vensim use File > Save As… and choose "Vensim Text Models (*.mdl)".'
_REFUSED = {
    ".vmf": f"this is Vensim's binary format. {_SAVE_AS}",
    ".vmfx": f"this is Vensim's binary format. {_SAVE_AS}",
    ".vpm": f"this is a packaged model. {_SAVE_AS}",
    ".vpmx": f"this is a packaged model. {_SAVE_AS}",
    ".itmx": "this is the format of old iThink versions. Save the model as XMILE, then as Vensim .mdl.",
    ".xmile": "XMILE files are not read yet. Save the model as Vensim .mdl.",
    ".stmx": "Stella files are not read yet. Save the model as Vensim .mdl.",
    ".xml": "XMILE files are not read yet. Save the model as Vensim .mdl.",
}
# possessive (*+, ++), so that no text makes them try again
_NUMBER = r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?"
_PAIR = rf"\(\s*+{_NUMBER}\s*+,\s*+{_NUMBER}\s*+\)"
_RANGE = re.compile(rf"\s*+{_PAIR}\s*+-\s*+{_PAIR}(\s*+,\s*+{_PAIR})*+\s*+,?\s*+", re.ASCII)
_LONGEST_NUMBER = re.compile(r"\d{400}", re.ASCII)
_SKETCH = "\\\\\\---///"


def screen(path: Path) -> tuple[str, str]:
    """Text of the model file and the name of its encoding; ModelError when it is not a sound text model.

    PySD passes the range of a lookup, `[(0,0)-(10,10)]`, to Python's `eval`, so nothing but numbers may stand there.
    """
    _check_kind(path)
    text, encoding = _decode(path)
    equations = text.split(_SKETCH, 1)[0]
    if "~" not in equations or "|" not in equations:
        raise ModelError(f"{path.name}: no equation found; a Vensim model ends each with ~ unit ~ comment |.")
    if equations.count("|") > MOST_EQUATIONS:
        raise ModelError(f"{path.name}: more than {MOST_EQUATIONS:,} equations; this is not a sound model.")
    for found in re.finditer(r"\([\s\\]*\[([^\]]*)\]?", equations):
        if not _RANGE.fullmatch(re.sub(r"\\\s*", "", found.group(1))):
            line = equations.count("\n", 0, found.start()) + 1
            raise ModelError(
                f"{path.name}, line {line}: the range of a lookup must be numbers such as [(0,0)-(10,10)], "
                f"not {found.group(1).strip()[:60]!r}."
            )
    if _LONGEST_NUMBER.search(equations):
        raise ModelError(f"{path.name}: a number has 400 digits or more; this is not a sound model.")
    return text, encoding


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise ModelError(f'{path}: there is no such file. "sdmodel models" lists the models that come with sdmodel.')
    if path.is_dir():
        raise ModelError(f"{path}: this is a folder, not a model file.")
    if not path.is_file():
        raise ModelError(f"{path}: this is not a regular file.")
    suffix = path.suffix.lower()
    if suffix != ".mdl":
        raise ModelError(f"{path.name}: {_REFUSED.get(suffix, 'a model file ends in .mdl (Vensim text model).')}")
    if path.stat().st_size > LARGEST:
        raise ModelError(f"{path.name}: larger than {LARGEST // 2**20} MiB; no model of equations is that large.")


def _decode(path: Path) -> tuple[str, str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}.") from None
    if b"\0" in raw:
        raise ModelError(f"{path.name}: this is a binary file, not a text model. {_SAVE_AS}")
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*\{([\w .-]+)\}", raw)
    wanted = [declared.group(1).decode("ascii").strip()] if declared else []
    if raw.startswith(codecs.BOM_UTF8):
        wanted = ["utf-8-sig"]
    for encoding in (*wanted, "utf-8-sig", "cp1252"):
        try:
            codecs.lookup(encoding)
            return raw.decode(encoding), encoding
        except (LookupError, UnicodeDecodeError):
            continue
    raise ModelError(f"{path.name}: the text is in no encoding known here; save it as UTF-8.")
