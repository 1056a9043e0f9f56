"""A study that builds on another: what is taken, what its own is, and where errors point."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.study.bind import bind
from sdmodel.study.file import read_study
from sdmodel.study.spec import Study

Family = Callable[..., Path]


@pytest.fixture
def family(tmp_path: Path, study_text: str) -> Family:
    """Writes a study on top of base.toml (the common study of these tests), and other files; gives its path."""
    (tmp_path / "small.mdl").write_text("")
    (tmp_path / "base.toml").write_text(study_text, encoding="utf-8")

    def write(text: str, name: str = "child.toml", **files: str) -> Path:
        for file, content in {name: text, **files}.items():
            path = tmp_path / file.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return tmp_path / name

    return write


ON_BASE = '[base]\nstudy = "base.toml"\n'


def complaint(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return str(caught.value)


def line(path: Path, words: str) -> int:
    return next(n for n, text in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1) if words in text)


def shown(study: Study) -> Study:
    """The study without what is its own by necessity."""
    return Study(**{**vars(study), "name": "", "path": Path(), "files": {}})


def test_a_study_that_says_nothing_is_its_base_under_another_name(family: Family) -> None:
    child, base = read_study(family(ON_BASE)), read_study(family("", "empty.toml").with_name("base.toml"))
    assert child.name == "child"
    assert shown(child) == shown(base)
    assert child.files == {"base base.toml": base.path}


def test_its_own_scalars_and_lists_win_and_tables_are_joined_by_name(family: Family) -> None:
    own = """
        title = "Mine"
        futures = 8
        caveats = []
        [base]
        study = "base.toml"
        [report]
        figures = ["threat"]
        [scenarios.managed]
        "tariff goal" = 0.1
        [scenarios.new]
        [outcomes.loss]
        variable = "threat"
        reduce = "mean"
        [uncertainties."Confirmation_Bias"]
        distribution = "uniform"
        low = 0
        high = 1
        [shocks.war]
        "tariff goal" = 1
    """
    study, base = read_study(family(own)), read_study(family("", "x.toml").with_name("base.toml"))
    assert (study.title, study.question, study.futures, study.seed, study.caveats) == ("Mine", "Does it?", 8, 0, ())
    assert (study.compare, study.figures, study.cost_outcome) == (base.compare, ("threat",), "loss")
    assert list(study.scenarios) == ["status_quo", "managed", "new"]
    assert (study.scenarios["managed"].settings, study.scenarios["managed"].title) == ({"tariff goal": 0.1}, "Managed")
    assert (study.outcomes["loss"].variable, study.outcomes["peak"]) == ("threat", base.outcomes["peak"])
    assert list(study.uncertainties) == ["Confirmation_Bias"]
    assert list(study.shocks) == ["pandemic", "war"]


def test_some_scenarios_are_taken_and_the_comparison_follows(family: Family) -> None:
    study = read_study(family('[base]\nstudy = "base.toml"\nscenarios = ["status_quo"]\n[scenarios.other]\n'))
    assert list(study.scenarios) == ["status_quo", "other"]
    assert study.compare == ("status_quo",)


def test_what_is_left_is_not_taken(family: Family) -> None:
    leave = 'leave = ["shocks", "title", "outcomes.loss", "uncertainties.confirmation bias"]\n'
    study = read_study(family(ON_BASE + leave))
    assert (study.shocks, study.uncertainties, study.title, study.cost_outcome) == ({}, {}, "Child", "")
    assert list(study.outcomes) == ["peak", "in_2030", "calm"]
    assert study.risk_outcome == "peak"


def test_without_its_baseline_a_study_says_so(family: Family) -> None:
    said = complaint(family('[base]\nstudy = "base.toml"\nscenarios = ["managed"]\n'))
    assert said.startswith('child.toml, line 3, [base], key "scenarios": the baseline "status_quo" of base.toml is not')
    study = read_study(family('baseline = "managed"\n[base]\nstudy = "base.toml"\nscenarios = ["managed"]\n'))
    assert (study.baseline, study.compare) == ("managed", ("managed",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('base = "base.toml"', 'child.toml, line 1, [base]: must be a table, not the text "base.toml".'),
        ("[base]", 'child.toml, line 1, [base]: the key "study" is missing.'),
        ('[base]\nstudi = "base.toml"', 'key "studi": there is no such key. Did you mean "study"?'),
        ('[base]\nstudy = "bass.toml"', 'line 2, [base], key "study": there is no file "bass.toml" beside the study.'),
        ('[base]\nstudy = "../base.toml"', "leads out of the folder of the study file"),
        ('[base]\nstudy = "/base.toml"', "is an absolute path"),
        ('[base]\nstudy = "child.toml"', "the study builds on itself: child.toml → child.toml."),
        (ON_BASE + 'scenarios = ["manged"]', 'base.toml has no scenario "manged". Did you mean "managed"?'),
        ('[base]\nstudy = "base.toml"\nleave = ["shock"]', 'has nothing of the name "shock". Did you mean "shocks"?'),
        ('[base]\nstudy = "base.toml"\nleave = ["shocks.pandemi"]', 'Did you mean "shocks.pandemic"?'),
        ('[base]\nstudy = "base.toml"\nscenarios = "managed"', 'key "scenarios": must be a list'),
    ],
)
def test_a_base_that_does_not_fit_is_told_where_it_is_named(family: Family, text: str, said: str) -> None:
    assert said in complaint(family(text))


def test_errors_of_the_base_name_its_own_file_and_line(family: Family, study_text: str) -> None:
    child = family(ON_BASE)
    base = child.with_name("base.toml")
    base.write_text(study_text.replace("mode = 0.5", "mode = 1.5"), encoding="utf-8")
    assert complaint(child).startswith(f"base.toml, line {line(base, '[uncertainties.')}, ")
    base.write_text(study_text.replace('model = "small.mdl"', 'model = "none.mdl"'), encoding="utf-8")
    assert 'base.toml, line 3, key "model": there is no file "none.mdl"' in complaint(child)


def test_own_errors_name_the_study_itself(family: Family) -> None:
    said = complaint(family('title = "Mine"\nfutures = 0\n\n[report]\ncost = "less"\n' + ON_BASE))
    assert said == 'child.toml, line 2, key "futures": must be at least 1, not 0.'
    said = complaint(family('\n[report]\ncost = "less"\n' + ON_BASE))
    assert said.startswith('child.toml, line 3, [report], key "cost": the file has no outcome "less".')


def test_what_no_longer_fits_is_told_in_the_file_where_it_stands(family: Family, model: Model) -> None:
    """A model of the child's own without a constant that the base varies: the line is that of the base."""
    child = family(ON_BASE)
    base = child.with_name("base.toml")
    without = Model("small", tuple(one for one in model.variables if one.name != "tariff goal"))
    with pytest.raises(StudyError) as caught:
        bind(read_study(child), without)
    first, *_, last = str(caught.value).split("\n")
    assert first.startswith(f"base.toml, line {line(base, 'tariff goal')}, [scenarios.managed], key ")
    assert last.startswith("child.toml, line 1, [base]: this is from another file.")
    assert last.endswith('leave = ["scenarios.managed"].')


