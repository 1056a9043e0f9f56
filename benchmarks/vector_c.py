"""Model → C as an engineer would write it for that one model: members in vector lanes, everything else by GCC.

    python -m benchmarks.vector_c MODEL.mdl "a variable" "another" > model.c

`vector_values` arranges what is computed when. Here: constants of the model are packed into one aligned block a vector
of members; phases are computed again when the clock passes the earliest threshold of any member; tables are lines
(intercept and slope of each piece) chosen by a clamped index without a branch, by permuted registers where the CPU has
them; what only saved variables need is computed at saved times only. Nothing of the engine's printers is used but the
order of equations, so that a mistake of theirs shows as a difference.
"""

import sys
from collections.abc import Iterable
from itertools import pairwise

from benchmarks.vector_values import COMPARES, PHASE, RUN, STEP, Kernel, Node, kernel
from sdmodel.model.model import Model, Table

PRINTED = {
    **{name: f"{{}} {sign} {{}}" for name, sign in COMPARES.items()},
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negate": "-{}",
    "and": "{} & {}",
    "or": "{} | {}",
    "not": "~{}",
    "select": "choose({}, {}, {})",
    "minimum": "choose({0} < {1}, {0}, {1})",
    "maximum": "choose({0} > {1}, {0}, {1})",
    "absolute": "(vec)(bits({}) & 0x7fffffffffffffffLL)",
    "exp": "exp_one({})",
    "log": "log_one({})",
    "power": "pow_one({}, {})",
    "sqrt": "sqrt_each({})",
    "number": "choose({}, all(1.0), all(0.0))",
    "truth": "{} != 0.0",
}
MOST_POINTS = 32  # a table with more is read from memory


def c_text(model: Model, saved: Iterable[str]) -> str:
    """A C file with `simulate(members, in, out, start, dt, steps, every)`, as `native_c` calls it.

    Absent when the model uses what this printer does not have.
    """
    made = kernel(model, saved)
    return "\n".join([*_head(made, model.name), *map(_function, _tables(made)), *_run(made), *_simulate(made)]) + "\n"


def _head(made: Kernel, name: str) -> list[str]:
    return [
        f"/* {name}, written by benchmarks/vector_c.py as an engineer would write it. */",
        '#include "vector_math.h"',
        f"enum {{ INPUTS = {len(made.inputs)}, SAVED = {len(made.saved)}, MOST_TIMES = 1024 }};",
    ]


def _tables(made: Kernel) -> list[tuple[str, Table]]:
    found = []
    for name, function in made.values.tables.items():
        table = made.values.model[name]
        assert isinstance(table, Table)
        found.append((function, table))
    return found


def _function(named: tuple[str, Table]) -> str:
    """A table as a C function of a vector: lines chosen by index when its points stand evenly, else a sum of ramps."""
    name, table = named
    x, y, points = table.x, table.y, len(table.x)
    head = f"INLINE vec {name}(vec x) {{ "
    if points == 1:
        return f"{head}return x * 0.0 + {y[0].hex()}; }}"
    spacing = (x[-1] - x[0]) / (points - 1)
    if not all(abs(one - x[0] - place * spacing) < 1e-9 * spacing for place, one in enumerate(x)):
        return head + _ramps(table) + " }"
    # v = place - 1/2, so that rounding to the nearest whole number is the piece; at a point both pieces are right
    slopes = [b - a for a, b in pairwise(y)] + [0.0]
    cuts = [value - slope * (place - 0.5) for place, (value, slope) in enumerate(zip(y, slopes, strict=True))]
    size = 16 if points <= 16 else 32 if points <= MOST_POINTS else points
    pick = f"pick{size}" if points <= MOST_POINTS else "gather"
    v = f"fused(x, all({(1 / spacing).hex()}), all({(-x[0] / spacing - 0.5).hex()}))"
    return (
        f"static const double {name}_cut[{size}] ALIGNED = {{{_numbers(cuts)}}};\n"
        f"static const double {name}_slope[{size}] ALIGNED = {{{_numbers(slopes)}}};\n"
        f"{head}vec v = least({points - 1.5}, most(-0.5, {v})); ivec at = whole(v); "
        f"return fused(v, {pick}({name}_slope, at), {pick}({name}_cut, at)); }}"
    )


def _ramps(table: Table) -> str:
    pieces = list(zip(pairwise(table.x), pairwise(table.y), strict=True))
    terms = [
        f"(least({right.hex()}, most({left.hex()}, x)) - {left.hex()}) * {((above - below) / (right - left)).hex()}"
        for (left, right), (below, above) in pieces
    ]
    return f"return {table.y[0].hex()} + {' + '.join(terms)};"


def _numbers(values: Iterable[float]) -> str:
    return ", ".join(float(value).hex() for value in values)


