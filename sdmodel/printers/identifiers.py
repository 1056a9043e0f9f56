"""Names of a model, which may hold anything → identifiers and comments of a program, which may not."""

import re
import unicodedata
from collections.abc import Collection

_LONGEST = 60


class Identifiers:
    """Makes identifiers of small letters, digits and underscores: none twice, none among the `reserved`."""

    def __init__(self, reserved: Collection[str]) -> None:
        self.reserved = frozenset(reserved)
        self.taken = set(reserved)
        self._tried: dict[str, int] = {}

    def new(self, name: str) -> str:
        """An identifier that looks like `name`."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        wish = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST] or "variable"
        wish = f"n_{wish}" if wish[0].isdigit() else wish
        wish = f"{wish}_" if wish in self.reserved else wish
        found = wish
        while found in self.taken:
            self._tried[wish] = self._tried.get(wish, 1) + 1
            found = f"{wish}_{self._tried[wish]}"
        self.taken.add(found)
        return found


def comment(text: str) -> str:
    """Text that cannot end the comment in which it stands, nor hide what follows."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
