"""max, min and abs as rows: names and rows as expected, refused where not exact, exact where accepted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl import driver
from mdl.algebra.absence import without
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.lowering.welfare import lower
from mdl.program.graph import Product
from mdl.program.program import ProgramClass, Role
from mdl.program.solution import Status
from tests.algebra.numeric import value
from tests.lowering.programs import (
    block,
    dense,
    instance_of,
    lowered_of,
    names,
    program_of,
    refused,
    row_names,
    rule_of,
    sides,
)

MULTICAST = """
agents RECEIVER := {r11, r12, r21}; set GROUP := {g1, g2};
set member[GROUP] in RECEIVER := {g1: {r11, r12}, g2: {r21}};
var x[RECEIVER] >= 0;
subject to link: sum(k in GROUP) max(i in member[k]) x[i] <= 1;
maximize welfare: sum(i in RECEIVER) x[i];
"""


def test_multicast() -> None:
    program = program_of(MULTICAST)
    assert program.kind is ProgramClass.LP
    assert names(program) == ["x[r11]", "x[r12]", "x[r21]", "link.max[g1]", "link.max[g2]"]
    assert row_names(program) == ["link", "link.max[g1,r11]", "link.max[g1,r12]", "link.max[g2,r21]"]
    assert dense(block(program, "link").linear).tolist() == [[0, 0, 0, 1, 1]]
    helper = block(program, "link.max")
    assert (helper.role, helper.origin, helper.relation) == (Role.EPIGRAPH, "link", "<=")
    assert dense(helper.linear).tolist() == [[1, 0, 0, -1, 0], [0, 1, 0, -1, 0], [0, 0, 1, 0, -1]]
    assert sides(helper) == [(-np.inf, 0)] * 3
    made = program.columns[1]
    assert (made.role, made.origin, made.lower, made.upper) == (Role.EPIGRAPH, "link", None, None)


def test_operands_that_are_data_become_bounds() -> None:
    program = program_of("var x; var y; minimize cost: max(x - 3, 2, y, 5) - min(x, 1);")
    assert row_names(program) == ["cost.max[1]", "cost.max[2]", "cost.min"]
    high, low = program.columns[2], program.columns[3]
    assert high.lower is not None and high.lower.floats(0).tolist() == [5] and high.upper is None
    assert low.upper is not None and low.upper.floats(0).tolist() == [1] and low.lower is None
    assert sides(block(program, "cost.max")) == [(-np.inf, 3), (-np.inf, 0)]


def test_abs_and_names_of_several() -> None:
    program = program_of(
        "set S := {a, b}; var x[S]; minimize far: sum(i in S) abs(x[i]) + max(x[a], x[b]) + abs(x[a]);"
    )
    assert names(program, Role.EPIGRAPH) == ["far.abs[a]", "far.abs[b]", "far.max", "far.abs2"]
    assert row_names(program)[:4] == ["far.abs[a,+]", "far.abs[b,+]", "far.abs[a,-]", "far.abs[b,-]"]


def test_a_let_used_by_two_rows_gets_columns_for_each() -> None:
    program = program_of("var x; let d = abs(x); subject to r: d <= 1; subject to s: d + x <= 3; minimize cost: d;")
    assert names(program, Role.EPIGRAPH) == ["r.abs", "s.abs", "cost.abs"]


@pytest.mark.parametrize(("text", "place", "why"), [
    ("var x; maximize g: max(x, 1);", "max(x, 1)", "larger values of it help"),
    ("var x; minimize g: min(x, 1);", "min(x, 1)", "smaller values of it help"),
    ("var x; maximize g: -x + abs(x);", "abs(x)", "larger values of it help"),
    ("var x; subject to r: abs(x) >= 1; minimize g: x;", "abs(x)", "larger values of it help"),
    ("var x; subject to r: 3 <= max(x, 5); minimize g: x;", "max(x, 5)", "larger values of it help"),
    ("var x; subject to r: abs(x) == 1; minimize g: x;", "abs(x)", "not fixed"),
    ("var x; var y; minimize g: y * max(x, 0);", "max(x, 0)", "not fixed"),
    ("var x; var y; minimize g: abs(max(x, y));", "max(x, y)", "not fixed"),
    ("var x; minimize g: sqrt(max(x, -1));", "max(x, -1)", "edge of a domain"),
    ("var x; var y; minimize g: max(min(x, y), 0);", "min(x, y)", "smaller values of it help"),
    ("var x; let d = abs(x); minimize g: 3 - 2 * d;", "abs(x)", "larger values of it help"),
    ("set S := {a, b}; param w[S] := {a: 1, b: -1}; var x[S]; minimize g: sum(i in S) w[i] * abs(x[i]);",
     "abs(x[i])", "not fixed"),
])  # fmt: skip
def test_refused_where_rows_would_not_be_exact(text: str, place: str, why: str) -> None:
    (found,) = refused(text)
    assert (found.code, found.span.text if found.span else "") == ("MDL410", place)
    assert why in found.message
    assert found.help


@pytest.mark.parametrize("text", [
    "var x; minimize g: max(x, 1);",
    "var x; maximize g: 3 - abs(x);",
    "var x; maximize g: min(x, 1) - max(x, 2);",
    "var x; subject to r: 1 >= abs(x); minimize g: x;",
    "var x; subject to r: min(x, 3) >= 1; minimize g: x;",
    "var x; var y >= 0; minimize g: y * max(x, 0);",
    "var x; minimize g: max(x, 0)^2 + exp(abs(x));",
    "var x <= 3; maximize g: log(5 - max(x, 0));",
    "var x >= -1; minimize g: sqrt(max(x + 1, 0));",
    "var x >= 1; minimize g: 1 / min(x, 2);",
    "var x; minimize g: max(max(x, 1), abs(x - 2));",
])  # fmt: skip
def test_accepted_by_monotonicity(text: str) -> None:
    assert names(program_of(text), Role.EPIGRAPH)


@pytest.mark.parametrize("text", [
    "var x; minimize g: max(x, 1) * max(x, 1) - 2 * x;",
    "var x; minimize g: max(exp(x), 1) * max(exp(x), 1) - 2 * x;",
    "var x; let d = max(exp(x), 1); minimize g: d * d - 2 * x;",
    "var x; minimize g: abs(x - 1)^2 + abs(x - 1) * abs(x - 1);",
])  # fmt: skip
def test_one_expression_written_twice_has_one_column(text: str) -> None:
    program = program_of(text)
    assert len(names(program, Role.EPIGRAPH)) == 1
    assert program.kind in (ProgramClass.QP, ProgramClass.CONVEX)
    assert not any(isinstance(n, Product) for n in program.nodes)


def test_lets_of_absent_agents_too() -> None:
    instance = instance_of("agents A := {a, b}; var x[A]; let d[i in A] = max(exp(x[i]), 1); minimize g: d[a] * d[a];")
    codes = instance.set(instance.model.symbols["A"]).columns[0][1:]
    program = lower(instance, rule_of(instance), without("A", codes)).program
    assert program.kind is ProgramClass.CONVEX
    assert not any(isinstance(n, Product) for n in program.nodes)


def test_several_faults_are_told_at_once() -> None:
    found = refused("var x; subject to r: abs(x) >= 1; subject to s: max(x, 1) == 2; maximize g: max(x, 3);")
    assert {d.span.text for d in found if d.span} == {"abs(x)", "max(x, 1)", "max(x, 3)"}


# ---- exact where accepted ------------------------------------------------------------------------------

leaves = st.sampled_from(["x", "y", "x - y", "x + y", "2 * x", "1", "-1"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda e: f"max({e[0]}, {e[1]})"),
        two.map(lambda e: f"min({e[0]}, {e[1]})"),
        two.map(lambda e: f"({e[0]} + {e[1]})"),
        two.map(lambda e: f"({e[0]} - {e[1]})"),
        inner.map(lambda e: f"abs({e})"),
        inner.map(lambda e: f"0.5 * ({e})"),
    )


texts = st.recursive(leaves, grow, max_leaves=6)


@settings(max_examples=80, deadline=None)
@given(texts, texts, st.sampled_from(["minimize", "maximize"]))
def test_an_accepted_program_has_the_optimum_of_its_expressions(goal: str, limit: str, sense: str) -> None:
    instance = instance_of(f"var x >= -2, <= 2; var y >= -2, <= 2; subject to r: {limit} <= 1; {sense} g: {goal};")
    rule = rule_of(instance)
    try:
        lowered = lower(instance, rule)
    except Failure:
        return
    assert lowered.program.kind is ProgramClass.LP
    solution = driver.solve_program(lowered.program)
    best = on_a_grid(instance, rule.sense == "maximize")
    if solution.status is Status.INFEASIBLE:
        assert best is None
        return
    assert solution.objective is not None
    values = lowered.values(solution)
    point = {s.name: float(v.floats()[0]) for s, v in values.items()}
    assert abs(value(rule.body, point) - solution.objective) < 1e-6
    slack = lowered.slack(instance.model.symbols["r"], solution)
    assert slack is not None and slack[0] >= -1e-6
    if best is not None:
        assert (solution.objective - best) * (1 if rule.sense == "maximize" else -1) >= -1e-6


def on_a_grid(instance: Instance, maximize: bool) -> float | None:
    """The best value over a grid of feasible points; None where none is feasible."""
    body, row = rule_of(instance).body, instance.model.symbols["r"].body  # type: ignore[attr-defined]
    found = []
    for x in np.linspace(-2, 2, 9):
        for y in np.linspace(-2, 2, 9):
            point = {"x": float(x), "y": float(y)}
            if value(row.first, point) <= value(row.rest[0][1], point) + 1e-12:
                found.append(value(body, point))
    return (max(found) if maximize else min(found)) if found else None


def test_nonlinear_operands_make_nonlinear_rows() -> None:
    lowered = lowered_of("var x >= 0.1, <= 3; minimize g: max(x^2 - 1, exp(-x), 0.2);")
    assert lowered.program.kind is ProgramClass.CONVEX
    solution = driver.solve_program(lowered.program)
    best = min(max(t * t - 1, float(np.exp(-t)), 0.2) for t in np.linspace(0.1, 3, 200_001))
    assert solution.objective == pytest.approx(best, abs=1e-5)
