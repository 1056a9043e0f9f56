"""The text of an expectation → its pieces, each with its place; and the words for what is wrong at a place."""

import re
from dataclasses import dataclass

from sdmodel.study.places import shown_name

LONGEST = 2_000  # characters
END = "end of text"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<name>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<sign><=|>=|==|[-+*/(),<>=])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A piece of the text: its kind (number, word, name, sign, or the end), and where it begins and ends."""

    kind: str
    text: str
    begin: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The pieces of `text`, and a last one that stands for its end.

    Raises:
        ValueError: it is too long, or a character has no meaning; `wrong_at` words it.
    """
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST:,} characters: write several expectations")
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            begin = place + len(text[place:]) - len(text[place:].lstrip())
            raise wrong_at(text, begin, _why_no_token(text[begin]))
        kind = str(match.lastgroup)
        tokens.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
        place = match.end()
    return [*tokens, Token(END, "", end, end)]


def _why_no_token(character: str) -> str:
    if character in "'\"":
        return "the name that begins here has no closing quote"
    return f'"{shown_name(character)}" has no meaning here'


def wrong_at(text: str, begin: int, message: str) -> ValueError:
    """`message` with the place where it is, counted from 1, and what stands there."""
    near = shown_name(text[begin : begin + 24].strip())
    where = f"position {begin + 1}" + (f', at "{near}{"…" if len(text) > begin + 24 else ""}"' if near else ", the end")
    return ValueError(f"{where}: {message}")
