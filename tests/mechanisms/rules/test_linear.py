"""Linear rules against every corner of small polytopes, against scipy, and by hand where outcomes have no limit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdl.mechanisms.rules import linear, tables
from mdl.mechanisms.rules.solve import solve_batch
from mdl.program.solution import Status
from tests.mechanisms.rules.oracle import Case, batch_of, best_of, corners, inside, user_values

SMALL = st.integers(-2, 2)
HALVES = st.integers(-4, 4).map(lambda v: Fraction(v, 2))


@st.composite
def boxed(draw: st.DrawFn) -> list[Case]:
    """One to six cases of one shape, all columns with two bounds; some with the same matrix, costs with many ties."""
    n, m, count = draw(st.integers(1, 3)), draw(st.integers(0, 2)), draw(st.integers(1, 6))
    number = draw(st.sampled_from([SMALL, HALVES]))

    def vector(size: int, of: st.SearchStrategy) -> list:
        return draw(st.lists(of, min_size=size, max_size=size))

    shared = [vector(n, number) for _ in range(m)] if draw(st.booleans()) else None
    cases = []
    for _ in range(count):
        low = vector(n, st.integers(-2, 1))
        high = [a + draw(st.integers(0, 3)) for a in low]
        row_high = vector(m, st.one_of(st.none(), st.integers(-1, 4)))
        room = vector(m, st.one_of(st.none(), st.integers(0, 3)))
        row_low = [None if r is None else (0 if b is None else b) - r for b, r in zip(row_high, room, strict=True)]
        matrix = shared or [vector(n, number) for _ in range(m)]
        cases.append(Case(vector(n, SMALL), matrix, row_low, row_high, low, high))
    return cases


def check(cases: list[Case], maximize: bool = True, helpers: int = 0) -> None:
    batch = batch_of(cases, maximize, helpers=helpers)
    found = solve_batch(batch)
    assert found.exact
    assert found.tolerance == 0
    assert not found.unsure.any()
    for k, case in enumerate(cases):
        best = best_of(corners(case), case, helpers)
        if best is None:
            assert found.status[k] is Status.INFEASIBLE
            continue
        top, outcome, tie = best
        assert found.status[k] is Status.OPTIMAL
        assert found.optimum.fractions()[k] == (top if maximize else -top)
        assert user_values(batch, found.values, k) == outcome
        assert bool(found.ties[k]) == tie


@settings(deadline=None, max_examples=150)
@given(boxed(), st.booleans(), st.integers(0, 1))
def test_every_corner(cases: list[Case], maximize: bool, helpers: int) -> None:
    check(cases, maximize, helpers if len(cases[0].cost) > 1 else 0)


def drawn(rng: np.random.Generator, count: int, n: int, m: int, same: bool, bounded: bool) -> list[Case]:
    shared = rng.integers(-1, 3, (m, n)).tolist()
    out = []
    for _ in range(count):
        matrix = shared if same else rng.integers(-1, 3, (m, n)).tolist()
        low = [0 if bounded or rng.random() < 0.7 else None for _ in range(n)]
        high = [int(rng.integers(1, 4)) if bounded or rng.random() < 0.5 else None for _ in range(n)]
        right = [int(v) for v in rng.integers(0 if bounded else -3, 6, m)]
        out.append(Case(rng.integers(-1, 3, n).tolist(), matrix, [None] * m, right, low, high))
    return out


@pytest.mark.parametrize("same", [True, False])
def test_many_cases_together_are_each_alone(same: bool) -> None:
    """Regions, samples and chunks change nothing: 300 cases at once, in another order, and one by one."""
    cases = drawn(np.random.default_rng(5), 300, 4, 3, same, bounded=True)
    batch = batch_of(cases)
    together = solve_batch(batch)
    backwards = solve_batch(batch_of(cases[::-1]))
    assert together.exact
    values = np.array(together.values.fractions(), dtype=object).reshape(300, 4)
    turned = np.array(backwards.values.fractions(), dtype=object).reshape(300, 4)
    assert (values == turned[::-1]).all()
    assert together.ties.tolist() == backwards.ties[::-1].tolist()
    for k in range(0, 300, 7):
        alone = solve_batch(batch_of([cases[k]]))
        assert alone.values.fractions() == values[k].tolist()
        assert alone.ties[0] == together.ties[k]
    assert 0 < together.ties.sum() < 300


def test_regions_are_used_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = drawn(np.random.default_rng(6), 400, 5, 3, True, bounded=True)
    found = solve_batch(batch_of(cases))
    asked = []
    real = linear.regions.covered
    monkeypatch.setattr(linear.regions, "covered", lambda *a: asked.append(len(a[1])) or real(*a))
    solve_batch(batch_of(cases))
    assert asked
    monkeypatch.setattr(linear, "SAMPLE", 10**6)
    plain = solve_batch(batch_of(cases))
    assert plain.values.fractions() == found.values.fractions()
    assert plain.ties.tolist() == found.ties.tolist()


@pytest.mark.parametrize("first", [0, 1, 2])
def test_every_kind_of_integer_gives_the_same(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = drawn(np.random.default_rng(7), 60, 4, 3, False, bounded=True)
    found = solve_batch(batch_of(cases))
    for module in (linear.lockstep, linear.regions):
        monkeypatch.setattr(module, "LIMITS", tables.LIMITS[first:])
    again = solve_batch(batch_of(cases))
    assert again.values.fractions() == found.values.fractions()
    assert again.ties.tolist() == found.ties.tolist()


@pytest.mark.parametrize("patience", [0, 1])
def test_blands_rule_alone(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step by most gain: the numbers run through all three kinds, and end where they do otherwise."""
    cases = drawn(np.random.default_rng(8), 80, 4, 4, False, bounded=True)
    found = solve_batch(batch_of(cases))
    monkeypatch.setattr(linear.lockstep, "PATIENCE", patience)
    again = solve_batch(batch_of(cases))
    assert again.values.fractions() == found.values.fractions()


