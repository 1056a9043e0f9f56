"""Calibration from study file to finding: known constants come back, and what the data cannot tell is said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.analysis import files
from sdmodel.engine.compiled import simulate
from sdmodel.errors import StudyError
from sdmodel.pipeline import load
from sdmodel.pipeline.calibration.calibrate import calibrate
from sdmodel.read import read

MODELS = Path(__file__).parents[2] / "models"
TRUTH = {"infectivity": 0.047, "infectious period": 5.5, "initial infectious": 20.0}
HEAD = 'model = "sir.mdl"\nbaseline = "nothing"\n[scenarios.nothing]\n'
RANGES = """
[uncertainties]
"infectivity" = { distribution = "uniform", low = 0.01, high = 0.2 }
"infectious period" = { distribution = "uniform", low = 2, high = 15 }
"initial infectious" = { distribution = "loguniform", low = 1, high = 100 }
"contact rate" = { distribution = "uniform", low = 5, high = 20 }
"""
SERIES = """
[calibration.series.cases]
variable = "infectious"
data = "cases.csv"
time = "day"
value = "cases"
error = 20
"""
FIT = "\n[calibration]\nfit = [0, 40]\nholdout = [40, 60]\nstarts = 5\nseed = 1\n"
THREE = 'parameters = ["infectivity", "infectious period", "initial infectious"]\n'


@pytest.fixture(scope="module")
def cases() -> tuple[np.ndarray, np.ndarray]:
    """Days and infectious people of an epidemic with the constants of TRUTH."""
    table = xr.Dataset({name: ("experiment", [value]) for name, value in TRUTH.items()})
    runs = simulate(read(MODELS / "sir.mdl"), table, save=["Infectious"], every=2.5)
    return runs["time"].values[:24], runs["Infectious"].values[0][:24]


@pytest.fixture
def asked(tmp_path: Path, cases: tuple[np.ndarray, np.ndarray]) -> Callable[..., Path]:
    """Writes a study of the small epidemic with data: asked(text of the calibration, noise=, rows=) → its path."""
    days, numbers = cases

    def write(text: str, noise: np.ndarray | float = 0.0, rows: tuple[str, ...] = ()) -> Path:
        shutil.copy(MODELS / "sir.mdl", tmp_path)
        lines = [f"{day},{value:.12g},Person,verified,made" for day, value in zip(days, numbers + noise, strict=True)]
        head = "day,cases,unit,status,source"
        (tmp_path / "cases.csv").write_text("\n".join([head, *lines, *rows]) + "\n", encoding="utf-8")
        (tmp_path / "study.toml").write_text(HEAD + RANGES + text, encoding="utf-8")
        return tmp_path / "study.toml"

    return write


def found(path: Path, **more: object) -> xr.Dataset:
    return calibrate(load(path), **more).table  # type: ignore[arg-type]


def test_constants_come_back_from_data_without_noise(asked: Callable[..., Path]) -> None:
    """To six digits, with nothing left over, from wherever the searches begin."""
    table = found(asked(FIT + THREE + SERIES))
    assert table["value"].values == pytest.approx(list(TRUTH.values()), rel=1e-6)
    assert table.attrs["sum_of_squares"] < 1e-9
    assert set(table["status"].values) == {"identified"}
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()


def test_intervals_cover_the_truth_in_noisy_data(asked: Callable[..., Path]) -> None:
    """Of twelve data sets with the stated error at least nine intervals of each constant hold it (95 % are meant)."""
    covered = np.zeros(len(TRUTH))
    for seed in range(12):
        noise = 20 * np.random.default_rng(seed).standard_normal(24)
        table = found(asked(FIT + THREE + SERIES, noise), starts=1)
        truth = np.array(list(TRUTH.values()))
        covered += (table["low"].values <= truth) & (truth <= table["high"].values)
    assert (covered >= 9).all(), covered


def test_what_is_held_out_is_foretold_and_the_statistics_say_so(asked: Callable[..., Path]) -> None:
    finding = calibrate(load(asked(FIT + THREE + SERIES)))
    held = finding.table["statistics"].sel(series="cases", window="holdout")
    assert held.sel(statistic="points") == 7
    assert held.sel(statistic="rmse") < 1e-3 * held.sel(statistic="rmse_last_value")
    assert "beats both plain guesses for cases" in finding.sentence


def test_constants_that_act_together_are_told_by_their_product_alone(asked: Callable[..., Path]) -> None:
    """Contacts a day times the chance to infect: no data on the infectious tell the two apart.

    The interval of infectivity has two ends all the same, where the range of the contact rate ends: no knowledge.
    """
    finding = calibrate(load(asked(FIT + 'parameters = ["contact rate", "infectivity"]\n' + SERIES)))
    assert list(finding.table["status"].values) == ["not identified", "not identified"]
    assert list(finding.table["pair_combination"].values) == ["product"]
    assert any("contact rate and infectivity the data tell the product alone" in one for one in finding.caveats)


def test_a_constant_without_effect_keeps_the_value_of_the_model(asked: Callable[..., Path]) -> None:
    """Vaccination beyond the fitted span, for example: what the data do not mind is not moved."""
    text = FIT + 'parameters = ["infectious period", "vaccination rate"]\n' + SERIES
    text += '[calibration.ranges]\n"vaccination rate" = [0, 1e-12]\n'
    table = found(asked(text))
    assert table["value"].sel(constant="vaccination rate") == 0.0
    assert table["status"].sel(constant="vaccination rate") == "not identified"


def test_the_observation_equation_is_found_beside_the_constants(asked: Callable[..., Path]) -> None:
    """A tenth of the cases is reported, and three a day are false alarms: both are fitted."""
    path = asked(FIT + THREE + SERIES + 'observe = { scale = "free", offset = "free" }\n')
    lines = (path.parent / "cases.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines[1:]]
    reported = [f"{day},{0.1 * float(value) + 3:.12g},{','.join(rest)}" for day, value, *rest in cells]
    (path.parent / "cases.csv").write_text("\n".join([lines[0], *reported]), encoding="utf-8")
    (path.parent / "study.toml").write_text(
        path.read_text(encoding="utf-8").replace("error = 20", "error = 0.5").replace("starts = 5", "starts = 8"),
        encoding="utf-8",
    )
    table = found(path)
    assert float(table["scale"][0]) == pytest.approx(0.1, rel=0.02)
    assert float(table["offset"][0]) == pytest.approx(3, abs=0.1)
    assert table["value"].sel(constant="infectious period") == pytest.approx(5.5, rel=0.02)


def test_the_same_seed_gives_the_same_finding_which_survives_json(asked: Callable[..., Path], tmp_path: Path) -> None:
    path = asked(FIT + THREE + SERIES, 20 * np.random.default_rng(4).standard_normal(24))
    first, second = (calibrate(load(path), seed=3, starts=3) for _ in range(2))
    assert files.to_json(first) == files.to_json(second)
    again = files.read(files.write(first, tmp_path / "calibration.json"))
    assert files.to_json(again) == files.to_json(first)


def test_rows_from_memory_are_left_out_unless_the_study_asks_and_then_it_is_said(asked: Callable[..., Path]) -> None:
    wild = "12.5,9000,Person,from memory,nobody"
    without = calibrate(load(asked(FIT + THREE + SERIES, rows=(wild,))))
    assert without.table["value"].sel(constant="infectious period") == pytest.approx(5.5, rel=1e-6)
    text = FIT + THREE + SERIES + 'statuses = ["verified", "from memory"]\n'
    trusting = calibrate(load(asked(text, rows=(wild,))))
    assert trusting.table.attrs["points"] == without.table.attrs["points"] + 1
    assert any("from memory" in caveat for caveat in trusting.caveats)
    assert not any("from memory" in caveat for caveat in without.caveats)


def test_a_range_of_another_scenario_pulls_a_constant_that_no_data_tell(asked: Callable[..., Path]) -> None:
    """Data of no weight leave the vaccination rate open; that nearly all are immune on day 60 says that it is high."""
    text = FIT + 'parameters = ["vaccination rate"]\n' + SERIES.replace("error = 20", "error = 1e6")
    text += '[calibration.ranges]\n"vaccination rate" = [0, 0.05]\n'
    bound = '[calibration.bounds.late]\nvariable = "Immune"\nat = 60\nlow = {}\nhigh = {}\nerror = 50\n'
    free = found(asked(text + bound.format(0, 10000)))
    pulled = found(asked(text + bound.format(9990, 10000)))
    assert free["status"][0] == "not identified"
    assert free["value"][0] == 0
    assert pulled["bound_value"][0] > free["bound_value"][0]
    assert pulled["status"][0] == "one side only"


def test_the_levers_of_the_past_are_laid_over_the_scenario(asked: Callable[..., Path]) -> None:
    """With contacts halved from day 10 in the settings, data of an epidemic without that fit worse."""
    text = FIT + 'parameters = ["infectious period"]\n' + SERIES
    free, bound = (
        found(asked(text + more))
        for more in ("", '[calibration.settings]\n"contact rate" = { step = { at = 10, value = 5 } }\n')
    )
    assert bound.attrs["sum_of_squares"] > 2 * free.attrs["sum_of_squares"]


def test_events_within_the_windows_become_marks(asked: Callable[..., Path]) -> None:
    path = asked(FIT.replace("seed = 1", 'seed = 1\nevents = "events.csv"') + THREE + SERIES)
    events = "time,event,status\n12,School closes,verified\n300,Too late,verified\n2,First case,from memory\n"
    (path.parent / "events.csv").write_text(events, encoding="utf-8")
    table = found(path, starts=1)
    assert list(table["event"].values) == ["First case", "School closes"]
    assert list(table["event_at"].values) == [2.0, 12.0]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("infectivity", "infectivty"), 'Did you mean "infectivity"?'),
        (('variable = "infectious"', 'variable = "infectios"'), 'no variable "infectios"'),
        (('variable = "infectious"', 'variable = "population"'), "has no course in time"),
        (("fit = [0, 40]", "fit = [0, 50]"), "what was fitted cannot be held out"),
        (("fit = [0, 40]", "fit = [40, 0]"), "must rise"),
        (("error = 20", ""), "needs one of error"),
        (("error = 20", "error = 0"), "greater than 0"),
        (("error = 20", "erorr = 20"), 'Did you mean "error"?'),
        (("starts = 5", "start = 5"), 'Did you mean "starts"?'),
        (("cases.csv", "case.csv"), "case.csv"),
        (("cases.csv", "../cases.csv"), "leads out of the folder"),
        (('value = "cases"', 'value = "case"'), 'Did you mean "cases"?'),
        (("fit = [0, 40]\nholdout = [40, 60]", "fit = [0.1, 0.2]"), "no observation to fit"),
        (("fit = [0, 40]", "fit = [-9, 40]"), "the run goes from 0 to 120"),
        (("error = 20", 'error = 20\nobserve = { scale = "fre" }'), '"free"'),
        (("error = 20", "error = 20\nobserve = { scale_between = [1, 2] }"), 'for scale = "free"'),
        (("error = 20", 'error = 20\nstatuses = ["sure"]'), "from memory"),
        (
            ("[calibration.series", '[calibration.settings]\n"infectivity" = 1\n[calibration.series'),
            "is set by the scenario",
        ),
        (
            ("[calibration.series", '[calibration.settings]\n"infectivity" = "a"\n[calibration.series'),
            "must be a number",
        ),
        (("[calibration.series", "[calibration.bounds.x]\nlow = 1\nhigh = 2\nerror = 1\n[calibration.series"), "at"),
        (("[calibration.series", '[calibration.ranges]\n"population" = [1, 2]\n[calibration.series'), "not among"),
        ((FIT + THREE + SERIES, ""), "has no [calibration]"),
    ],
    ids=lambda value: value[1].strip()[:30] if isinstance(value, tuple) else "",
)
def test_what_does_not_fit_is_refused_with_its_place(
    asked: Callable[..., Path], change: tuple[str, str], part: str
) -> None:
    text = (FIT + THREE + SERIES).replace(*change, 1)
    rows = ("-5,1,Person,verified,made",)
    with pytest.raises(StudyError) as error:
        found(asked(text, rows=rows))
    assert part in str(error.value)
    assert "study.toml" in str(error.value)


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("5,many,Person,verified,made", 'line 26: "cases" must be a finite number'),
        (",5,Person,verified,made", 'line 26: the cell "day" is empty'),
        ("5,5,Dozen,verified,made", "several units, Dozen, Person"),
        ("5,5,Person,verified", "line 26"),
    ],
)
def test_a_damaged_row_of_data_is_named_by_its_line(asked: Callable[..., Path], row: str, part: str) -> None:
    with pytest.raises(StudyError) as error:
        found(asked(FIT + THREE + SERIES, rows=(row,)))
    assert part in str(error.value)


def test_the_school_of_1978_has_the_epidemic_that_is_known_of_it() -> None:
    """Reproduction number near 3.7, infectious for two to three days, one first case: Murray, Mathematical Biology."""
    table = found(MODELS / "sir.toml", starts=3)
    value = table["value"].to_series()
    assert 3.2 < 30 * value["infectivity"] * value["infectious period"] < 4.5
    assert 2.0 < value["infectious period"] < 2.6
    assert float(table["low"][2]) < 1 < float(table["high"][2])


def test_the_dilemma_says_how_little_its_seven_observations_tell() -> None:
    finding = calibrate(load(MODELS / "technology_security_dilemma.toml"), starts=1)
    assert finding.table.attrs["points"] == 7
    assert "the data determine none of them" in finding.sentence
    assert any("a good fit shows little" in caveat for caveat in finding.caveats)
    inside = (finding.table["bound_value"] >= finding.table["bound_low"]) & (
        finding.table["bound_value"] <= finding.table["bound_high"]
    )
    assert inside.all()
    assert "from memory" not in finding.table["status_of"].values
