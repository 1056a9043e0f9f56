"""Which variables may be missing at some times, found from the model alone."""

from sdmodel.model.expr import Apply, Interpolate, Number, Ref
from sdmodel.model.missing import missing
from sdmodel.model.model import TIME, Auxiliary, Constant, FixedDelay, Frozen, Held, Model, Stock, Table


def _plus(name):
    return Apply("add", (Ref(name), Number(1.0)))


def _model(beyond):
    return Model(
        "m",
        (
            Table(name="points", x=(0.0, 2.0), y=(1.0, 3.0), beyond=beyond),
            Auxiliary(name="data", equation=Interpolate("POINTS", Ref(TIME))),
            Auxiliary(name="twice", equation=Apply("add", (Ref("Data"), Ref("data")))),
            Auxiliary(name="far", equation=_plus("twice")),
            FixedDelay(name="pipe", input=Ref("far"), delay=Number(2.0), initial=Number(0.0), hidden=True),
            Auxiliary(name="later", equation=_plus("pipe")),
            Stock(name="s", net_flow=Ref("data"), initial=Number(0.0)),
            Auxiliary(name="of stock", equation=_plus("s")),
            Held(name="h", next=Ref("data"), initial=Number(0.0)),
            Auxiliary(name="of memory", equation=_plus("h")),
            Frozen(name="f", equation=Ref("data")),
            Auxiliary(name="of start", equation=_plus("f")),
            Constant(name="c", value=1.0),
            Auxiliary(name="apart", equation=_plus("c")),
        ),
    )


def test_data_at_points_alone_make_what_reads_them_missing():
    """Directly, through auxiliaries, and later through a fixed delay; in any spelling of a name."""
    assert missing(_model("raw")) == {"data", "twice", "far", "later"}


def test_other_tables_have_a_value_everywhere():
    for beyond in ("hold", "extrapolate", "steps", "ahead"):
        assert missing(_model(beyond)) == frozenset()
