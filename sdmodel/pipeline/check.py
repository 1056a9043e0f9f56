"""The first runs of a sweep → how far PySD differs on a sample of them, worked out while the sweep goes on."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import numpy as np
import xarray as xr

from sdmodel.engine.crosscheck import crosscheck
from sdmodel.errors import SdmodelError
from sdmodel.model.model import Model
from sdmodel.pipeline.progress import Progress, advance

CHECKED = 8
_CANDIDATES = 1024  # of the first chunk, from which the sample is taken: enough to hold every scenario
_CHECKING = "Checking with PySD"


class Check:
    """PySD's own runs of a sample of the first chunk: in a process beside the simulation of further chunks, if any.

    A process, because PySD is Python all through: as a thread it would keep the others waiting.
    """

    def __init__(self, model: Model, progress: Progress | None) -> None:
        self._model, self._progress = model, progress
        self._sample: xr.Dataset | None = None
        self._process: BaseProcess | None = None
        self._answers: Connection | None = None
        self._difference: float | None = None

    def __enter__(self) -> "Check":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join()

    def of(self, runs: xr.Dataset) -> None:
        """Takes the first runs it is given; begins when there are more; tells a disagreement once it is known."""
        if self._sample is None:
            rows = np.random.default_rng(0).permutation(runs.sizes["experiment"])[:_CANDIDATES]
            self._sample = runs.isel(experiment=np.sort(rows))
        elif self._process is None:
            self._begin(self._sample)
        elif self._answers is not None and self._answers.poll():
            self.difference()

    def difference(self) -> float:
        """How far PySD differs at most; EngineMismatch when that is too far."""
        if self._difference is None and self._answers is not None:
            with suppress(EOFError):  # the process could not do it, so it is done here
                answer = self._answers.recv()
                if isinstance(answer, Exception):
                    raise answer
                self._difference = answer
                if self._progress:
                    self._progress(_CHECKING, CHECKED, CHECKED)
        if self._difference is None and self._sample is not None:
            self._difference = _checked(self._model, self._sample, self._progress)
        return self._difference or 0.0

    def _begin(self, sample: xr.Dataset) -> None:
        context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
        self._answers, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_check_beside, args=(theirs, self._model, sample), daemon=True)
        with _deaf():
            self._process.start()
        theirs.close()


def _check_beside(answers: Connection, model: Model, sample: xr.Dataset) -> None:
    try:
        answers.send(_checked(model, sample, None))
    except SdmodelError as error:
        answers.send(error)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C: who started them ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _checked(model: Model, runs: xr.Dataset, progress: Progress | None) -> float:
    sample = min(CHECKED, runs.sizes["experiment"])
    told = partial(advance, progress, _CHECKING, sample) if progress else None
    return crosscheck(model, runs, sample=sample, progress=told)
