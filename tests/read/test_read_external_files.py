"""Files of numbers as something untrusted: which may be read, what is refused, what has changed; data of users."""

import os
import zipfile
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest

from sdmodel.errors import ModelError
from sdmodel.read import read
from sdmodel.read.data import folder as folder_module
from sdmodel.read.data import spreadsheet
from sdmodel.read.data.dataset import Datasets
from sdmodel.read.data.external import Folder, constants
from sdmodel.read.dimensions import Unsupported
from sdmodel.read.sources import Sources


@pytest.fixture
def beside(tmp_path):
    """The folder of a model, with a file in it and one in a folder below; another file lies outside."""
    root = tmp_path / "model"
    (root / "Data").mkdir(parents=True)
    (root / "a.csv").write_text("1,2\n")
    (root / "Data" / "Inner.csv").write_text("3,4\n")
    (tmp_path / "outside.csv").write_text("5,6\n")
    return root


def first(folder, name, tab=","):
    """The number in the first cell."""
    return float(constants(folder, SimpleNamespace(file=name, tab=tab, cell="A1"), (), of="some constant"))


def refusal(folder, name, tab=","):
    with pytest.raises(ModelError) as caught:
        first(folder, name, tab)
    assert str(caught.value).startswith("some constant: ")
    return str(caught.value)


def workbook(path, value=7.0, sheet="S"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    book.active["A1"] = value
    book.save(path)


# --- which files may be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("a.csv", 1), ("./a.csv", 1), ("Data/../a.csv", 1), ("data\\INNER.CSV", 3), ("Data/Inner.csv", 3), (" A.csv ", 1)],
)
def test_files_beside_and_below_the_model_are_read_as_windows_finds_them(beside, name, value):
    """With either slash, in any case."""
    assert first(Folder(beside), name) == value


def test_files_elsewhere_are_refused_until_their_folder_is_allowed(beside):
    """By a way up, an absolute path, a link of a file or of a folder; the message names what would allow them."""
    outside = beside.parent / "outside.csv"
    (beside / "link.csv").symlink_to(outside)
    (beside / "up").symlink_to(beside.parent)
    for name in ("../outside.csv", str(outside), "link.csv", "up/outside.csv", "Data/../../outside.csv"):
        assert "--data-folder" in refusal(Folder(beside), name)
        assert first(Folder(beside, allowed=(beside.parent,)), name) == 5
        assert first(Folder(beside, allowed=(outside,)), name) == 5


@pytest.mark.parametrize(
    "name",
    [
        "",
        "?",
        "http://example.org/a.csv",
        "file:///etc/passwd",
        "C:\\data\\a.csv",
        "\\\\server\\a.csv",
        "a\0.csv",
        "x" * 5000,
        "x" * 300 + "/a.csv",
    ],
)
def test_what_is_not_a_file_beside_the_model_is_refused(beside, name):
    """Addresses of the net, drives, shares, and names that no file has."""
    refusal(Folder(beside, allowed=(beside.parent,)), name)


def test_devices_folders_and_pipes_are_refused_without_being_opened(beside):
    """Nothing waits for a pipe, and no memory is read through a device."""
    os.mkfifo(beside / "pipe.csv")
    (beside / "null.csv").symlink_to("/dev/null")
    (beside / "loop.csv").symlink_to("loop.csv")
    assert "not a regular file" in refusal(Folder(beside), "pipe.csv")
    assert "not a regular file" in refusal(Folder(beside), "Data")
    assert "outside" in refusal(Folder(beside), "null.csv")
    refusal(Folder(beside), "loop.csv")


def test_a_name_with_a_question_mark_is_looked_up_in_the_settings(beside):
    """In any case, and with the mark on either side or not; otherwise the message tells where it is set."""
    for aliases in ({"?Numbers": "a.csv"}, {"numbers": "a.csv"}):
        assert first(Folder(beside, aliases), "?numbers") == 1
    assert "Model > Settings > XLS Files" in refusal(Folder(beside, {"other": "a.csv"}), "?numbers")
    assert "outside" in refusal(Folder(beside, {"numbers": "../outside.csv"}), "?numbers")


def test_a_missing_file_is_told_with_one_of_nearly_that_name(beside):
    """Often it is the other kind of spreadsheet."""
    workbook(beside / "data.xlsx")
    assert 'Did you mean "data.xlsx"?' in refusal(Folder(beside), "data.xls")
    assert 'Did you mean "Inner.csv"?' in refusal(Folder(beside), "Data/Iner.csv")


