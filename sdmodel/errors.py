"""Every error that sdmodel raises on purpose; `cli` turns each into one message and an exit code.

    SdmodelError
    ├── ModelError         a model file cannot be read, is not sound, or uses what is not supported   exit 2
    ├── StudyError         a study file does not fit its format or its model                          exit 2
    ├── ExperimentError    inputs, times or saved names that do not fit the model                     exit 2
    ├── RunsError          stored runs that are missing, damaged or of another kind                   exit 2
    ├── EngineMismatch     the compiled engine and the reference engine disagree                      exit 1
    └── RunFailed          the numbers of a run left the finite range                                 exit 1

A message answers: what is wrong, where (file, table, variable, line), what instead, what next.
"""


class SdmodelError(Exception):
    """Base of all errors that a user can mend; `exit_code` is what the command line returns."""

    exit_code = 2


class ModelError(SdmodelError):
    """A model file that cannot be read, is not sound, or needs something not supported yet."""


class StudyError(SdmodelError):
    """A study file that does not fit its format or the model that it names."""


class ExperimentError(SdmodelError):
    """Inputs, control settings or saved names that do not fit the model."""


class RunsError(SdmodelError):
    """Stored runs that are missing, damaged, or made from something else."""


class EngineMismatch(SdmodelError):
    """The compiled engine and the reference engine disagree on the same experiment."""

    exit_code = 1


class RunFailed(SdmodelError):
    """A run whose numbers left the finite range."""

    exit_code = 1
