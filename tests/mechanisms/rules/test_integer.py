"""Integer rules against every integer point."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.mechanisms.rules import integer
from mdl.mechanisms.rules.solve import solve_batch
from mdl.program.program import Domain
from mdl.program.solution import Status
from tests.mechanisms.rules.oracle import Case, batch_of, best_of, integer_points, user_values


@st.composite
def boxed(draw: st.DrawFn) -> list[Case]:
    n, m, count = draw(st.integers(1, 4)), draw(st.integers(0, 2)), draw(st.integers(1, 5))

    def vector(size: int, low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=size, max_size=size))

    cases = []
    for _ in range(count):
        low = vector(n, -1, 1)
        high = [a + draw(st.integers(0, 3)) for a in low]
        matrix = [vector(n, -3, 3) for _ in range(m)]
        right = [Fraction(v, 2) for v in vector(m, -1, 11)]
        left = [None if draw(st.booleans()) else b - draw(st.integers(0, 4)) for b in right]
        cases.append(Case(vector(n, -2, 2), matrix, left, right, low, high))
    return cases


def check(cases: list[Case], maximize: bool = True) -> None:
    batch = batch_of(cases, maximize, Domain.INTEGER)
    found = solve_batch(batch)
    assert found.exact
    assert not found.unsure.any()
    for k, case in enumerate(cases):
        best = best_of(integer_points(case), case)
        if best is None:
            assert found.status[k] is Status.INFEASIBLE
            continue
        top, outcome, tie = best
        assert found.status[k] is Status.OPTIMAL
        assert found.optimum.fractions()[k] == (top if maximize else -top)
        assert user_values(batch, found.values, k) == outcome
        assert bool(found.ties[k]) == tie


@settings(deadline=None, max_examples=150)
@given(boxed(), st.booleans())
def test_every_integer_point(cases: list[Case], maximize: bool) -> None:
    check(cases, maximize)


def knapsacks(count: int, items: int) -> list[Case]:
    rng = np.random.default_rng(3)
    out = []
    for _ in range(count):
        sizes = rng.integers(3, 20, items).tolist()
        none, all_ = [0] * items, [1] * items
        out.append(Case(rng.integers(1, 9, items).tolist(), [sizes], [None], [sum(sizes) // 2], none, all_))
    return out


def test_knapsacks() -> None:
    check(knapsacks(25, 7))


def test_a_column_of_each_kind() -> None:
    """Integer and continuous columns together: y <= x, y <= 5/2 - x, the objective 2 y + x."""
    case = Case([1, 2], [[-1, 1], [1, 1]], [None, None], [0, Fraction(5, 2)], [0, 0], [9, 9])
    batch = batch_of([case], domain=Domain.INTEGER, helpers=1)
    found = solve_batch(batch)
    # x = 1: y = 1, 3; x = 2: y = 1/2, 3: a tie, the larger x
    assert found.optimum.fractions() == [3]
    assert user_values(batch, found.values, 0) == (2,)
    assert found.ties[0]


def test_without_a_limit() -> None:
    """An objective without a limit, no integer point beside one, and a tie without a largest value."""
    free, nothing = [None, None], [0, 0]
    endless = Case([1, 0], [[1, -1]], [None], [0], nothing, free)
    empty = Case([1, 0], [[2, 0]], [1], [1], [0, 0], [None, 3])
    found = solve_batch(batch_of([endless, empty], domain=Domain.INTEGER))
    assert found.status == (Status.UNBOUNDED, Status.INFEASIBLE)
    flat = Case([0, -1], [[0, 1]], [None], [4], nothing, free)
    batch = batch_of([flat], domain=Domain.INTEGER)
    found = solve_batch(batch)
    assert found.status == (Status.OPTIMAL,)
    assert user_values(batch, found.values, 0)[1] == 0
    assert found.exact or found.unsure[0]


def test_a_search_too_long_goes_to_a_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = knapsacks(6, 7)
    exact = solve_batch(batch_of(cases, domain=Domain.INTEGER))
    monkeypatch.setattr(integer, "MOST", 2)
    found = solve_batch(batch_of(cases, domain=Domain.INTEGER))
    assert not found.exact
    assert "too much" in found.why
    assert found.unsure.any()
    assert not (found.unsure & found.ties).any()
    assert found.tolerance < 1e-9
    assert np.allclose(found.optimum.floats(), exact.optimum.floats(), atol=1e-9)
