"""Line ends of all systems → one; an equation over many lines → one line, as PySD's grammar wants it."""

import re

_CONTINUED = re.compile(r"\\[^\S\n]*+\n\s*+")
_SPACE = re.compile(r"\s++")


def with_one_line_end(text: str) -> str:
    """`text` in which every line ends as on Unix, so that lines count alike everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(equation: str) -> str:
    """`equation` on one line: a backslash at the end of a line, and any run of blanks, are one space."""
    return _SPACE.sub(" ", _CONTINUED.sub(" ", equation)).strip()
