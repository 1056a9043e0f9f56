"""Names of data files as Vensim has them → names that open everywhere: no aliases `?data`, no Windows separators.

Vensim keeps what a name with a question mark stands for in the settings at the end of the file, where PySD does not
look; and Windows' separators are part of a name on other systems.
"""

import re
from collections.abc import Mapping

_TEXT = re.compile(r'"(?:\\"|[^"])*+"|(?<=[(,])(\s*+\')([^\'"]*+)\'')
_FILE = re.compile(r"\.\w{1,5}$")


def with_real_files(equation: str, aliases: Mapping[str, str]) -> str:
    """`equation` with the file for each alias in single quotes; an unknown alias is the name behind its `?`."""

    def real(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        name = found[2].strip()
        if name.startswith("?"):
            name = aliases.get(name.casefold(), name[1:]).replace("'", "")
        elif not _FILE.search(name):
            return found[0]
        return f"{found[1]}{name.replace(chr(92), '/')}'"

    return _TEXT.sub(real, equation)
