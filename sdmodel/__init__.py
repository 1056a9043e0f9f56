"""sdmodel: ensembles, sensitivity and reports for system dynamics models.

    model = sd.read_model("model.mdl")       what a Vensim file says
    study = sd.read_study("study.toml")      what is asked of it, checked against the model
    futures = sd.lhs(study, 1000, seed=1)    draws of all uncertainties
    runs = sd.simulate(model, sd.experiments(study, futures, model=model))
    sd.compare(study, sd.outcomes(study, runs))

Names are loaded when they are first used, so that `import sdmodel` costs nothing.
"""

# what `typing` has as well; loading that takes as long as the start of Python, in which Ctrl-C shows a traceback
TYPE_CHECKING = False

if TYPE_CHECKING:
    from sdmodel.analysis.comparison import compare
    from sdmodel.analysis.finding import Finding
    from sdmodel.analysis.outcomes import outcomes
    from sdmodel.analysis.sensitivity.drivers import sensitivity
    from sdmodel.design.experiments import experiments, settings_experiment
    from sdmodel.design.grid import full_grid, one_at_a_time
    from sdmodel.design.sequences import lhs, sobol
    from sdmodel.engine.compiled import simulate
    from sdmodel.engine.crosscheck import crosscheck
    from sdmodel.errors import EngineMismatch, ExperimentError, ModelError, RunsError, SdmodelError, StudyError
    from sdmodel.model.model import Model
    from sdmodel.pipeline import read_study
    from sdmodel.read import read as read_model
    from sdmodel.report.page import write_report
    from sdmodel.runs.store import open_runs
    from sdmodel.study.spec import Study

_HOMES = {
    "EngineMismatch": "sdmodel.errors",
    "ExperimentError": "sdmodel.errors",
    "Finding": "sdmodel.analysis.finding",
    "Model": "sdmodel.model.model",
    "ModelError": "sdmodel.errors",
    "RunsError": "sdmodel.errors",
    "SdmodelError": "sdmodel.errors",
    "Study": "sdmodel.study.spec",
    "StudyError": "sdmodel.errors",
    "compare": "sdmodel.analysis.comparison",
    "crosscheck": "sdmodel.engine.crosscheck",
    "experiments": "sdmodel.design.experiments",
    "full_grid": "sdmodel.design.grid",
    "lhs": "sdmodel.design.sequences",
    "one_at_a_time": "sdmodel.design.grid",
    "open_runs": "sdmodel.runs.store",
    "outcomes": "sdmodel.analysis.outcomes",
    "read_model": "sdmodel.read",
    "read_study": "sdmodel.pipeline",
    "sensitivity": "sdmodel.analysis.sensitivity.drivers",
    "settings_experiment": "sdmodel.design.experiments",
    "simulate": "sdmodel.engine.compiled",
    "sobol": "sdmodel.design.sequences",
    "write_report": "sdmodel.report.page",
}
# `sdmodel.read` is the package that reads, so its function cannot have that name here as well
_NAMED_THERE = {"read_model": "read"}

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
    "read_model",
    "read_study",
    "sensitivity",
    "settings_experiment",
    "simulate",
    "sobol",
    "write_report",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'sdmodel' has no attribute {name!r}")
    from importlib import import_module  # not for `import sdmodel` itself

    return getattr(import_module(_HOMES[name]), _NAMED_THERE.get(name, name))


def __dir__() -> list[str]:
    return __all__
