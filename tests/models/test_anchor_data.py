"""The data beside the models: every figure has a unit, a status and a source, and the table of contents counts them."""

import csv
import re
from collections import Counter

import pytest
from shipped import DILEMMA, FOLDER, model, study

STATUSES = ("verified", "derived", "from memory", "conflicting")
FILES = sorted((FOLDER / "data").glob("*.csv"))
ANCHORS = [path for path in FILES if path.name.startswith("anchor_")]


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_eleven_anchor_series_are_there():
    assert len(ANCHORS) == 11


@pytest.mark.parametrize("path", [*ANCHORS, FOLDER / "data" / "events.csv"], ids=lambda path: path.stem)
def test_every_row_has_a_known_status_and_a_source(path):
    for row in rows(path):
        assert row["status"] in STATUSES, row
        assert row["source"].strip(), row
        assert None not in row, row


@pytest.mark.parametrize("path", ANCHORS, ids=lambda path: path.stem)
def test_no_figure_lacks_its_unit_and_every_figure_is_a_number(path):
    for row in rows(path):
        figures = [row[column] for column in ("time", "value", "low", "high") if row[column]]
        assert all(re.fullmatch(r"-?\d+(\.\d+)?", figure) for figure in figures), row
        assert row["unit"] or not (row["value"] or row["low"] or row["high"]), row


def test_the_table_of_contents_counts_the_rows_of_each_status():
    told = (FOLDER / "data" / "README.md").read_text(encoding="utf-8")
    for path in FILES:
        line = re.search(rf"^\| `{path.name}` \|.*$", told, re.M)
        assert line, path.name
        cells = [int(cell.strip() or 0) for cell in line[0].strip("|").split("|")[2:]]
        counts = Counter(row["status"] for row in rows(path))
        assert cells == [counts[status] for status in STATUSES], path.name


def test_the_figures_of_the_essay_stand_among_the_anchors_or_events():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    for words in ("US$300 billion a year", "chip shortage", "2021-02-24", "South Korea", "Australia"):
        assert words.casefold() in text.casefold(), words


def test_events_and_levers_are_variables_of_the_model():
    """Each mark and each measure names a variable that the model has."""
    marks = [row["variable"] for row in rows(FOLDER / "data" / "events.csv")]
    levers = [row["lever"] for row in rows(FOLDER / "data" / "anchor_export_control_timeline.csv")]
    assert [name for name in {*marks, *levers} if name not in model(DILEMMA)] == []


def test_the_dilemma_is_not_fitted_to_rows_from_memory():
    asked = study(DILEMMA).calibration
    assert asked is not None
    assert all(set(series.statuses) <= {"verified", "derived"} for series in asked.series.values())
