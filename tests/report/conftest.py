"""The made-up study of `made_up_study`, once for all tests of the report."""

import pytest
import xarray as xr
from made_up_study import make_model, make_runs, make_sensitivity, make_study

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.study.spec import Study


@pytest.fixture(scope="session")
def study() -> Study:
    return make_study()


@pytest.fixture(scope="session")
def model() -> Model:
    return make_model()


@pytest.fixture(scope="session")
def runs(study: Study) -> xr.Dataset:
    return make_runs(study)


@pytest.fixture(scope="session")
def findings(study: Study) -> list[Finding]:
    return [make_sensitivity(study)]
