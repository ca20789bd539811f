"""Smallest conflicts and their weights, re-checked by Fourier-Motzkin elimination in rationals, and by scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdl.algebra.numbers import Numbers
from mdl.backends.conflict import Conflict, Member, Side, cannot_do_without, find_conflict, smallest
from mdl.backends.conflict_weights import body_of, side_of
from mdl.program.graph import Affine, Apply, Function, Power
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import SolverOptions
from mdl.program.sparse import SparseRows
from tests.backends import exact
from tests.backends.test_highs import boxed, system
from tests.program import make

LOWER, UPPER, INTEGER = Side.LOWER, Side.UPPER, Side.INTEGER


def inequality(program: Program, member: Member) -> exact.Inequality:
    """A member as a'x <= b, read from the program itself."""
    sign = -1 if member.side is LOWER else 1
    row = [Fraction(0)] * program.width
    for column, coefficient in body_of(program, member):
        row[column] = sign * coefficient
    side = side_of(program, member)
    assert side is not None
    return tuple(row), sign * side


def holds_together(program: Program, members: Sequence[Member]) -> bool:
    return exact.feasible([inequality(program, m) for m in members], program.width)


def check(program: Program, found: Conflict) -> None:
    """A conflict of linear arithmetic: infeasible, minimal, and proved by its weights."""
    assert found.minimal
    assert not holds_together(program, found.members)
    for k in range(len(found.members)):
        assert holds_together(program, [*found.members[:k], *found.members[k + 1 :]])
    assert found.exact and found.weights is not None and found.gap is not None
    total, sides = [Fraction(0)] * program.width, Fraction(0)
    for member, weight in zip(found.members, found.weights, strict=True):
        body, side = inequality(program, member)
        assert weight > 0
        total = [t + weight * b for t, b in zip(total, body, strict=True)]
        sides += Fraction(weight) * side
    assert total == [0] * program.width
    assert sides == -Fraction(found.gap) < 0


@given(boxed(most_rows=4))
@settings(max_examples=150, deadline=None)
def test_conflicts_of_random_programs(data: dict[str, Any]) -> None:
    program = make.linear(**data)
    found = find_conflict(program)
    assert (found is None) == exact.feasible(system(data), len(data["cost"]))
    if found is not None:
        check(program, found)


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_larger_conflicts_by_another_solver_call(seed: int) -> None:
    """A hidden conflict among many rows: infeasible, and feasible without any member, by scipy."""
    random = np.random.default_rng(seed)
    width, height = 12, 40
    matrix = random.integers(-3, 4, (height, width)) * (random.random((height, width)) < 0.4)
    point = random.integers(-3, 4, width)
    upper = (matrix @ point + random.integers(0, 4, height)).tolist()
    weights = random.integers(1, 4, 3)
    chosen = random.choice(height, 3, replace=False)
    matrix = np.vstack((matrix, -(weights @ matrix[chosen])))
    upper.append(int(-(weights @ np.array(upper)[chosen]) - 1))
    program = make.linear([0] * width, matrix.tolist(), None, upper, -9, 9)
    found = find_conflict(program)
    assert found is not None and found.minimal

    def feasible(members: Sequence[Member]) -> bool:
        sides = [inequality(program, m) for m in members]
        left = np.array([a for a, _ in sides], dtype=float).reshape(len(sides), width)
        answer = linprog(np.zeros(width), left, [float(b) for _, b in sides], bounds=(None, None))
        return bool(answer.status == 0)

    assert not feasible(found.members)
    assert all(feasible([*found.members[:k], *found.members[k + 1 :]]) for k in range(len(found.members)))


def test_a_proof_of_few_rows_is_preferred() -> None:
    """HiGHS's own ray takes thirteen rows here, where four do."""
    random = np.random.default_rng(9)
    matrix = random.integers(-3, 4, (40, 12)) * (random.random((40, 12)) < 0.4)
    upper = (matrix @ random.integers(-3, 4, 12) + random.integers(0, 4, 40)).tolist()
    weights, chosen = random.integers(1, 4, 3), random.choice(40, 3, replace=False)
    hidden = -(weights @ matrix[chosen])
    last = int(-(weights @ np.array(upper)[chosen]) - 1)
    program = make.linear([0] * 12, [*matrix.tolist(), hidden.tolist()], None, [*upper, last], -9, 9)
    found = find_conflict(program)
    assert found is not None
    check(program, found)
    assert {m.place for m in found.members} == {*chosen.tolist(), 40}


