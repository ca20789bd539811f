"""Curvature, range, rule and place of expressions written out."""

from __future__ import annotations

from math import inf

import pytest

from mdl.algebra.convexity import of_row, of_rule
from mdl.algebra.curvature import Analysis
from mdl.algebra.interval import Interval
from mdl.algebra.proof import Curvature
from mdl.semantics.model import RowSymbol, RuleSymbol
from tests.algebra.expressions import DECLARATIONS, Known, expression, model_of, proof

TABLE = [
    # sums and multiples
    ("3", "constant", 3, 3),
    ("p + n", "constant", -1, -1),
    ("x", "affine", -inf, inf),
    ("2 * w - 1", "affine", 1, 7),
    ("-w / p", "affine", -2, -0.5),
    ("x - 3 * y + p", "affine", -inf, inf),
    ("sum(i in S) mixed[i] * q[i]", "affine", -inf, inf),
    ("sum(i in S) a[i] * t[i]", "affine", 0, 30),
    ("sum(i in S) t[i]", "affine", 0, 6),
    ("mean(i in S) t[i]", "affine", 0, 2),
    ("x^2 + u", "convex", 0, inf),
    ("-x^2", "concave", -inf, 0),
    ("n * x^2", "concave", -inf, 0),
    ("sum(i in S) a[i] * q[i]^2", "convex", 0, inf),
    ("x^2 + sqrt(u)", "unknown", 0, inf),
    ("x^2 - sqrt(u)", "convex", -inf, inf),
    ("(p - 2) * x * y", "constant", 0, 0),
    # powers
    ("x^1", "affine", -inf, inf),
    ("x^0", "constant", 1, 1),
    ("x^p", "convex", 0, inf),
    ("x * x", "convex", 0, inf),
    ("aff * aff", "convex", 0, inf),
    ("x^4", "convex", 0, inf),
    ("x^3", "unknown", -inf, inf),
    ("u^3", "convex", 0, inf),
    ("v^3", "concave", -inf, 0),
    ("u^1.5", "convex", 0, inf),
    ("x^1.5", "convex", 0, inf),
    ("u^half", "concave", 0, inf),
    ("w^-1", "convex", 0.25, 1),
    ("u^-1", "unknown", 0, inf),
    ("w^-0.5", "convex", 0.5, 1),
    ("d^-1", "concave", -1, 0),
    ("d^-2", "convex", 0, 1),
    ("w^a[s3]", "convex", 1, 1024),
    ("sum(i in S) w^a[i]", "convex", 3, 3072),
    ("sum(i in S) u^a[i]", "convex", 0, inf),
    ("sum(i in S) x^a[i]", "unknown", -inf, inf),
    ("sum(i in S) x^mixed[i]", "unknown", -inf, inf),
    ("(x^2)^2", "convex", 0, inf),
    ("(1 + x^2)^1.5", "convex", 1, inf),
    ("(x^2 - 1)^2", "unknown", 0, inf),
    ("p^x", "convex", 0, inf),
    ("half^(x^2)", "unknown", 0, 1),
    ("half^sqrt(u)", "convex", 0, 1),
    ("p^(x^2)", "convex", 1, inf),
    # functions
    ("exp(x)", "convex", 0, inf),
    ("exp(x^2)", "convex", 1, inf),
    ("exp(sqrt(u))", "unknown", 1, inf),
    ("log(1 + u)", "concave", 0, inf),
    ("log(x)", "concave", -inf, inf),
    ("log(sqrt(u))", "concave", -inf, inf),
    ("log(1 + x^2)", "unknown", 0, inf),
    ("sqrt(w)", "concave", 1, 2),
    ("sqrt(log(1 + u))", "concave", 0, inf),
    ("abs(x)", "convex", 0, inf),
    ("abs(w)", "affine", 1, 4),
    ("abs(v)", "affine", 0, inf),
    ("abs(x^2)", "convex", 0, inf),
    ("abs(x^2 - 1)", "unknown", 0, inf),
    ("abs(sqrt(u))", "concave", 0, inf),
    ("max(x, y, 3)", "convex", 3, inf),
    ("min(x, y^2)", "unknown", -inf, inf),
    ("min(w, 2)", "concave", 1, 2),
    ("max(i in S) q[i]", "convex", -inf, inf),
    ("min(i in S) t[i]", "concave", 0, 2),
    ("max(x^2, exp(y))", "convex", 0, inf),
    ("max(x, y)^2", "unknown", 0, inf),
    ("max(x, 0)^2", "convex", 0, inf),
    ("-min(x, y)", "convex", -inf, inf),
    ("if p > 1 then x^2 else x", "convex", -inf, inf),
    ("if p > 1 then x^2 else sqrt(x)", "unknown", 0, inf),
    ("card(S) * x^2", "convex", 0, inf),
    # quotients
    ("1 / w", "convex", 0.25, 1),
    ("1 / x", "unknown", -inf, inf),
    ("1 / u", "unknown", 0, inf),
    ("n / (1 + u)", "concave", -3, 0),
    ("p / (1 + sqrt(u))", "convex", 0, 2),
    ("1 / (1 + x^2)", "unknown", 0, 1),
    ("1 / d", "concave", -1, 0),
    ("x^2 / w", "convex", 0, inf),
    ("(x - y)^2 / sqrt(1 + u)", "convex", 0, inf),
    ("x^2 / u", "unknown", 0, inf),
    ("x / y", "unknown", -inf, inf),
    ("u / (1 + u)", "concave", 0, 1),
    ("u / (u + p)", "concave", 0, 1),
    ("x / p", "affine", -inf, inf),
    ("1 / exp(x)", "unknown", 0, inf),
    ("exp(-x)", "convex", 0, inf),
    # products
    ("x * y", "unknown", -inf, inf),
    ("sqrt(x) * y", "unknown", -inf, inf),
    ("u * log(u)", "convex", -inf, inf),
    ("-(1 + u) * log(1 + u)", "concave", -inf, inf),
    ("sum(i in S) mixed[i] * q[i]^2", "unknown", -inf, inf),
    ("prod(i in S) t[i]", "unknown", 0, inf),
    ("prod(i in S) a[i]", "constant", 1, inf),
    # recognised forms
    ("sqrt(x^2 + y^2)", "convex", 0, inf),
    ("sqrt(1 + sum(i in S) a[i] * (q[i] - 1)^2)", "convex", 1, inf),
    ("sqrt(x^2 + exp(y))", "unknown", 0, inf),
    ("log(exp(x) + 2 * exp(y) + 1)", "convex", 0, inf),
    ("log(sum(i in S) exp(q[i]))", "convex", -inf, inf),
    ("log(exp(x) - 1)", "unknown", -inf, inf),
    # lets
    ("aff", "affine", -inf, inf),
    ("sq", "convex", 0, inf),
    ("sq + root", "unknown", 0, inf),
    ("aff^2", "convex", 0, inf),
    ("sum(i in S) row[i]", "affine", 0, inf),
    ("sum(i in S) log(1 + row[i])", "concave", 0, inf),
    # indices as numbers
    ("sum(k in 1..3) k * x^2", "convex", 0, inf),
    ("sum(k in 1..3) w^k", "convex", 3, 192),
    ("sum(k in -1..3) k * x^2", "unknown", -inf, inf),
]