def test_long_integers() -> None:
    """Coefficients of 40 digits, against the corners."""
    rng = np.random.default_rng(9)
    cases = []
    for case in drawn(rng, 6, 3, 2, False, bounded=True):
        scale = [Fraction(int(v), 10**19 + 7) * 10**21 for v in rng.integers(1, 9, 2)]
        matrix = [
            [s * v + Fraction(1, 10**20 + k) for k, v in enumerate(r)] for r, s in zip(case.matrix, scale, strict=True)
        ]
        right = [s * v for s, v in zip(scale, case.row_high, strict=True)]
        cases.append(Case(case.cost, matrix, case.row_low, right, case.low, case.high))
    batch = batch_of(cases)
    found = solve_batch(batch)
    for k, case in enumerate(cases):
        top, outcome, tie = best_of(corners(case), case)  # type: ignore[misc]
        assert bool(found.ties[k]) == tie
        if found.exact:
            assert (found.optimum.fractions()[k], user_values(batch, found.values, k)) == (top, outcome)
        else:
            assert abs(found.optimum.fractions()[k] - top) <= Fraction(found.tolerance) * (1 + abs(top))


def test_a_start_from_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where integers are long HiGHS gives a basis: the same answers without, and with a useless one."""
    cases = drawn(np.random.default_rng(10), 12, 6, 4, False, bounded=True)
    found = solve_batch(batch_of(cases))
    monkeypatch.setattr(linear.lockstep, "LIMITS", ())
    monkeypatch.setattr(linear.warm, "CELLS", 0)
    warm = solve_batch(batch_of(cases))
    everything = np.ones(10, dtype=np.bool_)
    monkeypatch.setattr(linear.warm, "_basis", lambda *_: (everything, ~everything))
    useless = solve_batch(batch_of(cases))
    assert found.values.fractions() == warm.values.fractions() == useless.values.fractions()
    assert found.ties.tolist() == warm.ties.tolist() == useless.ties.tolist()


def by_scipy(case: Case) -> str | tuple[list[float], bool]:
    """The status; or the outcome column by column, by the rule for ties, and whether others differ."""
    matrix = np.array(case.matrix, dtype=float).reshape(-1, len(case.cost))
    right = np.array(case.row_high, dtype=float)
    bounds = list(zip(case.low, case.high, strict=True))

    def best(cost: np.ndarray, left: list, fixed: list) -> object:
        equations = {"A_eq": np.array(left), "b_eq": fixed} if left else {}
        return linprog(-cost, matrix, right, bounds=bounds, method="highs-ds", options={"presolve": False}, **equations)

    cost = np.array(case.cost, dtype=float)
    found = best(cost, [], [])
    if found.status:
        return {2: "infeasible", 3: "unbounded"}[found.status]
    left, fixed, tie = [cost], [-found.fun], False
    for unit in np.eye(len(cost)):
        high, low = best(unit, left, fixed), best(-unit, left, fixed)
        most = None if high.status == 3 else -high.fun
        least = None if low.status == 3 else low.fun
        tie |= most is None or least is None or most - least > 1e-7
        left.append(unit)
        fixed.append(most if most is not None else least if least is not None else 0.0)
    return fixed[1:], tie


def test_without_a_limit() -> None:
    """Columns that may grow for ever, objectives too: 300 cases against scipy, column by column."""
    cases = [c for same in (True, False) for c in drawn(np.random.default_rng(11), 150, 3, 2, same, bounded=False)]
    batch = batch_of(cases)
    found = solve_batch(batch)
    seen = set()
    for k, case in enumerate(cases):
        expected = by_scipy(case)
        if isinstance(expected, str):
            assert found.status[k].value == expected
            assert user_values(batch, found.values, k) == (0, 0, 0)
            seen.add(expected)
            continue
        assert found.status[k] is Status.OPTIMAL
        assert np.allclose([float(v) for v in user_values(batch, found.values, k)], expected[0], atol=1e-7)
        assert bool(found.ties[k]) == expected[1]
        seen.add(expected[1])
    assert seen == {"infeasible", "unbounded", True, False}


def one(cost: list, matrix: list, row_high: list, low: list, high: list) -> tuple:
    batch = batch_of([Case(cost, matrix, [None] * len(matrix), row_high, low, high)])
    found = solve_batch(batch)
    return found.status[0], user_values(batch, found.values, 0), bool(found.ties[0])


def test_ties_by_hand() -> None:
    unit = [[1, 1]]
    # the item goes to the first of two who value it alike
    assert one([2, 2], unit, [1], [0, 0], [None, None]) == (Status.OPTIMAL, (1, 0), True)
    assert one([2, 3], unit, [1], [0, 0], [None, None]) == (Status.OPTIMAL, (0, 1), False)
    # nobody wants it, nobody minds: as large as possible all the same
    assert one([0, 0], unit, [1], [0, 0], [None, None]) == (Status.OPTIMAL, (1, 0), True)
    # x1 has no largest value among the optimal: as small as possible, and then x2
    assert one([0, -1], [[-1, 1]], [0], [-3, 0], [None, None]) == (Status.OPTIMAL, (0, 0), True)
    assert one([0, 1], [[-1, 0]], [3], [None, 0], [None, 5]) == (Status.OPTIMAL, (-3, 5), True)
    # neither largest nor smallest: 0
    assert one([0, 1], [], [], [None, 0], [None, 5]) == (Status.OPTIMAL, (0, 5), True)
    # x1 has no limit on either side, but leads x2 along: x2 >= |x1|
    assert one([0, 0], [[1, -1], [-1, -1]], [0, 0], [None, None], [None, None]) == (Status.OPTIMAL, (0, 0), True)


def test_a_basis_that_stalls_hides_no_tie() -> None:
    """At a corner where more bounds hold than needed, a step of length 0 is not an alternative."""
    # x1 <= 0 by two rows; the direction in which nothing is lost is closed
    status, point, tie = one([0, 1], [[1, 1], [1, 0], [-1, 1]], [1, 0, 1], [0, 0], [None, None])
    assert (status, point, tie) == (Status.OPTIMAL, (0, 1), False)


def test_helper_columns_make_no_tie() -> None:
    """The height of a max is free to move where nothing weighs it: no tie of the user's."""
    free = Case([1, 0], [[1, -1]], [None], [0], [0, 0], [2, 9])
    batch = batch_of([free], helpers=1)
    assert not solve_batch(batch).ties[0]
    assert solve_batch(batch_of([free])).ties[0]


