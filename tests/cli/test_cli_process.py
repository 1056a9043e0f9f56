"""The program as a process: quick to start, quiet when piped, whole when it is stopped."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = ("numpy", "scipy", "xarray", "pandas", "pysd", "llvmlite", "plotly", "jinja2", "pydantic", "zarr")
Program = Callable[..., subprocess.CompletedProcess[str]]


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, sdmodel, sdmodel.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == "[]", told.stderr


@pytest.mark.parametrize("word", ["--help", "--version", "models"])
def test_help_answers_at_once(program: Program, word: str) -> None:
    """Processor time, which a busy machine does not stretch: an interpreter with Typer and Rich, no more."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert program(word).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6


def test_console_script_is_installed_beside_the_interpreter() -> None:
    script = Path(sys.executable).parent / "sdmodel"
    if not script.exists():
        pytest.skip("the package is on the path without being installed")
    told = subprocess.run([script, "models", "--json"], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stderr) == (0, "")
    assert '"sir"' in told.stdout


def test_completion_for_bash_is_printed(program: Program) -> None:
    told = program("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert told.returncode == 0, told.stderr
    assert "complete" in told.stdout
    assert "sdmodel" in told.stdout or "__main__" in told.stdout


def test_no_words_at_all_print_the_help(program: Program) -> None:
    told = program()
    assert "Usage" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


def test_libraries_that_warn_when_they_are_loaded_leave_no_trace(tmp_path: Path) -> None:
    """Also where the model comes from the cache, so that PySD is loaded last of all, to check the runs."""
    strict = os.environ | {"SDMODEL_CACHE": str(tmp_path / "cache"), "PYTHONWARNINGS": "error"}
    for turn in ("first", "cached"):
        command = [sys.executable, "-m", "sdmodel", "sweep", "sir", "--futures", "4", "--output", tmp_path / turn]
        told = subprocess.run(command, env=strict, capture_output=True, text=True, timeout=120)
        assert (told.returncode, told.stderr) == (0, ""), turn


def test_piped_output_is_quiet_and_plain(program: Program, tmp_path: Path) -> None:
    told = program("sweep", "sir", "--futures", 16, "--output", tmp_path / "out", FORCE_COLOR="", TERM="dumb")
    assert (told.returncode, told.stderr) == (0, "")
    assert "\x1b" not in told.stdout
    assert "64 experiments" in told.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of Unix")
def test_a_screen_shows_a_bar_for_each_stage(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sdmodel", "sweep", "sir", "--futures", "16", "--output", str(tmp_path / "out")]
    terminal = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120"}
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=terminal)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # Linux tells the end of a pseudo terminal in this way
        pass
    os.close(ours)
    assert started.wait(timeout=60) == 0
    text = shown.decode()
    assert "Simulating" in text
    assert "64/64" in text
    assert "Checking with PySD" in text
    assert "4/4" in text


def _stopped(started: subprocess.Popen[str]) -> str:
    """What the program said when Ctrl-C ended it; pressed again, as people do, if a library swallowed it."""
    for _ in range(5):
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to the program and all that it started
        try:
            return started.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            continue
    started.kill()
    return started.communicate()[1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_a_stopped_sweep_exits_with_130_and_leaves_earlier_results(kept: Path) -> None:
    before = _bytes(kept)
    command = [sys.executable, "-m", "sdmodel", "sweep", "sir", "--design", "sobol", "--futures", "2000000"]
    started = subprocess.Popen(
        [*command, "--output", str(kept)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not any(kept.glob(".runs.zarr.partial*")) and started.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    told = _stopped(started)
    # Python ends by the signal itself when that came while it ran code from text (it makes dataclasses so): the same
    # 130 in a shell
    assert started.returncode in (130, -signal.SIGINT), told
    assert "stopped; what was not finished is not kept" in told
    assert "Traceback" not in told
    assert _bytes(kept) == before


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sdmodel", "inspect", "sir", "--all"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout is not None
    started.stdout.close()
    assert started.stderr is not None
    told = started.stderr.read()
    started.stderr.close()
    started.wait(timeout=60)
    assert "Traceback" not in told
    assert "fault" not in told


def test_a_model_with_brackets_in_its_names_is_told_literally(program: Program, mdl: Callable[..., Path]) -> None:
    path = mdl('"[red]rate[/red]" = 2', 'level = INTEG("[red]rate[/red]", 0)')
    told = program("inspect", path)
    assert told.returncode == 0, told.stderr
    assert "[red]rate[/red]" in told.stdout
    wrong = program("run", path, "--set", "[red]rat[/red]=1")
    assert wrong.returncode == 2
    assert "[red]rat[/red]" in wrong.stderr


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
