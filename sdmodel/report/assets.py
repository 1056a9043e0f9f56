"""Scripts, style and data of the page, all inline, and the policy that lets exactly these scripts run."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sdmodel.report.drivers import Drivers
from sdmodel.report.embed import policy_hash, script_json
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.sensitivity import views


def assets(drawn: Iterable[Figure], decided: Drivers) -> dict[str, Any]:
    """What the template needs besides words: `policy`, `figure_data`, `view_data`, `plotly`, `script`, `style`.

    The policy fetches nothing, and runs no script but the two that are named by hash: not even one that a mistake in
    escaping would let in.
    """
    plotly, script, style = _plotly(), _asset("report.js"), _asset("style.css")
    policy = (
        f"default-src 'none'; script-src {policy_hash(plotly)} {policy_hash(script)}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    data = {figure.key: {**figure.spec, "height": figure.height} for figure in drawn}
    return {
        "policy": policy,
        "figure_data": script_json(data),
        "view_data": script_json(views(decided)),
        "plotly": Markup(plotly),
        "script": Markup(script),
        "style": Markup(style),
    }


@cache
def environment() -> Environment:
    """Jinja2 that escapes everything and refuses a name that is not given."""
    return Environment(
        loader=PackageLoader("sdmodel.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _asset(name: str) -> str:
    return files("sdmodel.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """Plotly's own script; its lines end as a browser's parser sees them, so that its hash fits."""
    from plotly.offline import get_plotlyjs  # not at the top: Plotly takes long to import, and only a page needs it

    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")
