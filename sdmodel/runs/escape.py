"""A variable's own name → a name that can be a path in a store or a file, the same on every system."""

import hashlib
import re

LONGEST = 120
_UNSAFE = re.compile(r"[/\\.:*?\"<>|~%#\x00-\x1f\x7f]|^ | $|^_(?=_)")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)?", re.IGNORECASE)


def stored(name: str) -> str:
    """`person/year` → `person~2fyear`: letters (of any alphabet), digits, spaces and most signs stay.

    What could end a path, hide an array (leading "__") or be refused by a file system becomes `~` and the hex of its
    code; names of devices ("con") get a `~` before them; a name over LONGEST bytes keeps its head and gets its hash.
    Different names have different stored names.
    """
    written = _UNSAFE.sub(lambda found: f"~{ord(found[0]):02x}", name)
    if _DEVICE.fullmatch(written):
        written = f"~{written}"
    if len(written.encode()) <= LONGEST:
        return written
    head = written.encode()[: LONGEST - 34].decode(errors="ignore")
    return f"{head}~~{hashlib.sha256(name.encode()).hexdigest()[:32]}"
