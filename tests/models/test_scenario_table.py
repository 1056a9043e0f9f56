"""Every scenario of the dilemma, at the model's own parameter values, against the table kept from its draft.

Nothing differs on purpose: the model adds four mean losses to the draft and changes no equation and no value.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from shipped import DILEMMA, run, scenario_rows

LAST, PEAK = "last", "peak"
COLUMNS = {
    "XU30": ("US suspicion", 2030.0),
    "XC30": ("China suspicion", 2030.0),
    "XU45": ("US suspicion", LAST),
    "XC45": ("China suspicion", LAST),
    "vU": ("US vulnerability", LAST),
    "vC": ("China vulnerability", LAST),
    "DU": ("US dependence", LAST),
    "DC": ("China dependence", LAST),
    "SC": ("China capacity", LAST),
    "gap": ("capability gap", LAST),
    "lossU": ("US mean welfare loss", LAST),
    "lossC": ("China mean welfare loss", LAST),
    "loss3": ("third state mean welfare loss", LAST),
    "pkU": ("US welfare loss rate", PEAK),
    "pkC": ("China welfare loss rate", PEAK),
    "pk3": ("third state welfare loss rate", PEAK),
    "hedge": ("Hedging third states", LAST),
    "KU": ("US credibility", LAST),
    "KC": ("China credibility", LAST),
    "secU": ("US felt security", LAST),
    "secC": ("China felt security", LAST),
    "hpk": ("crisis hazard", PEAK),
    "h45": ("crisis hazard", LAST),
    "P30": ("crisis probability", 2030.0),
    "P45": ("crisis probability", LAST),
    "Pviol": ("violent conflict probability", LAST),
    "eq": ("stable equilibrium", LAST),
    "dec": ("decoupling index", LAST),
}
PILLARS = ("pillar one met", "pillar two met", "stable equilibrium")
# First year of pillar one, pillar two and both; NaN for never.
FIRST_YEARS = {
    "status_quo": (2041.75, np.nan, np.nan),
    "decoupling_fast": (2024.25, np.nan, np.nan),
    "decoupling_slow": (2028.0, np.nan, np.nan),
    "managed": (2033.25, np.nan, np.nan),
    "managed_reassurance": (2026.5, 2033.5, 2033.5),
    "spheres": (2030.5, np.nan, np.nan),
    "china_self_sufficiency": (2026.5, np.nan, np.nan),
    "us_controls": (2027.75, np.nan, np.nan),
    "coercion_first": (2038.25, np.nan, np.nan),
    "negotiated": (2028.75, np.nan, np.nan),
    "defector_china": (2026.5, np.nan, np.nan),
    "defector_us": (2034.25, np.nan, np.nan),
    "cheap_talk": (2033.0, np.nan, np.nan),
    "capability_only": (2026.5, 2042.5, 2042.5),
    "reassurance_only": (2026.75, 2036.5, 2036.5),
    "reassurance_only_betrayed": (2026.75, np.nan, np.nan),
    "revisionist_china": (np.nan, np.nan, np.nan),
    "revisionist_china_us_reassures": (2027.5, np.nan, np.nan),
    "us_unilateral_reassurance": (2027.0, np.nan, np.nan),
    "no_aggression": (2027.25, 2020.0, 2027.25),
}


def expected_table():
    lines = (Path(__file__).parent / "scenario_table.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row.pop("scenario"): {name: float(value) for name, value in row.items()} for row in rows}


EXPECTED = expected_table()


@pytest.fixture(scope="module")
def runs():
    """All scenarios, then all of them with the pandemic; one experiment each, values every 0.25 years."""
    rows = {**scenario_rows(), **{f"{name}__pandemic": row for name, row in scenario_rows("pandemic").items()}}
    done = run(DILEMMA, list(rows.values()), every=0.25)
    return done.assign_coords(experiment=list(rows))


def reduced(trajectory, how):
    if how == PEAK:
        return float(trajectory.max())
    return float(trajectory.isel(time=-1) if how == LAST else trajectory.sel(time=how))


def test_every_column_of_the_table_has_a_meaning():
    """No column of the draft's table is left out, and no scenario without pandemic."""
    assert all(set(row) == set(COLUMNS) for row in EXPECTED.values())
    assert {name for name in EXPECTED if "__" not in name} == set(scenario_rows())


@pytest.mark.parametrize("scenario", EXPECTED)
def test_scenario_gives_the_numbers_of_the_draft(runs, scenario):
    """All 28 columns agree to a relative 1e-9."""
    here = runs.sel(experiment=scenario)
    found = {name: reduced(here[variable], how) for name, (variable, how) in COLUMNS.items()}
    assert found == pytest.approx(EXPECTED[scenario], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scenario", FIRST_YEARS)
def test_pillars_stand_first_in_the_years_of_the_draft(runs, scenario):
    """First time, on a grid of quarter years, at which pillar one, pillar two and both are met."""
    here = runs.sel(experiment=scenario)
    for variable, year in zip(PILLARS, FIRST_YEARS[scenario], strict=True):
        met = here["time"].values[here[variable].values > 0.5]
        assert (met[0] if met.size else np.nan) == pytest.approx(year, nan_ok=True), variable
