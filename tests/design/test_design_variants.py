"""Variants laid over scenarios, alone and under shocks."""

from dataclasses import replace

import pytest

from sdmodel.design.experiments import experiments, settings_experiment
from sdmodel.design.sequences import lhs
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Variant


@pytest.fixture
def theories(study: Study) -> Study:
    """The study of this folder with three rival theories."""
    return replace(
        study,
        variants={
            "no_bias": Variant("no_bias", "No bias", {"bias": 0.0}),
            "tense": Variant("tense", "Tense", {"goal": 0.2, "bias": 0.9}),
            "strict": Variant("strict", "Strict", {"control": Schedule(pulse=(2030.0, 1.0, 0.1))}),
        },
    )


def test_a_variants_number_wins_over_the_draw_and_over_the_scenario(theories: Study, model: Model) -> None:
    table = experiments(theories, lhs(theories, 5, seed=1), model=model, scenarios=["managed"], variants=["tense"])
    assert set(table["scenario"].values) == {"managed + tense"}
    assert table["bias"].values.tolist() == [0.9] * 5
    assert table["goal"].values.tolist() == [0.2] * 5
    assert len(set(table["control @ start"].values)) == 5, "what it does not set stays drawn"


def test_a_shock_lies_on_top_of_a_variant(theories: Study, model: Model) -> None:
    table = experiments(theories, model=model, scenarios=["fixed"], shocks=["panic"], variants=["no_bias"])
    assert table["scenario"].values.tolist() == ["fixed + no_bias + panic"]
    assert float(table["bias"][0]) == 1.0


def test_the_columns_do_not_depend_on_the_variants_chosen(theories: Study, model: Model) -> None:
    plain = experiments(theories, model=model)
    under = experiments(theories, model=model, variants=["no_bias", "strict"], shocks=["panic"])
    assert list(plain.data_vars) == list(under.data_vars)


def test_what_cannot_be_joined_names_the_variant(theories: Study, model: Model) -> None:
    theories = replace(
        theories, variants={"odd": Variant("odd", "", {"control": Schedule(ramp=(2022.0, 2023.0, 1.0))})}
    )
    with pytest.raises(StudyError, match='Variant "odd", lever "control": its ramp cannot be joined'):
        experiments(theories, model=model, scenarios=["managed"], variants=["odd"])


def test_one_run_may_have_a_variant_a_shock_and_settings(theories: Study, model: Model) -> None:
    table = settings_experiment(model, {"goal": 0.7}, theories, "fixed", ["pandemic"], ["tense"])
    assert table["scenario"].values.tolist() == ["fixed + tense + pandemic"]
    assert (float(table["goal"][0]), float(table["bias"][0])) == (0.7, 0.9)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"variants": ["no_bais"]}, 'no variant "no_bais". Did you mean "no_bias"?'),
        ({"variants": ["tense", "Tense"]}, 'variant "tense" is asked for twice'),
        ({"shocks": ["tense"]}, 'no shock "tense"'),
    ],
)
def test_unknown_variants_are_told(theories: Study, model: Model, asked: dict, words: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        experiments(theories, model=model, **asked)
    assert words in str(caught.value)


def test_a_variant_needs_a_study(model: Model) -> None:
    with pytest.raises(ExperimentError, match="name the study"):
        settings_experiment(model, {}, variants=["tense"])
