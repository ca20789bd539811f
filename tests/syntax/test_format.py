from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.diagnostics import Failure, Source
from mdl.syntax.format import WIDEST, format_text
from mdl.syntax.lexer import tokenize
from mdl.syntax.parse import parse
from tests import golden

LANGUAGE_PAGE = ["unicast", "multicast", "auction", "data_market", "cooperative_production", "talmud"]
GOOD = golden.models_in("good")


def formatted(text: str) -> str:
    return format_text(Source("a.mdl", text))


def is_sound(text: str) -> str:
    """Formatting keeps tokens, comments and the tree, and formatting again changes nothing."""
    source = Source("a.mdl", text)
    result = formatted(text)
    again = Source("b.mdl", result)
    before, after = tokenize(source), tokenize(again)
    assert [before.text(i) for i in range(len(before.kinds))] == [after.text(i) for i in range(len(after.kinds))]
    old, new = parse(source)[0], parse(again)[0]
    assert new.statements == old.statements
    assert [comment.text for comment in new.comments] == [comment.text for comment in old.comments]
    assert formatted(result) == result
    assert all(line == line.rstrip() for line in result.split("\n"))
    assert not result or result.endswith("\n")
    assert "\n\n\n" not in result
    return result


@pytest.mark.parametrize("name", LANGUAGE_PAGE)
def test_examples_of_the_language_page_do_not_change(name: str) -> None:
    text = golden.read(golden.HERE / "good" / f"{name}.mdl").text
    assert is_sound(text) == text


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_models(path: object) -> None:
    is_sound(golden.read(path).text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("set  A:={a,b ,c} ;", "set A := {a, b, c};\n"),
        ("param a>=0,<=1 default 1/2:=.1;", "param a >= 0, <= 1 default 1/2 := .1;\n"),
        ("param p=x ^ 2*-y+ - z;", "param p = x^2 * -y + -z;\n"),
        ("param p = x^1/2;", "param p = x^1 / 2;\n"),
        ("let y[ i in A ]=f ( x [ i ] . a , 2 );", "let y[i in A] = f(x[i].a, 2);\n"),
        ("type t[A]in[0,1]step 0.25;", "type t[A] in [0, 1] step 0.25;\n"),
        ("set R = 1 .. n+1;", "set R = 1..n + 1;\n"),
        ("set R = 1. .. 2;", "set R = 1. ..2;\n"),
        ("let y=sum( i in A )-x;", "let y = sum(i in A) -x;\n"),
        ("let y=sum (i in A)( x-1 );", "let y = sum(i in A) (x - 1);\n"),
        ("let y = max(a , b)-( c );", "let y = max(a, b) - (c);\n"),
        ("let y = not(a)and(b<=c);", "let y = not (a) and (b <= c);\n"),
        ("let y = if(a)then(b)else(c);", "let y = if (a) then (b) else (c);\n"),
        ("let y = expected ( a given t[i] );", "let y = expected(a given t[i]);\n"),
        ("let y = ∑(i∈A where i≠1)x[i]×2;", "let y = ∑(i ∈ A where i ≠ 1) x[i] × 2;\n"),
        ('data "f":A=[b],c[b]=d;', 'data "f" : A = [b], c[b] = d;\n'),
        ("subject to c [A] : x≤1 ;", "subject to c[A]: x ≤ 1;\n"),
        ("outcome o{a=1;}", "outcome o { a = 1; }\n"),
        ("outcome o{\na=1;}", "outcome o {\n    a = 1;\n}\n"),
        ("outcome o{ }", "outcome o {}\n"),
        ("mechanism m{pay t[A];\n\n\n# c\nincome=1;}", "mechanism m {\n    pay t[A];\n\n    # c\n    income = 1;\n}\n"),
        ("model m;solve w;", "model m;\nsolve w;\n"),
        ("\n\n# a\n\n\n\nmodel m;\n\n\nsolve w;\n\n\n", "# a\n\nmodel m;\n\nsolve w;\n"),
        ("model m; # c", "model m;  # c\n"),
        ("model m;          # c", "model m;          # c\n"),
        ("model   m  ;      # c", "model m;          # c\n"),
        ("set A := {a, # one\nb\n};", "set A := {a,  # one\n    b\n};\n"),
        ("set A := {\n        a,\n  b,\n};", "set A := {\n    a,\n    b,\n};\n"),
        ("set A := {a\n, b}\n;", "set A := {a, b};\n"),
        ("model m;\r\nsolve w;\r\n", "model m;\nsolve w;\n"),
        ("model m;\n# last", "model m;\n# last\n"),
        ("", ""),
        ("\n \n", ""),
        ("# only this", "# only this\n"),
        ("\ufeffmodel m;", "model m;\n"),
    ],
)
def test_layout(text: str, result: str) -> None:
    assert is_sound(text) == result


