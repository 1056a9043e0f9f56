"""A number of equations and a seed → a model of that size: python -m benchmarks.synthetic N [--xmile] [--arrays].

The shares are those of large public models: 30 % constants, 10 % stocks with an inflow and an outflow each, 5 % tables,
some smooths and delays, a few exponentials and logarithms; an auxiliary reads one to four others, near ones rather than
far ones. There is no algebraic loop, every value stays near 1, and no comparison is decided by rounding. With arrays a
third of the equations have subscripts, and a macro is used.
"""

import argparse
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

SHARES = {"constant": 0.30, "stock": 0.10, "table": 0.05}
FORMS = (  # (how often, Vensim, XMILE); {0} … are variables, {c} a constant, {t} a table, {k} a number
    (30, "({c} * {0} + {1}) / ({c} + 1)", None),
    (14, "2 * {0} * {1} / ({0} + {1})", None),
    (12, "({0} + {1} * {2}) / (1 + {2})", None),
    (8, "MIN({0}, {1} + {c} / 2)", None),
    (6, "MAX({0}, {1} / 2)", None),
    (6, "IF THEN ELSE(Time > {k}, {0}, {1})", "IF TIME > {k} THEN {0} ELSE {1}"),
    (12, "{t}({0})", "LOOKUP({t}, {0})"),
    (4, "SMOOTH({0}, {c} * 4)", "SMTH1({0}, {c} * 4)"),
    (2, "SMOOTH3({0}, {c} * 6)", "SMTH3({0}, {c} * 6)"),
    (2, "DELAY3({0}, {c} * 6)", "DELAY3({0}, {c} * 6)"),
    (2, "0.3 + EXP(-{0} / {c})", None),
    (2, "0.3 + LN(1 + {0} * {c})", None),
)
RELAX = (9, "RELAX({0}, {c} * 5)", None)
MACRO = """:MACRO: RELAX(input, delay)
RELAX = INTEG((input - RELAX) / delay, input)
\t~\tinput
\t~\tthe input, after a while
\t|
:END OF MACRO:

"""
DIMENSIONS = {"region": 7, "product": 5}
NOUNS = (
    "capacity",
    "price",
    "demand",
    "stock",
    "quality",
    "effort",
    "trust",
    "income",
    "output",
    "share",
    "cost",
    "pull",
)
CONTROLS = {"INITIAL TIME": 0, "FINAL TIME": 50, "TIME STEP": 0.25, "SAVEPER": 1}


@dataclass(frozen=True)
class Equation:
    """One variable of the model; `form` is text of both dialects with places for the names in `reads`."""

    name: str
    kind: str
    dimensions: tuple[str, ...] = ()
    vensim: str = ""
    xmile: str = ""
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    points: tuple[tuple[float, float], ...] = ()


