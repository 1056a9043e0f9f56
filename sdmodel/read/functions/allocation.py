"""Placeholder until allocation is here."""

from sdmodel.read.functions.vectors import _missing

allocate_available = allocate_by_priority = _missing
