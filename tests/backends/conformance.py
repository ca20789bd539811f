"""What every solver adapter must get right: problems with answers worked out by hand, and the checks.

A test file of an adapter says what it can do and runs every case it can:

    ADAPTER = Adapter("HiGHS", highs.solve, frozenset({Ability.LP, Ability.QP, Ability.MIP}))

    @pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
    def test_conformance(case: Case) -> None:
        check(ADAPTER, case)
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.program.evaluation import Evaluation
from mdl.program.program import Bound, Program
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status
from tests.backends.conformance_case import Ability as Ability
from tests.backends.conformance_case import Adapter, Case, Vector
from tests.backends.conformance_linear import integer_cases, linear_cases, quadratic_cases
from tests.backends.conformance_nonlinear import convex_cases, nonlinear_cases

CASES: list[Case] = [*linear_cases(), *quadratic_cases(), *integer_cases(), *convex_cases(), *nonlinear_cases()]


def cases(adapter: Adapter) -> list[Case]:
    return [case for case in CASES if case.ability in adapter.abilities]


def check(adapter: Adapter, case: Case) -> None:
    found = adapter.solve(case.program, case.options)
    assert found.status in case.status, found
    if found.status not in (Status.OPTIMAL, Status.LOCAL):
        return
    assert found.values is not None
    assert found.values.shape == (case.program.width,)
    evaluated = Evaluation(case.program).objective(found.values)
    _close(adapter, "objective at values", found.objective, evaluated)
    if case.objective is not None:
        _close(adapter, "objective", found.objective, case.objective)
    _all_close(adapter, "values", found.values, case.values)
    assert residuals(case.program, found).accepted(), residuals(case.program, found)
    if case.ability is Ability.MIP:
        assert found.row_duals is None
        assert found.column_duals is None
        return
    assert found.row_duals is not None
    assert found.column_duals is not None
    assert found.row_duals.shape == (case.program.height,)
    assert found.column_duals.shape == (case.program.width,)
    _all_close(adapter, "row duals", found.row_duals, case.row_duals)
    _all_close(adapter, "column duals", found.column_duals, case.column_duals)
    if case.moves:
        _check_moves(adapter, case, found)


def check_time_limit(adapter: Adapter, program: Program, seconds: float) -> None:
    """A program that takes longer ends near the limit with what is known, and says so."""
    began = perf_counter()
    found = adapter.solve(program, SolverOptions(time_limit=seconds))
    assert perf_counter() - began < seconds + 5
    assert found.status is Status.LIMIT, found
    if found.values is None:
        assert found.objective is None
    else:
        assert found.objective == pytest.approx(Evaluation(program).objective(found.values))


def check_refusal_of_no_point(found: Solution) -> None:
    """Where there is no point, nothing pretends to be one."""
    if found.values is None:
        assert found.objective is None
        assert found.row_duals is None
        assert found.column_duals is None


def _check_moves(adapter: Adapter, case: Case, found: Solution) -> None:
    """Duals as what they are defined to be: the rate of change of the objective as a side moves."""
    step = Fraction(1, 100)
    assert found.row_duals is not None
    assert found.column_duals is not None
    for k in range(case.program.height):
        rate = _rate(adapter, case, step, row=k)
        assert found.row_duals[k] == pytest.approx(rate, abs=1e-3 * (1 + abs(rate))), f"row {k}"
    for k in range(case.program.width):
        rate = _rate(adapter, case, step, column=k)
        assert found.column_duals[k] == pytest.approx(rate, abs=1e-3 * (1 + abs(rate))), f"column {k}"


def _rate(adapter: Adapter, case: Case, step: Fraction, row: int | None = None, column: int | None = None) -> float:
    ends = []
    for by in (step, -step):
        held = case.program
        if row is not None:
            block = held.rows[0]
            moved = replace(block, lower=_moved(block.lower, row, by), upper=_moved(block.upper, row, by))
            held = replace(held, rows=(moved,))
        if column is not None:
            first = held.columns[0]
            other = replace(first, lower=_moved(first.lower, column, by), upper=_moved(first.upper, column, by))
            held = replace(held, columns=(other,))
        objective = adapter.solve(held, case.options).objective
        assert objective is not None
        ends.append(objective)
    return (ends[0] - ends[1]) / float(2 * step)


def _moved(bound: Bound | None, place: int, by: Fraction) -> Bound | None:
    if bound is None:
        return None
    values = bound.values.fractions()
    values[place] += by
    return Bound(Numbers.of(values), bound.finite)


def _close(adapter: Adapter, what: str, found: float | None, wanted: float) -> None:
    assert found == pytest.approx(wanted, abs=adapter.tolerance * (1 + abs(wanted))), what


def _all_close(adapter: Adapter, what: str, found: np.ndarray, wanted: Vector | None) -> None:
    if wanted is None:
        return
    assert len(found) == len(wanted)
    for k, value in enumerate(wanted):
        if value is not None:
            _close(adapter, f"{what}[{k}]", float(found[k]), value)
