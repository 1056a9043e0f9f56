"""Rival theories as switches of the dilemma: nothing while they are off, what they claim when they are on."""

import numpy as np
import pytest
from shipped import DILEMMA, dynamic_stocks, model, run, scenario_rows, study

from sdmodel.engine.crosscheck import crosscheck
from sdmodel.model.model import Constant

SIDES = ("US", "China")
REASSURANCE = ("capability restraint goal", "intention signalling goal", "fair warning goal")
DORMANT = ("lock in threshold", "lock in steepness", "blame fading time", "war duration", "war cost", "war trade loss")
SHARES = ("blame", "suspicion", "pressure", "dependence", "credibility", "perceived threat", "closed mind")


def differing(one, other):
    """Names of variables that are not the same to the last bit."""
    names = [name for name in one.data_vars if one[name].dtype.kind == "f"]
    return {str(name) for name in names if not np.array_equal(one[name].values, other[name].values)}


def paths(rows, *, every=1.0):
    return run(DILEMMA, rows, every=every)


def ends(runs, name):
    return runs[name].values[:, -1]


def at_both_ends(row, **more):
    """A row twice: started from almost no and from almost full suspicion on both sides."""
    return [{**row, **{f"{side} initial suspicion": start for side in SIDES}, **more} for start in (0.05, 0.95)]


# --- off means off --------------------------------------------------------------------------------------------------


def test_what_goes_with_a_switch_does_nothing_while_the_switch_is_off():
    """Thresholds, times and costs at the ends of their limits leave every path as it is, bit for bit."""
    plain = list(scenario_rows("pandemic").values())
    for end in (0, 1):
        moved = {name: float(model()[name].limits[end]) for name in DORMANT}
        assert differing(paths(plain), paths([{**row, **moved} for row in plain])) <= set(DORMANT)


def test_switches_stand_at_nothing():
    """The base case holds none of the rival theories, and war and blame stay exactly 0 in it."""
    own = model().constants
    switches = ("suspicion lock in", "US rally effect", "China rally effect", "shock blame rate", "war onset share")
    assert [own[name] for name in switches] == [0.0] * 5
    runs = paths(list(scenario_rows("pandemic").values()))
    for name in ("US blame", "China blame", "war under way", "US closed mind", "China closed mind"):
        np.testing.assert_array_equal(runs[name].values, 0.0)


@pytest.mark.parametrize("name", study().variants)
def test_every_variant_moves_something_and_keeps_all_in_bounds(name):
    """Laid over all scenarios with the pandemic: finite, shares in [0, 1], and other paths than without it."""
    plain, under = (paths(list(scenario_rows("pandemic", *over).values())) for over in ((), (name,)))
    assert differing(plain, under) - set(study().variants[name].settings)
    for share in ("war under way", "crisis probability", *(f"{side} {one}" for side in SIDES for one in SHARES)):
        assert np.isfinite(under[share].values).all(), share
        assert under[share].values.min() >= -1e-12, share
        assert under[share].values.max() <= 1 + 1e-12, share


def test_pysd_agrees_when_every_theory_holds_at_once():
    """All switches on, in a few scenarios with the pandemic: the reference engine finds the same paths."""
    rows = list(scenario_rows("pandemic", *study().variants).values())[::7]
    assert crosscheck(model(), paths(rows), sample=len(rows)) < 1e-9


# --- lock-in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["managed_reassurance", "reassurance_only", "negotiated"])
def test_only_with_lock_in_the_start_decides_where_the_same_policy_ends(scenario):
    """From suspicion 0.05 and 0.95 to one end without the switch, to two ends 0.5 apart or more with it."""
    row = scenario_rows()[scenario]
    for switch in (0.0, 1.0):
        runs = paths(at_both_ends(row, **{"suspicion lock in": switch, "FINAL TIME": 2620.0}))
        low, high = ends(runs, "mean suspicion")
        if switch:
            assert high - low > 0.5
        else:
            assert high == pytest.approx(low, abs=1e-6)


def scanned(switch, shares):
    """Mean suspicion where the model settles, reassurance moved share by share, each time from the state before.

    It begins with trust: all stocks that feed back are carried over, at first only a suspicion of 0.05.
    """
    row = scenario_rows()["managed_reassurance"]
    goals = [f"{side} {one}" for side in SIDES for one in REASSURANCE] + ["negotiation goal"]
    clock = {"INITIAL TIME": 2100.0, "FINAL TIME": 2700.0, "suspicion lock in": switch}
    found, carried = [], {f"{side} initial suspicion": 0.05 for side in SIDES}
    for share in shares:
        end = paths([{**row, **{goal: share * row[goal] for goal in goals}, **clock, **carried}], every=600.0)
        carried = {name: float(ends(end, name)[0]) for name in dynamic_stocks()}
        found.append(float(ends(end, "mean suspicion")[0]))
    return np.array(found)


def test_scanning_reassurance_down_and_up_finds_a_loop_with_lock_in_and_none_without():
    """Trust that is lost when reassurance is withdrawn comes back with it, unless distrust locks in."""
    down = np.linspace(1.0, 0.0, 9)
    free, locked = (scanned(switch, [*down, *down[::-1]]) for switch in (0.0, 1.0))
    np.testing.assert_allclose(free[:9], free[:8:-1], atol=1e-6)
    assert free[0] < 0.2
    assert free[8] > 0.6
    assert locked[0] == pytest.approx(free[0], abs=0.01), "trust that was never lost is the same"
    assert (locked[9:] > 0.9).all(), "and once lost it stays lost"


def test_under_lock_in_a_year_decides():
    """Reassurance that starts in 2021 wins trust by 2045, the same reassurance from 2023 finds closed ears."""
    row = scenario_rows("lock_in")["managed_reassurance"]
    early, late = ends(paths([{**row, "reassurance start time": year} for year in (2021.0, 2023.0)]), "mean suspicion")
    assert early < 0.2
    assert late > 0.9


# --- rally ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_a_rally_lowers_pressure_on_the_side_that_rallies(side):
    """Less pressure in every scenario, the less the stronger the effect, and less mobilisation with it."""
    for row in scenario_rows().values():
        runs = paths([{**row, f"{side} rally effect": effect} for effect in (0.0, 5.0, 10.0)])
        assert (np.diff(ends(runs, f"{side} pressure")) < 0).all()
        assert (np.diff(ends(runs, f"{side} mobilisation")) <= 0).all()


# --- shocks that move suspicion -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["status_quo", "managed", "managed_reassurance"])
def test_blame_makes_a_shock_move_suspicion(scenario):
    """The pandemic adds at most 0.012 to suspicion in the base case, and more than 0.05 in China under blame."""
    overs = [(), ("pandemic",), ("blame",), ("blame", "pandemic")]
    found = paths([scenario_rows(*over)[scenario] for over in overs])["China suspicion"].values
    assert (found[1] - found[0]).max() < 0.0125
    assert (found[3] - found[2]).max() > 0.05


def test_blame_needs_a_shock():
    """Without a shock the theory changes nothing, bit for bit."""
    rows = list(scenario_rows().values())
    assert differing(paths(rows), paths([{**row, "shock blame rate": 4.0} for row in rows])) == set()


def test_variants_name_constants_that_no_scenario_but_one_kind_sets():
    """Variants set switches and weights of the model; only greed is also a part of scenarios, as its counter-case."""
    named = {name for variant in study().variants.values() for name in variant.settings}
    assert named <= {one.name for one in model().of(Constant)}
    in_scenarios = {name for row in scenario_rows().values() for name in row}
    assert named & in_scenarios == {"opportunism"}
