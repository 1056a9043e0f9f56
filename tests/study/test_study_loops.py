"""A study names the feedback loops of its model; each step of a path must be a causal link there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.fold import folded
from sdmodel.model.links import Links
from sdmodel.model.model import Auxiliary, Constant, Model, Stock
from sdmodel.study.bind import bind
from sdmodel.study.evidence.claims import open_references
from sdmodel.study.file import read_study

HEAD = """\
model = "small.mdl"
baseline = "base"
[scenarios.base]
[outcomes.end]
variable = "fear"
reduce = "last"
"""
LOOP = """\
[loops.R1]
title = "Spiral"
kind = "reinforcing"
path = ["Fear", "threat", "fear growth"]
knock_out = { "bias" = 0 }
basis = "Somebody (1976)."
"""
Write = Callable[[str], Path]


@pytest.fixture
def model(small: Callable[..., Model]) -> Model:
    """Fear grows by threat, which reads fear through a bias; a delay stands between threat and arms."""
    return small(
        Constant(name="bias", value=0.5, limits=(0.0, 1.0)),
        Constant(name="initial fear", value=0.1),
        Auxiliary(name="threat", equation=Apply("multiply", (Ref("bias"), Ref("fear")))),
        Auxiliary(name="fear growth", equation=Apply("multiply", (Ref("threat"), Number(0.1)))),
        Stock(name="fear", net_flow=Ref("fear growth"), initial=Ref("initial fear")),
        Stock(name="stage", net_flow=Apply("subtract", (Ref("threat"), Ref("stage"))), initial=Number(0), hidden=True),
        Auxiliary(name="arms", equation=Ref("stage")),
    )


def refusal(path: Path, model: Model) -> str:
    with pytest.raises(StudyError) as caught:
        bind(read_study(path), model)
    return str(caught.value)


def test_a_loop_is_in_the_study_with_the_models_own_names_and_where_its_knock_out_cuts_it(
    write: Write, model: Model
) -> None:
    loop = bind(read_study(write(HEAD + LOOP)), model).loops["R1"]
    assert (loop.title, loop.kind, loop.basis) == ("Spiral", "reinforcing", "Somebody (1976).")
    assert loop.path == ("fear", "threat", "fear growth")
    assert loop.knock_out == {"bias": 0.0}
    assert loop.cut == ("fear", "threat")


def test_a_study_without_loops_has_none(write: Write, model: Model) -> None:
    assert bind(read_study(write(HEAD)), model).loops == {}


def test_a_knock_out_that_only_weakens_a_loop_cuts_nothing(write: Write, model: Model) -> None:
    weaker = LOOP.replace('"bias" = 0', '"bias" = 0.1')
    assert bind(read_study(write(HEAD + weaker)), model).loops["R1"].cut == ()


def test_what_the_reader_put_between_two_variables_is_passed_over(model: Model) -> None:
    links = Links(model)
    assert links.causes("arms") == ("threat",)
    assert links.way("fear", "arms") == ("fear", "threat", "arms")
    assert links.effects("threat") == ("fear growth", "arms")
    assert links.way("arms", "fear") == ()


def test_an_initial_value_is_no_link(model: Model) -> None:
    assert Links(model).causes("fear") == ("fear growth",)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            '"fear", "fear growth"',
            '"fear growth" does not read "fear". The shortest way there is "fear" → "threat" → "fear growth".',
        ),
        (
            '"fear", "threat"',
            '"fear" does not read "threat". The shortest way there is "threat" → "fear growth" → "fear".',
        ),
        (
            '"fear", "threat", "arms"',
            '"fear" does not read "arms". Nothing reads "arms".',
        ),
        ('"fear", "thread"', 'the model has no variable "thread". Did you mean "threat"?'),
        ('"bias", "threat"', '"bias" is a constant: nothing changes it, so no loop leads through it.'),
    ],
)
def test_a_step_that_is_no_link_is_told_with_its_line_and_what_would_be(
    write: Write, model: Model, path: str, words: str
) -> None:
    told = refusal(write(HEAD + LOOP.replace('"Fear", "threat", "fear growth"', path)), model)
    assert told == f'study.toml, line 10, [loops.R1], key "path": {words}'


@pytest.mark.parametrize(
    ("sound", "wrong", "words"),
    [
        ('"reinforcing"', '"vicious"', "key \"kind\": must be 'reinforcing' or 'balancing', not the text \"vicious\"."),
        ('"Fear", "threat"', '"Fear", "fear"', 'key "path": names "fear" twice'),
        ('{ "bias" = 0 }', "{}", 'key "knock_out": must have at least 1 items.'),
        ('{ "bias" = 0 }', '{ "bias" = "no" }', 'key "knock_out" → "bias": must be a number, not the text "no".'),
        ('{ "bias" = 0 }', '{ "bias" = { step = 1 } }', "must be a table, not 1."),
        ('{ "bias" = 0 }', '{ "bais" = 0 }', 'Did you mean "bias"?'),
        ("kind =", "knid =", 'there is no such key. Did you mean "kind"?'),
    ],
)
def test_a_wrong_table_is_told_with_its_key(write: Write, model: Model, sound: str, wrong: str, words: str) -> None:
    told = refusal(write(HEAD + LOOP.replace(sound, wrong)), model)
    assert "[loops.R1]" in told
    assert words in told


def test_a_knock_out_may_leave_the_limits_of_its_constant(write: Write, model: Model) -> None:
    far = LOOP.replace('"bias" = 0', '"bias" = 1e12')
    assert bind(read_study(write(HEAD + far)), model).loops["R1"].knock_out == {"bias": 1e12}


def test_claims_may_name_loops(write: Write, model: Model) -> None:
    path = write('claims = "claims.csv"\n' + HEAD + LOOP)
    table = "id,quote,kind,represented_by,status,note\nC01,x,loop,loop:{},weak,Because.\n"
    (path.parent / "claims.csv").write_text(table.format("R1"), encoding="utf-8")
    assert open_references(bind(read_study(path), model)) == {}
    (path.parent / "claims.csv").write_text(table.format("R11"), encoding="utf-8")
    assert 'the study has no loop "R11". Did you mean "R1"?' in refusal(path, model)


@pytest.mark.parametrize(
    ("expr", "left"),
    [
        (Apply("multiply", (Ref("a"), Ref("x"))), Number(0.0)),
        (Apply("divide", (Ref("a"), Ref("x"))), Number(0.0)),
        (Apply("add", (Ref("a"), Ref("x"))), Apply("add", (Number(0.0), Ref("x")))),
        (Apply("select", (Ref("a"), Ref("x"), Ref("y"))), Ref("y")),
        (Apply("negate", (Apply("multiply", (Ref("x"), Ref("a"))),)), Number(0.0)),
        (Apply("divide", (Ref("x"), Ref("a"))), Apply("divide", (Ref("x"), Number(0.0)))),
    ],
)
def test_what_a_nothing_makes_ineffective_is_gone(expr: Apply, left: object) -> None:
    assert folded(expr, {"a": 0.0}) == left