def test_shapes_of_their_own() -> None:
    """No rows; a row without columns, kept and broken."""
    assert one([1, -1], [], [], [0, 0], [3, 3]) == (Status.OPTIMAL, (3, 0), False)
    assert one([1], [[0]], [0], [0], [3])[0] is Status.OPTIMAL
    assert one([1], [[0]], [-1], [0], [3])[0] is Status.INFEASIBLE
    assert one([1], [[1]], [1], [2], [1])[0] is Status.INFEASIBLE


def test_floats_are_rounded_and_said_to_be() -> None:
    """Costs that are roots: equal ones tie, and the optimum is within what is stated."""
    root = float(np.sqrt(2))
    cases = [
        Case([root, root], [[1, 1]], [None], [1], [0, 0], [1, 1]),
        Case([root, root + 1e-3], [[1, 1]], [None], [1], [0, 0], [1, 1]),
    ]
    batch = batch_of(cases, exact=False)
    found = solve_batch(batch)
    assert not found.exact
    assert found.why
    assert 0 < found.tolerance < 1e-9
    assert found.ties.tolist() == [True, False]
    assert [user_values(batch, found.values, k) for k in range(2)] == [(1, 0), (0, 1)]
    assert np.allclose(found.optimum.floats(), [root, root + 1e-3], rtol=found.tolerance, atol=0)


def test_too_many_denominators() -> None:
    """Outcomes over ever other primes have no common denominator worth having: correctly rounded instead."""
    primes = [p for p in range(10007, 60000, 2) if all(p % q for q in range(3, 250, 2))][:2500]
    cases = [Case([1], [[p]], [None], [1], [0], [1]) for p in primes]
    found = solve_batch(batch_of(cases))
    assert not found.exact
    assert "denominators" in found.why
    assert found.values.floats().tolist() == [1 / p for p in primes]
    assert found.tolerance < 1e-13
    assert set(found.status) == {Status.OPTIMAL}


def test_points_hold_exactly() -> None:
    cases = drawn(np.random.default_rng(12), 40, 5, 4, False, bounded=True)
    batch = batch_of(cases)
    found = solve_batch(batch)
    for k, case in enumerate(cases):
        assert inside(case, user_values(batch, found.values, k))