def _run(made: Kernel) -> list[str]:
    """The function for one vector of members: start, phases, step, save."""
    values, nodes = made.values, made.values.nodes
    stepping, saving = _reached(nodes, made.following), _reached(nodes, made.saved)
    used = stepping | saving | _reached(nodes, (*made.initial, *values.thresholds))
    once = [n for n in sorted(used) if nodes[n].level <= RUN]
    phases = [n for n in sorted(used) if nodes[n].level == PHASE]
    states = [f"s{place}" for place in range(len(made.stocks))]
    return [
        "static void run(const vec *restrict in, vec (*restrict kept)[SAVED], double start, double dt, long steps, "
        "long every) {",
        *(_line(nodes, n) for n in once),
        *([f"vec {', '.join(states)};"] if states else []),
        *(f"{state} = {_word(nodes, n)};" for state, n in zip(states, made.initial, strict=True)),
        *(f"{_type(nodes, n)} v{n};" for n in phases),
        "double next = -__builtin_inf();",
        "for (long step = 0; step <= steps; step++) {",
        "double now = start + step * dt;",
        *_phase(made, phases),
        *(_line(nodes, n) for n in sorted(stepping) if nodes[n].level == STEP),
        "if (step % every == 0) {",
        *(_line(nodes, n) for n in sorted(saving - stepping) if nodes[n].level == STEP),
        *(f"kept[step / every][{place}] = {_word(nodes, n)};" for place, n in enumerate(made.saved)),
        "}",
        *(f"{state} = {_word(nodes, n)};" for state, n in zip(states, made.following, strict=True)),
        "}",
        "}",
    ]


def _phase(made: Kernel, phases: list[int]) -> list[str]:
    """Values that change at thresholds, and when the next of these comes."""
    nodes, thresholds = made.values.nodes, sorted(set(made.values.thresholds))
    if not phases:
        return []
    return [
        "if (now >= next) {",
        *(_line(nodes, n, declared=True) for n in phases),
        "vec soonest = all(__builtin_inf());",
        # >= although > would do for most: after a strict comparison the next step has to look again
        *(f"soonest = earlier(soonest, {_word(nodes, n)}, now);" for n in thresholds),
        "next = lowest(soonest);",
        "}",
    ]


def _simulate(made: Kernel) -> list[str]:
    names = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in made.inputs)
    return [
        f"const char *input_names[] = {{{names}}};",
        "const int input_count = INPUTS;",
        "int simulate(long members, const double *restrict in, double *restrict out, double start, double dt, "
        "long steps, long every) {",
        "static _Thread_local vec x[INPUTS] ALIGNED, kept[MOST_TIMES][SAVED] ALIGNED;",
        "long times = steps / every + 1;",
        "if (times > MOST_TIMES) return 1;",
        "for (long first = 0; first < members; first += LANES) {",
        "long lanes = members - first < LANES ? members - first : LANES;",
        "for (int k = 0; k < INPUTS; k++)",
        "for (int lane = 0; lane < LANES; lane++) x[k][lane] = in[k * members + first + (lane < lanes ? lane : 0)];",
        "run(x, kept, start, dt, steps, every);",
        "for (int k = 0; k < SAVED; k++)",
        "for (long lane = 0; lane < lanes; lane++)",
        "for (long t = 0; t < times; t++) out[(k * members + first + lane) * times + t] = kept[t][k][lane];",
        "}",
        "return 0;",
        "}",
    ]


def _reached(nodes: list[Node], roots: Iterable[int]) -> set[int]:
    found: set[int] = set()
    pending = list(roots)
    while pending:
        number = pending.pop()
        if number not in found:
            found.add(number)
            pending.extend(nodes[number].arguments)
    return found


def _type(nodes: list[Node], number: int) -> str:
    return "ivec" if nodes[number].is_truth else "vec"


def _line(nodes: list[Node], number: int, declared: bool = False) -> str:
    """The C statement that computes a value; nothing where a name or literal is the value."""
    node = nodes[number]
    if node.operation in ("literal", "input", "start", "step", "stock", "clock"):
        return ""
    words = [_word(nodes, argument) for argument in node.arguments]
    text = f"{node.text}({words[0]})" if node.operation == "table" else PRINTED[node.operation].format(*words)
    return f"{'' if declared else f'{_type(nodes, number)} '}v{number} = {text};"


def _word(nodes: list[Node], number: int) -> str:
    """How an expression names a value."""
    node = nodes[number]
    words = {"literal": f"all({node.text})", "input": f"in[{node.text}]", "start": "all(start)", "step": "all(dt)"}
    return {**words, "stock": f"s{node.text}", "clock": "all(now)"}.get(node.operation, f"v{number}")


def main() -> None:
    from sdmodel.read import read

    if len(sys.argv) < 3:
        sys.exit('usage: python -m benchmarks.vector_c MODEL.mdl "a variable to save" …')
    print(c_text(read(sys.argv[1]), sys.argv[2:]), end="")


if __name__ == "__main__":
    main()
