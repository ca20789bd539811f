from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.diagnostics import Failure, Source
from mdl.syntax import statement_tree, tree
from mdl.syntax.lexer import tokenize
from mdl.syntax.parse import MOST_BYTES, parse, parse_expression, read_source
from tests import golden


def expression(text: str) -> tree.Expr:
    return parse_expression(Source("e", text))


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse(Source("a.mdl", text))[1]]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "a - b - c"),
        ("-x^2", "-(x^2)"),
        ("2^3^2", "2^(3^2)"),
        ("x^-y^2", "x^(-(y^2))"),
        ("-a * b", "(-a) * b"),
        ("a / -b", "a / (-b)"),
        ("sum(i in S) a[i]*b[i] + 1", "(sum(i in S) (a[i] * b[i])) + 1"),
        ("2 * sum(i in S) a * b - c", "(2 * (sum(i in S) (a * b))) - c"),
        ("a * 2 * sum(i in S) b", "a * 2 * (sum(i in S) b)"),
        ("sum(i in S) -x[i] * y", "sum(i in S) ((-x[i]) * y)"),
        ("- sum(i in S) x * y", "-(sum(i in S) (x * y))"),
        ("sum(i in S) sum(j in T) x * y <= 1", "(sum(i in S) (sum(j in T) (x * y))) <= 1"),
        ("max(i in S) x[i] - 1", "(max(i in S) x[i]) - 1"),
        ("max(a, b) - 1", "(max(a, b)) - 1"),
        ("max((i, j) in E) x - 1", "(max((i, j) in E) x) - 1"),
        ("max((a), b) - c", "(max(a, b)) - c"),
        ("expected a * b + c", "(expected (a * b)) + c"),
        ("expected(a) * b", "(expected(a)) * b"),
        ("expected(a given b) + c", "(expected(a given b)) + c"),
        ("1..n + 1", "1..(n + 1)"),
        ("1..2 | 3..4", "(1..2) | (3..4)"),
        ("A | B & C", "A | (B & C)"),
        ("A \\ B | C", "A \\ B | C"),
        ("A & B * C", "A & (B * C)"),
        ("i in A | B", "i in (A | B)"),
        ("not a < b and c or d", "((not (a < b)) and c) or d"),
        ("not i in S", "not (i in S)"),
        ("a + 1 < b - 1", "(a + 1) < (b - 1)"),
        ("(surplus - v[i]) - (surplus without i) + h[i]", "(surplus - (v[i])) - (surplus without i) + (h[i])"),
        ("w without i < w with only S", "(w without i) < (w with only S)"),
        ("w without i without j", "(w without i) without j"),
        ("if a then b else if c then d else e + 1", "if a then b else (if c then d else (e + 1))"),
    ],
)
def test_precedence(text: str, same: str) -> None:
    assert expression(text) == expression(same)


def test_chains_are_flat() -> None:
    assert isinstance(expression("a + b - c"), tree.Add)
    got = expression("lo <= e < hi")
    assert isinstance(got, tree.Compare)
    assert [op for op, _ in got.rest] == ["<=", "<"]
    both = expression("a and b and c")
    assert isinstance(both, tree.Logic)
    assert len(both.operands) == 3
    # but what stands in parentheses is one operand
    assert expression("a + (b + c)") != expression("a + b + c")


def value(node: tree.Expr) -> Fraction:
    match node:
        case tree.Number(value=number):
            return number
        case tree.Unary(op=op, operand=operand):
            return -value(operand) if op == "-" else value(operand)
        case tree.Add(first=first, rest=rest):
            total = value(first)
            for op, term in rest:
                total = total + value(term) if op == "+" else total - value(term)
            return total
        case tree.Mul(first=first, rest=rest):
            total = value(first)
            for op, factor in rest:
                total = total * value(factor) if op == "*" else total / value(factor)
            return total
        case tree.Power(base=base, exponent=exponent):
            return Fraction(value(base) ** int(value(exponent)))
    raise TypeError(node)


