"""A finding → what it was made of, kept in it; and is it of the study that a folder holds?

A finding answers one text of a study. Should the study, its model or any file that they read hold other bytes today, it
is not shown: nobody can tell whether it would still be found. Findings from stored runs also tell the seed of these.
"""

import hashlib
from dataclasses import replace

from sdmodel.analysis.finding import Finding
from sdmodel.pipeline.companions import sources
from sdmodel.study.spec import Study

MADE_OF = "made_of"
"""Attribute of a kept finding: SHA-256 of the files that it was made of."""
RUNS_SEED = "runs_seed"
"""Attribute of a finding from stored runs: the seed of their design."""


def marked(finding: Finding, study: Study, runs_seed: int | None = None) -> Finding:
    """The finding, with what it was made of."""
    told = {MADE_OF: list(_hashes(study)), **({} if runs_seed is None else {RUNS_SEED: runs_seed})}
    return replace(finding, table=finding.table.assign_attrs(told))


def is_marked(finding: Finding) -> bool:
    """Whether the finding tells what it was made of."""
    return MADE_OF in finding.table.attrs


def is_of(finding: Finding, study: Study) -> bool:
    """Whether the finding was made of the files that `study` is read from, byte for byte."""
    return is_marked(finding) and sorted(map(str, finding.table.attrs[MADE_OF])) == list(_hashes(study))


def _hashes(study: Study) -> tuple[str, ...]:
    """One for each file, whatever its name: copies beside runs have others."""
    return tuple(sorted({hashlib.sha256(file.read_bytes()).hexdigest() for file in sources(study).values()}))
