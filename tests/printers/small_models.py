"""Small models, made by hand, that have each kind of variable, table, operation and integration."""

import math

from sdmodel.model.evaluate import apply
from sdmodel.model.expr import Apply, Interpolate, Number, Ref
from sdmodel.model.model import (
    TIME,
    Auxiliary,
    Constant,
    Draw,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Table,
)
from sdmodel.model.names import key
from sdmodel.model.operations import OPERATIONS

AWKWARD = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, 7.0, 1e-7, -1e-300, 5e-324, 709.9, -746.0, 1e15, 1e300, -1e300)
AWKWARD += (math.inf, -math.inf, math.nan)
NOW = Ref(TIME)


def op(name, *arguments):
    return Apply(name, tuple(Ref(one) if isinstance(one, str) else _expr(one) for one in arguments))


def _expr(one):
    return Number(float(one)) if isinstance(one, int | float) else one


def controls(stop=8.0, step=0.5, save=1.0, start=0.0):
    values = {"INITIAL TIME": start, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": save}
    return tuple(Constant(name=name, value=value) for name, value in values.items())


def of_operations():
    """All operations on all pairs of awkward values, one pair a step; and with the second as a literal."""
    pairs = [(a, b) for a in AWKWARD for b in AWKWARD]
    columns = {"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "c": [AWKWARD[(n * 7) % 19] for n in range(361)]}
    times = tuple(map(float, range(len(pairs))))
    tables = [
        Table(name=f"list of {name}", x=times, y=tuple(values), beyond="steps") for name, values in columns.items()
    ]
    current = [Auxiliary(name=name, equation=Interpolate(f"list of {name}", NOW)) for name in columns]
    results = [Auxiliary(name=name, equation=op(name, *"abc"[: kind.arity])) for name, kind in OPERATIONS.items()] + [
        Auxiliary(name=f"{name} {place}", equation=op(name, "a", value))
        for name, kind in OPERATIONS.items()
        if kind.arity == 2
        for place, value in enumerate(AWKWARD)
    ]
    model = Model("operations", (*controls(len(pairs) - 1.0, 1.0, 1.0), *tables, *current, *results))
    wanted = {}
    for name, kind in OPERATIONS.items():
        rows = zip(*(columns[letter] for letter in "abc"[: kind.arity]), strict=True)
        wanted[name] = [apply(name, *row) for row in rows]
        if kind.arity == 2:
            for place, value in enumerate(AWKWARD):
                wanted[f"{name} {place}"] = [apply(name, a, value) for a in columns["a"]]
    return model, wanted


def of_truth():
    """Truth values as numbers and numbers as truth values, nested in each other."""
    less, more = op("less", NOW, 3), op("greater", NOW, 1)
    return Model(
        "truth",
        (
            *controls(),
            Auxiliary(name="sum", equation=op("add", less, op("multiply", more, op("not", NOW)))),
            Auxiliary(name="both", equation=op("and", op("or", less, NOW), op("subtract", NOW, 1))),
            Auxiliary(name="compared", equation=op("equal", op("less", less, more), op("not_equal", more, 1))),
            Auxiliary(name="chosen", equation=op("select", op("select", less, more, NOW), less, op("and", more, NOW))),
            Auxiliary(name="nots", equation=op("not", op("not", op("or", op("and", less, more), op("negate", 0))))),
            Auxiliary(name="minus", equation=op("negate", op("negate", op("subtract", NOW, op("subtract", 1, -2))))),
            Auxiliary(name="parts", equation=op("divide", NOW, op("divide", op("multiply", 2, -3), op("add", NOW, 4)))),
        ),
    )


def of_tables():
    """Each kind of table, even and uneven, with one point too, read before, at, between and after its points."""
    kinds = ("hold", "extrapolate", "steps", "ahead", "raw")
    x, y = (-1.0, 0.0, 0.5, 2.0, 5.0), (3.0, -1.0, 4.0, 4.5, 0.0)
    tables = [Table(name=f"{kind} table", x=x, y=y, beyond=kind) for kind in kinds]
    tables += [Table(name=f"{kind} even", x=(0.0, 1.0, 2.0), y=(0.0, 10.0, 5.0), beyond=kind) for kind in kinds]
    tables += [Table(name=f"{kind} lone", x=(1.0,), y=(7.0,), beyond=kind) for kind in kinds]
    moving = Auxiliary(name="moving", equation=op("subtract", NOW, 2))
    nothing = Auxiliary(name="nothing", equation=op("sqrt", op("negate", op("add", NOW, 1))))
    read = [
        Auxiliary(name=f"{table.name} at {at}", equation=Interpolate(table.name, Ref(at)))
        for table in tables
        for at in ("moving", "nothing")
    ]
    tables.append(Table(name="raw tenths", x=tuple(n / 10 for n in range(40)), y=tuple(range(40)), beyond="raw"))
    read.append(Auxiliary(name="in tenths", equation=Interpolate("raw tenths", NOW)))
    return Model("tables", (*controls(8.0, 0.1, 0.1), *tables, moving, nothing, *read))


def of_memory(integration="euler"):
    """Stocks, held values, fixed delays, frozen values, ACTIVE INITIAL, and a control that is computed."""
    return Model(
        "memory",
        (
            Constant(name="rate", value=0.3),
            Constant(name="lag", value=1.2),
            *controls()[:3],
            Auxiliary(name="SAVEPER", equation=op("multiply", "TIME STEP", "saves")),
            Auxiliary(name="saves", equation=op("add", op("multiply", "rate", 0), 2)),
            Stock(name="level", net_flow=op("subtract", "inflow", "outflow"), initial=op("add", "at start", 1)),
            Stock(name="other", net_flow=op("multiply", "level", "late"), initial=op("multiply", "level", 2)),
            Auxiliary(name="inflow", equation=op("add", op("sin", NOW), 2), initial=op("add", "rate", 5)),
            Auxiliary(name="outflow", equation=op("multiply", "level", "rate")),
            Frozen(name="at start", equation=op("multiply", "inflow", 3), hidden=True),
            Held(name="sampled", next=op("select", op("greater", NOW, 4), "sampled", "level"), initial=_expr(9)),
            FixedDelay(name="pipeline", input=Ref("outflow"), delay=Ref("lag"), initial=op("negate", "level")),
            FixedDelay(name="short", input=Ref("pipeline"), delay=Number(0.1), initial=Number(-5.0)),
            Auxiliary(name="late", equation=op("add", "pipeline", op("multiply", "short", 0.01))),
            Auxiliary(name="kept", equation=op("add", "sampled", "at start")),
            Auxiliary(name="ahead of the clock", equation=op("divide", "TIME STEP", "SAVEPER")),
        ),
        integration=integration,
    )


def of_draws():
    """Two draws, one of them read at the start and in a net flow."""
    return Model(
        "draws",
        (
            *controls(20.0, 1.0, 1.0),
            Draw(name="first noise", stream=7),
            Draw(name="second noise", stream=4_000_000_001),
            Auxiliary(name="first", equation=Ref("first noise")),
            Auxiliary(name="second", equation=Ref("second noise")),
            Frozen(name="begun", equation=Ref("second noise"), hidden=True),
            Auxiliary(name="at start", equation=Ref("begun")),
            Stock(name="walk", net_flow=op("subtract", "first noise", 0.5), initial=Ref("first noise")),
        ),
    )


def growing(integration):
    """x' = x, and y' = Time^3, from 1 and 0."""
    return Model(
        "growing",
        (
            *controls(4.0, 0.5, 0.5),
            Stock(name="x", net_flow=Ref("x"), initial=Number(1.0)),
            Stock(name="y", net_flow=op("power", NOW, 3), initial=Number(0.0)),
        ),
        integration=integration,
    )


_TEXTS = (
    '"',
    "'",
    "\\",
    "'''",
    '"""',
    "</script>",
    "<!--<script>",
    "]]>",
    "\n import os",
    "\r print(1)",
    "\u2028alert(1)",
    "\u2029alert(1)",
    "x\x00y",
    "\x0c boom()",
    "\ud800 alone",
    "__import__('os').system('true')",
    "`${process.exit(1)}`",
    "${1+1}",
    "{0}",
    "{text!r}",
    "%s",
    "*/ x /*",
    "// x",
    "# -*- coding: utf-7 -*-",
    "__proto__",
    "constructor",
    "import",
    "lambda",
    "power",
    "math",
    "step",
    "saved",
    "print",
    "été",
    "ete",
    "变量",
    "другое",
    "1st",
    "\u202eesrever",
    "",
)


def switching(integration):
    """Switches on time, on a table of steps and on stocks, in flows and behind auxiliaries."""
    on = op("greater_equal", NOW, 1.25)
    return Model(
        "switching",
        (
            *controls(4.0, 0.5, 0.5),
            Table(name="course", x=(0.0, 1.0, 2.2), y=(1.0, 5.0, -2.0), beyond="steps"),
            Auxiliary(name="jump", equation=op("select", on, op("multiply", NOW, 2), 1)),
            Auxiliary(name="data", equation=Interpolate("course", NOW)),
            Auxiliary(name="later", equation=op("add", "data", NOW)),
            Auxiliary(name="full", equation=op("select", op("greater", "level", 6), -1, "jump")),
            Auxiliary(name="by stages", equation=op("floor", op("multiply", "later", 0.7))),
            Stock(name="level", net_flow=op("add", "full", "data"), initial=Number(1.0)),
            Stock(name="other", net_flow=op("add", "by stages", "level"), initial=Ref("jump")),
        ),
        integration=integration,
    )


HOSTILE = tuple({key(text): text for text in _TEXTS}.values())


def hostile():
    """Each kind of variable under names that try to be code; units and documentation try as well."""
    variables = list(controls())
    for place, text in enumerate(HOSTILE):
        told = {"unit": text, "documentation": f"{text}\n{text}", "text": text}
        before = variables[-1].name if place else TIME
        variables.append(Table(name=f"t{text}", x=(0.0, 1.0), y=(0.0, 2.0), **told))
        variables.append(_of_each_kind(place, before, f"t{text}", {"name": text, **told}))
    return Model("'''\"\"\"</script>\n import os", tuple(variables))


def _of_each_kind(place, read, table, told):
    """A variable that reads another, of a kind that changes with `place`."""
    kinds = (
        lambda: Constant(value=2.0, **told),
        lambda: Auxiliary(equation=op("add", read, 1), **told),
        lambda: Stock(net_flow=Ref(read), initial=Number(1.0), **told),
        lambda: Auxiliary(equation=Interpolate(table, Ref(read)), **told),
        lambda: Held(next=Ref(read), initial=Number(1.0), **told),
        lambda: FixedDelay(input=Ref(read), delay=Number(1.0), initial=Number(0.0), **told),
    )
    return kinds[place % len(kinds)]()