def test_an_entry_of_an_inline_table_is_told_in_its_own_file(family: Family, model: Model) -> None:
    child = family('[base]\nstudy = "inner.toml"\n[shocks.other]\n"tariff goal" = 1\n')
    inner = 'model = "small.mdl"\nbaseline = "a"\nscenarios = { a = {} }\n\nshocks = { war = { "nothing" = 1 } }\n'
    child.with_name("inner.toml").write_text(inner)
    with pytest.raises(StudyError, match=r'^inner\.toml, line 5, \[shocks\.war\], key "nothing"'):
        bind(read_study(child), model)


def test_a_base_may_have_a_base_but_not_too_many_and_not_in_a_ring(family: Family) -> None:
    for n in range(1, 6):
        below = "base.toml" if n == 1 else f"s{n - 1}.toml"
        path = family(f'futures = {n}\n[scenarios.s{n}]\n[base]\nstudy = "{below}"\n', f"s{n}.toml")
        if n < 5:
            study = read_study(path)
            assert (study.futures, list(study.scenarios)[2:]) == (n, [f"s{one}" for one in range(1, n + 1)])
    assert "5 bases one upon the other (s5.toml → s4.toml → s3.toml → s2.toml → s1.toml → base.toml)" in complaint(path)
    family('[base]\nstudy = "s2.toml"\n', "s1.toml")
    assert "the study builds on itself: s2.toml → s1.toml → s2.toml." in complaint(path.with_name("s2.toml"))


