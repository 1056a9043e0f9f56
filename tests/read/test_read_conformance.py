"""Public test models: each is read or refused, and those that are read give their canonical output."""

import csv
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.model import Constant
from sdmodel.read import read

MODELS = Path(__file__).parents[2] / ".." / "shared" / "conformance" / "models"
FILES = sorted(MODELS.rglob("*.mdl")) if MODELS.is_dir() else []
NOT_COMPARED = {"saveper", "initial time", "final time", "time step", "time"}
CHAOTIC = {"roessler_chaos.mdl": 25.0}  # beyond this time rounding decides
LOOSER = {"wrld3-03.mdl": 1e-4}  # its reference, a run of Vensim itself, is in single precision
REPRODUCED = [
    "realworld/cookbook_sales_agent_market/Sales_Agent_Market_Building_Dynamics.mdl",
    "realworld/world3_03/wrld3-03.mdl",
    "samples/Roessler_Chaos/roessler_chaos.mdl",
    "samples/SIR/SIR.mdl",
    "tests/abs/test_abs.mdl",
    "tests/active_initial/test_active_initial.mdl",
    "tests/builtin_max/builtin_max.mdl",
    "tests/chained_initialization/test_chained_initialization.mdl",
    "tests/constant_expressions/test_constant_expressions.mdl",
    "tests/delay_numeric_error/test_delay_numeric_error.mdl",
    "tests/delay_parentheses/test_delay_parentheses.mdl",
    "tests/delay_pipeline/test_pipeline_delays.mdl",
    "tests/euler_step_vs_saveper/test_euler_step_vs_saveper.mdl",
    "tests/exponentiation/exponentiation.mdl",
    "tests/function_capitalization/test_function_capitalization.mdl",
    "tests/game/test_game.mdl",
    "tests/initial_function/test_initial.mdl",
    "tests/limits/test_limits.mdl",
    "tests/ln/test_ln.mdl",
    "tests/log/test_log.mdl",
    "tests/logicals/test_logicals.mdl",
    "tests/lookups_funcnames/test_lookups_funcnames.mdl",
    "tests/lookups_with_expr/test_lookups_with_expr.mdl",
    "tests/lookups_without_range/test_lookups_without_range.mdl",
    "tests/model_doc/model_doc.mdl",
    "tests/nested_functions/test_nested_functions.mdl",
    "tests/parentheses/test_parens.mdl",
    "tests/reference_capitalization/test_reference_capitalization.mdl",
    "tests/rounding/test_rounding.mdl",
    "tests/special_characters/test_special_variable_names.mdl",
    "tests/time/test_time.mdl",
    "tests/trend/test_trend.mdl",
    "tests/trig/test_trig.mdl",
    "tests/unicode_characters/unicode_test_model.mdl",
    "tests/zeroled_decimals/test_zeroled_decimals.mdl",
]

pytestmark = pytest.mark.skipif(not FILES, reason="the public test models are not on this machine")


def plain(name):
    """A name as the canonical files may spell it: without quotes, with spaces, in lower case."""
    bare = name.strip()
    while len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    bare = re.sub(r'\\(["\\])', r"\1", bare.replace("\\n", " ").replace("·", ".").replace("\xa0", " "))
    return re.sub(r"[\s_]+", " ", bare).strip().casefold()


def canonical(model_file):
    """Times and columns by plain name of the canonical output beside a model, or None where there is none."""
    found = [model_file.with_name(name) for name in ("output.csv", "output.tab")]
    found += sorted(model_file.parent.glob(f"reference_{model_file.stem}.csv"))
    path = next((path for path in found if path.is_file()), None)
    if path is None:
        return None
    raw = path.read_bytes()
    text = raw.decode("utf-8-sig" if _is_utf8(raw) else "cp1252").replace("\r\n", "\n").replace("\r", "\n")
    head = text.split("\n", 1)[0]
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in head else ","))
    body = np.array([[_number(row[place]) if place < len(row) else np.nan for place in range(len(rows[0]))]
                     for row in rows[1:] if row and not np.isnan(_number(row[0]))])  # fmt: skip
    return body[:, 0], {plain(name): body[:, place] for place, name in enumerate(rows[0]) if place and name.strip()}


def _is_utf8(raw):
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _number(text):
    try:
        return float(text)
    except ValueError:
        return np.nan


@cache
def attempt(model_file):
    """The Model, or the ModelError with which it was refused; any other exception passes."""
    try:
        return read(model_file)
    except ModelError as error:
        return error


def differences(model_file, model):
    """What is not as in the canonical output: names of columns, or the time axis."""
    times, columns = canonical(model_file)
    runs = compiled.simulate(model)
    if len(times) != runs.sizes["time"] or not np.allclose(times, runs["time"], rtol=1e-5, atol=1e-6):
        return [f"{len(times)} times, here {runs.sizes['time']}"]
    own = {plain(str(name)): runs[name].values[0] for name in runs.data_vars if name != "failed"}
    own |= {plain(v.name): np.full(len(times), v.value) for v in model.of(Constant)}
    tolerance = LOOSER.get(model_file.name, 1e-5)
    compared = times <= CHAOTIC.get(model_file.name, np.inf)
    wrong = []
    for name, wanted in columns.items():
        if len(wanted) > 1 and np.isnan(wanted[1:]).all():
            wanted = np.full(len(wanted), wanted[0])  # Vensim writes constants once
        if name not in own:
            wrong += [] if name in NOT_COMPARED else [f"{name} is missing"]
        elif not np.allclose(wanted[compared], own[name][compared], rtol=tolerance, atol=1e-5, equal_nan=True):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("model_file", FILES, ids=lambda path: path.stem)
def test_each_public_model_is_read_or_refused(model_file):
    """Never another exception than ModelError, and the refusal names the file."""
    found = attempt(model_file)
    if isinstance(found, ModelError):
        assert model_file.name in str(found)
    else:
        assert compiled.simulate(found).sizes["time"] > 1


@pytest.mark.parametrize("name", REPRODUCED)
def test_models_that_are_reproduced_stay_so(name):
    """Every column of the canonical output within 1e-5; World3 agrees with Vensim's own run, which PySD does not."""
    model_file = MODELS / name
    found = attempt(model_file)
    assert not isinstance(found, ModelError), str(found)
    assert differences(model_file, found) == []


def test_no_model_that_is_read_gives_another_result_than_its_canonical_output():
    """A model is reproduced or refused by name: nothing in between."""
    for model_file in FILES:
        found = attempt(model_file)
        if not isinstance(found, ModelError) and canonical(model_file) is not None:
            assert differences(model_file, found) == [], model_file.name
