"""The way back: values, duals and slacks by the user's symbols, each over its whole index."""

from __future__ import annotations

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.lowering.welfare import Lowered
from mdl.program.program import Role
from mdl.program.solution import Solution, Status
from tests.lowering.programs import lowered_of


def solved(text: str) -> tuple[Lowered, Solution]:
    lowered = lowered_of(text)
    return lowered, driver.solve_program(lowered.program)


def test_duals_and_slacks_by_row() -> None:
    lowered, solution = solved("""set S := {a, b, c}; param cap[S] := {a: 1, b: 2, c: 9}; var x[S] >= 0, <= 3;
    subject to r[i in S where i != b]: x[i] <= cap[i]; maximize g: sum(i in S) 2 * x[i];""")
    row, x = lowered.instance.model.symbols["r"], lowered.instance.model.symbols["x"]
    dual, slack, cost = lowered.dual(row, solution), lowered.slack(row, solution), lowered.reduced_cost(x, solution)
    assert dual is not None and slack is not None and cost is not None
    assert dual.tolist() == pytest.approx([2, 0])
    assert slack.tolist() == pytest.approx([0, 6])
    assert cost.tolist() == pytest.approx([0, 2, 2])
    assert [lowered.row_owner(k) for k in range(2)] == [(row, 0), (row, 1)]
    with pytest.raises(IndexError):
        lowered.row_owner(2)


def test_the_dual_of_a_chain_is_the_sum_of_its_two_rows() -> None:
    lowered, solution = solved("var x <= 9; var y; subject to r: y <= x <= y + 1; subject to s: y == 3; maximize g: x;")
    row = lowered.instance.model.symbols["r"]
    dual, slack = lowered.dual(row, solution), lowered.slack(row, solution)
    assert dual is not None and slack is not None
    assert dual.tolist() == pytest.approx([1])
    assert slack.tolist() == pytest.approx([0])


def test_the_slack_of_a_max_is_that_of_its_value_not_of_its_column() -> None:
    lowered, solution = solved("var x >= 1; var y >= 1; subject to r: max(x, y) <= 5; minimize g: x + y;")
    assert solution.values is not None
    # any value from 1 to 5 of the column is optimal: put it at its worst
    solution.values[2] = 5.0
    slack = lowered.slack(lowered.instance.model.symbols["r"], solution)
    assert slack is not None and slack.tolist() == pytest.approx([4])


def test_rows_of_a_max_belong_to_no_symbol_but_name_their_origin() -> None:
    lowered, _ = solved("var x >= 1; var y >= 1; subject to r: max(x, y) <= 5; minimize g: x + y;")
    assert lowered.row_owner(1)[0] is None
    assert [r.origin for r in lowered.program.rows if r.role is Role.EPIGRAPH] == ["r"]


def test_nothing_is_read_that_is_not_there() -> None:
    lowered = lowered_of("var x >= 1; subject to r: x <= 5; minimize g: x;")
    nothing = Solution(Status.INFEASIBLE, "none")
    row, x = lowered.instance.model.symbols["r"], lowered.instance.model.symbols["x"]
    assert lowered.values(nothing) == {}
    assert lowered.dual(row, nothing) is None
    assert lowered.slack(row, nothing) is None
    assert lowered.reduced_cost(x, nothing) is None


def test_start_fills_the_columns_of_max_and_abs() -> None:
    lowered = lowered_of("set S := {a, b}; var x[S]; minimize g: max(i in S) abs(x[i]) + max(x[a], 7);")
    x = lowered.instance.model.symbols["x"]
    found = lowered.start({x: Numbers.inexact(np.array([2.0, -3.0]))})
    by_name = {c.name: found[c.start : c.start + len(c.labels)].tolist() for c in lowered.program.columns}
    assert by_name == {"x": [2, -3], "g.abs": [2, 3], "g.max": [3], "g.max2": [7]}
