"""Scores of links and loops are those of the papers, of exact solutions, and of another program."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis.loops.dominance import relative
from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.cycles import cycles, effects, parts, same_loop
from sdmodel.model.link_scores import Scored, with_scores
from sdmodel.model.model import Model
from sdmodel.read import read

Write = Callable[..., Path]
MODELS = Path(__file__).parents[2] / "models"
BASS = (
    "Potential Adopters = INTEG(-adopting, market size - initial adopters)",
    "Adopters = INTEG(adopting, initial adopters)",
    "market size = 1e+06",
    "initial adopters = 1",
    "contact rate = 100",
    "adoption fraction = 0.015",
    "probability of contact with potentials = Potential Adopters / market size",
    "adopter contacts = Adopters * contact rate",
    "potentials contacts with adopters = adopter contacts * probability of contact with potentials",
    "adoption from word of mouth = potentials contacts with adopters * adoption fraction",
    "adopting = adoption from word of mouth",
)
YEAST = (
    "C = INTEG(births - deaths, 1)",
    "A = INTEG(production, 0)",
    "births = C * (1.1 - 0.1 * A) / 16",
    "deaths = C * EXP(A - 11) / 30",
    "production = 0.01 * C",
)
LOGISTIC = ("S = INTEG(growth, 1)", "growth = rate * S * room", "room = 1 - S / 100", "rate = 0.5")


def scores(
    model: Model, save: Sequence[str] = (), **how: object
) -> tuple[Scored, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Scores of all loops [loop, time] of a run, their relative ones, and the values of links and of `save`."""
    found = cycles(model, most=1000)
    scored = with_scores(model, found.paths)
    runs = compiled.simulate(scored.model, save=[*scored.loops, *scored.links.values(), *save], **how)  # type: ignore[arg-type]
    loops = np.stack([runs[name].values[0] for name in scored.loops])
    values = {name: runs[name].values[0] for name in (*scored.links.values(), *save)}
    return scored, loops, relative(loops, np.zeros(len(loops))), values | {"time": runs["time"].values}


def place(model: Model, *variables: str) -> int:
    """Which loop leads through just these variables."""
    loops = [frozenset(path) for path in cycles(model, most=1000).paths]
    return loops.index(frozenset(variables))


def test_bass_diffusion_has_the_scores_of_the_paper(mdl: Write) -> None:
    """Schoenberg, Davidsen and Eberlein (2020), table 3; its times are those at which the step begins."""
    model = read(mdl(*BASS, stop=15, step=0.0625))
    _, loops, shares, values = scores(model)
    balancing, reinforcing = (
        next(n for n, path in enumerate(cycles(model, most=9).paths) if name in path)
        for name in ("Potential Adopters", "Adopters")
    )
    after = {time: int(np.argmin(np.abs(values["time"] - time - 0.0625))) for time in (9.5, 9.5625)}
    assert loops[balancing, after[9.5]] == pytest.approx(-9.958, abs=5e-4)
    assert loops[reinforcing, after[9.5]] == pytest.approx(11.46, abs=5e-3)
    assert loops[balancing, after[9.5625]] == pytest.approx(-9358, abs=0.5)
    assert loops[reinforcing, after[9.5625]] == pytest.approx(9806, abs=0.5)
    assert shares[balancing, after[9.5]] == pytest.approx(-0.465, abs=5e-4)
    assert shares[reinforcing, after[9.5625]] == pytest.approx(0.512, abs=5e-4)


def test_the_two_tables_of_link_scores_of_the_paper_come_out(mdl: Write) -> None:
    """Its tables 1 and 2: z = 2 x + y and z = (w + x) / y between two times."""
    model = read(
        mdl(
            *("x = 5 + 2 * Time", "y = 4 + Time", "z = 2 * x + y"),
            *("w2 = 7 + 3 * Time", "x2 = 2 + 2 * Time", "y2 = 3 + 2 * Time", "z2 = (w2 + x2) / y2"),
            stop=1,
        )
    )
    links = [("x", "z"), ("y", "z"), ("w2", "z2"), ("x2", "z2"), ("y2", "z2")]
    scored = with_scores(model, (), links)
    runs = compiled.simulate(scored.model, save=list(scored.links.values()))
    found = [float(runs[scored.links[link]].values[0, 1]) for link in links]
    assert found == pytest.approx([0.8, 0.2, 5.0, 10 / 3, -6.0])
    assert all(runs[name].values[0, 0] == 0 for name in scored.links.values())