def test_long_lines_break() -> None:
    terms = " + ".join(f"coefficient[{i}] * quantity[{i}]" for i in range(30))
    result = is_sound(f"subject to balance[i in A]: {terms} <= 1;")
    lines = result.splitlines()
    assert len(lines) > 5
    assert all(len(line) <= WIDEST for line in lines)
    assert all(line.startswith("    + ") for line in lines[1:-1])
    data = is_sound("param p := {" + ", ".join(f"member{i}: {i}" for i in range(100)) + "};")
    assert all(len(line) <= WIDEST for line in data.splitlines())
    assert all(line.endswith(",") for line in data.splitlines()[:-1])


def test_what_cannot_break_stays() -> None:
    name = "x" * 200
    assert is_sound(f"model {name};") == f"model {name};\n"
    assert len(is_sound(f"let y = {name} + {name};").splitlines()) == 3


def test_errors_are_raised_not_hidden() -> None:
    with pytest.raises(Failure) as raised:
        formatted("set A := {a b};\nsolve w")
    assert [problem.code for problem in raised.value.diagnostics] == ["MDL101", "MDL102"]


# ---- random programs -----------------------------------------------------------------------------

NAMES = st.sampled_from(["x", "y", "theta", "a_long_name_of_something", "A", "λ", "cost", "at", "max", "expected"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "^", "|", "&", "\\", "..", "<=", "≥", "==", "and", "or", "in"])
NUMBERS = st.sampled_from(["0", "1", "2.50", "1e-9", ".5", "3."])


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def join(*parts: object) -> st.SearchStrategy[str]:
        made = [part if isinstance(part, st.SearchStrategy) else st.just(str(part)) for part in parts]
        return st.tuples(*made).map(" ".join)

    index = st.one_of(join(NAMES, "in", NAMES), join("(", NAMES, ",", NAMES, ")", "∈", NAMES))
    where = st.one_of(st.just(""), join("where", inner))
    return st.one_of(
        join(inner, OPERATORS, inner),
        join("(", inner, ")"),
        join("-", inner),
        join("not", inner),
        join(NAMES, "[", inner, ",", inner, "]"),
        join(NAMES, "(", inner, ",", inner, ")"),
        join(NAMES, ".", "objective"),
        join("( if", inner, "then", inner, "else", inner, ")"),
        join(st.sampled_from(["sum", "min", "∏"]), "(", index, where, ")", inner),
        join("{", inner, ",", inner, "}"),
        join("{", inner, ":", inner, ",", '"a b"', ":", inner, ",", "}"),
        join("{", index, where, "}"),
        join("expected (", inner, "given", inner, ")"),
        join("(", NAMES, "without", NAMES, ")"),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, NUMBERS, st.just('"a b"')), _extend, max_leaves=25)
STATEMENTS = st.one_of(
    EXPRESSIONS.map(lambda e: f"let y [ i in A ] = {e} ;"),
    EXPRESSIONS.map(lambda e: f"subject to c : {e} ;"),
    EXPRESSIONS.map(lambda e: f"param p > 0 , default 1 := {e} ;"),
    EXPRESSIONS.map(lambda e: f"mechanism m {{ outcome w ; pay t [ A ] = {e} ; income = {e} ; }}"),
    EXPRESSIONS.map(lambda e: f"outcome o {{ q = {e} ; }}"),
    EXPRESSIONS.map(lambda e: f'expect {e} within 1e-6 "why" ;'),
)
GAPS = st.sampled_from([" "] * 12 + ["", "\n", "\n\n\n", "  # a comment\n", "\n# own line\n", "\t", "\r\n"])


@st.composite
def programs(draw: st.DrawFn) -> str:
    words = " ".join(draw(st.lists(STATEMENTS, min_size=1, max_size=4))).split(" ")
    text = ""
    for word in words:
        gap = draw(GAPS)
        # Two tokens may touch only where they stay two tokens.
        if not gap and text and re.fullmatch(r"[\w.\"]{2}|[<>=:.!]{2}", text[-1:] + word[:1]):
            gap = " "
        text += gap + word
    return text


@settings(max_examples=200, deadline=None)
@given(programs())
def test_random_programs(text: str) -> None:
    # Not every text made here is a program (`a <= b .. c .. d`); those that are, are formatted soundly.
    if not parse(Source("a.mdl", text))[1]:
        is_sound(text)
