"""sdmodel: ensembles, sensitivity and reports for system dynamics models.

    model = sd.read("model.mdl")             what a Vensim file says
    study = sd.read_study("study.toml")      what is asked of it, checked against the model
    futures = sd.lhs(study, 1000, seed=1)    draws of all uncertainties
    runs = sd.simulate(model, sd.experiments(study, futures, model=model))
    sd.compare(study, sd.outcomes(study, runs))

Names are loaded when they are first used, so that `import sdmodel` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdmodel.analysis.comparison import compare
    from sdmodel.analysis.finding import Finding
    from sdmodel.analysis.outcomes import outcomes
    from sdmodel.analysis.sensitivity import sensitivity
    from sdmodel.design.experiments import experiments, settings_experiment
    from sdmodel.design.grid import full_grid, one_at_a_time
    from sdmodel.design.sequences import lhs, sobol
    from sdmodel.engine.compiled import simulate
    from sdmodel.engine.crosscheck import crosscheck
    from sdmodel.errors import EngineMismatch, ExperimentError, ModelError, RunsError, SdmodelError, StudyError
    from sdmodel.model.model import Model
    from sdmodel.pipeline import read_study
    from sdmodel.read import read
    from sdmodel.report.page import write_report
    from sdmodel.runs.store import open_runs
    from sdmodel.study.spec import Study

_HOMES = {
    "sdmodel.analysis.comparison": ("compare",),
    "sdmodel.analysis.finding": ("Finding",),
    "sdmodel.analysis.outcomes": ("outcomes",),
    "sdmodel.analysis.sensitivity": ("sensitivity",),
    "sdmodel.design.experiments": ("experiments", "settings_experiment"),
    "sdmodel.design.grid": ("full_grid", "one_at_a_time"),
    "sdmodel.design.sequences": ("lhs", "sobol"),
    "sdmodel.engine.compiled": ("simulate",),
    "sdmodel.engine.crosscheck": ("crosscheck",),
    "sdmodel.errors": (
        *("EngineMismatch", "ExperimentError", "ModelError", "RunsError", "SdmodelError", "StudyError"),
    ),
    "sdmodel.model.model": ("Model",),
    "sdmodel.pipeline": ("read_study",),
    "sdmodel.read": ("read",),
    "sdmodel.report.page": ("write_report",),
    "sdmodel.runs.store": ("open_runs",),
    "sdmodel.study.spec": ("Study",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "EngineMismatch",
    "ExperimentError",
    "Finding",
    "Model",
    "ModelError",
    "RunsError",
    "SdmodelError",
    "Study",
    "StudyError",
    "compare",
    "crosscheck",
    "experiments",
    "full_grid",
    "lhs",
    "one_at_a_time",
    "open_runs",
    "outcomes",
    "read",
    "read_study",
    "sensitivity",
    "settings_experiment",
    "simulate",
    "sobol",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sdmodel' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
