"""Rival theories in a study file: read, checked and bound exactly as shocks are, with names of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.file import read_study
from sdmodel.study.terms import Schedule, Variant

Write = Callable[[str], Path]
VARIANT = """
[variants.no_bias]
title = "No bias"
description = "Everyone reads the other aright."
basis = "A rival theory."
"CONFIRMATION BIAS" = 0.0
"export control" = { step = { at = 2030, value = 1 } }
"""


def test_a_variant_is_read_and_bound_like_a_shock(write: Write, study_text: str, model: Model) -> None:
    study = bind(read_study(write(study_text + VARIANT)), model)
    settings = {"confirmation bias": 0.0, "export control": Schedule(step=(2030.0, 1.0))}
    told = ("Everyone reads the other aright.", "A rival theory.")
    assert study.variants == {"no_bias": Variant("no_bias", "No bias", settings, *told)}
    assert list(study.overlays) == ["no_bias", "pandemic"], "variants lie below shocks"


def test_a_study_without_variants_has_none(write: Write, study_text: str) -> None:
    assert read_study(write(study_text)).variants == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[variants.pandemic]\n"tariff goal" = 1', "[variants.pandemic]: there is a shock"),
        ('[variants."a + b"]', "it marks a shock or variant laid over a scenario"),
        ('[variants.a]\n"tariff goal" = "high"', '[variants.a], key "tariff goal": must be a number'),
        ("[variants.a]\ntitle = 3", '[variants.a], key "title": must be a text'),
        ("variants = 3", "must be a table"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(write: Write, study_text: str, text: str, words: str) -> None:
    whole = f"{text}\n{study_text}" if text.startswith("variants") else f"{study_text}\n{text}"
    with pytest.raises(StudyError) as caught:
        read_study(write(whole))
    assert words in str(caught.value)


def test_a_variant_must_fit_the_model(write: Write, study_text: str, model: Model) -> None:
    loose = read_study(write(f'{study_text}\n[variants.a]\n"tarif goal" = 1\n"confirmation bias" = 2'))
    with pytest.raises(StudyError) as caught:
        bind(loose, model)
    assert '[variants.a], key "tarif goal": the model has no such constant' in str(caught.value)
    assert '[variants.a], key "confirmation bias": 2 is outside the limits' in str(caught.value)