# --- sound files, once ----------------------------------------------------------------------------------------------


def test_each_file_is_opened_once_and_its_hash_tells_when_it_has_changed(beside, monkeypatch):
    """Under whatever name; what a reading has seen is compared with what there is."""
    workbook(beside / "b.xlsx")
    opened = []
    monkeypatch.setattr(folder_module, "contents", lambda path: opened.append(path.name) or path.read_bytes())
    folder = Folder(beside)
    for name in ("a.csv", "A.CSV", "b.xlsx", "a.csv", "b.xlsx"):
        first(folder, name, "s" if name == "b.xlsx" else ",")
    assert opened == ["a.csv", "b.xlsx"]
    assert set(folder.seen) == {"a.csv", "b.xlsx"}
    assert Folder(beside).unchanged(folder.seen)
    workbook(beside / "b.xlsx", 8.0)
    assert not Folder(beside).unchanged(folder.seen)
    assert Folder(beside).unchanged({"a.csv": folder.seen["a.csv"]})
    (beside / "a.csv").unlink()
    assert not Folder(beside).unchanged({"a.csv": folder.seen["a.csv"]})


def test_large_files_are_refused(beside, monkeypatch):
    """Before they are read, and before they are unpacked."""
    monkeypatch.setattr(folder_module, "LARGEST", 10)
    workbook(beside / "b.xlsx")
    assert "larger than" in refusal(Folder(beside), "b.xlsx", "S")
    monkeypatch.setattr(folder_module, "LARGEST", 2**20)
    monkeypatch.setattr(spreadsheet, "LARGEST_UNPACKED", 2**24)
    with zipfile.ZipFile(beside / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 2**25)
    assert "unpacks to more than 16 MiB" in refusal(Folder(beside), "bomb.xlsx", "S")


def test_a_sheet_with_cells_far_apart_does_not_fill_the_memory(beside, monkeypatch):
    """Rows are filled up to their last cell while they are read, so these are counted."""
    monkeypatch.setattr(spreadsheet, "_MOST_CELLS", 10_000)
    book = openpyxl.Workbook()
    book.active.title = "S"
    for row in range(1, 9):
        book.active.cell(row, 16_000, 1)
    book.save(beside / "wide.xlsx")
    assert "more than 10,000 cells" in refusal(Folder(beside), "wide.xlsx", "S")


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>',
        b"<!-- " + b" " * 2**21 + b' --><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_spreadsheets_that_define_entities_are_refused(beside, prolog):
    """They could unpack without end or read other files; no spreadsheet program writes them. Far inside, too."""
    workbook(beside / "b.xlsx")
    with zipfile.ZipFile(beside / "b.xlsx") as good, zipfile.ZipFile(beside / "evil.xlsx", "w") as evil:
        for part in good.namelist():
            body = good.read(part)
            evil.writestr(part, prolog + body if part == "xl/workbook.xml" else body)
    assert "is not the XML of a spreadsheet" in refusal(Folder(beside), "evil.xlsx", "S")
    with zipfile.ZipFile(beside / "evil.xlsx", "w") as evil:
        evil.writestr("xl/workbook.xml", "<?xml version='1.0' encoding='UTF-7'?><a/>")
    assert "is not the XML of a spreadsheet" in refusal(Folder(beside), "evil.xlsx", "S")


