"""The class of a program, why, and what is said where convexity is not proved."""

from __future__ import annotations

import pytest

from mdl.diagnostics import Severity
from mdl.lowering.classify import Verdict
from tests.lowering.programs import lowered_of, program_of

V = "set S := {a, b}; param w[S] := {a: 1, b: -1}; param c[S] := {a: 1, b: 2}; var x; var y; var u >= 0; var q[S]; "


@pytest.mark.parametrize(("text", "kind"), [
    ("minimize g: x; subject to r: x + y >= 1;", "LP"),
    ("var n integer; minimize g: x + n;", "MIP"),
    ("var n binary; minimize g: max(n, x);", "MIP"),
    ("minimize g: x^2 + y; subject to r: x + y >= 1;", "QP"),
    ("maximize g: -(x - y)^2 - c[a] * x * x;", "QP"),
    ("minimize g: x^2 + y^2 + x * y;", "QP"),
    ("minimize g: x^2 + y^2 + 3 * x * y;", "NLP"),
    ("minimize g: x * y;", "NLP"),
    ("maximize g: x^2;", "NLP"),
    ("minimize g: sum(i in S) w[i] * q[i]^2;", "NLP"),
    ("minimize g: sum(i in S) (w[i] + c[i]) * q[i]^2;", "QP"),
    ("minimize g: sum(i in S) (w[i] + c[i]) * exp(q[i]);", "convex NLP"),
    ("minimize g: x^2; subject to r: x^2 <= y;", "convex NLP"),
    ("minimize g: x; subject to r: x^2 >= y;", "NLP"),
    ("minimize g: x; subject to r: x * y >= 1;", "NLP"),
    ("minimize g: exp(x) - log(1 + u);", "convex NLP"),
    ("minimize g: exp(x) + log(1 + u);", "NLP"),
    ("minimize g: max(x^2, y);", "convex NLP"),
    ("minimize g: max(x * y, 1);", "NLP"),
    ("minimize g: x; subject to r: y <= 1; subject to s: abs(x * y) <= 1;", "NLP"),
    ("minimize g: x; subject to r: y <= x <= u; subject to s: y <= x^2 <= u;", "NLP"),
    ("minimize g: x; subject to r: y <= x <= sqrt(u);", "convex NLP"),
    ("minimize g: 0 * x * y + x;", "LP"),
    ("minimize g: x; subject to r: (c[a] - 1) * x * y <= 3;", "LP"),
    ("minimize g: (x + y)^2 + abs(x);", "QP"),
    ("minimize g: x^4;", "convex NLP"),
    ("minimize g: sum(i in 1..3) u^i;", "convex NLP"),
])  # fmt: skip
def test_class(text: str, kind: str) -> None:
    program = program_of(V + text)
    assert program.kind.value == kind, program.why.reason
    assert isinstance(program.why, Verdict) and program.why.reason
    assert bool(program.faults) is (kind == "NLP")


def test_the_reason_names_the_hessian() -> None:
    assert (
        "positive semidefinite (diagonally dominant, proved exactly)"
        in program_of(V + "minimize g: x*x + y*y + x*y;").why.reason
    )
    assert "concave by the rules" in program_of(V + "maximize g: -x^2;").why.reason


def test_faults_are_warnings_with_place_rule_and_next_step() -> None:
    program = program_of(V + "minimize g: x; subject to r: sqrt(u) * y <= 1; subject to s: u + x^3 <= 1;")
    first, second = program.faults
    assert [(d.code, d.severity, d.span.text if d.span else "") for d in program.faults] == [
        ("MDL400", Severity.WARNING, "sqrt(u) * y"),
        ("MDL400", Severity.WARNING, "x^3"),
    ]
    assert "product of two expressions with variables" in first.message
    assert "declare it `param`" in first.help
    assert "at least 0" in second.help


def test_a_known_curvature_of_the_wrong_side_is_named() -> None:
    (fault,) = program_of(V + "minimize g: x; subject to r: x^2 >= 1;").faults
    assert fault.span is not None and fault.span.text == "x^2"
    assert "`x^2` is convex" in fault.message


def test_a_fault_inside_a_let_says_where_it_is_used() -> None:
    (fault,) = program_of(V + "let z = x * u; minimize g: exp(y) + z;").faults
    assert fault.span is not None and fault.span.text == "x * u"
    assert fault.labels and "exp(y) + z" in fault.labels[0].span.text


def test_the_proof_covers_objective_and_rows() -> None:
    lowered = lowered_of(V + "minimize g: exp(x); subject to r[i in S]: q[i]^2 <= x; subject to s: x + y == 1;")
    needs = lowered.program.why.requirements
    assert [(n.name, n.wanted, n.holds) for n in needs] == [
        ("g", "convex", True), ("r", "convex", True), ("s", "affine", True),
    ]  # fmt: skip
    assert needs[1].sides[0].rule == "power 2 (convex, even) of an affine expression"
