"""Functions that a printed Python program carries with it: IEEE answers where Python would raise, tables, draws, clock.

`python.py` copies the source of those that a program needs, each with the functions that it calls; so they import
`math` alone and stand for themselves.
"""

import math


def divide(a: float, b: float) -> float:
    """a / b; infinite or not a number where b is 0."""
    if b != 0.0:
        return a / b
    return a * math.copysign(math.inf, b)


def power(a: float, b: float) -> float:
    """a to the power b; not a number for negative a unless b is whole."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and b % 2.0 == 1.0 else math.inf
    except ValueError:
        return math.inf if a == 0.0 else math.nan


def minimum(a: float, b: float) -> float:
    """The smaller; not a number if either is not."""
    if a != a or b != b:
        return math.nan
    return a if a < b else b


def maximum(a: float, b: float) -> float:
    """The larger; not a number if either is not."""
    if a != a or b != b:
        return math.nan
    return a if a > b else b


def exp(a: float) -> float:
    """e to the power a."""
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def log(a: float) -> float:
    """Natural logarithm."""
    if a > 0.0:
        return math.log(a)
    return -math.inf if a == 0.0 else math.nan


def sqrt(a: float) -> float:
    """Square root."""
    return math.sqrt(a) if a >= 0.0 else math.nan


def truncate(a: float) -> float:
    """a without its fraction, towards 0."""
    return float(math.trunc(a)) if math.isfinite(a) else a


def floor(a: float) -> float:
    """The largest whole number that is not above a."""
    return float(math.floor(a)) if math.isfinite(a) else a


def sin(a: float) -> float:
    """Sine of a in radians."""
    return math.sin(a) if math.isfinite(a) else math.nan


def cos(a: float) -> float:
    """Cosine of a in radians."""
    return math.cos(a) if math.isfinite(a) else math.nan


def tan(a: float) -> float:
    """Tangent of a in radians."""
    return math.tan(a) if math.isfinite(a) else math.nan


def arcsin(a: float) -> float:
    """Angle in radians whose sine is a."""
    return math.asin(a) if -1.0 <= a <= 1.0 else math.nan


def arccos(a: float) -> float:
    """Angle in radians whose cosine is a."""
    return math.acos(a) if -1.0 <= a <= 1.0 else math.nan


def sinh(a: float) -> float:
    """Hyperbolic sine."""
    try:
        return math.sinh(a)
    except OverflowError:
        return math.copysign(math.inf, a)


def cosh(a: float) -> float:
    """Hyperbolic cosine."""
    try:
        return math.cosh(a)
    except OverflowError:
        return math.inf


def hold(points: tuple[tuple[float, float], ...], at: float) -> float:
    """The table `points` read at `at`: linear between points, the last value beyond the ends."""
    if at <= points[0][0]:
        return points[0][1]
    if at >= points[-1][0]:
        return points[-1][1]
    return extrapolate(points, at)


def extrapolate(points: tuple[tuple[float, float], ...], at: float) -> float:
    """The table `points` read at `at`: linear between points, and beyond the ends as between the nearest two."""
    if at != at or len(points) == 1:
        return at if at != at else points[0][1]
    place = min(not_above(points, at), len(points) - 2)
    (x, y), (next_x, next_y) = points[place], points[place + 1]
    return y + (at - x) * ((next_y - y) / (next_x - x))


def steps_of(points: tuple[tuple[float, float], ...], at: float, near: float) -> float:
    """The value of the last of `points` that is not above `at`, or of the first; within `near` is on a point."""
    return points[not_above(points, at + near)][1] if at == at else at


def ahead(points: tuple[tuple[float, float], ...], at: float, near: float) -> float:
    """The value of the next of `points` that is not below `at`, or of the last; within `near` is on a point."""
    return points[not_below(points, at - near)][1] if at == at else at


def raw(points: tuple[tuple[float, float], ...], at: float, near: float) -> float:
    """The value of the one of `points` that is within `near` of `at`; not a number where none is."""
    x, y = points[not_below(points, at - near)]
    return y if abs(at - x) <= near else math.nan


def not_above(points: tuple[tuple[float, float], ...], at: float) -> int:
    """The place of the last point whose x is not above `at`, by halving; that of the first where there is none."""
    low, high = 0, len(points)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if points[middle][0] <= at else (low, middle)
    return low


def not_below(points: tuple[tuple[float, float], ...], at: float) -> int:
    """The place of the first point whose x is not below `at`; that of the last where there is none."""
    place = not_above(points, at)
    return place if points[place][0] >= at else min(place + 1, len(points) - 1)


def whole_steps(ratio: float) -> int:
    """The length of a fixed delay in steps, from its time by the time step: rounded, at least 1."""
    return math.floor(min(ratio, 2.0**40) + 0.500001) if ratio > 1.0 else 1


def draw(seed: int, experiment: int, stream: int, step: int) -> float:
    """A random number in (0, 1) by Threefry-2x32 with 20 rounds (Salmon et al. 2011, SC'11)."""
    keys = [seed % 2**32, experiment % 2**32]
    keys.append(0x1BD11BDA ^ keys[0] ^ keys[1])
    a = ((stream ^ seed >> 32) % 2**32 + keys[0]) % 2**32
    b = (step + keys[1]) % 2**32
    for mixing in range(20):
        turn = (13, 15, 26, 6, 17, 29, 16, 24)[mixing % 8]
        a = (a + b) % 2**32
        b = a ^ (b << turn | b >> 32 - turn) % 2**32
        if mixing % 4 == 3:
            group = mixing // 4 + 1
            a = (a + keys[group % 3]) % 2**32
            b = (b + keys[(group + 1) % 3] + group) % 2**32
    return min(((a >> 5) * 2**26 + (b >> 6) + 0.5) / 2**53, 1 - 2**-53)


def clock(start: float, stop: float, time_step: float, save_every: float) -> tuple[int, set[int]]:
    """The number of time steps, and those at which values are saved: counted, so that rounding moves none of them."""
    settings = (start, stop, time_step, save_every)
    if not all(map(math.isfinite, settings)) or stop < start or time_step <= 0.0 or save_every <= 0.0:
        raise ValueError(f"start, stop, time step, time between saved values: {settings} makes no sense")
    if max((stop - start) / time_step, (stop - start) / save_every) > 1e8:
        raise ValueError(f"start, stop, time step, time between saved values: {settings} makes too many steps")
    count = math.ceil((stop - start) / time_step - 1e-6)
    wanted = range(int((stop - start) / save_every + 1e-6) + 1)
    saves = {math.ceil(place * save_every / time_step - 1e-6) for place in wanted}
    return count, {step for step in saves if step <= count}


def is_saved(step: int, time_step: float, save_every: float) -> bool:
    """Whether a value is due at `step`: at the first that is not before a multiple of `save_every`."""
    place = math.floor((step + 1e-6) * time_step / save_every)
    return any(math.ceil(near * save_every / time_step - 1e-6) == step for near in (place, place + 1))


def goes_on(step: int, time: float, stop: float, time_step: float) -> bool:
    """Whether a run goes on after `step`, though its end at `stop` may change: while it is before that."""
    if time + 1e-6 * time_step < stop and step >= 10_000_000:
        raise ValueError(f"FINAL TIME is still ahead after {step} time steps, at time {time}: the run does not end")
    return time + 1e-6 * time_step < stop


def checked(inputs: dict[str, float], known: set[str]) -> dict[str, float]:
    """`inputs` as finite numbers, if the model has all of them."""
    numbers = {name: float(value) for name, value in inputs.items()}
    wrong = [name for name, value in numbers.items() if name not in known or not math.isfinite(value)]
    if wrong:
        raise ValueError(f"not inputs of the model, or not finite: {wrong}")
    return numbers
