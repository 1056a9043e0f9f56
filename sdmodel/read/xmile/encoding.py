"""Bytes of an XML file → its text, by its mark, its declaration, or UTF-8."""

import codecs
import re

SUFFIXES = (".xmile", ".stmx", ".itmx", ".xml")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# encodings of one table each; others of Python's codecs are no encodings of text, or need quadratic time
_KNOWN = re.compile(
    r"utf-8|utf-16(-[bl]e)?|ascii|cp\d+|iso8859-\d+|mac-\w+|koi8-\w+|gb\w+|big5\w*|shift_jis\w*|euc_\w+"
)


def text_of(raw: bytes) -> tuple[str, str] | None:
    """Text and the name of its encoding; None when the bytes are no text."""
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    declared = _DECLARED.match(raw)
    told = [marked] if marked else [declared.group(1).decode("ascii")] if declared else []
    for encoding in (*told, "utf-8", "cp1252"):
        try:
            name = codecs.lookup(encoding).name
            text = raw.decode(encoding) if _KNOWN.fullmatch(name.removesuffix("-sig")) else "\0"
        except (LookupError, UnicodeDecodeError):
            continue
        if "\0" not in text:
            return text, encoding
    return None
