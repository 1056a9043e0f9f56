"""The text of an expectation → its parts: `at(tight, 'suspicion', 2026) > at(base, 'suspicion', 2026)`.

    expectation   always(run, chain)   never(run, chain)   chain
    chain         sum, then one or more of  < <= > >= =  and a sum; after = a tolerance may follow:  within 0.01
    sum           terms with + - * / and parentheses
    term          2.5
                  'name of a variable'                       its course: inside of a function that names a run
                  at(run, sum, time)                         linear between saved times
                  start(run, sum)  end(run, sum)
                  max(run, sum)  min(run, sum)  mean(run, sum)      over time
                  first(run, chain)                          first saved time at which it holds
                  smallest(sum, …)  largest(sum, …)  abs(sum)

`always(run, 'men' + 'women' = start(run, 'all') within 0.1)` shows how courses and numbers mix. A chain such as
`0 <= 'share' <= 1` is two comparisons. Quotes within a name are written twice.
"""

import math
from collections.abc import Callable
from typing import TypeVar

from sdmodel.model.names import did_you_mean
from sdmodel.study.checks.spec import (
    Arithmetic,
    Choice,
    Comparison,
    Course,
    Expectation,
    First,
    Literal,
    Part,
    Reading,
    Term,
    Throughout,
)
from sdmodel.study.checks.tokens import END, Token, tokens_of, wrong_at
from sdmodel.study.overlay import label_of
from sdmodel.study.places import shown_name

DEEPEST = 40  # functions and parentheses within each other
MOST_TERMS = 200
READINGS = ("at", "start", "end", "max", "min", "mean")
CHOICES = ("smallest", "largest", "abs")
FUNCTIONS = (*READINGS, "first", *CHOICES)
STATEMENTS = ("always", "never")
OPERATORS = ("<", "<=", ">", ">=", "=")

Result = TypeVar("Result")


def expectation_of(text: str) -> Expectation:
    """The parts of `text`.

    Raises:
        ValueError: it is no expectation; the message tells the position, counted from 1, and what stands there.
    """
    return _Reader(text, tokens_of(text)).expectation()


