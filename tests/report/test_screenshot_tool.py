"""The command that takes the picture of the README."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "screenshot.py"


def test_a_picture_is_taken_of_a_page(written: Path, chromium: str, tmp_path: Path) -> None:
    """A PNG of the asked width stands where it was asked for (its width is in bytes 16 to 19)."""
    picture = tmp_path / "docs" / "report.png"
    subprocess.run([sys.executable, TOOL, written, picture, "--width", "700", "--height", "500"], check=True)
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 700


def test_a_missing_page_is_said_to_be_missing(chromium: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, TOOL, tmp_path / "no.html", tmp_path / "no.png"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no.html is missing" in done.stderr