ARITHMETIC = st.recursive(
    st.integers(1, 9).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("".join),
        inner.map(lambda e: f"-{e}"),
        inner.map(lambda e: f"({e})"),
        st.tuples(st.sampled_from(["2", "(1+2)", "-3"]), st.sampled_from(["^2", "^3", "^-1", "^2^1"])).map("".join),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(ARITHMETIC)
def test_arithmetic_is_that_of_python(text: str) -> None:
    # Python gives the same signs the same precedence, so its own evaluation is the reference.
    python = re.sub(r"\d+", lambda m: f"Fraction({m.group()})", text).replace("^", "**")
    try:
        wanted = eval(python, {"Fraction": Fraction})
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            value(expression(text))
        return
    assert value(expression(text)) == wanted


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", Fraction(1, 10)),
        ("1e-9", Fraction(1, 10**9)),
        ("1.5e3", Fraction(1500)),
        ("2E+2", Fraction(200)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("007", Fraction(7)),
        ("1e400", Fraction(10**400)),
        ("0.000000000000000000000000000001", Fraction(1, 10**30)),
    ],
)
def test_numbers_are_exact(text: str, number: Fraction) -> None:
    got = expression(text)
    assert isinstance(got, tree.Number)
    assert got.value == number


@pytest.mark.parametrize("text", ["1e401", "1e999999999999", "9" * 401, "0." + "0" * 10**5 + "1"])
def test_numbers_out_of_range(text: str) -> None:
    assert codes(f"model m; param a := {text};") == ["MDL107"]


@pytest.mark.parametrize("text", ["1..3", "1 .. 3", "1. ..3", "1..3."])
def test_ranges_are_no_decimals(text: str) -> None:
    assert expression(text) == expression("(1)..(3)")


def test_members_in_quotes() -> None:
    got = expression(r'{"a b", "say \"hi\"", "c:\\d\e"}')
    assert isinstance(got, tree.SetLiteral)
    assert [item.value for item in got.items if isinstance(item, tree.Text)] == ["a b", 'say "hi"', "c:\\d\\e"]


def test_letters_that_look_alike_are_the_same() -> None:
    assert expression("\u00b5 + \u2126") == expression("\u03bc + \u03a9")


def test_inf_and_nan_are_names() -> None:
    assert expression("inf") == expression("(inf)")
    assert isinstance(expression("nan"), tree.Name)


def test_spans_are_places_of_the_text() -> None:
    text = "model m;\n\nvar  x[i in A] >= 0, <= f(2 * (i + 1));\n"
    file, problems = parse(Source("a.mdl", text))
    assert not problems
    declaration = file.statements[1]
    assert isinstance(declaration, statement_tree.VarDecl)
    assert declaration.span.text == "var  x[i in A] >= 0, <= f(2 * (i + 1));"
    assert declaration.span.line == 3
    assert declaration.name.span.text == "x"
    assert declaration.index.span.text == "[i in A]"
    assert [bound.span.text for bound in declaration.bounds] == [">= 0", "<= f(2 * (i + 1))"]
    call = declaration.bounds[1].expr
    assert isinstance(call, tree.Call)
    assert call.args[0].span.text == "2 * (i + 1)"


def test_statements_without_errors_survive() -> None:
    file, problems = parse(Source("a.mdl", "model m;\nset A := {a b};\nset B := {b};\nsolve w\nsolve v;"))
    assert [problem.code for problem in problems] == ["MDL101", "MDL102"]
    assert [type(statement).__name__ for statement in file.statements] == [
        "ModelHeader",
        "SetDecl",
        "SolveTask",
        "SolveTask",
    ]


def test_places_do_not_matter_to_equality() -> None:
    assert expression("a+b") == expression("  a  +  b ")
    assert expression("a ≤ b") == expression("a <= b")


DEEP = 10_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * DEEP + "1" + ")" * DEEP,
        "(" * DEEP,
        "-" * DEEP + "1",
        "^".join(["x"] * DEEP),
        "if a then b else " * DEEP + "c",
        "if " * DEEP,
        "{" * DEEP,
        "{a: " * DEEP,
        "x[" * DEEP,
        "f(" * DEEP,
        "not " * DEEP + "a",
        "w" + " without i" * DEEP,
        "expected " * DEEP + "x",
        "sum(i in A) " * DEEP + "x",
        "1 + (" * DEEP,
        "a and not (b < 1 * (" * DEEP,
    ],
    ids=lambda text: text[:12],
)
def test_deep_nesting_is_one_error(text: str) -> None:
    file, problems = parse(Source("a.mdl", f"model m;\nlet y = {text};\nlet z = 1;\n"))
    assert [problem.code for problem in problems] == ["MDL108"]
    assert problems[0].span is not None
    assert problems[0].span.line == 2
    assert problems[0].help
    assert isinstance(file.statements[-1], statement_tree.LetDecl)
    assert file.statements[-1].name.name == "z"