def test_flows_have_the_scores_of_the_revised_method_however_they_are_split(mdl: Write) -> None:
    """Schoenberg, Hayward and Eberlein (2023), tables 1 and 2: inflow 5 then 10, outflow 4 then 5."""
    flows = ("in = 5 + 5 * Time", "out = 4 + Time")
    apart = read(mdl(*flows, "S = INTEG(in - out, 100)", stop=1))
    joined = read(mdl(*flows, "net = in - out", "S = INTEG(net, 100)", stop=1))
    one = with_scores(apart, (), [("in", "S"), ("out", "S")])
    two = with_scores(joined, (), [("in", "net"), ("out", "net"), ("net", "S")])
    first = compiled.simulate(one.model, save=list(one.links.values()))
    second = compiled.simulate(two.model, save=list(two.links.values()))
    assert [float(first[name].values[0, 1]) for name in one.links.values()] == pytest.approx([1.25, -0.25])
    assert [float(second[name].values[0, 1]) for name in two.links.values()] == pytest.approx([1.25, -0.25, 1.0])


@pytest.mark.parametrize(("equation", "sign"), [("0.3 * S", 1.0), ("-S / 7", -1.0)])
def test_a_loop_alone_has_all_of_the_change(mdl: Write, equation: str, sign: float) -> None:
    """Its appendix B: whatever the gain, the score of an isolated loop is 1 or -1."""
    _, loops, shares, _ = scores(read(mdl(f"S = INTEG({equation}, 10)", stop=20, step=0.25)))
    assert loops[0, 1:] == pytest.approx(np.full(loops.shape[1] - 1, sign))
    assert shares[0, 0] == 0


def test_dominance_of_logistic_growth_shifts_at_the_inflection(mdl: Write) -> None:
    """Relative scores of a single stock are the shares of the gains: r (1 - S/K) against r S/K, equal at half of K."""
    model = read(mdl(*LOGISTIC, stop=30, step=0.0009765625, saveper=0.25))
    _, _, shares, values = scores(model, ["S"])
    growth, crowding = place(model, "S", "growth"), place(model, "S", "growth", "room")
    size = values["S"] / 100
    assert shares[growth, 1:] == pytest.approx((1 - size)[1:], abs=1e-3)
    assert -shares[crowding, 1:] == pytest.approx(size[1:], abs=1e-3)
    leads = shares[growth, 1:] > -shares[crowding, 1:]
    assert np.array_equal(leads, size[1:] < 0.5)


def test_dominance_of_an_epidemic_of_the_susceptible_shifts_where_infection_peaks(mdl: Write) -> None:
    """S and I without recovery are logistic: contagion leads before the flow of infection peaks, depletion after."""
    model = read(
        mdl(
            "S = INTEG(-infection, 999)",
            "I = INTEG(infection, 1)",
            "infection = 0.5 * S * I / 1000",
            stop=30,
            step=0.0625,
        )
    )
    _, _, shares, values = scores(model, ["infection"])
    contagion, depletion = place(model, "I", "infection"), place(model, "S", "infection")
    shift = int(np.argmax(-shares[depletion] > shares[contagion]))
    assert abs(shift - int(np.argmax(values["infection"]))) <= 1


def test_yeast_goes_through_the_four_phases_of_the_paper(mdl: Write) -> None:
    """Its table 4: births, then births held back by alcohol, then death by alcohol, then natural death lead."""
    model = read(mdl(*YEAST, stop=100, step=0.5))
    _, _, shares, _ = scores(model)
    phases = [("C", "births"), ("C", "production", "A", "births"), ("C", "production", "A", "deaths"), ("C", "deaths")]
    leads = np.abs(shares[:, 1:]).argmax(axis=0)
    seen = [int(leads[0]), *(int(new) for old, new in pairwise(leads) if new != old)]
    assert seen == [place(model, *names) for names in phases]


@pytest.mark.parametrize("name", ["lotka_volterra", "sir", "richardson"])
def test_sizes_of_relative_scores_add_up_to_one_wherever_anything_changes(name: str) -> None:
    _, loops, shares, _ = scores(read(MODELS / f"{name}.mdl"))
    total = np.abs(shares).sum(axis=0)
    acts = np.abs(loops).sum(axis=0) > 0
    assert total[acts] == pytest.approx(np.ones(acts.sum()))
    assert not total[~acts].any()
    assert acts[1:].mean() > 0.9


@pytest.mark.parametrize("name", ["sir", "lotka_volterra", "bass", "logistic", "yeast"])
def test_simlin_finds_the_same_loops_with_the_same_shares(mdl: Write, tmp_path: Path, name: str) -> None:
    simlin = pytest.importorskip("simlin")
    made = {"bass": (BASS, 15, 0.0625), "logistic": (LOGISTIC, 30, 0.125), "yeast": (YEAST, 100, 0.5)}
    if name in made:
        equations, stop, step = made[name]
        path = mdl(*equations, stop=stop, step=step)
    else:
        path = without_checks(MODELS / f"{name}.mdl", tmp_path)
    model = read(path)
    _, _, shares, _ = scores(model)
    own = {frozenset(key for key in map(plain, one)): shares[n] for n, one in enumerate(cycles(model, most=99).paths)}
    known = {plain(one) for one in effects_of(model)}
    other = {
        frozenset(plain(v) for v in loop.variables if plain(v) in known): loop for loop in simlin.load(path).run().loops
    }
    assert set(own) == set(other)
    for variables, loop in other.items():
        assert loop.behavior_time_series == pytest.approx(own[variables], rel=1e-6, abs=1e-7)


