"""Numbers from spreadsheets and delimited text: every way to say where they stand, against PySD's own reader."""

import csv
import datetime
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read import read
from sdmodel.read.data.cells import address, cell, column
from sdmodel.read.data.external import Folder, constants, lookups, points, series, subscripts

ROOT = Path(__file__).parents[2] / ".." / "shared" / "conformance" / "models" / "tests"
TABLE = [
    ["year", 2000, 2001, 2003, None, 2010],
    ["north", 1, 2, 4, None, 8],
    ["south", 10.5, None, -40, 5, "80"],
    ["east", 0, 0.25, 0.5, 0.75, "n/a"],
    [None, 7, 8, 9],
]
NAMES = {"years": "$B$1:$F$1", "corner": "$B$2", "rows": "$B$2:$F$3", "tall": "$A$12:$A$14", "taller": "$B$12:$C$14"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with one table as .xlsx, with commas, semicolons and tabs; in the workbook also its transpose."""
    folder = tmp_path_factory.mktemp("beside")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data Sheet"
    for row in TABLE:
        sheet.append(row)
    for row, values in enumerate([(0, 5, 6), (1, 50, 60), (2, 500, 600)], start=12):
        for across, value in enumerate(values, start=1):
            sheet.cell(row, across, value)
    turned = book.create_sheet("turned")
    for row in zip(*(row + [None] * (6 - len(row)) for row in TABLE), strict=True):
        turned.append(row)
    turned["H1"], turned["H2"], turned["H3"] = datetime.date(2000, 1, 1), True, "=1+1"
    for name, cells in NAMES.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"'Data Sheet'!{cells}")
    turned.defined_names["corner"] = DefinedName("corner", attr_text="turned!$B$3")
    book.save(folder / "numbers.xlsx")
    lines = [["" if value is None else str(value) for value in row] for row in TABLE]
    for name, delimiter in (("numbers.csv", ","), ("semicolons.csv", ";"), ("numbers.txt", "\t")):
        (folder / name).write_text("\n".join(delimiter.join(line) for line in lines) + "\n")
    return folder


FILES = [("numbers.xlsx", "data sheet"), ("numbers.csv", ","), ("semicolons.csv", ";"), ("numbers.txt", "")]


def asked(file, tab, start, along=None):
    """What PySD's parser makes of an equation."""
    return SimpleNamespace(file=file, tab=tab, cell=start, x_row_or_col=along, time_row_or_col=along)


@pytest.mark.parametrize(("file", "tab"), FILES)
def test_constants_run_to_the_right_and_down_and_with_a_star_the_other_way(place, file, tab):
    """The last dimension to the right, the one before it down; dimensions of one element count for nothing."""
    folder = Folder(place)
    read = {
        ("b2", ()): 1,
        ("B2", (3,)): [1, 2, 4],
        ("B2*", (2,)): [1, 10.5],
        ("D2", (4,)): None,
        ("D2*", (3,)): [4, -40, 0.5],
        ("D1", (3, 1)): None,
        ("B1", (2, 2)): [[2000, 2001], [1, 2]],
        ("B1*", (2, 2)): [[2000, 1], [2001, 2]],
        ("B1*", (3, 2)): [[2000, 1], [2001, 2], [2003, 4]],
        ("$B$2", (1, 3, 1)): [[[1], [2], [4]]],
        ("F3", ()): 80,
    }
    for (start, shape), wanted in read.items():
        if wanted is None:
            with pytest.raises(ModelError, match=rf"^x: .*{file}.*cell E[12] is empty"):
                constants(folder, asked(file, tab, start), shape, of="x")
        else:
            found = constants(folder, asked(file, tab, start), shape)
            assert found.shape == shape
            np.testing.assert_array_equal(found, np.array(wanted, dtype=float))


@pytest.mark.parametrize(("file", "tab"), FILES)
def test_series_leave_out_what_has_no_time_and_mark_what_has_no_value(place, file, tab):
    """Along a row; each element of a dimension in a row of its own."""
    for ask in (lookups, series):
        x, y = ask(Folder(place), asked(file, tab, "B2", "1"), (3,))
        np.testing.assert_array_equal(x, [2000, 2001, 2003, 2010])
        np.testing.assert_array_equal(y, [[1, 2, 4, 8], [10.5, np.nan, -40, 80], [0, 0.25, 0.5, np.nan]])
    time, values = series(Folder(place), asked(file, tab, "C3", "1"), ())
    np.testing.assert_array_equal(points(time, values), [[2003, 2010], [-40, 80]])


def test_series_run_down_a_column_too(place):
    """The transposed sheet gives the same series."""
    x, y = series(Folder(place), asked("numbers.xlsx", "TURNED", "B2", "A"), (3,))
    np.testing.assert_array_equal(x, [2000, 2001, 2003, 2010])
    np.testing.assert_array_equal(y[0], [1, 2, 4, 8])
    assert np.isnan(y[1, 1])


def test_names_of_blocks_stand_for_cells_and_those_of_a_sheet_come_first(place):
    """Constants, series along a row and down a column; case does not matter; a name may meet a cell."""
    folder = Folder(place)
    assert constants(folder, asked("numbers.xlsx", "Data Sheet", "Corner"), ()) == 1
    assert constants(folder, asked("numbers.xlsx", "turned", "corner"), ()) == 2
    np.testing.assert_array_equal(constants(folder, asked("numbers.xlsx", "Data Sheet", "tall*"), (3,)), [0, 1, 2])
    _, y = series(folder, asked("numbers.xlsx", "Data Sheet", "rows", "years"), (2,))
    np.testing.assert_array_equal(y[0], [1, 2, 4, 8])
    x, y = lookups(folder, asked("numbers.xlsx", "Data Sheet", "taller", "tall"), (2,))
    np.testing.assert_array_equal(x, [0, 1, 2])
    np.testing.assert_array_equal(y, [[5, 50, 500], [6, 60, 600]])
    _, again = lookups(folder, asked("numbers.xlsx", "Data Sheet", "B12", "tall"), (2,))
    np.testing.assert_array_equal(again, y)


def test_dates_are_the_numbers_of_the_spreadsheet_and_truth_is_1(place):
    """As a spreadsheet program would add them up; 1 January 2000 is its day 36526."""
    folder = Folder(place)
    assert constants(folder, asked("numbers.xlsx", "turned", "H1"), ()) == 36526
    assert constants(folder, asked("numbers.xlsx", "turned", "H2"), ()) == 1


def test_x_may_come_in_any_order(tmp_path):
    """Points are sorted with their values."""
    (tmp_path / "a.csv").write_text("x,y\n3,30\n1,10\n2,20\n")
    x, y = lookups(Folder(tmp_path), asked("a.csv", ",", "B2", "A"), ())
    assert (x.tolist(), y.tolist()) == ([1, 2, 3], [10, 20, 30])


def test_a_line_without_cells_is_a_row_of_text_as_it_is_of_a_sheet(tmp_path):
    """Rows are counted as an editor counts lines."""
    (tmp_path / "a.csv").write_text("\n\nx,7\n")
    assert constants(Folder(tmp_path), asked("a.csv", ",", "B3"), ()) == 7


def test_text_may_be_of_any_usual_encoding(tmp_path):
    """UTF-8 with and without mark, UTF-16 as Excel writes it, Windows-1252."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / f"{encoding}.txt").write_bytes("größe\t1.5e0\n".encode(encoding))
        assert constants(Folder(tmp_path), asked(f"{encoding}.txt", "", "B1"), ()) == 1.5
        assert subscripts(
            Folder(tmp_path),
            dict.fromkeys(("lastcell", "prefix"), "")
            | {"file": f"{encoding}.txt", "tab": "", "firstcell": "A1", "lastcell": "A1"},
        ) == ["größe"]


def test_elements_are_read_across_and_then_down_with_their_prefix(place):
    """From a first to a last cell, row or column; numbers without a point; empty cells left out; blocks by name."""

    def told(first, last, prefix="", tab="Data Sheet"):
        return {"file": "numbers.xlsx", "tab": tab, "firstcell": first, "lastcell": last, "prefix": prefix}

    folder = Folder(place)
    assert subscripts(folder, told("A2", "A4", "in ")) == ["in north", "in south", "in east"]
    assert subscripts(folder, told("B1", "1", "y")) == ["y2000", "y2001", "y2003", "y2010"]
    assert subscripts(folder, told("A1", "A4"))[0] == "year"
    assert subscripts(folder, told("A2", "B3")) == ["north", "1", "south", "10.5"]
    assert subscripts(folder, told("A12", "A")) == ["0", "1", "2"]
    assert subscripts(folder, told("taller", "", "e"))[:3] == ["e5", "e6", "e50"]
    assert subscripts(folder, told("A13", "")) == ["1", "50", "60", "2", "500", "600"]
    for first, last, what in (
        ("Z90", "Z91", "ends before"),
        ("E2", "E2", "no name of an element"),
        ("A2", "?", "neither"),
    ):
        with pytest.raises(ModelError, match=what):
            subscripts(folder, told(first, last))


def test_addresses_of_cells():
    """Three letters, dollar signs, any case; what is a name instead."""
    assert [cell(text) for text in ("A1", "$b$2", "aa10", "XFD1048576")] == [(0, 0), (1, 1), (9, 26), (1048575, 16383)]
    assert [cell(text) for text in ("A0", "time1", "B", "2", "B2:C3", "")] == [None] * 6
    assert (column("AB"), column("time"), column("A1")) == (27, None, None)
    for text in ("A1", "Z9", "AA10", "XFD1048576"):
        assert address(*cell(text)) == text


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda f: constants(f, asked("numbers.xlsx", "Data Sheet", "A2"), ()), r'cell A2 has "north", which is not a'),
        (lambda f: constants(f, asked("numbers.xlsx", "turned", "H3"), ()), "cell H3 is empty. A formula counts once"),
        (
            lambda f: constants(f, asked("numbers.xlsx", "Data Shet", "B2"), ()),
            'no sheet "Data Shet". Did you mean "Da',
        ),
        (
            lambda f: constants(f, asked("numbers.xlsx", "turned", "coner"), ()),
            r'no name "coner"\. Did you mean "corner',
        ),
        (lambda f: constants(f, asked("numbers.xlsx", "turned", "rows"), (3,)), "2 × 5 cells .* needs 1 × 3"),
        (
            lambda f: constants(f, asked("numbers.xlsx", "turned", "B2"), (2, 2, 2)),
            "3 dimensions .* one equation for each",
        ),
        (lambda f: constants(f, asked("numbers.csv", ",", "corner"), ()), "numbers.csv: .*a text file has no names"),
        (lambda f: constants(f, asked("nubmers.csv", ",", "A1"), ()), 'no file "nubmers.csv".* Did you mean "numbers'),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "B2", "1"), (2, 2)), "2 dimensions"),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "A2", "1"), ()), None),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "B2", "0"), ()), "there is no row 0"),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "corner", "1"), ()), "not a cell such as B2"),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "B2", "8"), ()), "no number along 8, in cells B8:F8"),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "B2", "rows"), ()), "stands for a table, B2:F3"),
        (lambda f: series(f, asked("numbers.xlsx", "Data Sheet", "Z99", "A"), ()), "the sheet ends before cell Z99"),
        (lambda f: series(f, asked("numbers.csv", ",", "A1", "B"), ()), 'cell A4 has "east", which is not a number'),
    ],
)
def test_what_is_wrong_is_told_with_file_and_cell(place, act, message):
    """And what stands there instead of a number, and what to do."""
    folder = Folder(place)
    if message is None:
        x, y = act(folder)
        assert len(x) == y.size == 4
        return
    with pytest.raises(ModelError, match=message):
        act(folder)


def test_a_time_that_stands_twice_is_refused(tmp_path):
    """Which value would count?"""
    (tmp_path / "a.csv").write_text("x,y\n1,10\n1,20\n")
    with pytest.raises(ModelError, match=r"a\.csv.*1 stands twice along A, in cells A2:A3"):
        lookups(Folder(tmp_path), asked("a.csv", ",", "B2", "A"), ())


# --- PySD's own reader ----------------------------------------------------------------------------------------------


def shared(*parts):
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip("the public test models are not on this machine")
    return path


def reader_of_pysd():
    """The module; libraries that it imports warn of each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysd.py_backend import external
    return external


def of_pysd(kind, root, one, coords):
    """What PySD reads of the same cells."""
    external = reader_of_pysd()
    place = {"root": root, "final_coords": coords, "py_name": "x"}
    if kind == "constants":
        read = external.ExtConstant(one.file, one.tab, one.cell, coords, **place)
    elif kind == "lookups":
        read = external.ExtLookup(one.file, one.tab, one.x_row_or_col, one.cell, coords, **place)
    else:
        read = external.ExtData(one.file, one.tab, one.time_row_or_col, one.cell, "raw", coords, **place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read.initialize()
    external.Excels.clean()
    return read.data


@pytest.mark.parametrize(
    ("folder", "one", "shape"),
    [
        ("get_constants", asked("data.xlsx", "தாள்", "A2"), ()),
        ("get_constants_incomplete_subscript", asked("inputs.xls", "tab1", "B11"), ()),
        ("get_constants_incomplete_subscript", asked("inputs.xls", "tab1", "B5"), (3, 2)),
        ("get_constants_incomplete_subscript", asked("inputs.xls", "tab1", "B2"), (3, 1)),
        ("get_constants_incomplete_subscript", asked("inputs.xls", "tab1", "B5*"), (2, 3)),
        ("get_subscript_3d_arrays_xls", asked("input.xls", "Sheet1", "C4"), (3, 1, 2)),
        ("get_subscript_3d_arrays_xls", asked("input.xls", "Sheet1", "E4"), (3, 1, 2)),
        ("get_xls_cellrange", asked("inputs.xlsx", "Global", "valuev*"), (6,)),
        ("get_xls_cellrange", asked("inputs.xlsx", "Global", "value1"), (6,)),
        ("get_xls_cellrange", asked("inputs.xlsx", "Local", "value2"), (6,)),
    ],
)
def test_constants_of_public_models_are_those_that_pysd_reads(folder, one, shape):
    """From .xls and .xlsx, by cell and by name, of all numbers of dimensions."""
    root = shared(folder)
    coords = {f"dim {place}": [f"e{n}" for n in range(size)] for place, size in enumerate(shape)}
    wanted = np.asarray(of_pysd("constants", root, one, coords))
    np.testing.assert_array_equal(constants(Folder(root), one, shape), wanted)


@pytest.mark.parametrize(
    ("folder", "one", "shape"),
    [
        ("get_data", asked("data down.xlsx", "தாள்", "B2", "A"), ()),
        ("get_data", asked("data across.xlsx", "தாள்", "B2", "1"), (3,)),
        ("get_data", asked("data down.csv", ",", "B2", "A"), (3,)),
        ("get_data", asked("data across.csv", ",", "B2", "1"), ()),
        ("get_lookups_data_3d_xls", asked("input.xls", "Sheet1", "C5", "4"), (1, 2)),
        ("get_lookups_data_3d_xls", asked("input2.xls", "Sheet1", "C7", "4"), (1, 2)),
        ("get_data_args_3d_xls", asked("input.xls", "Sheet1", "C7", "4"), (1, 2)),
        ("get_xls_cellrange", asked("inputs.xlsx", "Global", "valuev", "Timev"), ()),
        ("get_xls_cellrange", asked("inputs.xlsx", "Global", "value1", "Time1"), ()),
        ("get_xls_cellrange", asked("inputs.xlsx", "Local", "value2", "Time2"), ()),
    ],
)
def test_series_of_public_models_are_those_that_pysd_reads(folder, one, shape):
    """As lookups and as data, along rows and columns and by name."""
    root = shared(folder)
    coords = {f"dim {place}": [f"e{n}" for n in range(size)] for place, size in enumerate(shape)}
    for kind, ask in (("lookups", lookups), ("data", series)):
        wanted = of_pysd(kind, root, one, coords)
        x, y = ask(Folder(root), one, shape)
        np.testing.assert_array_equal(x, wanted[wanted.dims[0]])
        np.testing.assert_array_equal(np.moveaxis(y, -1, 0), wanted)


def test_elements_of_a_public_model_are_those_that_pysd_reads():
    """Across and down."""
    root = shared("get_subscript_3d_arrays_xls")
    for first, last, prefix in (("C3", "D3", "Depth"), ("B4", "B6", "Entry")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = reader_of_pysd().ExtSubscript("input.xls", "Sheet1", first, last, prefix, root).subscript
        told = {"file": "input.xls", "tab": "Sheet1", "firstcell": first, "lastcell": last, "prefix": prefix}
        assert subscripts(Folder(root), told) == wanted


@pytest.mark.parametrize(
    "name",
    [
        "get_constants_incomplete_subscript",
        "get_data_args_3d_xls",
        "get_lookups_data_3d_xls",
        "get_lookups_subscripted_args",
        "get_lookups_subset",
        "get_subscript_3d_arrays_xls",
        "get_xls_cellrange",
    ],
)
def test_public_models_with_spreadsheets_run_as_in_vensim(name):
    """Every column of the run that comes with the model: constants as read, trajectories as simulated."""
    (file,) = shared(name).glob("*.mdl")
    model = read(file)
    runs = compiled.simulate(model)
    header, *rows = csv.reader((file.parent / "output.tab").read_text().splitlines(), delimiter="\t")
    known = {key(str(own)): runs[own].values[0] for own in runs.data_vars if runs[own].attrs["role"] == "trajectory"}
    compared = 0
    for place, column_name in enumerate(header[1:], start=1):
        wanted = np.array([float(row[place]) for row in rows if len(row) > place and row[place].strip()])
        found = known.get(key(column_name))
        if found is None:
            found = np.array([model.constants[model[column_name].name]])
        np.testing.assert_allclose(found[: len(wanted)], wanted, rtol=1e-5, atol=1e-5, err_msg=column_name)
        compared += 1
    assert compared == len(header) - 1 > 3
