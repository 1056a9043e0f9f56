"""Every shipped model and study: complete, documented, in bounds, and fit for each other."""

import re

import pytest
from shipped import DILEMMA, FOLDER, NAMES, model, study

from sdmodel.model.model import CONTROLS, Constant, Stock
from sdmodel.model.names import key
from sdmodel.study.bind import bind

SIDES = {"US": "China", "China": "US"}
LEVERS = (
    "industrial policy",
    "self sufficiency drive",
    "export control",
    "coercion propensity",
    "offensive baseline",
    "dependence tightening",
    "misappropriation",
    "bloc building",
    "mapping effort",
    "capability restraint",
    "intention signalling",
    "fair warning",
)


def written(name):
    return list(model(name).visible())


def bare_equation(text):
    """The right-hand side without layout."""
    return re.sub(r"\s+", " ", text.replace("\\\n", " ")).strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_has_a_unit_and_a_sentence(name):
    """A unit, and a documentation that begins with a capital or a number and ends with a full stop."""
    for variable in written(name):
        assert variable.unit, variable.name
        assert re.fullmatch(r"[A-Z0-9].{15,}\.", variable.documentation), (variable.name, variable.documentation)


@pytest.mark.parametrize("name", NAMES)
def test_constants_lie_within_their_limits(name):
    """The model's own value of a constant is never outside the limits that its unit line states."""
    for constant in model(name).of(Constant):
        low, high = constant.limits
        assert low is None or low <= constant.value, constant.name
        assert high is None or constant.value <= high, constant.name


@pytest.mark.parametrize("name", NAMES)
def test_file_opens_in_the_free_vensim(name):
    """UTF-8 header, Unix line ends, tabs for layout, no subscripts, no macro: what Vensim PLE can open."""
    text = (FOLDER / f"{name}.mdl").read_text(encoding="utf-8")
    equations = text.split("\\\\\\---///")[0]
    assert text.startswith("{UTF-8}\n")
    assert "\r" not in text
    assert ":MACRO:" not in text
    assert not re.search(r"^[^\n~|*]*\[[^\]\n]*\]\s*[=:]", equations, re.MULTILINE), "a subscripted variable"
    assert max(map(len, equations.splitlines())) <= 260


@pytest.mark.parametrize("name", NAMES)
def test_study_fits_its_model(name):
    """Every name, unit and range in the study file is right for the model."""
    assert study(name).model.name == f"{name}.mdl"
    bind(study(name), model(name))


RIVAL_THEORIES = {
    "suspicion lock in",
    "lock in threshold",
    "lock in steepness",
    "US rally effect",
    "China rally effect",
    "shock blame rate",
    "blame fading time",
    "war onset share",
    "war duration",
    "war cost",
    "war trade loss",
}
PAYOFFS = {f"payoff weight of {what}" for what in ("threat", "crisis", "relative gain", "leverage")}
PAYOFFS |= {"payoff discount rate"}


def test_dilemma_has_30_stocks_and_58_levers():
    """Twelve stocks a side, three shares of third states, their loss, the hazard, and war; levers as documented."""
    stocks = [stock.name for stock in model().of(Stock)]
    assert len(stocks) == 30
    assert sum(name.startswith("US ") for name in stocks) == sum(name.startswith("China ") for name in stocks) == 12
    settings = {f"{side} {lever} {kind}" for side in SIDES for lever in LEVERS for kind in ("initial", "goal")}
    assert len(settings) == 48
    assert settings <= set(model().constants)


def test_both_powers_have_the_same_equations():
    """Each US equation with the names swapped is the equation of China: the powers differ in numbers alone."""
    texts = {key(variable.name): bare_equation(variable.text) for variable in written(DILEMMA)}
    pairs = [name for name in texts if name.startswith("us ") and name not in map(key, model().constants)]
    assert len(pairs) > 70
    for name in pairs:
        swapped = re.sub(r"\b(US|China)\b", lambda side: SIDES[side[0]], texts[name])
        assert terms(swapped) == terms(texts["china " + name.removeprefix("us ")]), name


def terms(text):
    """Names and operators in any order: `US capability + China capability` reads the same on both sides."""
    return sorted(re.findall(r"[A-Za-z][A-Za-z ]*[A-Za-z]|\S", text))


def test_uncertainties_are_all_parameters_but_no_switch_no_weight_and_no_lever():
    """123 uncertainties: every constant except levers, shock, controls, rival theories and weights of payoffs."""
    settings = {f"{side} {lever} {kind}" for side in SIDES for lever in LEVERS for kind in ("initial", "goal")}
    others = {"US signal sincerity", "China signal sincerity", "negotiation goal", "confirmation bias", "opportunism"}
    others |= {"shock magnitude", "shock start time", "shock duration", *CONTROLS, *RIVAL_THEORIES, *PAYOFFS}
    others |= {f"{kind} {end}" for kind in ("policy", "reassurance") for end in ("start time", "phase in duration")}
    expected = set(model().constants) - settings - others
    assert len(expected) == 123
    assert set(study().uncertainties) == expected


def test_uncertainties_enclose_the_models_own_values_within_its_limits():
    """low <= own value <= high, and both ends inside the limits that the model declares."""
    for name, uncertainty in study().uncertainties.items():
        constant = model()[name]
        low, high = constant.limits
        assert low <= uncertainty.low < uncertainty.high <= high, name
        assert uncertainty.low <= constant.value <= uncertainty.high, name
        assert uncertainty.distribution == "loguniform" or uncertainty.mode == constant.value, name


def test_no_future_can_divide_by_zero():
    """Dependence above 0, visibility below 1, capacity below its maximum, alignments below 1 even at the extremes."""
    ranges = study().uncertainties
    for side in SIDES:
        assert ranges[f"{side} initial dependence"].low > 0
        assert ranges[f"{side} initial visibility"].high < 1
        assert ranges[f"{side} initial capacity"].high < ranges[f"{side} max capacity"].low
        assert ranges[f"{side} initial capability"].low > 0
    assert sum(ranges[f"initial aligned with {side}"].high for side in SIDES) < 1


def test_report_compares_scenarios_and_outcomes_that_exist():
    """The headline pair is the two roads of the question; cost and risk axes are outcomes; risk is flagged as such."""
    asked = study()
    assert asked.compare[:2] == ("managed", "decoupling_fast")
    assert set(asked.compare) <= set(asked.scenarios)
    assert asked.outcomes[asked.risk_outcome].risk
    assert asked.cost_outcome in asked.outcomes
    assert set(asked.figures) <= {variable.name for variable in written(DILEMMA)}
    assert {name for name, outcome in asked.outcomes.items() if outcome.risk} == {
        "crisis_probability_2030",
        "crisis_probability_2045",
        "violent_conflict_2045",
    }
