"""Exact answers against Fourier-Motzkin elimination, and every claim against its definition."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.backends.highs import solve
from mdl.certify import Proof, Refutation, Unboundedness, Unproved, prove, search, square
from mdl.certify.linear import integral
from mdl.certify.pivots import Stopped, finish
from mdl.certify.square import Clock
from mdl.certify.vertex import Basis
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import SolverOptions
from tests.certify.small import Small, answer_of, confirm, irreducible, programs
from tests.program import make


@settings(max_examples=150, deadline=None)
@given(programs(), st.booleans())
def test_every_answer_is_that_of_elimination(small: Small, digits: bool) -> None:
    with patch.object(square, "SMALL", 0 if digits else 48):
        found = prove(small.program())
    assert answer_of(found) == small.answer()
    confirm(small, found)
    if isinstance(found, Refutation) and found.crossed is None:
        assert found.irreducible and irreducible(small, found)


@settings(max_examples=100, deadline=None)
@given(programs())
def test_the_exact_simplex_method_alone_finds_the_same(small: Small) -> None:
    held = integral(small.program())
    if search._crossed(held) is not None:
        assert small.answer() == "infeasible"
        return
    end = finish(held, Basis.of_rows(held), Clock(), 10_000)
    assert not isinstance(end, Stopped)
    found = search._outcome(held, end)
    assert answer_of(found) == small.answer()
    confirm(small, found)
    if isinstance(found, Refutation):
        assert irreducible(small, found)


def test_a_known_basis_saves_the_run_and_a_wrong_one_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    program = make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True)
    known = solve(program, SolverOptions(basis=True))
    assert known.column_basis is not None and known.row_basis is not None
    flipped = replace(known, column_basis=known.row_basis, row_basis=known.column_basis)
    short = replace(known, column_basis=known.column_basis[:1])
    for solution in (flipped, short, replace(known, column_basis=None), None):
        assert answer_of(prove(program, solution)) == 12
    monkeypatch.setattr("mdl.backends.simplex_end.simplex_end", None)
    assert answer_of(prove(program, known)) == 12


def test_margins_below_every_tolerance_are_decided_exactly() -> None:
    tiny = Fraction(1, 10**13)
    for gap, answer in ((tiny, "infeasible"), (Fraction(0), Fraction(2)), (-tiny, 2 + tiny)):
        small = Small(
            cost=(Fraction(1), Fraction(1)),
            matrix=((Fraction(1), Fraction(1)), (Fraction(1), Fraction(1))),
            rows=((2 + gap, None), (None, Fraction(2))),
            columns=((Fraction(0), None), (Fraction(0), None)),
            maximize=True,
        )
        found = prove(small.program())
        assert answer_of(found) == (answer if isinstance(answer, str) else Fraction(2))
        confirm(small, found)


def test_numbers_that_highs_does_not_take_are_left_to_integers() -> None:
    huge, small_number = Fraction(10) ** 40, Fraction(1, 10**40)
    program = make.linear([huge, 1], [[small_number, huge], [1, 1]], None, [1, huge], maximize=True)
    expected = Small(
        cost=(huge, Fraction(1)),
        matrix=((small_number, huge), (Fraction(1), Fraction(1))),
        rows=((None, Fraction(1)), (None, huge)),
        columns=((Fraction(0), None), (Fraction(0), None)),
        maximize=True,
    )
    found = prove(program)
    assert answer_of(found) == expected.answer()
    confirm(expected, found)


def test_numbers_beyond_float64() -> None:
    beyond = 10**400
    small = Small(
        cost=(Fraction(1), Fraction(beyond)),
        matrix=((Fraction(beyond), Fraction(1)), (Fraction(1), Fraction(1, beyond))),
        rows=((Fraction(1), None), (Fraction(3), None)),
        columns=((Fraction(0), None), (Fraction(0), None)),
    )
    found = prove(small.program())
    assert answer_of(found) == small.answer() == 3
    confirm(small, found)


def test_programs_without_columns_or_rows() -> None:
    assert answer_of(prove(make.linear([], [], constant=Fraction(7, 3)))) == Fraction(7, 3)
    assert answer_of(prove(make.linear([2, -3], upper=5))) == -15
    assert isinstance(prove(make.linear([1], lower=None)), Unboundedness)
    nothing = make.rows(make.sparse([[], []], 0), [1, None], [None, 2])
    found = prove(replace(make.linear([]), rows=(nothing,)))
    assert isinstance(found, Refutation) and found.gap == 1 and found.row_weights.fractions() == [1, 0]


def test_blocks_in_any_order_with_their_own_denominators() -> None:
    first = make.columns(1, 0, Fraction(1, 3), name="x", start=1)
    second = make.columns(1, Fraction(1, 7), Fraction(22, 7), name="y", start=0)
    base = make.linear([Fraction(2, 5), 1], maximize=True)
    row = make.rows(make.sparse([[Fraction(1, 2), Fraction(1, 3)]]), None, 1, name="r", start=1)
    other = make.rows(make.sparse([[6, 15]]), None, 18, name="s", start=0)
    found = prove(replace(base, columns=(first, second), rows=(row, other)))
    assert isinstance(found, Proof)
    # y = 16/9, x = 1/3 is the corner of `r` and the bound; `s` asks for 6 y + 15 x <= 18 and has room.
    assert found.point.fractions() == [Fraction(16, 9), Fraction(1, 3)]
    assert found.optimum == Fraction(2, 5) * Fraction(16, 9) + Fraction(1, 3)
    assert found.row_multipliers.fractions() == [0, Fraction(4, 5)]
    assert found.reduced_costs.fractions() == [0, 1 - Fraction(4, 15)]


def test_what_is_not_proved_says_why() -> None:
    whole = make.linear([1], [[2]], None, 3, domain=Domain.INTEGER, maximize=True)
    rounded = make.linear([1], [[2]], None, 3, maximize=True)
    inexact = replace(rounded.rows[0], linear=replace(rounded.rows[0].linear, coefficients=Numbers.inexact([2.0])))
    curved = make.quadratic([[1]], [1])
    for program, word in (
        (whole, "MIP"),
        (replace(whole, kind=ProgramClass.LP), "`x` is integer"),
        (replace(rounded, rows=(inexact,)), "the coefficients of `r` are not all rational"),
        (curved, "QP"),
    ):
        found = prove(program)
        assert isinstance(found, Unproved) and word in found.reason, found


def test_the_time_limit_is_kept() -> None:
    found = prove(_scattered(40), time_limit=0.0)
    assert isinstance(found, Unproved) and "0 s" in found.reason


@pytest.mark.parametrize("size", [40, 150])
def test_scattered_programs_with_long_fractions(size: int) -> None:
    program = _scattered(size)
    found = prove(program)
    assert isinstance(found, Proof)
    near = solve(program)
    assert near.objective is not None and near.values is not None
    assert float(found.optimum) == pytest.approx(near.objective, rel=1e-9)
    assert found.point.denominator > 10**20


def _scattered(size: int) -> Program:
    random = np.random.default_rng(size)
    matrix = np.where(random.random((size, size)) < 4 / size, random.integers(1, 100, (size, size)), 0)
    np.fill_diagonal(matrix, random.integers(1, 100, size))
    capacity = [int(v) for v in random.integers(100, 1000, size)]
    worth = [int(v) for v in random.integers(50, 100, size)]
    return make.linear(worth, matrix.tolist(), None, capacity, maximize=True)
