"""Runs written chunk by chunk, and what happens when writing or the disk goes wrong."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from made_runs import NAMES, made

from sdmodel.errors import RunsError
from sdmodel.runs import store
from sdmodel.runs.escape import stored


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of four rows of five times, so that a few runs fill many."""
    monkeypatch.setattr(store, "CHUNK_BYTES", 4 * 5 * 8)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_runs_come_back_as_they_were_whatever_their_names(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(7), made(5, first=7)])
    back = store.open_runs(tmp_path / "runs.zarr")
    xr.testing.assert_equal(back, made(12))
    for name, variable in made(12).variables.items():
        assert variable.attrs.items() <= back[name].attrs.items()
    assert made().attrs.items() <= back.attrs.items()
    assert back.attrs["Conventions"].startswith("CF-")
    assert list(back.data_vars) == list(made().data_vars)
    assert not leftovers(tmp_path)


@pytest.mark.parametrize("sizes", [(1,), (3, 3, 3), (17, 1, 2), (4, 4), (0, 5)])
def test_chunks_of_any_size_give_the_same_store(tmp_path, small_chunks, sizes):
    starts = np.cumsum([0, *sizes])
    store.write(tmp_path / "runs.zarr", (made(n, first=int(s)) for n, s in zip(sizes, starts, strict=False)))
    xr.testing.assert_equal(store.open_runs(tmp_path / "runs.zarr"), made(sum(sizes)))
    assert store.verify(tmp_path / "runs.zarr") == []


def test_scenarios_that_appear_later_get_their_own_code(tmp_path):
    later = made(2, first=2)
    later["scenario"] = ("experiment", np.array(["managed", "status_quo"]))
    store.write(tmp_path / "runs.zarr", [made(2), later])
    labels = store.open_runs(tmp_path / "runs.zarr")["scenario"].values.tolist()
    assert labels == ["status_quo", "status_quo + pandemic", "managed", "status_quo"]


def test_others_can_read_the_store_without_sdmodel_and_without_a_warning(tmp_path):
    store.write(tmp_path / "runs.zarr", [made()])
    theirs = xr.open_zarr(tmp_path / "runs.zarr", chunks=None)
    np.testing.assert_array_equal(theirs[stored("person/year")], made()["person/year"])
    assert theirs[stored("person/year")].attrs["long_name"] == "person/year"
    assert theirs["scenario"].attrs["flag_meanings"] == "status_quo status_quo_+_pandemic"
    assert {"scenario", "future"} <= set(theirs.coords)


def test_trajectories_stay_on_disk_until_they_are_asked_for(tmp_path):
    store.write(tmp_path / "runs.zarr", [made()])
    runs = store.open_runs(tmp_path / "runs.zarr")
    shutil.rmtree(tmp_path / "runs.zarr" / "US suspicion")
    assert runs["person/year"].isel(experiment=3, time=0) == 4.0
    with pytest.raises((OSError, KeyError, ValueError, AssertionError)):
        np.testing.assert_array_equal(runs["US suspicion"].values, made()["US suspicion"])


def test_an_interrupted_first_write_leaves_nothing(tmp_path):
    def stops():
        yield made(4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(tmp_path / "runs.zarr", stops())
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_runs_that_were_there(tmp_path, small_chunks):
    store.write(tmp_path / "runs.zarr", [made(12)])

    def stops():
        yield made(30)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(tmp_path / "runs.zarr", stops())
    xr.testing.assert_equal(store.open_runs(tmp_path / "runs.zarr"), made(12))
    assert not leftovers(tmp_path)


def test_a_finished_write_replaces_the_runs_that_were_there(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(12)])
    store.write(tmp_path / "runs.zarr", [made(3)])
    assert store.open_runs(tmp_path / "runs.zarr").sizes["experiment"] == 3
    assert not leftovers(tmp_path)


def test_runs_can_be_rewritten_from_themselves(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(12)])
    store.write(tmp_path / "runs.zarr", [store.open_runs(tmp_path / "runs.zarr").isel(experiment=slice(3, 9))])
    xr.testing.assert_equal(store.open_runs(tmp_path / "runs.zarr"), made(12).isel(experiment=slice(3, 9)))


