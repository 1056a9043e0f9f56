"""Ctrl-C at any time, from the first import on: a short word, exit code 130, and never a traceback."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")

PRESSED = """
import os, signal, sys


def press():
    os.kill(os.getpid(), signal.SIGINT)


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {when!r}:
            press()


sys.meta_path.insert(0, Finder())
sys.argv = ["sdmodel", "sobol", "sir", "--n", "1048576"]
from sdmodel.__main__ import main
main()
"""
LOST = """
import os, signal, sys, time
from sdmodel import cli, __main__


class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)


def command():
    Deleted()
    time.sleep(20)


cli.app = command
__main__.main()
"""


def _ended(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("when", ["sdmodel.cli", "typer", "sdmodel.errors", "xarray", "sdmodel.pipeline.sensitivity"])
def test_ctrl_c_while_a_module_is_imported_is_a_word_and_130(when: str) -> None:
    done = _ended(PRESSED.format(when=when))
    assert done.returncode == 130, done.stderr
    assert "stopped" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_while_python_deletes_an_object_still_ends_the_command() -> None:
    done = _ended(LOST)
    assert done.returncode == 130, done.stderr
    assert done.stderr.strip() == "error: stopped; what was not finished is not kept."
