"""Text of a condition or consequence of Vensim's Reality Checks → its comparisons, joined by :AND:, :OR: and :NOT:.

Sides of comparisons stay text, for the grammar of equations to read, unless they are RC functions (`rc_functions`).
Source: Vensim's help, "Constraints" (User Guide, chapter 14).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sdmodel.read.vensim.rc_functions import TOKEN, Call, call_of

AND, OR, NOT = "and", "or", "not"
MOST_CASES = 64
MOST_COMPARISONS = 500
_NAMED = re.compile(r'\s*+("(?:\\"|[^"])*+"|[^\[\]"():]++)(?:\[([^\[\]]*+)\])?+\s*+')
_DEPENDING = {":CROSSING:", ":AT LEAST ONCE:"}
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison, as it was written in `text`; `crossings` and `once` are what Vensim's keywords in it ask for."""

    text: str
    left: str
    operator: str
    right: str | Call
    crossings: int = 0
    once: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """The name of a test input in a condition, and its subscripts."""

    name: str
    subscripts: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """`parts` joined by AND, OR, or one part behind NOT; without parts AND is true."""

    kind: str
    parts: tuple["Logic", ...]


Logic = Compared | Mention | Joined
TRUE = Joined(AND, ())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The keyword in capitals with single blanks, or nothing."""
        return f":{' '.join(self.text.strip(': ').split()).upper()}:" if self.kind == "word" else ""


def logic(text: str) -> Logic:
    """What `text` says, without :NOT:; nothing is always true.

    Raises:
        ValueError: the reason why it cannot be understood.
    """
    if not text.strip():
        return TRUE
    tokens = [_Token(found.lastgroup or "other", found[0]) for found in TOKEN.finditer(text)]
    reader = _Reader(tokens)
    found = reader.alternatives()
    if reader.at < len(tokens):
        raise ValueError(f"it cannot be understood from {reader.rest()!r} on")
    if sum(1 for _ in leaves(found)) > MOST_COMPARISONS:
        raise ValueError(f"it has more than {MOST_COMPARISONS} comparisons; split it into several checks")
    return _without_not(found, negated=False)


def cases(found: Logic) -> tuple[tuple[Compared | Mention, ...], ...]:
    """The ways in which `found` can be true, each as all that must be true together.

    Raises:
        ValueError: there are too many.
    """
    ways = _cases(found)
    return tuple(tuple(dict.fromkeys(way)) for way in ways)


def leaves(found: Logic) -> Iterator[Compared | Mention]:
    """All comparisons and names of test inputs, in their order."""
    if isinstance(found, Joined):
        for part in found.parts:
            yield from leaves(part)
    else:
        yield found


def _cases(found: Logic) -> list[tuple[Compared | Mention, ...]]:
    if not isinstance(found, Joined):
        return [(found,)]
    made: list[tuple[Compared | Mention, ...]] = [] if found.kind == OR else [()]
    for part in found.parts:
        ways = _cases(part)
        made = [*made, *ways] if found.kind == OR else [(*one, *other) for one, other in product(made, ways)]
        if len(made) > MOST_CASES:
            raise ValueError(f"its condition can be true in more than {MOST_CASES} ways; split it into several checks")
    return made


def _without_not(found: Logic, negated: bool) -> Logic:
    if isinstance(found, Mention):
        return replace(found, negated=negated)
    if isinstance(found, Compared):
        if not negated:
            return found
        if found.once or found.crossings:
            raise ValueError(":NOT: before :CROSSING: or :AT LEAST ONCE: is not supported; say what must happen")
        return replace(found, operator=_NEGATED[found.operator], text=f":NOT: {found.text}")
    if found.kind == NOT:
        return _without_not(found.parts[0], not negated)
    kind = found.kind if not negated else {AND: OR, OR: AND}[found.kind]
    return Joined(kind, tuple(_without_not(part, negated) for part in found.parts))


@dataclass
class _Reader:
    """Reads tokens from `at` on; :OR: binds weaker than :AND:, and that weaker than :NOT:."""

    tokens: Sequence[_Token]
    at: int = 0

    def rest(self) -> str:
        """A little of what comes next."""
        return "".join(token.text for token in self.tokens[self.at : self.at + 20]).strip()[:40]

    def alternatives(self) -> Logic:
        """Parts with :OR: between them."""
        return self._joined(OR, ":OR:", lambda: self._joined(AND, ":AND:", self._one))

    def _joined(self, kind: str, word: str, part: Callable[[], Logic]) -> Logic:
        parts = [part()]
        while self._next_word() == word:
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(kind, tuple(parts))

    def _one(self) -> Logic:
        times = 0
        while self._next_word() == ":NOT:":
            self.at, times = self.at + 1, times + 1
        found = self._group() or self._leaf()
        return Joined(NOT, (found,)) if times % 2 else found

    def _next_word(self) -> str:
        while self.at < len(self.tokens) and not self.tokens[self.at].text.strip():
            self.at += 1
        return self.tokens[self.at].word if self.at < len(self.tokens) else ""

    def _group(self) -> Logic | None:
        """What stands in brackets, if the brackets hold more than a part of a sum or product."""
        if self.at >= len(self.tokens) or self.tokens[self.at].text != "(":
            return None
        end = self._closing()
        rest = (self.tokens[at] for at in range(end + 1, len(self.tokens)))
        after = next((token for token in rest if token.text.strip()), None)
        if after is not None and after.word not in (":AND:", ":OR:") and after.text != ")":
            return None
        self.at += 1
        found = self.alternatives()
        if self.at != end:
            raise ValueError(f"it cannot be understood from {self.rest()!r} on")
        self.at += 1
        return found

    def _closing(self) -> int:
        depth = 0
        for at in range(self.at, len(self.tokens)):
            depth += {"(": 1, ")": -1}.get(self.tokens[at].text, 0)
            if depth == 0:
                return at
        raise ValueError("a bracket is not closed")

    def _leaf(self) -> Logic:
        begin, depth = self.at, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if depth == 0 and (token.word in (":AND:", ":OR:") or token.text == ")"):
                break
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
            self.at += 1
        return _leaf(self.tokens[begin : self.at])


def _leaf(tokens: Sequence[_Token]) -> Logic:
    text = " ".join("".join(token.text for token in tokens).split())
    if not text:
        raise ValueError("a comparison is missing")
    words = [token.word for token in tokens if token.word in _DEPENDING]
    bare = [token for token in tokens if token.word not in _DEPENDING]
    if strange := next((token.word for token in bare if token.word not in ("", ":NA:")), ""):
        raise ValueError(f"{strange} is not a keyword that can stand there")
    places = _comparisons(bare)
    if not places:
        return _mention(text)
    if len(places) > 1:
        raise ValueError(f"{text!r} compares more than two; join two comparisons with :AND:")
    left, right = (_text(part) for part in (bare[: places[0]], bare[places[0] + 1 :]))
    return _compared(text, left, bare[places[0]].text, right, words)


def _comparisons(tokens: Sequence[_Token]) -> list[int]:
    """Where comparisons stand that are in no bracket."""
    places, depth = list[int](), 0
    for at, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "compare" and depth == 0:
            places.append(at)
    return places


def _text(tokens: Sequence[_Token]) -> str:
    return "".join(token.text for token in tokens).strip()


def _compared(text: str, left: str, operator: str, right: str, words: Sequence[str]) -> Compared:
    if not left or not right:
        raise ValueError(f"one side of {text!r} is missing")
    sides = [call_of(left) or left, call_of(right) or right]
    if isinstance(sides[0], Call):
        operator = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
        sides.reverse()
    if isinstance(sides[0], Call):
        raise ValueError("an RC function is compared with a variable, not with another RC function")
    crossings, once = words.count(":CROSSING:"), ":AT LEAST ONCE:" in words
    if crossings and (once or operator in ("=", "<>")):
        raise ValueError(":CROSSING: goes with > or <, and not with :AT LEAST ONCE:")
    return Compared(text, sides[0], operator, sides[1], crossings, once)


def _mention(text: str) -> Mention:
    found = _NAMED.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is neither a comparison nor the name of a test input")
    subscripts = tuple(part.strip() for part in (found[2] or "").split(",") if part.strip())
    return Mention(" ".join(found[1].split()), subscripts)