class _Reader:
    """Reads tokens from left to right; `run` is the run that a function around the current place names."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.place, self.depth, self.terms = text, tokens, 0, 0, 0
        self.run: str | None = None

    def expectation(self) -> Expectation:
        if self.here.kind == "word" and self.here.text in STATEMENTS:
            parts: tuple[Part, ...] = (self.throughout(),)
        else:
            parts = self.chain()
        if self.here.kind != END:
            raise self.unexpected("the end, or an operator")
        return Expectation(self.text.strip(), parts)

    def throughout(self) -> Throughout:
        word = self.take()
        run = self.opened(word)
        comparisons = self.within_run(run, self.chain)
        self.sign(")")
        text = self.text[word.begin : self.tokens[self.place - 1].end]
        return Throughout(text, run, comparisons, word.text == "never")

    def chain(self) -> tuple[Comparison, ...]:
        begin, left, found = self.here.begin, self.sum(), []
        while self.here.text in (*OPERATORS, "==") and self.here.kind == "sign":
            operator = "=" if self.take().text in ("=", "==") else self.tokens[self.place - 1].text
            middle = self.here.begin
            right = self.sum()
            within = self.tolerance(operator)
            text = self.text[begin : self.tokens[self.place - 1].end]
            found.append(Comparison(text, left, operator, right, within))
            left, begin = right, middle
        if not found:
            raise self.unexpected("a comparison (<, <=, >, >=, =)")
        return tuple(found)

    def tolerance(self, operator: str) -> float | None:
        if self.here.text != "within" or self.here.kind != "word":
            return None
        if operator != "=":
            raise self.wrong('only "=" can have a tolerance')
        self.take()
        return self.number()

    def sum(self) -> Term:
        left = self.product()
        while self.here.text in ("+", "-") and self.here.kind == "sign":
            left = Arithmetic(self.take().text, left, self.product())
        return left

    def product(self) -> Term:
        left = self.term()
        while self.here.text in ("*", "/") and self.here.kind == "sign":
            left = Arithmetic(self.take().text, left, self.term())
        return left

    def term(self) -> Term:
        negative = False
        while self.here.text in ("-", "+") and self.here.kind == "sign":
            negative ^= self.take().text == "-"
        term = self.positive()
        return Arithmetic("-", Literal(0.0), term) if negative else term

    def positive(self) -> Term:
        token = self.here
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.wrong(f"more than {MOST_TERMS} terms: write several expectations")
        if token.kind == "number":
            return Literal(self.number())
        if token.kind == "name":
            return self.course()
        if token.kind == "word":
            return self.function()
        if token.text == "(":
            return self.deeper(self.parenthesis)
        raise self.unexpected("a number, a name in quotes, or a function")

    def parenthesis(self) -> Term:
        self.sign("(")
        inner = self.sum()
        self.sign(")")
        return inner

    def course(self) -> Course:
        if self.run is None:
            raise self.wrong("a variable has no number by itself: write end(run, 'name'), at(run, 'name', time), …")
        quoted = self.take().text
        name = quoted[1:-1].replace(quoted[0] * 2, quoted[0]).strip()
        if not name:
            self.place -= 1
            raise self.wrong("the name is empty")
        return Course(name)

    def function(self) -> Term:
        word = self.here
        if word.text in STATEMENTS:
            raise self.wrong(f'"{word.text}" is no number: it stands alone, as an expectation of its own')
        if word.text not in FUNCTIONS:
            raise self.wrong(self.unknown(word.text))
        return self.deeper(self.called)

    def called(self) -> Term:
        word = self.take()
        if word.text in CHOICES:
            term: Term = self.choice(word)
        else:
            run = self.opened(word)
            term = self.first(run) if word.text == "first" else self.reading(word.text, run)
        self.sign(")")
        return term

    def choice(self, word: Token) -> Choice:
        self.sign("(")
        parts = [self.sum()]
        while self.here.text == "," and self.here.kind == "sign" and word.text != "abs":
            self.take()
            parts.append(self.sum())
        return Choice(word.text, tuple(parts))

    def reading(self, function: str, run: str) -> Reading:
        of = self.within_run(run, self.sum)
        if function != "at":
            return Reading(function, run, of)
        self.sign(",")
        sign = -1.0 if self.here.text == "-" and self.take() else 1.0
        return Reading(function, run, of, sign * self.number())

    def first(self, run: str) -> First:
        begin = self.here
        comparisons = self.within_run(run, self.chain)
        if len(comparisons) > 1:
            raise wrong_at(self.text, begin.begin, "first(…) takes one comparison")
        return First(run, comparisons[0])

    def opened(self, word: Token) -> str:
        """The run that stands first in the parentheses after `word`."""
        self.sign("(")
        layers = [self.name_of_run(word)]
        while self.here.text == "+" and self.here.kind == "sign":
            self.take()
            layers.append(self.name_of_run(word))
        self.sign(",")
        return label_of(layers[0], layers[1:])

    def name_of_run(self, word: Token) -> str:
        if self.here.kind != "word":
            raise self.unexpected(f"the name of a run, as in {word.text}(base, 'variable')")
        return self.take().text

    def within_run(self, run: str, read: Callable[[], Result]) -> Result:
        outer, self.run = self.run, run
        result = read()
        self.run = outer
        return result

    def deeper(self, read: Callable[[], Result]) -> Result:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"nested deeper than {DEEPEST}")
        result = read()
        self.depth -= 1
        return result

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def sign(self, text: str) -> None:
        if self.here.kind != "sign" or self.here.text != text:
            raise self.unexpected(f'"{text}"')
        self.take()

    def number(self) -> float:
        if self.here.kind != "number":
            raise self.unexpected("a number")
        value = float(self.here.text)
        if not math.isfinite(value):
            raise self.wrong("the number is too large to compute with")
        self.take()
        return value

    def unknown(self, word: str) -> str:
        if word in ("and", "or", "not"):
            return f'there is no "{word}": all expectations of the list must hold'
        if self.tokens[self.place + 1].text != "(":
            return f'"{shown_name(word)}" is no number. Names of variables need quotes.'
        near = did_you_mean(word, (*FUNCTIONS, *STATEMENTS)) or f" There are {', '.join((*FUNCTIONS, *STATEMENTS))}."
        return f'there is no function "{shown_name(word)}".{near}'

    def unexpected(self, wanted: str) -> ValueError:
        if self.here.kind == "word" and self.here.text in ("and", "or", "not"):
            return self.wrong(self.unknown(self.here.text))
        return self.wrong(f"expected {wanted}")

    def wrong(self, message: str) -> ValueError:
        return wrong_at(self.text, self.here.begin, message)