def test_simlin_has_the_same_score_for_each_link_of_a_large_model() -> None:
    simlin = pytest.importorskip("simlin")
    path = MODELS / "technology_security_dilemma.mdl"
    model = read(path)
    graph = effects(model)
    inside = set().union(*parts(graph))
    links = [(cause, effect) for cause in graph for effect in graph[cause] if {cause, effect} <= inside]
    scored = with_scores(model, (), links)
    runs = compiled.simulate(scored.model, save=list(scored.links.values()))
    with simlin.load(path).simulate(enable_ltm=True) as other:
        other.run_to_end()
        known = {(plain(one.from_var), plain(one.to_var)): one.score for one in other.get_links() if one.has_score()}
    both = [link for link in links if (plain(link[0]), plain(link[1])) in known]
    assert len(both) > 300
    for cause, effect in both:
        own = runs[scored.links[cause, effect]].values[0]
        assert own == pytest.approx(known[plain(cause), plain(effect)], rel=2e-5, abs=1e-7), (cause, effect)


def test_scores_follow_runge_kutta_runs_step_by_step(mdl: Write) -> None:
    """They are differences between whole steps, so the method changes them as little as it changes the run."""
    model = read(mdl(*LOGISTIC, stop=30, step=0.125))
    _, _, euler, _ = scores(model)
    _, _, better, values = scores(model, ["S"], integration="rk4")
    growth = place(model, "S", "growth")
    before = np.concatenate([[np.nan], values["S"][:-1]]) / 100
    assert better[growth, 1:] == pytest.approx((1 - (before + values["S"] / 100) / 2)[1:], abs=0.02)
    assert not np.allclose(euler, better, atol=1e-3)


def test_what_rests_has_no_score(mdl: Write) -> None:
    model = read(mdl("S = INTEG(inflow - S / 5, 10)", "inflow = 2 + 0 * S"))
    _, loops, _, _ = scores(model)
    assert not loops.any()


def test_a_partial_change_that_is_no_number_spoils_no_run(mdl: Write) -> None:
    """LN(a - b) is defined now and before, but not for a now and b before: that link has no score then."""
    model = read(mdl("S = INTEG(LN(a - b), 1)", "a = 10 - 5 * Time", "b = 8 - 5.5 * Time", stop=3))
    scored = with_scores(model, (), [("a", "S"), ("b", "S")])
    runs = compiled.simulate(scored.model, save=list(scored.links.values()))
    assert not runs["failed"].values.any()
    undefined, defined = (runs[name].values[0, 1:] for name in scored.links.values())
    assert not undefined.any()
    assert (defined < 0).all()


def test_a_constant_that_follows_a_schedule_is_told_to_move(mdl: Write, table: Callable[..., object]) -> None:
    """What a lever changes is not counted as the change by the stock."""
    model = read(mdl("S = INTEG(flow, 10)", "flow = rate * S", "rate = 0.1", stop=4))
    columns = {"rate @ start": [0.1], "rate @ step at": [2.0], "rate @ step value": [0.3]}
    loop = cycles(model, most=9).paths
    found = {}
    for moving in ((), ("rate",)):
        scored = with_scores(model, loop, moving=moving)
        runs = compiled.simulate(scored.model, table(columns), save=scored.loops)  # type: ignore[arg-type]
        found[moving] = float(runs[scored.loops[0]].values[0, 2])
    change = 0.3 * 12.1 - 0.1 * 11  # of the flow, while the stock goes from 11 to 12.1
    assert found["rate",] == pytest.approx(0.1 * (12.1 - 11) / change)
    assert found[()] == pytest.approx(0.3 * (12.1 - 11) / change)


def test_a_name_that_scores_need_is_refused_by_name(mdl: Write) -> None:
    model = read(mdl("S = INTEG(S, 1)", '"S one step before" = 1'))
    with pytest.raises(ModelError, match=r'"S one step before" has a name that scores of loops need'):
        with_scores(model, cycles(model, most=1).paths)


def test_a_loop_is_the_same_wherever_it_begins() -> None:
    assert same_loop(("c", "a", "b")) == same_loop(("b", "c", "a")) == ("a", "b", "c")


def plain(name: str) -> str:
    """A name as simlin spells it."""
    return name.lower().replace(" ", "_")


def effects_of(model: Model) -> list[str]:
    """The variables on loops."""
    return [name for path in cycles(model, most=99).paths for name in path]


def without_checks(path: Path, folder: Path) -> Path:
    """A copy of a model without its reality checks, which simlin does not read."""
    groups = path.read_text(encoding="utf-8").split("*" * 56)
    place_of = next((n for n, text in enumerate(groups) if ".Reality checks" in text), None)
    if place_of is not None:
        del groups[place_of : place_of + 2]
    copy = folder / path.name
    copy.write_text(("*" * 56).join(groups), encoding="utf-8")
    return copy
