"""Whatever the text, the parser answers with a tree and diagnostics that can be shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.diagnostics import Source
from mdl.diagnostics.as_json import encode
from mdl.diagnostics.text import render
from mdl.syntax import statement_tree, tree
from mdl.syntax.parse import parse, parse_expression
from mdl.syntax.tables import tables
from tests import golden

TEXTS = [golden.read(path).text for path in golden.models_in("good")]
SPELLINGS = [
    *tables().words,
    *tables().signs,
    "x",
    "i",
    "A",
    "1",
    "0.5",
    '"t"',
    "\n",
    " ",
    "# c\n",
    "“",
    "&&",
    "é",
    "\t",
]


def answers(text: str) -> None:
    file, problems = parse(Source("a.mdl", text))
    assert isinstance(file, statement_tree.File)
    for problem in problems:
        assert problem.code.startswith("MDL")
        assert problem.help
        assert problem.span is not None
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        encode(problem)
    places = [problem.span.start for problem in problems if problem.span is not None]
    assert places == sorted(places)
    assert render(problems).count(": ") >= len(problems)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_random_text(text: str) -> None:
    answers(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SPELLINGS), max_size=60).map(" ".join))
def test_random_tokens(text: str) -> None:
    answers(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        text = text[:start] + draw(st.sampled_from(["", *SPELLINGS])) + text[start + length :]
    return text


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_mutated_models(text: str) -> None:
    answers(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(SPELLINGS), max_size=20).map(" ".join))
def test_random_expressions(text: str) -> None:
    from mdl.diagnostics import Failure

    try:
        assert isinstance(parse_expression(Source("e", text)), tree.Expr)
    except Failure as failure:
        assert failure.diagnostics