def test_payments_that_no_truth_telling_allows() -> None:
    """Report cycles: t[a] - t[b] <= r[a, b]; one cycle 2 -> 5 -> 7 -> 2 sums to less than zero (of 870 rows)."""
    types = 30
    pairs = [(a, b) for a in range(types) for b in range(types) if a != b]
    gain = {(2, 5): -1.0, (5, 7): 0.2, (7, 2): 0.3}
    matrix = [[(k == a) - (k == b) for k in range(types)] for a, b in pairs]
    program = make.linear([0] * types, matrix, None, [Fraction(str(gain.get(p, 1))) for p in pairs], lower=None)
    found = find_conflict(program)
    assert found is not None
    assert {pairs[m.place] for m in found.members} == set(gain)
    assert (found.weights, found.gap, found.exact) == ((1, 1, 1), Fraction(1, 2), True)


def test_many_members_go_through_highs_own_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain x1 >= 1, x1 <= x2 <= ... <= x80 <= 0 needs every link; beside it rows that need nothing."""
    size = 80
    links = [[(k == i) - (k == i + 1) for k in range(size)] for i in range(size - 1)]
    idle = [[(k == i) + (k == 0) for k in range(size)] for i in range(1, size)]
    upper = [0] * (size - 1) + [9] * (size - 1)
    bounds = {"lower": [1] + [None] * (size - 1), "upper": [None] * (size - 1) + [0]}
    program = make.linear([0] * size, links + idle, None, upper, **bounds)
    asked = []
    from mdl.backends import conflict

    real = conflict._highs_subsystem
    monkeypatch.setattr(conflict, "_highs_subsystem", lambda *a: asked.append(real(*a)) or asked[-1])
    found = find_conflict(program)
    assert found is not None and found.minimal
    assert asked and asked[0] is not None
    expected = {(True, k, UPPER) for k in range(size - 1)} | {(False, 0, LOWER), (False, size - 1, UPPER)}
    assert {(m.row, m.place, m.side) for m in found.members} == expected
    assert (found.gap, found.exact) == (1, True)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (make.linear([1], lower=2, upper=1), {(False, 0, LOWER), (False, 0, UPPER)}),
        (make.linear([1, 1], [[1, 1]], [5], [4]), {(True, 0, LOWER), (True, 0, UPPER)}),
        (make.linear([], [[], []], [0, 1]), {(True, 1, LOWER)}),
        (make.linear([1], [[0]], None, -1), {(True, 0, UPPER)}),
        (make.linear([1], [[1]], 2, domain=Domain.BINARY), {(True, 0, LOWER), (False, 0, UPPER)}),
        (
            make.linear([1], [[1]], None, Fraction(1, 2), Fraction(1, 3), domain=Domain.INTEGER),
            {(True, 0, UPPER), (False, 0, LOWER)},
        ),
    ],
)
def test_short_conflicts(program: Program, expected: set[tuple[bool, int, Side]]) -> None:
    found = find_conflict(program)
    assert found is not None and found.minimal and found.exact
    assert {(m.row, m.place, m.side) for m in found.members} == expected


@given(boxed(most_rows=3))
@settings(max_examples=60, deadline=None)
def test_conflicts_of_random_integer_programs(data: dict[str, Any]) -> None:
    """By enumeration of the integer points of a box that holds every bound."""
    program = make.linear(**data, domain=Domain.INTEGER)
    found = find_conflict(program)
    best = exact.best_integer(data["cost"], system(data), data["lower"], data["upper"])
    assert (found is None) == (best is not None)
    if found is None:
        return
    assert found.minimal
    if all(m.side is not INTEGER for m in found.members):
        check(program, found)
        return
    assert found.weights is None
    kept = [m for m in found.members if m.side is not INTEGER]
    points = exact.inequalities([], [], [], data["lower"], data["upper"])
    everything = [inequality(program, m) for m in kept] + points
    if len({m.place for m in found.members if m.side is INTEGER}) == program.width:
        assert exact.best_integer(data["cost"], everything, data["lower"], data["upper"]) is None


def test_integrality_is_a_member_where_it_is_needed() -> None:
    rows = [[2, 2, 0], [0, 1, 1], [1, 1, 1]]
    program = make.linear([0] * 3, rows, [5, None, None], [5, 4, 9], 0, 3, domain=Domain.INTEGER)
    found = find_conflict(program)
    assert found is not None and found.minimal
    expected = {(True, 0, LOWER), (True, 0, UPPER), (False, 0, INTEGER), (False, 1, INTEGER)}
    assert {(m.row, m.place, m.side) for m in found.members} == expected
    assert found.weights is None


def test_feasible_programs_have_no_conflict() -> None:
    assert find_conflict(make.linear([1, 1], [[1, 1]], 0)) is None
    assert find_conflict(make.linear([1], lower=None)) is None
    assert find_conflict(make.linear([1], [[2]], 2, 2, domain=Domain.INTEGER)) is None


def test_nonlinear_rows_are_left_out() -> None:
    base = make.utility(4, 3)
    bent = replace(base.rows[0], name="bent", start=3, nonlinear=((make.identity(3, 4), 1),))
    impossible = make.rows(make.sparse([[1, 0, 0, 0]]), None, -1, name="low", start=6)
    program = replace(base, rows=(*base.rows, bent), kind=ProgramClass.NLP)
    assert find_conflict(program) is None
    found = find_conflict(replace(program, rows=(*program.rows, impossible)))
    assert found is not None and found.exact
    assert {(m.row, m.place, m.side) for m in found.members} == {(True, 6, UPPER), (False, 0, LOWER)}


def test_a_convex_row_and_what_it_conflicts_with() -> None:
    """x1^2 + x2^2 <= 1, x1 + x2 >= 2 (the disc ends at 1.414); a second disc and other rows are idle."""
    squares = (Affine(2, Numbers.constant(0, 2), make.identity(2), ()), Power(2, 0, Numbers.constant(2, 2)))
    disc = ((make.sparse([[1, 1], [1, 1]]), 1),)
    base = make.linear([1, 1], lower=-5, upper=5)
    discs = make.rows(SparseRows.empty(2, 2), None, [9, 1], name="disc", nonlinear=disc)
    lines = make.rows(make.sparse([[1, 1], [1, -1], [1, 0]]), [2, -1, None], [None, 3, 2], name="line", start=2)
    program = replace(base, rows=(discs, lines), nodes=squares, kind=ProgramClass.CONVEX)
    found = find_conflict(program)
    assert found is not None and found.minimal
    assert {(m.row, m.place, m.side) for m in found.members} == {(True, 1, UPPER), (True, 2, LOWER)}
    assert found.weights is None
    nearer = make.rows(make.sparse([[1, 1], [1, -1], [1, 0]]), [Fraction(7, 5), -1, None], [None, 3, 2], start=2)
    assert find_conflict(replace(program, rows=(discs, nearer))) is None
    assert find_conflict(replace(program, kind=ProgramClass.NLP)) is None


def test_a_convex_row_and_bounds() -> None:
    """exp(x1) <= x2 <= 1/2 and x1 >= 0."""
    nodes = (Affine(1, Numbers.constant(0, 1), make.sparse([[1, 0]]), ()), Apply(1, Function.EXP, 0))
    row = make.rows(make.sparse([[0, -1]]), None, 0, nonlinear=((make.identity(1), 1),))
    base = make.linear([1, 1], lower=[0, None], upper=[3, Fraction(1, 2)])
    found = find_conflict(replace(base, rows=(row,), nodes=nodes, kind=ProgramClass.CONVEX))
    assert found is not None and found.minimal
    expected = {(True, 0, UPPER), (False, 0, LOWER), (False, 1, UPPER)}
    assert {(m.row, m.place, m.side) for m in found.members} == expected


def test_a_convex_conflict_of_rows_with_a_domain() -> None:
    """log(1 + x) >= 2 for three x >= 0 (x >= 6.39) that sum to 5; without one of them its x may be very negative."""
    nodes = (Affine(3, Numbers.constant(1, 3), make.identity(3), ()), Apply(3, Function.LOG, 0))
    logs = make.rows(SparseRows.empty(3, 3), 2, nonlinear=((make.identity(3), 1),))
    total = make.rows(make.sparse([[1, 1, 1]]), None, 5, start=3)
    program = replace(make.linear([1, 1, 1]), rows=(logs, total), nodes=nodes, kind=ProgramClass.CONVEX)
    found = find_conflict(program)
    assert found is not None and found.minimal
    expected = {(True, 0, LOWER), (True, 1, LOWER), (True, 2, LOWER), (True, 3, UPPER)}
    assert {(m.row, m.place, m.side) for m in found.members} == expected


def test_floats_give_float_weights() -> None:
    matrix = make.sparse([[0.1, 0.7], [0.3, 2.1]])
    program = make.linear([0, 0], [[1, 1]], lower=None)
    thirds = replace(matrix, coefficients=type(matrix.coefficients).inexact([0.1, 0.7, 0.1 * 3, 0.7 * 3]))
    found = find_conflict(replace(program, rows=(make.rows(thirds, [1, None], [None, 2]),)))
    assert found is not None and found.minimal and found.weights is not None
    assert found.weights == pytest.approx([3, 1])
    assert found.gap == pytest.approx(1)


def test_no_time_means_no_answer() -> None:
    program = make.linear([1, 1], [[1, 1], [1, 1]], [None, 3], [1, None])
    assert find_conflict(program, SolverOptions(time_limit=0.0)) is None


def test_an_oracle_that_does_not_know_gives_more_members_never_a_wrong_set() -> None:
    members = [Member(True, k, LOWER) for k in range(8)]
    needed = {1, 4, 6}

    def knows(chosen: Sequence[Member]) -> bool:
        return needed <= {m.place for m in chosen}

    assert {m.place for m in smallest(members, knows)} == needed
    assert cannot_do_without([members[k] for k in sorted(needed)], knows)
    assert not cannot_do_without(members, knows)
    for answer in (None, False):
        assert len(smallest(members, lambda chosen, answer=answer: answer)) == 8
