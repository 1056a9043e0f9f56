"""Text of an equation → tokens: numbers, names, operators; comments in braces are left out."""

import re
from dataclasses import dataclass

LONGEST = 200_000
_BRACE = re.compile(r"[{}]")
_TOKEN = re.compile(
    r"""(?P<space>[\s\u00a0]++)
    |(?P<number>(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?)
    |(?P<function>(?i:sample\ if\ true|if\ then\ else)(?=\s*\())
    |(?P<name>\.?(?:"(?:\\.|[^"\\])++"|[^\W\d][\w$']*+)(?:[.\u00b7](?:"(?:\\.|[^"\\])++"|[^\W\d][\w$']*+))*+)
    |(?P<operator>//|<=|>=|<>|><|[-+*/^=<>()\[\],;:@!])""",
    re.VERBOSE,
)
_WORDS = {"and", "or", "not", "mod", "if", "then", "else"}
_SAME = {"><": "<>"}


class EquationError(Exception):
    """Why one equation cannot be read."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "number", "name", "operator" (words such as AND too) or "end"; `at` is its place in the text."""

    kind: str
    text: str
    at: int


def without_comments(text: str) -> str:
    """The equation on one line, without what stands in braces."""
    kept, depth, end = [], 0, 0
    for brace in _BRACE.finditer(text):
        if brace.group() == "}" and depth == 0:
            continue  # closes nothing: left where it is, and refused there
        if depth == 0:
            kept.append(text[end : brace.start()])
        depth += 1 if brace.group() == "{" else -1
        end = brace.end() if depth == 0 else brace.start()
    kept.append(text[end:])  # from a brace that is not closed on, too
    return " ".join(" ".join(kept).split())


def tokens(text: str) -> list[Token]:
    """The tokens of an equation, the last of kind "end"; EquationError at a character that belongs to none.

    Names of several words need no quotes (`EXPRESSION MACRO(x)`), as long as no word is an operator.
    """
    if len(text) > LONGEST:
        raise EquationError(f"the equation has more than {LONGEST:,} characters")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise EquationError(_stops(text, at))
        kind, word = str(match.lastgroup), match.group()
        if kind == "function":  # the two of Vensim's whose names hold a word that is an operator
            kind = "name"
        elif kind == "name" and word.lower() in _WORDS:
            kind, word = "operator", word.lower()
        if kind == "name" and found and found[-1].kind == "name":
            found[-1] = Token("name", f"{found[-1].text} {word}", found[-1].at)
        elif kind != "space":
            found.append(Token(kind, _SAME.get(word, word), at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _stops(text: str, at: int) -> str:
    advice = "; a name with such a character must be in quotes" if text[at] not in '"{}' else ""
    return f"it stops at {text[at : at + 40]!r}{advice}"