def test_a_base_in_a_folder_below_names_files_as_it_sees_them(family: Family, tmp_path: Path) -> None:
    child = family('extensions = ["own.mdl"]\ndata = ["own.csv"]\n[base]\nstudy = "below/base.toml"\n')
    below = tmp_path / "below"
    below.mkdir()
    (below / "base.toml").write_text(
        'model = "m.mdl"\nbaseline = "a"\nextensions = ["e.mdl"]\ndata = ["d.csv"]\n[scenarios.a]\n'
    )
    for path in (below / "m.mdl", below / "e.mdl", below / "d.csv", tmp_path / "own.mdl", tmp_path / "own.csv"):
        path.write_text("")
    study = read_study(child)
    assert study.model == below / "m.mdl"
    assert study.extensions == (below / "e.mdl", tmp_path / "own.mdl")
    assert study.data == (below / "d.csv", tmp_path / "own.csv")
    assert study.files == {
        "extension below/e.mdl": below / "e.mdl",
        "extension own.mdl": tmp_path / "own.mdl",
        "data below/d.csv": below / "d.csv",
        "data own.csv": tmp_path / "own.csv",
        "base below/base.toml": below / "base.toml",
    }


def test_extensions_and_data_can_be_left_and_are_still_kept_with_the_base(family: Family, tmp_path: Path) -> None:
    for name in ("e.mdl", "other.mdl", "d.csv"):
        (tmp_path / name).write_text("")
    middle = 'extensions = ["e.mdl"]\ndata = ["d.csv"]\n[base]\nstudy = "base.toml"\n'
    family(middle, "middle.toml")
    study = read_study(family('model = "other.mdl"\n[base]\nstudy = "middle.toml"\nleave = ["extensions", "data"]\n'))
    assert (study.extensions, study.data, study.model) == ((), (), tmp_path / "other.mdl")
    kept = {"base.toml", "middle.toml", "e.mdl", "d.csv", "small.mdl"}
    assert {path.name for path in study.files.values()} == kept


@pytest.mark.parametrize("key", ["extensions", "data"])
@pytest.mark.parametrize(
    ("names", "said"),
    [
        ('["none.x"]', 'line 1, key "{key}" → item 1: there is no file "none.x" beside the study.'),
        ('["small.mdl", "../out.x"]', 'line 1, key "{key}" → item 2: "../out.x" leads out of the folder'),
        ('["/out.x"]', "is an absolute path"),
        ('"small.mdl"', 'line 1, key "{key}": must be a list in [brackets]'),
        ("[1]", 'key "{key}" → item 1: must be a text in quotes, not 1.'),
    ],
)
def test_files_that_a_study_names_are_beside_it(family: Family, key: str, names: str, said: str) -> None:
    assert said.format(key=key) in complaint(family(f"{key} = {names}\n" + ON_BASE))


_WORDS = st.sampled_from(
    ["title", "futures", "scenarios", "outcomes", "report", "extensions", "base", "uncertainties", "model", "checks"]
)
_VALUES = st.recursive(
    st.integers() | st.text(max_size=4) | st.booleans() | st.just("base.toml"),
    lambda inner: st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(map(_toml, found))}]"),
    max_leaves=4,
)


def _toml(value: object) -> str:
    if isinstance(value, str) and value.startswith("["):
        return value
    plain = "".join(letter for letter in str(value) if letter.isalnum() or letter in "._- ")
    return str(value).lower() if isinstance(value, bool | int) else f'"{plain}"'


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_WORDS, _VALUES, max_size=4), st.lists(_WORDS, max_size=3))
def test_nonsense_over_a_base_is_a_study_or_an_error(family: Family, own: dict[str, object], leave: list[str]) -> None:
    keys = "".join(f"{key} = {_toml(value)}\n" for key, value in own.items())
    left = "".join(f'"{name}", ' for name in leave)
    path = family(f"{keys}[base]\nstudy = 'base.toml'\nleave = [{left}]\n", "odd.toml")
    try:
        assert read_study(path).path == path
    except StudyError as error:
        refused = str(error)
        assert "odd.toml" in refused or "base.toml" in refused
