"""Net present values → an accumulating stock and a falling discount factor, as in Vensim's reference manual."""

from sdmodel.model.expr import Expr, Ref
from sdmodel.model.model import Stock
from sdmodel.read.functions.notation import ONE, STEP, ZERO, Remembered, op, over, plus, times


def npv(base: str, stream: Expr, rate: Expr, initial: Expr = ZERO, factor: Expr = ONE) -> Remembered:
    """NPV: the value at the start of what `stream` has brought up to the end of this time step, times `factor`."""
    return _present_value(base, stream, rate, initial, factor, ONE)


def npve(base: str, stream: Expr, rate: Expr, initial: Expr, factor: Expr) -> Remembered:
    """NPVE: the same with each time step valued at its end."""
    return _present_value(base, stream, rate, initial, factor, over(ONE, plus(ONE, times(rate, STEP))))


def _present_value(base: str, stream: Expr, rate: Expr, initial: Expr, factor: Expr, first: Expr) -> Remembered:
    discount, total = f"{base} discount", f"{base} total"
    fall = over(times(Ref(discount), rate), plus(ONE, times(rate, STEP)))
    flow = times(stream, Ref(discount))
    stocks = (
        Stock(name=discount, net_flow=op("negate", fall), initial=first, hidden=True),
        Stock(name=total, net_flow=flow, initial=initial, hidden=True),
    )
    return times(plus(Ref(total), times(flow, STEP)), factor), stocks
