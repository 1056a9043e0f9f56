"""What the page says: numbers as people read them, sentences that follow from the runs, and nothing that escapes."""

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
import xarray as xr
from made_up_study import make_runs, make_sensitivity, make_study, with_outcomes

from sdmodel.analysis.finding import Finding
from sdmodel.model.model import Model
from sdmodel.report.cast import GREY, cast
from sdmodel.report.drivers import drivers
from sdmodel.report.embed import in_template, label, policy_hash, rounded, script_json
from sdmodel.report.figures.cost_risk import cost_risk
from sdmodel.report.figures.fans import fans
from sdmodel.report.figures.sensitivity import views
from sdmodel.report.measures import measures, told
from sdmodel.report.sentences import Answer, answer
from sdmodel.report.spread import comparison
from sdmodel.report.text import number, share, signed, unit, within
from sdmodel.study.spec import Study


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.284, "0.28"), (1.0, "1.00"), (29.44, "29.4"), (157.6, "158"),
        (12345.6, "12,346"), (-0.3, "−0.30"),
        (0.00412, "0.0041"), (0.00002, "2.0×10⁻⁵"),
        (3.2e12, "3.2×10¹²"), (float("nan"), "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_a_number_has_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_a_moment_is_no_quantity() -> None:
    """2033.5 is not "2,034"."""
    assert [number(time, time=True) for time in (2033.5, 2045.0, 12.25)] == ["2033.5", "2045", "12.2"]


def test_a_share_claims_all_or_nothing_only_when_it_is() -> None:
    assert [share(part).replace("\u00a0", " ") for part in (0.0, 0.001, 0.5, 0.998, 1.0, np.nan)] == [
        "0 %", "<1 %", "50 %", ">99 %", "100 %", "–",
    ]  # fmt: skip


def test_a_difference_is_as_fine_as_the_value_that_it_belongs_to() -> None:
    assert [signed(*pair) for pair in ((8.712, 28.1), (-0.00013, 2.28), (0.3, 0.5), (-41.6, 150.0), (1e-5, 1e-4))] == [
        "+8.7", "±0.00", "+0.30", "−42", "+1.0×10⁻⁵",
    ]  # fmt: skip


def test_a_unit_without_dimension_is_not_shown() -> None:
    assert [unit(name) for name in ("Dmnl", "1", "PctGDP*Year", " USD/Year ")] == ["", "", "PctGDP·Year", "USD/Year"]


def test_a_label_shows_what_was_typed() -> None:
    """Plotly would read tags and fill in templates."""
    assert label('<b>x</b> <a href="y">') == '&lt;b&gt;x&lt;/b&gt; &lt;a href="y"&gt;'
    assert "%{" not in in_template("50%{y}")
    assert label("one two three four five", width=10) == "one two<br>three…"


def test_data_in_a_script_element_cannot_end_it() -> None:
    value = {"</script>": ["<!--", "\u2028\u2029", "&amp;", 'quote"', "€"]}
    text = str(script_json(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_numbers_in_the_page_are_short_and_finite() -> None:
    assert rounded(np.array([[0.123456, np.nan], [1e9 / 3, -np.inf]]), 3) == [0.123, None, 333000000.0, None]


def test_the_policy_names_a_script_by_its_hash() -> None:
    """The value is that of the empty script in the standard's own examples."""
    assert policy_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"


def answered(study: Study, runs: xr.Dataset, findings: list[Finding] | None = None) -> Answer:
    found = measures(study, runs)
    members = cast(study, runs)
    return answer(study, runs, members, told(study, found), comparison(study, runs, []), drivers(findings or []))


def test_the_answer_says_what_the_runs_say(study: Study, runs: xr.Dataset, findings: list[Finding]) -> None:
    """Medians on the cards, the paired difference and its share, and the joint share are those of NumPy."""
    said = answered(study, runs, findings)
    by = {
        name: {s: runs[name].values[runs.scenario.values == s] for s in ("gentle", "harsh")}
        for name in ("crisis", "loss")
    }
    assert [side.value for card in said.figures for side in card.sides] == [
        number(float(np.median(by[name][side]))) for name in ("crisis", "loss") for side in ("gentle", "harsh")
    ]
    gap = by["crisis"]["gentle"] - by["crisis"]["harsh"]
    assert signed(float(np.median(gap)), 0.3) in said.paragraphs[0].text
    assert within(float(np.mean(gap < 0)), "200 futures") in said.figures[0].note
    both = (gap < 0) & (by["loss"]["gentle"] < by["loss"]["harsh"])
    assert f"on both at once {within(float(both.mean()), '200 futures')}" in said.headline
    medians = {n: [number(float(np.median(by[n][side]))) for side in ("gentle", "harsh")] for n in by}
    for name, title in (("crisis", "crisis probability by 2045"), ("loss", "cumulated loss")):
        assert f"{title} ({medians[name][0]} against {medians[name][1]}" in said.headline
    assert "on Full decoupling, fast," not in said.headline
    assert "than Full decoupling, fast, on both" in said.headline
    decided = next(paragraph for paragraph in said.paragraphs if paragraph.head == "What decides it").text
    assert "learning rate (25\u00a0% and 50\u00a0%; lowers it)" in decided


def test_what_the_next_road_adds_and_what_decides_stand_beside_the_headline(
    study: Study, runs: xr.Dataset, findings: list[Finding]
) -> None:
    """The first compared scenario beyond the pair and the baseline is set against the winner, future by future."""
    said = answered(study, runs, findings)
    crisis = {s: runs["crisis"].values[runs.scenario.values == s] for s in ("gentle", "talk")}
    part = float(np.mean(crisis["talk"] > crisis["gentle"]))
    before, after = (number(float(np.median(crisis[s]))) for s in ("gentle", "talk"))
    assert said.more.startswith("Against Managed interdependence with reassurance, Intentions only brings")
    assert f"crisis probability by 2045 from {before} to {after} (higher {within(part, 'futures')})" in said.more
    assert "the unknown that decides most is" in said.more
    assert (
        answered(replace(study, compare=("gentle", "harsh", "as_now")), runs).more
        == "Numbers are medians over futures."
    )


def test_all_scenarios_are_spanned_by_their_extremes(study: Study, runs: xr.Dataset) -> None:
    said = {paragraph.head: paragraph for paragraph in answered(study, runs).paragraphs}
    medians = {s: float(np.median(runs["crisis"].values[runs.scenario.values == s])) for s in study.scenarios}
    low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    title = {name: scenario.title for name, scenario in study.scenarios.items()}
    expected = (
        f"Crisis probability by 2045 is lowest under {title[low]} ({number(medians[low])}) and highest under "
        f"{title[high]} ({number(medians[high])})."
    )
    assert expected in said["Of all 6 scenarios"].text
    changes = said["Against Status quo drift"].items
    assert [line.partition(":")[0] for line in changes] == [title[name] for name in ("gentle", "harsh", "talk")]


def test_parts_are_told_as_people_do() -> None:
    told = [within(part, "futures").replace("\u00a0", " ") for part in (1.0, 0.0, 0.62, 0.9999)]
    assert told == ["in all futures", "in no future", "in 62 % of futures", "in >99 % of futures"]
    assert [within(part, "them") for part in (1.0, 0.0)] == ["in all of them", "in none of them"]


def test_winning_on_both_at_once_is_rarer_than_winning_on_each(study: Study) -> None:
    """Better on risk in three futures of four, on cost in three of four, on both in half."""
    runs = make_runs(study, 100).copy(deep=True)
    rows = [np.flatnonzero(runs.scenario.values == name) for name in ("gentle", "harsh")]
    for name, wins in (("crisis", [1, 1, 1, 0]), ("loss", [0, 1, 1, 1])):
        runs[name].values[rows[1]] = 0.5
        runs[name].values[rows[0]] = np.resize(np.where(wins, 0.1, 0.9), 100)
    assert "on both at once in 50\u00a0% of 100 futures" in answered(study, runs).headline


def test_limits_and_baseline_are_part_of_the_answer(study: Study, runs: xr.Dataset) -> None:
    said = {paragraph.head: paragraph.text for paragraph in answered(study, runs).paragraphs}
    kept = share(float(np.mean(runs["crisis"].values[runs.scenario.values == "gentle"] <= 0.4)))
    assert f"keeps to that in {kept} of futures" in said["Crisis probability by 2045"]
    assert "Against Status quo drift" in said
    assert "Of all 6 scenarios" in said


def test_a_trade_off_is_called_one(study: Study, runs: xr.Dataset) -> None:
    """Where cost speaks for one road and risk for the other, no winner is named."""
    asked = replace(study, compare=("gentle", "as_now"))
    headline = answered(asked, runs).headline
    assert headline.startswith(
        "Neither Managed interdependence with reassurance nor Status quo drift is better on all counts"
    )
    assert "Status quo drift does better on cumulated loss" in headline


def test_what_the_runs_do_not_settle_is_said_to_be_open(study: Study) -> None:
    """A coin that falls either way in half of the futures is no finding."""
    runs = make_runs(study, 100).copy(deep=True)
    pair = [np.flatnonzero(runs.scenario.values == name) for name in ("gentle", "harsh")]
    runs["crisis"].values[pair[0]] = np.resize([0.2, 0.4], 100)
    runs["crisis"].values[pair[1]] = np.resize([0.4, 0.2], 100)
    assert "the runs do not settle which does better on crisis probability by 2045" in answered(study, runs).headline


def test_higher_can_be_better(study: Study, runs: xr.Dataset) -> None:
    outcomes = {**study.outcomes, "loss": replace(study.outcomes["loss"], better="higher")}
    assert answered(replace(study, outcomes=outcomes), runs).headline.startswith("Neither")


def test_an_event_that_never_comes_is_worse_than_any_time(study: Study, runs: xr.Dataset) -> None:
    """Under full decoupling trust is hardly ever reached: gentle wins, though few futures have two times to compare."""
    asked = replace(study, risk_outcome="both", cost_outcome="")
    said = answered(asked, runs)
    assert said.headline.startswith("Managed interdependence with reassurance does better")
    assert "never in" in said.paragraphs[0].text


def test_no_word_of_one_study_is_built_in(study: Study) -> None:
    """Another subject, other names: the sentences hold, and nothing of security or decoupling is said."""
    scenarios = {name: replace(s, title=f"Plan {name[0].upper()}") for name, s in study.scenarios.items()}
    outcomes = {
        "sick": replace(study.outcomes["crisis"], name="sick", title="Share of the sick", variable="mean suspicion")
    }
    asked = replace(study, scenarios=scenarios, outcomes=outcomes, risk_outcome="sick", cost_outcome="")
    said = answered(asked, with_outcomes(make_runs(study, 30), asked))
    assert (
        said.headline == "Plan G does better than Plan H on Share of the sick (0.26 against 0.70), in all 30 futures."
    )


def test_the_baseline_is_grey_and_the_pair_comes_first(study: Study, runs: xr.Dataset) -> None:
    members = cast(study, runs)
    assert [member.label for member in members] == ["gentle", "harsh", "as_now", "talk", "slow", "blocs"]
    assert {member.label: member.tint for member in members}["as_now"] == GREY
    assert len({member.colour for member in members}) == 6


def test_figures_are_what_plotly_understands(
    study: Study, model: Model, runs: xr.Dataset, findings: list[Finding]
) -> None:
    """Plotly's own schema accepts every figure once its colours are looked up."""
    found, members = measures(study, runs), cast(study, runs)
    compared = comparison(study, runs, [])
    assert compared is not None
    chart = cost_risk(runs, compared.table, found["loss"], found["crisis"], members)
    specs = [figure.spec for figure in (*fans(runs, study, model, members), chart)]
    specs += [{"data": v["data"], "layout": v["layout"]} for v in views(drivers(findings)).values()]
    assert len(specs) == 5 + len(study.scenarios) * len(study.outcomes)
    for spec in specs:
        go.Figure(painted(spec))


def painted(value: object) -> object:
    """Names of CSS variables → some colour."""
    if isinstance(value, dict):
        return {name: painted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [painted(item) for item in value]
    return "#123456" if isinstance(value, str) and value.startswith("--") else value


def test_a_fan_is_the_quantiles_of_the_runs(study: Study, model: Model, runs: xr.Dataset) -> None:
    """Edges of the outer band at the end are the 5 % and 95 % quantiles."""
    figure = fans(runs, study, model, cast(study, runs))[0]
    last = runs["mean suspicion"].values[runs.scenario.values == "gentle"][:, -1]
    outer = next(t for t in figure.spec["data"] if t["meta"] == 0 and t.get("fill"))
    middle = len(outer["x"]) // 2
    assert [outer["y"][middle], outer["y"][middle - 1]] == rounded(np.quantile(last, (0.05, 0.95)))


def test_clouds_are_thinned_and_medians_are_not(study: Study) -> None:
    many = make_runs(study, 1000)
    found, members = measures(study, many), cast(study, many)
    compared = comparison(study, many, [])
    assert compared is not None
    chart = cost_risk(many, compared.table, found["loss"], found["crisis"], members)
    clouds = [trace for trace in chart.spec["data"] if trace["mode"] == "markers"]
    assert {len(cloud["x"]) for cloud in clouds} == {250}
    median = next(trace for trace in chart.spec["data"] if trace.get("text") == ["1"])
    assert median["x"] == rounded(np.median(many["loss"].values[many.scenario.values == "gentle"]))


def test_only_findings_of_sensitivity_give_drivers() -> None:
    study = make_study()
    assert drivers([Finding("comparison", xr.Dataset(), "")]) == {}
    strongest = drivers([make_sensitivity(study)])["loss", "gentle"]
    assert [driver.index for driver in strongest] == sorted((driver.index for driver in strongest), reverse=True)
