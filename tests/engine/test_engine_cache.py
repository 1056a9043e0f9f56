"""Compiled kernels on disk: used again, never trusted when damaged or foreign, never needed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.native import compiled as native
from sdmodel.engine.native import function
from sdmodel.engine.translated import translated
from sdmodel.read import read
from sdmodel.read.cache import cache_folder

TEXT = "define void @run(ptr %out) {{\n  store double {value}, ptr %out\n  ret void\n}}\n"


def answer(kept) -> float:
    """What a kernel of TEXT writes."""
    out = np.zeros(1)
    import ctypes

    function(kept, ctypes.c_void_p)(out.ctypes.data)
    return float(out[0])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SDMODEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def objects(folder):
    return sorted(folder.rglob("*.o"))


def test_a_kernel_is_compiled_once_a_machine(folder):
    """The second time its object comes from the disk and does the same."""
    first, second = native(TEXT.format(value="4.25")), native(TEXT.format(value="4.25"))
    assert (first.cached, second.cached) == (False, True)
    assert answer(first) == answer(second) == 4.25
    assert len(objects(folder)) == 1
    assert not native(TEXT.format(value="5.0")).cached


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text", "swap"])
def test_a_damaged_object_is_not_run_but_written_anew(folder, damage):
    """Cut short, one bit flipped, emptied, replaced by text or by another kernel whose digest is wrong."""
    native(TEXT.format(value="1.5"))
    (place,) = objects(folder)
    sound = place.read_bytes()
    flipped = bytearray(sound)
    flipped[len(sound) // 2] ^= 1
    wrong = {"cut": sound[:-9], "flip": bytes(flipped), "empty": b"", "text": b"hello", "swap": b"\0" * 32 + sound[32:]}
    place.write_bytes(wrong[damage])
    again = native(TEXT.format(value="1.5"))
    assert not again.cached
    assert answer(again) == 1.5
    assert native(TEXT.format(value="1.5")).cached


def test_an_object_of_another_user_is_not_run(folder, monkeypatch):
    """It would be run as code."""
    native(TEXT.format(value="2.5"))
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert not native(TEXT.format(value="2.5")).cached


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path, monkeypatch):
    """A file stands where the folder should be: the kernel is compiled each time."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("SDMODEL_CACHE", str(blocked / "below"))
    for _ in range(2):
        kept = native(TEXT.format(value="3.5"))
        assert (kept.cached, answer(kept)) == (False, 3.5)


def test_no_temporary_files_are_left(folder):
    """One object a kernel, nothing else beside it."""
    for value in ("1.0", "2.0", "3.0"):
        native(TEXT.format(value=value))
    assert len(list(folder.iterdir())) == len(objects(folder)) == 3


def test_tests_keep_out_of_the_users_cache(kernel_cache):
    """The folder of this session is the one in use."""
    assert cache_folder() == kernel_cache


def test_a_new_process_gives_the_same_bits_from_the_disk(mdl, folder):
    """Compiled here, taken from the disk there."""
    path = mdl("a = 0.3", "s = INTEG(EXP(-a * s) - LN(s + 1) ^ 1.1, 1)", stop=20, step=0.25)
    compiled.machine.cache_clear()
    own = compiled.simulate(read(path))["s"].values
    code = (
        "import sys; from sdmodel.read import read; from sdmodel.engine import compiled; m = read(sys.argv[1]); "
        "print(compiled.simulate(m)['s'].values.tobytes().hex()); "
        "print(compiled.machine(m, compiled.saved_names(m, None)).native.cached)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=root, check=True, timeout=60
    )
    bits, cached = done.stdout.split()
    assert bits == own.tobytes().hex()
    assert cached == "True"


def test_what_pysd_made_of_a_model_is_kept_and_a_damaged_copy_is_made_again(folder, mdl):
    model = read(mdl("stock = INTEG(rate, 1)", "rate = 0.5 * stock"))
    translated.cache_clear()
    first = reference.simulate(model)
    (place,) = folder.glob("*.py")
    whole = place.read_bytes()
    place.write_bytes(whole.replace(b"0.5", b"0.6"))
    translated.cache_clear()
    again = reference.simulate(model)
    assert place.read_bytes() == whole
    assert again.equals(first)
    translated.cache_clear()
    assert reference.simulate(model).equals(first)
