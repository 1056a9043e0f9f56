"""What is runs and what is not."""

import numpy as np
import pytest
from made_runs import made

from sdmodel.errors import ExperimentError, RunsError
from sdmodel.runs import schema


def test_runs_made_as_told_are_accepted():
    schema.check(made())
    schema.check_experiments(made()[["confirmation bias"]])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda runs: runs.drop_vars("scenario"), '"scenario" is missing'),
        (lambda runs: runs.rename(experiment="member"), "dimensions are"),
        (lambda runs: runs.assign_coords(time=runs["time"].values[::-1]), "does not rise"),
        (lambda runs: runs.assign(other=("experiment", np.zeros(12))), "role None"),
        (lambda runs: runs.assign(other=("experiment", np.zeros(12), {"role": "trajectory"})), "lies over"),
        (lambda runs: runs.assign(other=("experiment", np.array(["x"] * 12), {"role": "input"})), "not numbers"),
        (lambda runs: runs.assign_coords(future=("experiment", np.zeros(12))), "not whole numbers"),
        (lambda runs: runs.assign_coords(scenario=("experiment", np.zeros(12))), "not text"),
    ],
)
def test_what_is_not_runs_is_refused_with_the_reason(spoil, told):
    with pytest.raises(RunsError, match="here: not runs") as refused:
        schema.check(spoil(made()), "here")
    assert told in str(refused.value)


def test_a_table_of_texts_is_not_a_table_of_experiments():
    table = made()[["failed"]].assign(word=("experiment", np.array(["x"] * 12)))
    with pytest.raises(ExperimentError, match='column "word"'):
        schema.check_experiments(table)


def test_missing_variables_are_all_named_with_the_nearest_name():
    with pytest.raises(RunsError, match='"US suspicon" Did you mean "US suspicion"'):
        schema.require(made(), ["US suspicon"], "trajectory")
    with pytest.raises(RunsError, match=r'no variable "conformation bias".* Did you mean "confirmation bias"'):
        schema.values(made(), "conformation bias")


def test_runs_without_a_mark_of_failure_count_as_sound():
    assert schema.failed(made()).sum() == 3
    assert schema.failed(made().drop_vars("failed")).sum() == 0


def test_labels_become_codes_in_order_of_appearance_after_the_known_ones():
    names, codes = schema.codes(["b", "c", "a", "b"], ["a"])
    assert names == ["a", "b", "c"]
    assert codes.tolist() == [1, 2, 0, 1]