class Generator:
    """Draws the equations of one model."""

    def __init__(self, count: int, seed: int, arrays: bool) -> None:
        self.random, self.arrays = random.Random(seed), arrays
        of = {kind: max(2, round(count * share)) for kind, share in SHARES.items()}
        self.constants = [self.constant(number) for number in range(of["constant"])]
        self.tables = [self.table(number) for number in range(of["table"])]
        names = [(self.name("level", number), self.dimensions()) for number in range(of["stock"])]
        self.known: list[tuple[str, tuple[str, ...]]] = list(names)
        rest = count - len(self.constants) - len(self.tables) - 3 * len(names)
        self.auxiliaries = [self.auxiliary(number) for number in range(max(1, rest))]
        self.stocks = [equation for name, dimensions in names for equation in self.stock(name, dimensions)]

    def equations(self) -> list[Equation]:
        """All of them, in the order of a file that nobody has sorted."""
        found = [*self.constants, *self.tables, *self.auxiliaries, *self.stocks]
        self.random.shuffle(found)
        return found

    def name(self, kind: str, number: int) -> str:
        return f"{kind} {NOUNS[number % len(NOUNS)]} {number}"

    def dimensions(self) -> tuple[str, ...]:
        drawn = self.random.random() if self.arrays else 1.0
        return ("region",) if drawn < 0.22 else ("region", "product") if drawn < 0.32 else ()

    def constant(self, number: int) -> Equation:
        value = f"{self.random.uniform(0.5, 1.5):.4g}"
        return Equation(self.name("normal", number), "constant", (), value, value)

    def table(self, number: int) -> Equation:
        points = self.random.choice((5, 6, 7, 9, 11))
        ys = (round(self.random.uniform(0.5, 1.5), 3) for _ in range(points))
        pairs = tuple((round(3 * place / (points - 1), 4), y) for place, y in enumerate(ys))
        return Equation(self.name("effect of", number), "table", points=pairs)

    def auxiliary(self, number: int) -> Equation:
        forms = (*FORMS, RELAX) if self.arrays else FORMS
        _, vensim, xmile = self.random.choices(forms, [often for often, *_ in forms])[0]
        dimensions = () if "RELAX" in vensim else self.dimensions()
        picked = [self.near(dimensions) for _ in range(3)]
        fixed = {"c": self.random.choice(self.constants).name, "t": self.random.choice(self.tables).name}
        words = {"k": str(self.random.randint(5, 45)) + ".1"}
        reads, places = list(picked), {}
        for letter, name in fixed.items():
            places[letter] = f"{{{len(reads)}}}"
            reads.append((name, ()))
        numbered = {f"_{place}": f"{{{place}}}" for place in range(3)}
        texts = [_renumbered(text).format(**places, **words, **numbered) for text in (vensim, xmile or vensim)]
        equation = Equation(self.name("aux", number), "auxiliary", dimensions, *texts, tuple(reads))
        self.known.append((equation.name, dimensions))
        return equation

    def near(self, dimensions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """A variable that is known already, of the same subscripts or fewer, more often a near one."""
        while True:
            back = min(int(self.random.expovariate(1 / 40)), len(self.known) - 1)
            place = self.random.randrange(len(self.known)) if self.random.random() < 0.3 else len(self.known) - 1 - back
            name, own = self.known[place]
            if set(own) <= set(dimensions) or self.random.random() < 0.2:
                return name, own

    def stock(self, name: str, dimensions: tuple[str, ...]) -> Iterable[Equation]:
        """A stock between an inflow and an outflow, near 1 in balance."""
        inflow, outflow = f"inflow of {name}", f"outflow of {name}"
        driver, rate = self.near(dimensions), self.random.choice(self.constants).name
        yield Equation(inflow, "flow", dimensions, "{0} * {1} / 9", "{0} * {1} / 9", (driver, (rate, ())))
        yield Equation(outflow, "flow", dimensions, "{0} * {1} / 9", "{0} * {1} / 9", ((name, dimensions), (rate, ())))
        flows = ((inflow, dimensions), (outflow, dimensions))
        yield Equation(name, "stock", dimensions, "INTEG({0} - {1}, 1)", "", flows)


def _renumbered(text: str) -> str:
    for place in range(3):
        text = text.replace(f"{{{place}}}", f"{{_{place}}}")
    return text


def equations(count: int, seed: int = 1, *, arrays: bool = False) -> list[Equation]:
    """About `count` equations, the controls not counted; the same for the same seed."""
    return Generator(count, seed, arrays).equations()


# --- Vensim ---------------------------------------------------------------------------------------------------------


def vensim(made: Iterable[Equation]) -> str:
    """The text of a .mdl."""
    made = list(made)
    has_arrays = any(one.dimensions for one in made)
    ranges = [
        f"{name}:\n\t{', '.join(f'{name[0].upper()}{place + 1}' for place in range(size))}\n\t~\t\n\t~\t\n\t|\n\n"
        for name, size in DIMENSIONS.items()
    ]
    controls = [f"{name} = {value}\n\t~\tYear\n\t~\t\n\t|\n\n" for name, value in CONTROLS.items()]
    parts = ["{UTF-8}\n", *([MACRO, *ranges] if has_arrays else []), *map(_vensim, made), *controls]
    return "".join(parts) + "\\\\\\---/// Sketch information - do not modify anything except names\n"


def _vensim(one: Equation) -> str:
    left = one.name + (f"[{', '.join(one.dimensions)}]" if one.dimensions else "")
    if one.kind == "table":
        return f"{left}(\n\t{','.join(f'({x},{y})' for x, y in one.points)})\n\t~\tDmnl\n\t~\t{one.kind} drawn\n\t|\n\n"
    words = [_summed(name, own, one.dimensions, "SUM({}[{}])", "!") for name, own in one.reads]
    return f"{left} = {one.vensim.format(*words)}\n\t~\tDmnl\n\t~\t{one.kind} drawn by the generator\n\t|\n\n"


def _summed(name: str, own: tuple[str, ...], here: tuple[str, ...], form: str, mark: str) -> str:
    """A name with its subscripts; the mean over those that the equation does not have."""
    if not own:
        return name
    beyond = [dimension for dimension in own if dimension not in here]
    subscripts = ", ".join(dimension + mark * (dimension in beyond) for dimension in own)
    if not beyond:
        return f"{name}[{subscripts}]"
    size = 1
    for dimension in beyond:
        size *= DIMENSIONS[dimension]
    return f"({form.format(name, subscripts)} / {size})"


# --- XMILE ----------------------------------------------------------------------------------------------------------


def xmile(made: Iterable[Equation]) -> str:
    """The text of an .xmile file; no arrays."""
    made = list(made)
    if any(one.dimensions for one in made):
        raise ValueError("arrays are written for Vensim only")
    start, stop, step = (CONTROLS[name] for name in ("INITIAL TIME", "FINAL TIME", "TIME STEP"))
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<xmile version="1.0" '
        'xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n<header><vendor>none</vendor>'
        '<product version="1">generator</product></header>\n<sim_specs method="Euler" time_units="Year">'
        f"<start>{start}</start><stop>{stop}</stop><dt>{step}</dt></sim_specs>\n<model><variables>\n"
    )
    return head + "".join(map(_xmile, made)) + "</variables></model></xmile>\n"


def _xmile(one: Equation) -> str:
    words = [name.replace(" ", "_") for name, _ in one.reads]
    tag = {"stock": "stock", "flow": "flow"}.get(one.kind, "aux")
    if one.kind == "table":
        xs, ys = (",".join(str(value) for value in column) for column in zip(*one.points, strict=True))
        body = f"<gf><xpts>{xs}</xpts><ypts>{ys}</ypts></gf>"
    elif one.kind == "stock":
        body = f"<eqn>1</eqn><inflow>{words[0]}</inflow><outflow>{words[1]}</outflow>"
    else:
        body = f"<eqn>{escape(one.xmile.format(*words))}</eqn>"
    return f'<{tag} name="{one.name}">{body}</{tag}>\n'


WRITERS: dict[str, Callable[[Iterable[Equation]], str]] = {".mdl": vensim, ".xmile": xmile}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("count", type=int)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--xmile", action="store_true", help="XMILE instead of Vensim")
    words.add_argument("--arrays", action="store_true", help="subscripts and a macro (Vensim only)")
    given = words.parse_args()
    made = equations(given.count, given.seed, arrays=given.arrays)
    print((xmile if given.xmile else vensim)(made), end="")


if __name__ == "__main__":
    main()
