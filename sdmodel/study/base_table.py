"""`[base]` of a study file: the study that it builds on."""

from pydantic import BaseModel

from sdmodel.study.fields import Checked, Name


class BaseTable(Checked, BaseModel):
    """`study` is the file; `scenarios` names those that are taken (none given: all); `leave` what is not taken.

    To `leave` is a key or table of the base, "checks", or one thing in a table, "uncertainties.US dependence".
    """

    study: Name
    scenarios: list[Name] | None = None
    leave: list[Name] = []