@pytest.mark.parametrize(("text", "curvature", "low", "high"), TABLE, ids=[row[0] for row in TABLE])
def test_curvature_and_range(text: str, curvature: str, low: float, high: float) -> None:
    found = proof(text)
    assert (found.curvature.value, found.range.low, found.range.high) == (curvature, low, high), found.rule


def test_affine_is_reported_even_where_a_sign_is_open() -> None:
    assert proof("sum(i in S) mixed[i] * q[i]").curvature is Curvature.AFFINE


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ("sqrt(x) * y", "sqrt(x) * y", "product of two expressions with variables: `sqrt(x)` and `y`"),
        ("x + 2 * x * y", "2 * x * y", "product of two variables: `x` and `y`"),
        ("exp(u) + log(1 + x^2)", "log(1 + x^2)", "log (concave, nondecreasing) of a convex expression: its rule"),
        ("3 + x^3", "x^3", "power 3 of an expression whose sign is not known"),
        ("sq - 1 / u", "1 / u", "division by `u`, which is not proved to keep its sign"),
        ("sum(i in S) mixed[i] * q[i]^2", "mixed[i] * q[i]^2", "of a convex expression by numbers of both"),
        ("sq + root", "sq + root", "sum of a convex term `sq` and a concave term `root`"),
        ("log(-1 - w)", "log(-1 - w)", "log of an expression that is never positive"),
    ],
)  # fmt: skip
def test_the_fault_is_the_innermost_expression(text: str, place: str, rule: str) -> None:
    (fault,) = proof(text).faults()
    assert fault.text == place
    assert rule in fault.rule
    assert fault.suggestion


