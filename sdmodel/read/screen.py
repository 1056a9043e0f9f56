"""What an untrusted model file may not contain, told before any parser sees it; returns its text."""

import codecs
import re
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.read.vensim.lines import with_one_line_end
from sdmodel.read.xmile.encoding import SUFFIXES, text_of

LARGEST = 64 * 2**20
MOST_EQUATIONS = 50_000
_SAVE_AS = 'In Vensim use File > Save As… and choose "Vensim Text Models (*.mdl)".'
_REFUSED = {
    ".vmf": f"this is Vensim's binary format. {_SAVE_AS}",
    ".vmfx": f"this is Vensim's binary format. {_SAVE_AS}",
    ".vpm": f"this is a packaged model. {_SAVE_AS}",
    ".vpmx": f"this is a packaged model. {_SAVE_AS}",
    ".stm": "this is the binary format of old STELLA versions. Save the model with version 10 or later, as .stmx.",
    ".itm": "this is the binary format of old iThink versions. Save the model with version 10 or later, as .itmx.",
}
_LONGEST_NUMBER = re.compile(r"\d{400}", re.ASCII)
# encodings of one table each; others of Python's codecs are no encodings of text, or need quadratic time
_ENCODINGS = re.compile(
    r"utf-8|utf-8-sig|ascii|cp\d+|iso8859-\d+|mac-\w+|koi8-\w+|gb\w+|big5\w*|shift_jis\w*|euc_\w+|tis-620|hz|johab"
)
_SKETCH = "\\\\\\---///"


def screen(path: Path) -> tuple[str, str]:
    """Text of the model file, its lines ended as on Unix, and its encoding.

    Raises:
        ModelError: a file of another kind, or larger than a sound model.
    """
    _check_kind(path)
    if is_xmile(path):
        return _decode_xml(path)
    text, encoding = _decode(path)
    refuse_excess(path, text)
    return text, encoding


def refuse_excess(path: Path, text: str) -> None:
    """ModelError when `text`, of the file at `path` or extended, has no equation of Vensim, or too many."""
    equations = text.split(_SKETCH, 1)[0]
    if "~" not in equations or "|" not in equations:
        raise ModelError(f"{path.name}: no equation found; a Vensim model ends each with ~ unit ~ comment |.")
    if equations.count("|") > MOST_EQUATIONS:
        raise ModelError(f"{path.name}: more than {MOST_EQUATIONS:,} equations; this is not a sound model.")
    if _LONGEST_NUMBER.search(equations):
        raise ModelError(f"{path.name}: a number has 400 digits or more; this is not a sound model.")


def is_xmile(path: Path) -> bool:
    """Whether a file is XMILE (or Stella's, which is the same) by its name."""
    return path.suffix.lower() in SUFFIXES


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise ModelError(f'{path}: there is no such file. "sdmodel models" lists the models that come with sdmodel.')
    if path.is_dir():
        raise ModelError(f"{path}: this is a folder, not a model file.")
    if not path.is_file():
        raise ModelError(f"{path}: this is not a regular file.")
    suffix = path.suffix.lower()
    if suffix != ".mdl" and not is_xmile(path):
        kinds = "a model file ends in .mdl (Vensim text model), .xmile or .stmx (Stella)."
        raise ModelError(f"{path.name}: {_REFUSED.get(suffix, kinds)}")
    if path.stat().st_size > LARGEST:
        raise ModelError(f"{path.name}: larger than {LARGEST // 2**20} MiB; no model of equations is that large.")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}.") from None


def _decode_xml(path: Path) -> tuple[str, str]:
    """What the XML holds is judged when it is parsed (`xmile.markup`)."""
    found = text_of(_bytes(path))
    if found is None:
        raise ModelError(f"{path.name}: this is a binary file, not XML. In Stella save the model as .stmx.")
    return with_one_line_end(found[0]), found[1]


def _decode(path: Path) -> tuple[str, str]:
    raw = _bytes(path)
    if b"\0" in raw:
        raise ModelError(f"{path.name}: this is a binary file, not a text model. {_SAVE_AS}")
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*\{([\w .-]+)\}", raw)
    wanted = [declared.group(1).decode("ascii").strip()] if declared else []
    if raw.startswith(codecs.BOM_UTF8):
        wanted = ["utf-8-sig"]
    for encoding in (*wanted, "utf-8-sig", "cp1252"):
        try:
            if not _ENCODINGS.fullmatch(codecs.lookup(encoding).name):
                continue
            return with_one_line_end(raw.decode(encoding)), encoding
        except (LookupError, UnicodeDecodeError):
            continue
    raise ModelError(f"{path.name}: the text is in no encoding known here; save it as UTF-8.")
