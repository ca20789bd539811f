"""Models to Programs, block by block: names, bounds, relations, coefficients, places, and what is left out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.absence import without
from mdl.diagnostics import Failure
from mdl.lowering.welfare import Infeasible, lower
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.program import Domain, ProgramClass, Role
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

UNICAST = """
agents USER := {u1, u2, u3}; set LINK := {AB, BC};
set users[LINK] in USER := {AB: {u1, u2, u3}, BC: {u2}};
param capacity[LINK] := {AB: 10, BC: 0.1}; param alpha[USER] := {u1: 1, u2: 1/3, u3: 2};
type theta[USER] in {1, 2, 4} := {u1: 1, u2: 2, u3: 4};
var x[USER] >= 0;
valuation[i in USER] = theta[i] * log(1 + x[i]);
subject to link[l in LINK]: sum(i in users[l]) alpha[i] * x[i] <= capacity[l];
maximize welfare: sum(i in USER) valuation[i];
"""


def test_unicast() -> None:
    program = program_of(UNICAST)
    assert (program.kind, program.width, program.height) == (ProgramClass.CONVEX, 3, 2)
    assert names(program) == ["x[u1]", "x[u2]", "x[u3]"]
    assert row_names(program) == ["link[AB]", "link[BC]"]
    link = program.rows[0]
    assert link.linear.coefficients.fractions() == [1, Fraction(1, 3), 2, Fraction(1, 3)]
    assert link.linear.columns.tolist() == [0, 1, 2, 1]
    assert link.upper is not None and link.upper.values.fractions() == [10, Fraction(1, 10)]
    assert (link.lower, link.relation, link.role) == (None, "<=", Role.USER)
    assert link.span is not None and link.span.text.startswith("sum(i in users[l])")
    inner, outer = program.nodes
    assert isinstance(inner, Affine) and inner.constant.fractions() == [1, 1, 1]
    assert inner.variables is not None and dense(inner.variables).tolist() == np.eye(3).tolist()
    assert isinstance(outer, Apply) and (outer.function, outer.argument) == (Function.LOG, 0)
    ((weights, node),) = program.objective.nonlinear
    assert node == 1 and dense(weights).tolist() == [[1, 2, 4]]
    assert program.objective.maximize and program.objective.linear.nonzeros == 0


def test_relations_are_kept_and_constants_move_to_the_right() -> None:
    program = program_of("""set S := {a, b}; param w[S] := {a: 1, b: 2}; var x[S]; var y;
    subject to less[i in S]: w[i] * x[i] + 3 <= y - w[i];
    subject to turned: 10 >= y + 1; subject to equal: 2 == y; subject to more: y >= x[a] - 1;
    subject to range[i in S]: -w[i] <= x[i] + 1 <= 4; subject to falling: 4 >= y >= 2;
    minimize cost: y;""")
    assert [(r.name, r.relation) for r in program.rows] == [
        ("less", "<="), ("turned", "<="), ("equal", "=="), ("more", ">="), ("range", "range"), ("falling", "range"),
    ]  # fmt: skip
    assert sides(block(program, "less")) == [(-np.inf, -4), (-np.inf, -5)]
    assert dense(block(program, "less").linear).tolist() == [[1, 0, -1], [0, 2, -1]]
    assert sides(block(program, "turned")) == [(-np.inf, 9)]
    assert sides(block(program, "equal")) == [(2, 2)]
    assert sides(block(program, "more")) == [(-1, np.inf)]
    assert dense(block(program, "more").linear).tolist() == [[-1, 0, 1]]
    assert sides(block(program, "range")) == [(-2, 3), (-3, 3)]
    assert sides(block(program, "falling")) == [(2, 4)]


def test_a_chain_with_variables_at_its_ends_is_two_rows() -> None:
    program = program_of(
        "var x; var y; var z; subject to r: x <= y <= z; subject to s: x >= y >= 1 - z; minimize c: y;"
    )
    assert [(r.name, r.relation, r.origin) for r in program.rows] == [
        ("r.lower", "<=", "r"), ("r.upper", "<=", "r"), ("s.upper", ">=", "s"), ("s.lower", ">=", "s"),
    ]  # fmt: skip
    assert dense(block(program, "r.upper").linear).tolist() == [[0, 1, -1]]
    assert dense(block(program, "s.lower").linear).tolist() == [[0, 1, 1]]
    assert sides(block(program, "s.lower")) == [(1, np.inf)]


def test_bounds_domains_and_starts() -> None:
    program = program_of("""set S := {a, b}; param c[S] := {a: 3, b: 0.5};
    var x[i in S] >= -c[i], <= 10, <= 4 * c[i] := c[i]; var free; var n integer; var yes binary; var f == 2;
    minimize cost: x[a] + free + n + yes + f;""")
    x, free, n, b, f = program.columns
    assert x.lower is not None and x.lower.values.fractions() == [-3, Fraction(-1, 2)]
    assert x.upper is not None and x.upper.values.fractions() == [10, 2]
    assert x.initial is not None and x.initial.tolist() == [3, 0.5]
    assert (free.lower, free.upper, free.initial) == (None, None, None)
    assert (n.domain, b.domain, n.lower) == (Domain.INTEGER, Domain.BINARY, None)
    assert b.lower is not None and b.upper is not None and (b.lower.floats(9)[0], b.upper.floats(9)[0]) == (0, 1)
    assert f.lower is not None and f.upper is not None and f.lower.floats(9)[0] == f.upper.floats(9)[0] == 2
    assert [c.start for c in program.columns] == [0, 2, 3, 4, 5]
    assert program.kind is ProgramClass.MIP


def test_shapes_of_the_graph() -> None:
    program = program_of("var x >= 1; var y >= 1; minimize c: 3 * x * x + 2 * x * y + (x + y)^3 + 1 / x + x^0.5 + 2^x;")
    kinds = [type(n) for n in program.nodes]
    assert kinds.count(Power) == 2 and kinds.count(Product) == 1
    functions = [n.function for n in program.nodes if isinstance(n, Apply)]
    assert functions == [Function.RECIPROCAL, Function.SQRT, Function.EXP]
    assert all(n.span is not None for n in program.nodes if not isinstance(n, Affine))


def test_equal_columns_are_added_and_zeros_dropped() -> None:
    program = program_of("var x; var y; subject to r: x + 2 * y - x + 0 * y >= 1 - y; minimize c: x - x + 5;")
    assert dense(program.rows[0].linear).tolist() == [[0, 3]]
    assert program.rows[0].linear.nonzeros == 1
    assert program.objective.linear.nonzeros == 0
    assert program.objective.constant.fractions() == [5]


def test_affine_nodes_do_not_stay_in_linear_programs() -> None:
    program = program_of("set S := 1..9; var x[S]; subject to r[i in S]: x[i] <= sum(j in S) x[j]; minimize c: x[1];")
    assert program.kind is ProgramClass.LP and not program.nodes
    assert dense(program.rows[0].linear).tolist() == (np.eye(9) - np.ones((9, 9))).tolist()


# ---- rows without variables ----------------------------------------------------------------------------


def test_true_rows_without_variables_are_left_out_with_a_note() -> None:
    lowered = lowered_of("""set S := {a, b, c}; set use[S] in S := {a: {a}, b: {}, c: {a, b}}; var x[S] >= 0;
    subject to r[i in S]: sum(j in use[i]) x[j] <= 1; subject to s: 0 <= 5; minimize cost: x[a];""")
    assert row_names(lowered.program) == ["r[a]", "r[c]"]
    assert lowered.notes == ("r[b] has no variables and always holds", "s has no variables and always holds")
    assert lowered.row_owner(1) == (lowered.instance.model.symbols["r"], 2)


def test_false_rows_without_variables_are_infeasible_at_once() -> None:
    text = """set S := {a, b}; set use[S] in S := {a: {}, b: {b}}; var x[S] >= 0;
    subject to r[i in S]: sum(j in use[i]) x[j] >= 1; subject to s: 2 <= 1; minimize c: x[a];"""
    instance = instance_of(text)
    with pytest.raises(Infeasible) as caught:
        lower(instance, rule_of(instance))
    first, second = caught.value.diagnostics
    assert (first.code, second.code) == ("MDL420", "MDL420")
    assert "`r[a]`" in first.message and first.span is not None and first.span.text.startswith("sum(j in use[i])")


def test_contradicting_bounds_are_named() -> None:
    text = "set S := {a, b}; param c[S] := {a: 3, b: 0}; var x[i in S] >= 1, <= c[i]; minimize g: x[a];"
    instance = instance_of(text)
    with pytest.raises(Infeasible) as caught:
        lower(instance, rule_of(instance))
    (found,) = caught.value.diagnostics
    assert found.code == "MDL421" and "`x[b]`" in found.message and "`x[a]`" not in found.message
    assert "at least 1 and at most 0" in found.label


@pytest.mark.parametrize("text", [
    "set S := {}; var x[S] >= 0; minimize g: sum(i in S) x[i];",
    "set S := {}; var x[S] >= 0; var y; subject to r[i in S]: x[i]^2 <= 1; minimize g: y + sum(i in S) log(x[i]);",
    "minimize g: 3;",
    "var x; minimize g: 3;",
])  # fmt: skip
def test_empty_families_and_objectives(text: str) -> None:
    program = program_of(text)
    assert program.kind is ProgramClass.LP
    assert program.height == 0


def test_errors_of_several_rows_are_told_together() -> None:
    found = refused("""set S := {a, b}; var x[S]; subject to r: max(i in S where 1 > 3) x[i] <= 1;
    subject to s: (-2)^x[a] <= 1; minimize g: 1e300 * (1e300 * x[a]);""")
    assert {d.code for d in found} >= {"MDL346", "MDL411", "MDL345"}


def test_integers_among_nonlinear_expressions_are_refused() -> None:
    (found,) = refused("var n integer; var x; minimize g: x + n; subject to r: 1 + exp(x) <= 3;")
    assert found.code == "MDL402"
    assert found.span is not None and found.span.text == "exp(x)"
    assert found.labels[0].text == "`n` is integer"


# ---- absent agents -------------------------------------------------------------------------------------


def test_a_program_without_an_agent_is_that_of_the_model_without_it() -> None:
    instance = instance_of(UNICAST)
    codes = instance.set(instance.model.symbols["USER"]).columns[0][1:2]
    lowered = lower(instance, rule_of(instance), without("USER", codes))
    smaller = program_of(
        UNICAST.replace("{u1, u2, u3}; set", "{u1, u3}; set")
        .replace("AB: {u1, u2, u3}, BC: {u2}", "AB: {u1, u3}, BC: {}")
        .replace("u2: 1/3, ", "")
        .replace("u2: 2, ", "")
    )
    assert names(lowered.program) == names(smaller) == ["x[u1]", "x[u3]"]
    assert row_names(lowered.program) == row_names(smaller) == ["link[AB]"]
    assert dense(lowered.program.rows[0].linear).tolist() == dense(smaller.rows[0].linear).tolist()
    # the valuation of an absent agent is still defined: 2 log(1 + 0), skipped by the sum
    first, second = driver.solve_program(lowered.program), driver.solve_program(smaller)
    assert first.objective is not None and second.objective is not None
    assert abs(first.objective - second.objective) < 1e-7


def test_absent_values_and_rows_come_back_in_full() -> None:
    instance = instance_of("""agents A := {a, b, c}; var x[A] >= 0, <= 2; absent x[i] = 7;
    subject to r[i in A]: x[i] <= 1; subject to s: sum(i in A) x[i] <= 2.5; maximize g: sum(i in A) x[i];""")
    codes = instance.set(instance.model.symbols["A"]).columns[0][1:2]
    lowered = lower(instance, rule_of(instance), without("A", codes))
    solution = driver.solve_program(lowered.program)
    x, r = instance.model.symbols["x"], instance.model.symbols["r"]
    assert lowered.values(solution)[x].floats().tolist() == [1, 7, 1]
    dual, slack, cost = lowered.dual(r, solution), lowered.slack(r, solution), lowered.reduced_cost(x, solution)
    assert dual is not None and slack is not None and cost is not None
    assert dual.tolist() == [1, 0, 1]
    assert slack.tolist() == [0, np.inf, 0]
    assert cost.tolist() == [0, 0, 0]


def test_a_family_error_is_a_failure_with_its_place() -> None:
    with pytest.raises(Failure):
        program_of("set S := {a}; param c[S]; var x; minimize g: c[a] * x;")


@pytest.mark.parametrize("first", ["2 * x[1] - x[2]", "log(1 + x[1]) - x[2]"])
def test_lets_that_double_sixty_times_stay_small(first: str) -> None:
    doubled = "".join(f"let y{k}[i in S] = y{k - 1}[i] + y{k - 1}[i];\n" for k in range(1, 60))
    text = f"set S := 1..2; var x[S] >= 0, <= 1; let y0[i in S] = i * ({first});\n{doubled}maximize w: y59[2] - x[2]^2;"
    program = program_of(text)
    assert program.objective.linear.nonzeros <= 2
    point = np.array([0.25, 0.5])
    head = {"2": 2 * 0.25, "l": np.log1p(0.25)}[first[0]]
    assert Functions(program).objective(point) == pytest.approx(2.0**60 * (head - 0.5) - 0.25, rel=1e-12)