def test_a_fault_inside_a_let_points_into_the_let() -> None:
    model = model_of(DECLARATIONS + "let bad = x * y;\nminimize goal: u + bad;")
    rule = model.symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    (fault,) = of_rule(Analysis(Known()), rule).faults()
    assert fault.text == "x * y"
    assert "declare it `param`" in fault.suggestion


def test_coefficients_seen_in_the_data_decide_a_sign() -> None:
    expr = expression("sum(i in S) (a[i] - 1) * q[i]^2")
    assert Analysis(Known()).of(expr).curvature is Curvature.CONVEX  # 1..5 less 1
    expr = expression("sum(i in S) (a[i] - mixed[i]) * q[i]^2")
    assert Analysis(Known()).of(expr).curvature is Curvature.UNKNOWN
    body = expr.body  # type: ignore[attr-defined]
    assert Analysis(Known({body: Interval.of(1, 2)})).of(expr).curvature is Curvature.CONVEX


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ("x^2 <= y", True),
        ("x^2 <= sqrt(y)", True),
        ("x^2 >= y", False),
        ("sqrt(u) >= x^2 - 1", True),
        ("x + y == 3", True),
        ("x^2 == 3", False),
        ("1 <= x <= 3", True),
        ("1 <= x^2 <= 3", False),
        ("x * y <= 1", False),
        ("1 >= x^2", True),
    ],
)
def test_what_a_row_needs(body: str, holds: bool) -> None:
    row = model_of(f"{DECLARATIONS}subject to limit: {body};\nminimize goal: x;").symbols["limit"]
    assert isinstance(row, RowSymbol)
    conditions = list(of_row(Analysis(Known()), row))
    assert all(c.holds for c in conditions) is holds
    assert holds or any(c.faults() for c in conditions)


@pytest.mark.parametrize(("sense", "body", "holds"), [
    ("minimize", "x^2", True), ("maximize", "x^2", False), ("maximize", "sqrt(u) - x^2", True), ("minimize", "x", True),
])  # fmt: skip
def test_what_an_objective_needs(sense: str, body: str, holds: bool) -> None:
    rule = model_of(f"{DECLARATIONS}{sense} goal: {body};").symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    assert of_rule(Analysis(Known()), rule).holds is holds


def test_absent_agents_bring_zero_into_the_range_of_a_variable() -> None:
    text = """model m "t"; agents A := {a, b}; var x[A] >= 1; let s = sum(i in A) 1 / x[i];
    maximize goal: sum(i in A) (s without i);"""
    rule = model_of(text).symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    found = Analysis(Known()).of(rule.body)
    assert found.curvature is Curvature.UNKNOWN
    assert found.faults()[0].text == "1 / x[i]"


def test_long_chains_of_lets_do_not_nest_calls() -> None:
    lets = "".join(f"let l{k} = l{k - 1} + 1;\n" for k in range(1, 3000))
    rule = model_of(f'model m "t"; var x; let l0 = x;\n{lets}minimize goal: l2999;').symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    assert of_rule(Analysis(Known()), rule).holds
    text = f'model m "t"; var x; let l0 = x^2;\n{lets}minimize goal: sqrt(l2999);'
    rule = model_of(text).symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    assert of_rule(Analysis(Known()), rule).sides[0].rule == "Euclidean norm of affine expressions"