def test_what_is_allowed_is_safe_for_recursion() -> None:
    # As deep as it gets with each kind of level, and still far from Python's limit of 1000 frames.
    for text in ("(" * 190 + "1" + ")" * 190, "-" * 190 + "1", "f(a, 1 + " * 60 + "1" + ")" * 60):
        node = expression(text)
        repr(node)
        assert node == expression(text)


def test_long_sums_are_fine() -> None:
    node = expression(" + ".join(f"x{i}" for i in range(100_000)))
    assert isinstance(node, tree.Add)
    assert len(node.rest) == 99_999


def test_large_data() -> None:
    text = "param p[A] := {" + ", ".join(f"u{i}: {i}.5" for i in range(100_000)) + "};"
    file, problems = parse(Source("a.mdl", text))
    assert not problems
    declaration = file.statements[0]
    assert isinstance(declaration, statement_tree.ParamDecl)
    assert declaration.value is not None
    assert isinstance(declaration.value.expr, tree.MapLiteral)
    assert declaration.value.expr.entries[7][1] == expression("7.5")


def test_many_errors_stop() -> None:
    found = codes("set A := {a b};\n" * 10_000)
    assert len(found) == 101
    assert found[-1] == "MDL115"
    stray = codes("model m;\n" + "@ x " * 100_000)
    assert len(stray) <= 202


@pytest.mark.parametrize("path", golden.models_in("good"), ids=lambda path: path.stem)
def test_line_ends_and_marks_make_no_difference(path: Path) -> None:
    text = golden.read(path).text
    plain, _ = parse(Source("a", text))
    windows, problems = parse(Source("a", "\ufeff" + text.replace("\n", "\r\n")))
    assert not problems
    assert windows.statements == plain.statements
    assert windows.comments == plain.comments


# ---- files ---------------------------------------------------------------------------------------


def failure(path: Path) -> str:
    with pytest.raises(Failure) as raised:
        read_source(path)
    (problem,) = raised.value.diagnostics
    assert problem.help
    return problem.code


def test_read_source(tmp_path: Path) -> None:
    path = tmp_path / "a.mdl"
    path.write_bytes("model θ;\r\n".encode())
    source = read_source(path)
    assert source.text == "model θ;\r\n"
    assert source.name == str(path)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    assert failure(tmp_path / "missing.mdl") == "MDL120"
    assert failure(tmp_path) == "MDL121"
    assert failure(tmp_path / "a\0b") == "MDL122"
    path = tmp_path / "a.mdl"
    assert failure(path / "b") in ("MDL120", "MDL122")
    path.write_bytes(b"model m;\n\xff\xfe\x00")
    assert failure(path) == "MDL124"
    path.write_bytes(b"model m;\0")
    assert failure(path) == "MDL124"
    path.write_bytes("model m;".encode("utf-16"))
    assert failure(path) == "MDL124"
    path.write_bytes(b" " * (MOST_BYTES + 1))
    assert failure(path) == "MDL123"
    path.write_bytes(b" " * MOST_BYTES)
    assert len(read_source(path).text) == MOST_BYTES


def test_place_of_the_first_byte_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.mdl"
    path.write_bytes("model θ;\n".encode() + b"\xff")
    with pytest.raises(Failure, match="byte 10, on line 2"):
        read_source(path)


@pytest.mark.parametrize("path", golden.models_in("good"), ids=lambda path: path.stem)
def test_one_slip_gives_few_messages(path: Path) -> None:
    text = golden.read(path).text
    tokens = tokenize(Source("a.mdl", text))
    counts = []
    for index in range(0, len(tokens.kinds) - 1, 3):
        without = text[: tokens.starts[index]] + text[tokens.ends[index] :]
        counts.append(len(codes(without)))
    assert max(counts) <= 3
    assert sum(counts) <= 1.2 * len(counts)


def test_start_up_reads_no_more_than_it_needs() -> None:
    heavy = {"lark", "numpy", "scipy", "tomllib", "urllib.request", "unicodedata"}
    script = "import sys, mdl.syntax.parse as p; p.parse(p.Source('a', 'model m;')); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "mdl.syntax.parse" in loaded
    assert not heavy & set(loaded)
