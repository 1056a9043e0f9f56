"""Suspicion with tools that respond to it (two stocks): solved in closed form, and no fold where there is none."""

import numpy as np
import pytest
import xarray as xr

from sdmodel.engine.compiled import simulate

EQUATIONS = """
suspicion = INTEG(learning rate * (1 - suspicion) * hostile prior * vulnerability * tools - fade * suspicion, start)
tools = INTEG((baseline + response * hostile prior * vulnerability - tools)/delay, starting tools)
hostile prior = uncertainty + (1 - uncertainty) * suspicion
response = gain * tools
learning rate = 0.7
fade = 0.07
vulnerability = 0.5
baseline = 0.3
gain = 0.8
delay = 3
uncertainty = 0
start = 0.05
starting tools = 0.3
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Suspicion at the end, one number for each row of settings."""
    from sdmodel.read import read

    path = tmp_path_factory.mktemp("two stocks") / "two_stocks.mdl"
    controls = {"INITIAL TIME": 0, "FINAL TIME": 3000, "TIME STEP": 0.0625, "SAVEPER": 3000}
    lines = [line.split(" = ", 1) for line in EQUATIONS.strip().splitlines()]
    blocks = [f"{name}=\n\t{text}\n\t~\tDmnl\n\t~\t\n\t|\n" for name, text in [*lines, *controls.items()]]
    path.write_text("{UTF-8}\n" + "\n".join(blocks), encoding="utf-8")
    model = read(path)

    def end(rows):
        columns = dict.fromkeys(name for row in rows for name in row)
        table = xr.Dataset(
            {name: ("experiment", [float(row.get(name, model.constants[name])) for row in rows]) for name in columns}
        )
        return simulate(model, table, every=20.0)["suspicion"].values[:, -1]

    return end


def rest(learning, fade, vulnerability, baseline, gain):
    """The other rest state at certain intentions: X* = (theta v b - delta)/(theta v b - delta kappa v)."""
    spread = learning * vulnerability * baseline
    return (spread - fade) / (spread - fade * gain * vulnerability)


def random_rows(count):
    draw = np.random.default_rng(11)
    spans = {"learning rate": (0.3, 1.2), "fade": (0.03, 0.4), "vulnerability": (0.2, 0.9), "baseline": (0.1, 0.6)}
    spans |= {"gain": (0.0, 1.0)}
    return [{name: draw.uniform(*span) for name, span in spans.items()} for _ in range(count)]


def test_suspicion_settles_where_the_formula_says(run):
    """Random pairs away from the point of ignition end at X*, which for many of them is nothing."""
    spread = [row["learning rate"] * row["vulnerability"] * row["baseline"] - row["fade"] for row in random_rows(120)]
    rows = [row for row, distance in zip(random_rows(120), spread, strict=True) if abs(distance) > 0.02]
    found = run([{**row, "start": 0.4, "starting tools": row["baseline"]} for row in rows])
    ignited = [row["learning rate"] * row["vulnerability"] * row["baseline"] > row["fade"] for row in rows]
    expected = np.where(ignited, [rest(*row.values()) for row in rows], 0.0)
    assert 10 < (expected > 0).sum() < len(rows) - 10
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("uncertainty", [0.0, 0.2])
def test_there_is_no_fold_for_shares(run, uncertainty):
    """Through the learning rate, from almost nothing and from almost full suspicion: one and the same end."""
    rates = np.linspace(0.2, 1.2, 21)
    both = [[{"learning rate": r, "start": s, "uncertainty": uncertainty} for r in rates] for s in (1e-3, 0.999)]
    up, down = (run(rows) for rows in both)
    away = np.abs(rates * 0.5 * 0.3 - 0.07) > 0.005 if uncertainty == 0 else np.full(len(rates), True)
    np.testing.assert_allclose(up[away], down[away], atol=1e-6)
    assert np.abs(up - down)[~away].max(initial=0.0) < 0.05, "slow at the point of ignition, but no second branch"


def test_the_same_scan_finds_two_ends_where_there_are_two(run):
    """With kappa v > 1, which shares cannot have, X* is a watershed: below it suspicion dies, above it runs away."""
    row = {"gain": 3.0, "vulnerability": 0.5, "learning rate": 0.35, "baseline": 0.3}
    watershed = rest(0.35, 0.07, 0.5, 0.3, 3.0)
    assert 0.1 < watershed < 0.6
    rows = []
    for factor in (0.9, 1.1):
        start = factor * watershed
        rows.append({**row, "start": start, "starting tools": 0.3 / (1 - 3.0 * 0.5 * start), "FINAL TIME": 60.0})
    below, above = run(rows)
    assert below < 0.9 * watershed
    assert above > 1.1 * watershed
