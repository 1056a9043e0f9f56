"""Small XMILE files for tests: variables in, a file or its runs out."""

from pathlib import Path

import numpy as np

from sdmodel.engine.compiled import simulate
from sdmodel.model.model import Constant, Table
from sdmodel.read import read

NON_NEGATIVE = "<non_negative/>"
SPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
REGIONS = (
    '<dimensions><dim name="Region"><elem name="North"/><elem name="South"/></dim>'
    '<dim name="Age" size="3"/></dimensions>'
)


def aux(name: str, equation: str, more: str = "") -> str:
    """`equation` may hold < and &: they are escaped here."""
    return f'<aux name="{name}"><eqn>{escaped(equation)}</eqn>{more}</aux>'


def flow(name: str, equation: str, more: str = "") -> str:
    """A flow."""
    return f'<flow name="{name}"><eqn>{escaped(equation)}</eqn>{more}</flow>'


def stock(name: str, initial: str, inflows: str = "", outflows: str = "", more: str = "") -> str:
    """A stock; its flows are names with spaces between them."""
    ins = "".join(f"<inflow>{one}</inflow>" for one in inflows.split())
    outs = "".join(f"<outflow>{one}</outflow>" for one in outflows.split())
    return f'<stock name="{name}"><eqn>{initial}</eqn>{ins}{outs}{more}</stock>'


def array(kind: str, name: str, dimensions: str, inside: str) -> str:
    """A variable with dimensions, `inside` being its equations."""
    dims = "".join(f'<dim name="{one}"/>' for one in dimensions.split())
    return f'<{kind} name="{name}"><dimensions>{dims}</dimensions>{inside}</{kind}>'


def escaped(text: str) -> str:
    """Text of an XML element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def document(
    *variables: str,
    start: object = 0,
    stop: object = 4,
    dt: object = 1,
    specs: str = "",
    head: str = "",
    beside: str = "",
) -> str:
    """An XMILE file; `specs` are attributes of <sim_specs>, `head` stands before <model>, `beside` after it."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<xmile version="1.0" xmlns="{SPACE}">\n'
        f"<sim_specs {specs}><start>{start}</start><stop>{stop}</stop><dt>{dt}</dt></sim_specs>{head}\n"
        f"<model><variables>\n" + "\n".join(variables) + f"\n</variables></model>{beside}</xmile>\n"
    )


def saved(folder: Path, text: str, name: str = "m.xmile") -> Path:
    """The file of that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def runs(folder: Path, *variables: str, **others: object) -> dict[str, list[float]]:
    """Values over time of all variables of a file, by name; constants as one number."""
    model = read(saved(folder, document(*variables, **others)))
    shown = [one for one in model.visible() if not isinstance(one, Table | Constant)]
    found = simulate(model, save=[one.name for one in shown])
    values = {one.name: [float(x) for x in np.ravel(found[one.name].values)] for one in shown}
    return values | {name: [value] for name, value in model.constants.items()}
