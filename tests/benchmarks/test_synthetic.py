"""Synthetic models: of the size that was asked for, the same for a seed, tame, and the same in both formats."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel.engine.compiled import simulate
from sdmodel.model.model import Constant, Draw, Stock, Table
from sdmodel.read import read


@pytest.fixture
def synthetic(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks import synthetic

    return synthetic


def made(synthetic, folder, count, suffix=".mdl", **options):
    path = folder / f"made{suffix}"
    path.write_text(synthetic.WRITERS[suffix](synthetic.equations(count, **options)), encoding="utf-8")
    return read(path)


def test_a_model_has_about_as_many_equations_as_asked_and_the_shares_of_its_kinds(synthetic, tmp_path):
    model = made(synthetic, tmp_path, 400)
    shown = [variable for variable in model.visible() if variable.name not in synthetic.CONTROLS]
    assert len(shown) == 400
    shares = {kind: sum(isinstance(variable, kind) for variable in shown) / 400 for kind in (Constant, Stock, Table)}
    assert shares == pytest.approx({Constant: 0.3, Stock: 0.1, Table: 0.05}, abs=0.01)
    assert not any(model.of(Draw))


@pytest.mark.parametrize("arrays", [False, True])
def test_values_stay_near_one(synthetic, tmp_path, arrays):
    runs = simulate(made(synthetic, tmp_path, 250, seed=3, arrays=arrays))
    values = np.concatenate([runs[name].values.ravel() for name in runs.data_vars if "time" in runs[name].dims])
    assert 0.01 < values.min() < values.max() < 5
    assert not runs["failed"].any()


def test_arrays_bring_elements_and_a_macro(synthetic, tmp_path):
    model = made(synthetic, tmp_path, 250, seed=3, arrays=True)
    assert sum(bool(variable.array) for variable in model.variables) > 300
    assert "RELAX(" in (tmp_path / "made.mdl").read_text(encoding="utf-8").split(":END OF MACRO:")[1]


def test_the_same_seed_gives_the_same_model_and_another_seed_another(synthetic):
    assert synthetic.equations(120, 5) == synthetic.equations(120, 5)
    assert synthetic.equations(120, 5) != synthetic.equations(120, 6)


def test_vensim_and_xmile_files_of_one_model_run_alike(synthetic, tmp_path):
    one, other = (simulate(made(synthetic, tmp_path, 150, suffix, seed=2)) for suffix in (".mdl", ".xmile"))
    names = [name for name in one.data_vars if "time" in one[name].dims]
    assert len(names) > 90
    for name in names:
        saved = other[name].sel(time=one["time"]).values
        np.testing.assert_allclose(one[name].values, saved, rtol=1e-9, err_msg=str(name))


def test_arrays_are_not_written_as_xmile(synthetic):
    with pytest.raises(ValueError, match="Vensim only"):
        synthetic.xmile(synthetic.equations(100, arrays=True))
