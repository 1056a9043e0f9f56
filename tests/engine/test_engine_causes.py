"""A run that failed: what does not rest on the failure keeps its numbers; what does has none, even if it hides it."""

import numpy as np

from sdmodel.engine.compiled import simulate
from sdmodel.read import read

EQUATIONS = (
    "k = 1",
    "wild = INTEG(wild * wild * k, 1)",
    "calm = INTEG(k, 0)",
    "hidden = IF THEN ELSE(wild > 2, 1, 0)",
    "apart = calm * 2",
    "root = LN(k - 2)",
)


def test_what_does_not_depend_on_a_failed_stock_keeps_its_numbers_and_what_hides_it_has_none(mdl, table):
    model = read(mdl(*EQUATIONS, stop=20, step=1))
    runs = simulate(model, table({"k": [1.0, 0.0, 1.0]}), save=["hidden", "apart", "wild"])
    assert runs["failed"].values.tolist() == [True, False, True]
    alone = simulate(model, table({"k": [1.0, 0.0, 1.0]}), save=["apart"])
    assert not alone["failed"].any()
    np.testing.assert_array_equal(runs["apart"].values, alone["apart"].values)
    broken = ~np.isfinite(runs["wild"].values)
    assert broken[0].any()
    np.testing.assert_array_equal(np.isnan(runs["hidden"].values), broken)


def test_a_failing_stock_that_is_not_saved_is_found_and_blocks_of_rows_make_no_difference(mdl, table, monkeypatch):
    model = read(mdl(*EQUATIONS, stop=20, step=1))
    members = table({"k": [1.0, 0.0, 1.0, 2.0, 0.0]})
    whole = simulate(model, members, save=["hidden"])
    assert np.isnan(whole["hidden"].values).any(axis=1).tolist() == [True, False, True, True, False]
    monkeypatch.setattr("sdmodel.engine.compiled._AT_ONCE", 1)
    np.testing.assert_array_equal(simulate(model, members, save=["hidden"])["hidden"].values, whole["hidden"].values)


def test_a_failed_auxiliary_that_nothing_reads_touches_nothing_else(mdl, table):
    model = read(mdl(*EQUATIONS, stop=3, step=1))
    runs = simulate(model, table({"k": [1.0, 3.0]}), save=["root", "apart"])
    assert runs["failed"].values.tolist() == [True, False]
    assert np.isfinite(runs["apart"].values).all()
