"""Nothing that a user can write makes the resolver raise, and what it accepts has no open ends."""

from __future__ import annotations

import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.diagnostics import Source
from mdl.diagnostics.text import render
from mdl.semantics.kinds import Unknown
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse
from tests.semantics.test_resolve import check_order
from tests.semantics.texts import BAD, EXAMPLES, clean
from tests.semantics.walk import expressions, indices

TEXTS = [*EXAMPLES, *(path.read_text(encoding="utf-8") for path in sorted(BAD.glob("*.mdl")))]
TOKEN = re.compile(r"\w+|\s+|:=|[<>=!]=|\.\.|.")
WORDS = sorted({token for text in TEXTS for token in TOKEN.findall(text) if token.strip()})


def check(text: str) -> None:
    """Resolve what could be read of a text; whatever is accepted is whole."""
    file, problems = parse(Source("mutated.mdl", text))
    model, found = resolve(file)
    for problem in found:
        assert re.fullmatch(r"MDL[27]\d\d", problem.code)
        assert problem.span is not None and 0 <= problem.span.start <= problem.span.end <= len(text)
    render(found)
    if not found and not problems:
        assert not [e for e in expressions(model) if isinstance(e.kind, Unknown)]
        assert not [i for i in indices(model) if isinstance(i.kind, Unknown)]
        check_order(model)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_programs(data: st.DataObject) -> None:
    tokens = TOKEN.findall(data.draw(st.sampled_from(TEXTS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(tokens) - 1))
        tokens[at] = data.draw(st.sampled_from([*WORDS, "", f"{tokens[at]} {tokens[at]}"]))
    check("".join(tokens))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_statements_of_several_programs_together(data: st.DataObject) -> None:
    statements = [s for text in TEXTS for s in re.split(r"(?<=;)\n", text)]
    check("model m;\n" + "\n".join(data.draw(st.lists(st.sampled_from(statements), max_size=12))))


NAMES = st.sampled_from(
    sorted({"USER", "LINK", "EDGE", "c", "w", "x", "y", "theta", "demand", "i", "j", "u1", "zz", "goal"})
)


def operations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from([*"+-*/^|&\\", "<=", "==", "in", "and", ".."]), inner).map(
            lambda p: f"({p[0]}) {p[1]} ({p[2]})"
        ),
        st.tuples(NAMES, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(NAMES, inner, inner).map(lambda p: f"{p[0]}[{p[1]}, {p[2]}]"),
        st.tuples(st.sampled_from(["log", "max", "card", "subsets", "zz"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(["i", "j", "(i, j)"]), inner, inner).map(
            lambda p: f"(sum({p[0]} in {p[1]}) ({p[2]}))"
        ),
        st.tuples(st.sampled_from(["i", "(i, j)"]), inner, inner).map(lambda p: f"{{{p[0]} in {p[1]} where {p[2]}}}"),
        two.map(lambda p: f"{{{p[0]}, {p[1]}}}"),
        two.map(lambda p: f"(({p[0]}), ({p[1]}))"),
        two.map(lambda p: f"{{{p[0]}: {p[1]}}}"),
        two.map(lambda p: f"(({p[0]}) without ({p[1]}))"),
        two.map(lambda p: f"(({p[0]}) with only ({p[1]}))"),
        st.tuples(inner, inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
        inner.map(lambda p: f"not ({p})"),
        inner.map(lambda p: f"expected({p})"),
    )


EXPRESSIONS = st.recursive(NAMES | st.sampled_from(["1", "2.5", "goal.objective", '"AB"']), operations, max_leaves=6)
PLACES = [
    "maximize goal: {};",
    "subject to r[i in USER where {}]: {} <= {};",
    "set S[i in USER] in {} = {};",
    "let a[i in {}] = {};",
    "param p[{}] in {} >= {} := {};",
    "type k[USER] in {} := {};",
    "var v[{}] >= {} := {};",
    "outcome o {{ q[i in {}] = {}; }}",
    "solve goal without {};",
    "expect {} within {};",
    "coalition v[S in {}] = {};",
    "mechanism M {{ outcome goal; pay t[{}] = {}; maximize {}; }}",
    "mechanism M {{ outcome free; pay t[USER]; pay s[i in USER] = t[i] + {}; income = {}; maximize expected {}; }}",
    "mechanism M {{ outcome goal; pay t[i in USER] = expected({} given {}); require ex_post_ir; }}",
    "mechanism M = vcg(goal); expect M.pay[{}, {}] == 1; expect M.y[{}] == {};",
    "valuation[i in USER] = {}; maximize all: sum(i in USER) valuation[i] + {}; mechanism M = vcg(all);",
    "prior theta[i in {}] ~ {{1: {}, {}: 0.5}};",
    "prior joint := {{{}: {}}};",
]
ENVIRONMENT = (
    "model m; agents USER := {u1, u2}; set LINK := {AB, BC}; set EDGE in USER * LINK := {(u1, AB)};"
    "param c[LINK] := 1; param w[EDGE] := 1; type theta[USER] in {1, 2}; type demand[USER] in {low, high};"
    "var x[USER] >= 0; let y = sum(i in USER) x[i];"
)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_random_expressions_in_every_place(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES))
    goal = "" if place.startswith("maximize") else "maximize goal: 1;"
    parts = [data.draw(EXPRESSIONS) for _ in range(place.replace("{{", "").replace("}}", "").count("{}"))]
    check(ENVIRONMENT + goal + place.format(*parts))


# ---- size ------------------------------------------------------------------------------------------


def test_long_chains_and_deep_expressions() -> None:
    chain = "".join(f"let a{i} = a{i + 1} + 1;" for i in range(10_000))
    deep = "param c[1..3] := 1; let d = " + "c[" * 190 + "1" + "]" * 190 + ";"
    limit = sys.getrecursionlimit()
    model = clean(f"{chain} let a10000 = 1; {deep}")
    assert sys.getrecursionlimit() == limit
    check_order(model)


def test_a_long_circle_is_one_error() -> None:
    text = "model m;" + "".join(f"let a{i} = a{(i + 1) % 3000} + 1;" for i in range(3000))
    _, found = resolve(parse(Source("circle.mdl", text))[0])
    assert [p.code for p in found] == ["MDL210"]
    assert len(found[0].message) < 250