def test_when_the_last_rename_fails_the_old_runs_are_put_back(tmp_path, monkeypatch):
    store.write(tmp_path / "runs.zarr", [made(12)])
    rename = Path.rename

    def fails(self, target):
        if ".partial-" in self.name:
            raise PermissionError(13, "no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(RunsError, match="cannot write"):
        store.write(tmp_path / "runs.zarr", [made(3)])
    monkeypatch.undo()
    assert store.open_runs(tmp_path / "runs.zarr").sizes["experiment"] == 12


def test_runs_caught_between_the_two_renames_are_found_again(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(12)])
    (tmp_path / "runs.zarr").rename(tmp_path / ".runs.zarr.previous")
    assert store.open_runs(tmp_path / "runs.zarr").sizes["experiment"] == 12
    assert not leftovers(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX systems")
def test_a_killed_process_leaves_the_old_runs_and_the_next_write_sweeps_up(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(12)])
    program = f"""
        import sys, time
        sys.path[:0] = {[str(Path(__file__).parent), str(Path(store.__file__).parents[2])]!r}
        from made_runs import made
        from sdmodel.runs import store
        with store.create({str(tmp_path / "runs.zarr")!r}) as writer:
            writer.append(made(500))
            print("ready", flush=True)
            time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    assert store.open_runs(tmp_path / "runs.zarr").sizes["experiment"] == 12
    assert len(leftovers(tmp_path)) == 1
    store.write(tmp_path / "runs.zarr", [made(3)])
    assert not leftovers(tmp_path)


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("you")
    with pytest.raises(RunsError, match="will not replace"):
        store.write(tmp_path / "letters", [made(3)])
    assert (tmp_path / "letters" / "dear.txt").read_text() == "you"
    (tmp_path / "empty").mkdir()
    store.write(tmp_path / "empty", [made(3)])
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunsError, match="will not replace"):
        store.write(tmp_path / "file", [made(3)])


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunsError, match="cannot write"):
        store.write(tmp_path / "file" / "runs.zarr", [made(3)])


def test_a_full_disk_while_writing_is_told_and_leaves_nothing(tmp_path, monkeypatch, small_chunks):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.Column, "_store", full)
    with pytest.raises(RunsError, match="No space left"):
        store.write(tmp_path / "runs.zarr", [made(12)])
    assert list(tmp_path.iterdir()) == []


def test_no_runs_and_unlike_chunks_are_refused(tmp_path):
    with pytest.raises(RunsError, match="no runs to store"):
        store.write(tmp_path / "runs.zarr", [])
    with pytest.raises(RunsError, match="no runs to store"):
        store.write(tmp_path / "runs.zarr", [made(0)])
    with pytest.raises(RunsError, match=r"other variables.*: failed"):
        store.write(tmp_path / "runs.zarr", [made(3), made(3).drop_vars("failed")])
    with pytest.raises(RunsError, match="other times"):
        store.write(tmp_path / "runs.zarr", [made(3), made(3, times=6)])
    with pytest.raises(RunsError, match=r"attribute .*secret.* is a object"):
        store.write(tmp_path / "runs.zarr", [made(3).assign_attrs(secret=object())])
    assert list(tmp_path.iterdir()) == []


def test_missing_runs_and_other_folders_are_told_apart(tmp_path):
    with pytest.raises(RunsError, match="there are no runs at"):
        store.open_runs(tmp_path / "runs.zarr")
    made().drop_vars(["scenario", *NAMES]).to_zarr(tmp_path / "theirs.zarr", consolidated=False)
    with pytest.raises(RunsError, match="not a store of runs that sdmodel wrote"):
        store.open_runs(tmp_path / "theirs.zarr")
    with pytest.raises(RunsError, match="not a store of runs"):
        store.open_runs(tmp_path)


@pytest.mark.parametrize("part", ["zarr.json", "US suspicion", "scenario/c", "US suspicion/c/1", "failed/c/0"])
def test_a_store_with_a_part_missing_is_refused(tmp_path, small_chunks, part):
    store.write(tmp_path / "runs.zarr", [made(12)])
    lost = tmp_path / "runs.zarr" / part
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    with pytest.raises(RunsError, match=r"damaged|not a store"):
        store.open_runs(tmp_path / "runs.zarr")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"attributes": {"sdmodel_store": 3}}'])
def test_a_store_with_a_spoilt_head_is_refused(tmp_path, text):
    store.write(tmp_path / "runs.zarr", [made(12)])
    (tmp_path / "runs.zarr" / "zarr.json").write_text(text)
    with pytest.raises(RunsError):
        store.open_runs(tmp_path / "runs.zarr")


def test_a_store_of_a_later_version_asks_for_an_upgrade(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "VERSION", 2)
    store.write(tmp_path / "runs.zarr", [made(12)])
    monkeypatch.undo()
    with pytest.raises(RunsError, match="Upgrade sdmodel"):
        store.open_runs(tmp_path / "runs.zarr")


def test_one_changed_byte_is_found_by_its_checksum(tmp_path):
    store.write(tmp_path / "runs.zarr", [made(12)])
    chunk = tmp_path / "runs.zarr" / "US suspicion" / "c" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    assert len(store.verify(tmp_path / "runs.zarr")) == 1
    assert '"US suspicion"' in store.verify(tmp_path / "runs.zarr")[0]


def test_memory_stays_flat_however_many_runs_pass(tmp_path, small_chunks):
    """Gathered rows never exceed one chunk and what was just appended."""
    with store.create(tmp_path / "runs.zarr") as writer:
        for first in range(0, 60, 3):
            writer.append(made(3, first=first, names=("a",)))
            assert max(sum(map(len, column._gathered)) for column in writer._columns.values()) < 4 * 5 * 8 + 3
            assert sum(map(len, writer._columns["a"]._gathered)) < 4
    assert store.open_runs(tmp_path / "runs.zarr").sizes["experiment"] == 60


def test_thousands_of_runs_a_second_are_written(tmp_path):
    """A guard against writing run by run: the real rate is tens of thousands."""
    chunk = made(4096, names=tuple(f"v{n}" for n in range(15)), times=26)
    begin = time.perf_counter()
    store.write(tmp_path / "runs.zarr", [chunk, chunk])
    assert 8192 / (time.perf_counter() - begin) > 1000


def test_columns_of_single_numbers_do_not_gather_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk is full after so many rows, however small a row is: what waits for it is bounded."""
    monkeypatch.setattr(store, "CHUNK_ROWS", 10)
    group = zarr.open_group(tmp_path / "group", mode="w")
    column = store.Column(group, "x", ("experiment",))
    for start in range(0, 28, 7):
        column.append(np.arange(start, start + 7, dtype=float))
        assert sum(map(len, column._gathered)) < 10
    column.finish({"units": "1"})
    array = group["x"]
    assert (array.chunks, array.attrs["units"]) == ((10,), "1")
    np.testing.assert_array_equal(array[:], np.arange(28.0))