def test_damaged_files_and_those_of_other_kinds_are_told_not_suffered(beside):
    """Cut, changed, empty, named wrongly, of a binary kind."""
    workbook(beside / "good.xlsx")
    raw = (beside / "good.xlsx").read_bytes()
    random = np.random.default_rng(0).bytes
    files = {
        "cut.xlsx": raw[: len(raw) // 2],
        "changed.xlsx": raw[:60] + random(200) + raw[260:],
        "no.xlsx": b"PK\x03\x04" + random(500),
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random(2000),
        "empty.xls": b"",
        "text.xlsx": b"1,2\n",
        "binary.csv": b"\x00\x01" + random(100),
        "data.vdf": b"\x7f",
        "data.ods": b"PK\x03\x04",
        "empty.csv": b"",
    }
    for name, content in files.items():
        (beside / name).write_bytes(content)
        assert name in refusal(Folder(beside), name, "S" if name.endswith("x") else ",")
    (beside / "renamed.xls").write_bytes(raw)  # Excel opens such a file, too
    assert first(Folder(beside), "renamed.xls", "S") == 7


# --- data that the user gives ---------------------------------------------------------------------------------------

WANTED = {"sales": ([0, 1, 2.5], [10, 20, 40]), "Price[North, A]": ([0, 2.5], [1, 3])}
TEXTS = {
    "columns.csv": 'Time,Sales,"price[north,a]",note\n0,10,1,x\n1,20,,y\n2.5,40,3,z\n',
    "columns.tab": 'Time (Year)\t"Sales"\tPrice[North,A]\n2.5\t40\t3\n0\t10\t1\n1\t20\tn/a\n\n',
    "rows.csv": '"Time (Year)",0,1,2.5\n"price [North, A]",1,,3\nsales,10,20,40\n',
    "rows.tab": "Time\t0\t1\t2.5\nsales\t10\t20\t40\nprice[north,A]\t1\t\t3\n",
    "lines.dat": "sales\n0\t10\n1\t20\n2.5\t40\n\nprice[north,A]\n0 1\n2.5 3e0\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_data_are_read_from_columns_rows_and_lines(tmp_path, name):
    """Names in any spelling, elements of arrays among them; a missing value is left out with its time."""
    (tmp_path / name).write_text(TEXTS[name])
    known = Datasets([tmp_path / name])
    found = {wanted: known[wanted] for wanted in WANTED}
    assert {name: (time.tolist(), values.tolist()) for name, (time, values) in found.items()} == WANTED


def test_of_several_files_the_first_that_has_a_variable_counts(tmp_path):
    """The same data as a mapping, in which a name is found in any spelling."""
    for name, text in (("one.csv", "t,a\n0,1\n"), ("two.csv", "t,a,b c\n0,2,3\n")):
        (tmp_path / name).write_text(text)
    data = Datasets([tmp_path / "one.csv", tmp_path / "two.csv"])
    assert (data["A"][1].tolist(), data["B_C"][1].tolist()) == ([1], [3])
    assert (len(data), list(data), data.names, "d" in data) == (2, ["a", "b c"], ["a", "b c"], False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t,a\n0,1\n0,2\n", r'"a" has the time 0 twice'),
        ("t,a\n0,one\n", r'"a" has "one" at time "0"; both must be numbers'),
        ("t,a\nsoon,1\n", r'"a" has "1" at time "soon"'),
        ("t,a\n0,\n", r'"a" has no values'),
        ("0,1\n1,2\n", "names of variables must stand"),
        ("t\n0\n", "a table needs names"),
        ("", "a table needs names"),
    ],
)
def test_what_is_wrong_with_data_is_told(tmp_path, text, message):
    """With the file, the variable and the time."""
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(ModelError, match=message):
        _ = Datasets([tmp_path / "d.csv"])["a"]


def test_data_that_are_not_there_are_told(tmp_path):
    """With the nearest name that a file has, or with the option that gives a file."""
    (tmp_path / "d.csv").write_text("t,supplies\n0,1\n")
    with pytest.raises(Unsupported, match=r'no file given with --data has them\. Did you mean "supplies"'):
        Sources(Folder(tmp_path), Datasets([tmp_path / "d.csv"])).dataset("supply")
    with pytest.raises(Unsupported, match="give a file with --data"):
        Sources(Folder(tmp_path)).dataset("supply")


def test_files_that_hold_no_data_are_told(tmp_path):
    """Missing, a spreadsheet, a run of Vensim in its own format; none at all."""
    workbook(tmp_path / "b.xlsx")
    (tmp_path / "run.vdf").write_bytes(b"\0")
    (tmp_path / "a.dat").write_text("1 2\n")
    for name, message in (
        ("no.csv", "no such file"),
        ("b.xlsx", "save the sheet as .csv"),
        ("run.vdf", "export it from Vensim"),
        ("a.dat", "must be the name of a variable"),
    ):
        with pytest.raises(ModelError, match=message):
            _ = Datasets([tmp_path / name])["a"]


def test_a_folder_that_is_not_there_is_told(mdl, tmp_path):
    """Otherwise the model would seem to lack the file, or nothing would be said at all."""
    with pytest.raises(ModelError, match=r"--data-folder .*nowhere: there is no such folder"):
        read(mdl("a = 1"), folders=[tmp_path / "nowhere"])
