"""Every variable of a shipped model is explained by a sentence that a reader without the field understands."""

import re

import pytest
from shipped import FOLDER, NAMES, model

from sdmodel.read import read

SYMBOLS = re.compile(r"[=<>*^_{}\[\]|\\`~#@+&$]|[Α-Ωα-ω]|\b(?:e\.g|i\.e|cf|w\.r\.t)\.")
JARGON = re.compile(r"\b(?:exogenous|endogenous|logarithm|eigenvalue|dmnl|parameteri[sz]|stochastic|coefficient)", re.I)
SLIPS = re.compile(r"\b(?:a|an|more advanced|distrustful) the\b|\b(\w+) \1\b", re.I)


EXTENSIONS = sorted(path.stem for path in (FOLDER / "extensions").glob("*.mdl"))


def explained(name: str) -> dict[str, str]:
    """The documentation of each variable of a shipped model, or of the flagship with the extension of that name."""
    core = FOLDER / "technology_security_dilemma.mdl"
    found = read(core, extensions=[FOLDER / "extensions" / f"{name}.mdl"]) if name in EXTENSIONS else model(name)
    return {one.name: one.documentation for one in found.visible()}


@pytest.mark.parametrize("name", [*NAMES, *EXTENSIONS])
def test_every_variable_is_explained_in_a_plain_sentence(name: str) -> None:
    """At least five words, a capital or a number first, a full stop last, no symbol, and no word of the trade alone."""
    found = explained(name)
    assert found
    for variable, words in found.items():
        assert len(words.split()) >= 5, (variable, words)
        assert words.endswith("."), (variable, words)
        assert words[0].isupper() or words[0].isdigit(), (variable, words)
        for wrong in (SYMBOLS, JARGON, SLIPS):
            assert not wrong.search(words), (variable, words)
