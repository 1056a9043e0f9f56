"""Named settings → experiments: one row for each name, with the model's own numbers and no draws."""

from collections.abc import Mapping

import xarray as xr

from sdmodel.design.asked import draws_of
from sdmodel.design.futures import single_future
from sdmodel.design.rows import Plan, plan_of, table_of
from sdmodel.model.model import Model
from sdmodel.study.terms import Setting

Rows = Mapping[str, Mapping[str, Setting]]


def plan_of_rows(model: Model, rows: Rows) -> Plan:
    """The inputs that `rows` need together; every part of them can be made into experiments with it."""
    return plan_of(model, list(rows.values()), ())


def named_rows(rows: Rows, plan: Plan, model: Model, study: str = "") -> xr.Dataset:
    """Experiments as `experiments` makes them, the coord `scenario` holding the names of `rows` in their order.

    Raises:
        ExperimentError: a row does not set what others set, and the model gives it no number.
    """
    return table_of(plan, rows, draws_of(model, single_future()), {"study": study})
