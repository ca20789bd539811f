"""The interior-point method for separable convex programs, against IPOPT and closed forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.backends import interior, ipopt
from mdl.program.graph import Affine, Apply, Function, Node
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows
from tests.backends.conformance import Ability, Adapter, Case, cases, check, check_time_limit
from tests.program.make import columns, numbers, rows, sparse, utility

ADAPTER = Adapter(
    "MDL interior point", interior.solve, frozenset({Ability.LP, Ability.QP, Ability.CONVEX, Ability.NLP})
)


@pytest.fixture(autouse=True)
def also_small() -> Iterator[None]:
    """Programs of every size, not only those where it pays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interior, "SMALL", 0)
        yield


@pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
def test_conformance(case: Case) -> None:
    check(ADAPTER, case)


def test_time_limit() -> None:
    check_time_limit(ADAPTER, utility(6000, local=False), 0.001)


def answered(program: Program) -> Solution:
    """By this method itself, not by IPOPT."""
    found = interior.solve(program)
    assert found.solver == interior.NAME, found
    assert found.status is Status.OPTIMAL
    assert residuals(program, found).worst < 1e-8
    return found


@pytest.mark.parametrize("users", [10, 300, 3000])
@pytest.mark.parametrize("local", [True, False])
def test_network_utility_as_ipopt_has_it(users: int, local: bool) -> None:
    program = utility(users, seed=users, local=local)
    found, other = answered(program), ipopt.solve(program)
    assert found.objective == pytest.approx(other.objective, rel=1e-8)
    assert found.values == pytest.approx(other.values, abs=1e-4)
    assert found.row_duals == pytest.approx(other.row_duals, abs=1e-5)


def test_a_quadratic_objective() -> None:
    program = replace(utility(500, quadratic=True), kind=ProgramClass.CONVEX)
    assert answered(program).objective == pytest.approx(ipopt.solve(program).objective, rel=1e-8)


def _public_goods(people: int, goods: int) -> Program:
    """max sum_i log(1 + sum_g value_ig q_g) - cost'q, q >= 0: every argument has several variables."""
    random = np.random.default_rng(people)
    value = random.integers(0, 4, (people, goods)).tolist()
    nodes: tuple[Node, ...] = (
        Affine(people, Numbers.constant(1, people), sparse(value, goods), ()),
        Apply(people, Function.LOG, 0),
    )
    goal = Objective("welfare", True, numbers([0]), sparse([[-people // 2] * goods]), ((sparse([[1] * people]), 1),))
    return Program("goods", (columns(goods, 0),), (), goal, nodes, kind=ProgramClass.CONVEX)


def test_arguments_of_several_variables_get_columns_of_their_own() -> None:
    program = _public_goods(40, 6)
    found, other = answered(program), ipopt.solve(program)
    assert found.values is not None
    assert found.values.shape == (6,)
    assert found.objective == pytest.approx(other.objective, rel=1e-8)
    assert found.column_duals == pytest.approx(other.column_duals, abs=1e-5)


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_random_sides_of_rows_and_columns(seed: int, maximize: bool) -> None:
    """Equality, range, one-sided and free rows; boxes, fixed columns; squares and square roots."""
    random = np.random.default_rng(seed)
    width, height = int(random.integers(2, 30)), int(random.integers(1, 12))
    inside = random.integers(1, 5, width)
    matrix = np.where(random.random((height, width)) < 0.3, random.integers(-3, 4, (height, width)), 0)
    at, gap = matrix @ inside, random.integers(1, 4, (2, height))
    kind = random.integers(0, 5, height)
    # equality rows stay independent: at most one, and it has an entry
    kind[1:] = np.where(kind[1:] == 0, 1, kind[1:])
    matrix[0, 0] = 1
    at = matrix @ inside
    lower = [
        int(a - g) if k in (1, 2) else int(a) if k == 0 else None for a, g, k in zip(at, gap[0], kind, strict=True)
    ]
    upper = [
        int(a + g) if k in (1, 3) else int(a) if k == 0 else None for a, g, k in zip(at, gap[1], kind, strict=True)
    ]
    fixed = random.random(width) < 0.1
    fixed[0] = False
    low = np.where(fixed, inside, 0).tolist()
    high = np.where(fixed, inside, 8).tolist()
    sign = 1 if maximize else -1
    nodes: tuple[Node, ...] = (
        Affine(width, Numbers.constant(1, width), sparse(np.eye(width, dtype=int).tolist()), ()),
        Apply(width, Function.SQRT, 0),
    )
    weight = (sign * random.integers(1, 6, width)).tolist()
    cost = random.integers(-2, 3, width).tolist()
    goal = Objective("goal", maximize, numbers([3]), sparse([cost], width), ((sparse([weight]), 1),))
    block = rows(sparse(matrix.tolist(), width), lower, upper)
    program = Program("random", (columns(width, low, high),), (block,), goal, nodes, kind=ProgramClass.CONVEX)
    found, other = interior.solve(program), ipopt.solve(program)
    assert found.status is other.status is Status.OPTIMAL
    assert found.objective == pytest.approx(other.objective, rel=1e-7, abs=1e-7)
    # The objective bends by at least 1 / (4 (1 + 8)^1.5) = 1/108 in every direction, so points whose values are
    # within g of the optimum are within sqrt(216 g) of it: nearer is not claimed where a bound is hardly active.
    gap = 1e-7 * (1 + abs(other.objective or 0))
    assert np.linalg.norm(found.values - other.values) <= 2 * np.sqrt(216 * gap)
    assert residuals(program, found).accepted()


def test_what_it_does_not_take_goes_to_ipopt() -> None:
    """No interior, dependent equality rows."""
    one = SparseRows(np.array([0, 2]), np.arange(2), Numbers.constant(1, 2), 2)
    twice = rows(sparse([[1, 1], [2, 2]]), [2, 4], [2, 4])
    nodes: tuple[Node, ...] = (
        Affine(2, Numbers.constant(1, 2), sparse([[1, 0], [0, 1]]), ()),
        Apply(2, Function.LOG, 0),
    )
    goal = Objective("goal", True, numbers([0]), SparseRows.empty(1, 2), ((one, 1),))
    program = Program("twice", (columns(2, 0),), (twice,), goal, nodes, kind=ProgramClass.CONVEX)
    found = interior.solve(program)
    assert found.status is Status.OPTIMAL
    assert found.values == pytest.approx([1, 1], abs=1e-6)


def test_an_interrupt_ends_with_the_last_point(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def pressed(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return step(*arguments)  # type: ignore[arg-type]

    step = interior._step
    monkeypatch.setattr(interior, "_step", pressed)
    found = interior.solve(utility(50))
    assert found.status is Status.INTERRUPTED
    assert found.values is not None
    assert found.row_duals is None


def test_small_programs_go_to_ipopt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interior, "SMALL", 1000)
    assert interior.solve(utility(50), SolverOptions()).solver == ipopt.NAME
