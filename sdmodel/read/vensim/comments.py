"""Comments in braces → spaces: PySD knows them only at the head of a file, Vensim takes them between any two words."""

import re

_COMMENT = re.compile(r'"(?:\\"|[^"])*+"|\{[^}]*+\}')


def without_comments(equation: str) -> str:
    """`equation` with a space for each `{comment}`; braces in a quoted name stay."""
    return _COMMENT.sub(lambda found: found[0] if found[0][0] == '"' else " ", equation)
