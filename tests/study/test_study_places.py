"""Places in a study file are told by the heads that a reader finds there."""

from pathlib import Path

import pytest

from sdmodel.study.file import heading
from sdmodel.study.places import lines_of, place

TEXT = """[report]
cost = "loss"
[calibration]
fit = [0, 1]
[calibration.settings]
"contact rate" = 1
[calibration.series.polls]
variable = "x"
[loops.R1]
path = ["a", "b"]
"""


@pytest.mark.parametrize(
    ("location", "told"),
    [
        (("report", "cost"), 'line 2, [report], key "cost"'),
        (("calibration",), "line 3, [calibration]"),
        (("calibration", "fit"), 'line 4, [calibration], key "fit"'),
        (("calibration", "series"), "line 3, [calibration.series]"),
        (("calibration", "settings", "contact rate"), 'line 6, [calibration.settings], key "contact rate"'),
        (("calibration", "series", "polls"), "line 7, [calibration.series.polls]"),
        (("calibration", "series", "polls", "variable"), 'line 8, [calibration.series.polls], key "variable"'),
        (("calibration", "bounds", "end", "low"), 'line 3, [calibration.bounds.end], key "low"'),
        (("loops", "R1", "path"), 'line 10, [loops.R1], key "path"'),
        (("structure", "effects"), '[structure], key "effects"'),
        (("variants", "lock_in"), "[variants.lock_in]"),
        (("checks", "RC1", "expect"), '[checks.RC1], key "expect"'),
        (("futures",), 'key "futures"'),
    ],
)
def test_a_place_is_told_by_file_line_head_and_key(location: tuple[str, ...], told: str) -> None:
    assert place(Path("some/study.toml"), lines_of(TEXT), location) == f"study.toml, {told}"


def test_the_heading_of_a_study_is_that_of_its_base_where_it_has_none(tmp_path: Path) -> None:
    (tmp_path / "core.toml").write_text('title = "Core"\nmodel = "core.mdl"\n', encoding="utf-8")
    wide = tmp_path / "wide.toml"
    wide.write_text('title = "Wide"\n[base]\nstudy = "core.toml"\n', encoding="utf-8")
    assert heading(wide) == ("Wide", tmp_path / "core.mdl")
    wide.write_text('[base]\nstudy = "core.toml"\n', encoding="utf-8")
    assert heading(wide) == ("Core", tmp_path / "core.mdl")
    wide.write_text('model = "x.mdl"\n', encoding="utf-8")
    assert heading(wide) == ("Wide", tmp_path / "x.mdl")
