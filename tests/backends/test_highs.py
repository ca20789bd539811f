"""HiGHS on Programs: statuses, values, duals, refusals; against rational enumeration and closed forms."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.backends import highs
from mdl.backends.evidence import improves_for_ever, proves_infeasible
from mdl.backends.highs_linear import times
from mdl.backends.highs_quadratic import quadratic_gap
from mdl.diagnostics import Failure
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows
from tests.backends import exact
from tests.backends.conformance import Ability, Adapter, Case, cases, check
from tests.program import make

SMALL = st.integers(-4, 4)
SIDES = st.sampled_from(["<=", ">=", "==", "range", "free"])


@st.composite
def boxed(draw: Any, most_columns: int = 3, most_rows: int = 3) -> dict[str, Any]:
    """Data of a small program whose variables all have bounds."""
    width, height = draw(st.integers(1, most_columns)), draw(st.integers(0, most_rows))
    vector = st.lists(SMALL, min_size=width, max_size=width)
    lower = draw(vector)
    sides = [(draw(SIDES), draw(SMALL), draw(st.integers(0, 3))) for _ in range(height)]
    return {
        "cost": draw(vector),
        "matrix": [draw(vector) for _ in range(height)],
        "row_lower": [None if kind in ("<=", "free") else b for kind, b, _ in sides],
        "row_upper": [
            None if kind in (">=", "free") else b + (gap if kind == "range" else 0) for kind, b, gap in sides
        ],
        "lower": lower,
        "upper": [low + draw(st.integers(0, 5)) for low in lower],
    }


def system(data: dict[str, Any]) -> list[exact.Inequality]:
    return exact.inequalities(*(data[k] for k in ("matrix", "row_lower", "row_upper", "lower", "upper")))


def objective_of(program: Program) -> float:
    found = highs.solve(program)
    assert found.status is Status.OPTIMAL
    assert found.objective is not None
    return found.objective


@given(boxed(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_linear_programs_agree_with_the_vertices(data: dict[str, Any], maximize: bool) -> None:
    found = highs.solve(make.linear(**data, maximize=maximize, constant=3))
    sign = -1 if maximize else 1
    best = exact.best([sign * c for c in data["cost"]], system(data))
    if best is None:
        assert found.status is Status.INFEASIBLE
        assert found.values is None
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(float(sign * best + 3), abs=1e-7)
    assert all(sum(float(v) * x for v, x in zip(a, found.values, strict=True)) <= b + 1e-6 for a, b in system(data))


@given(boxed(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_integer_programs_agree_with_enumeration(data: dict[str, Any], maximize: bool) -> None:
    found = highs.solve(make.linear(**data, maximize=maximize, domain=Domain.INTEGER))
    sign = -1 if maximize else 1
    best = exact.best_integer([sign * c for c in data["cost"]], system(data), data["lower"], data["upper"])
    if best is None:
        assert found.status is Status.INFEASIBLE
        assert found.values is None
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == sign * best
    assert found.bound == pytest.approx(sign * best)
    assert found.values is not None
    assert (found.values == np.round(found.values)).all()
    assert found.row_duals is None


@given(boxed(most_rows=2), st.booleans(), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_quadratic_programs_agree_with_every_active_set(data: dict[str, Any], maximize: bool, skew: int) -> None:
    width, sign = len(data["cost"]), -1 if maximize else 1
    hessian = [[4 if i == j else skew - 2 if abs(i - j) == 1 else 0 for j in range(width)] for i in range(width)]
    best = exact.best_quadratic(hessian, [sign * c for c in data["cost"]], system(data))
    signed = [[sign * v for v in row] for row in hessian]
    found = highs.solve(make.quadratic(signed, **data, maximize=maximize))
    if best is None:
        assert found.status is Status.INFEASIBLE
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(float(sign * best[0]), abs=1e-9)
    assert found.values == pytest.approx([float(v) for v in best[1]], abs=1e-9)


ADAPTER = Adapter("HiGHS", highs.solve, frozenset({Ability.LP, Ability.QP, Ability.MIP}))


@pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
def test_conformance(case: Case) -> None:
    check(ADAPTER, case)


# ---- multipliers ----


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("curved", [False, True])
def test_duals_are_the_slope_of_the_objective_in_each_bound(maximize: bool, curved: bool) -> None:
    """A row of every kind and bounds of both sides; each binding bound is moved, the objective differenced."""
    sign = -1 if maximize else 1
    cost = [sign * v for v in (5, 3, -4, -2, 7, 1)]
    matrix = [[1, 1, 0, 0, 0, 0], [-1, 0, 2, 0, 0, 0], [0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 1, 0], [0, 0, 0, 1, -1, 0]]
    data = {
        "row_lower": [4, None, Fraction(63, 10), 1, -30],
        "row_upper": [None, 3, Fraction(63, 10), 5, None],
        "lower": [0, 0, 0, 0, 1, 0],
        "upper": [None, None, None, None, None, Fraction(1, 2)],
    }
    hessian = [[Fraction(sign, 5) * (i == j) for j in range(6)] for i in range(6)]

    def solved(moved: dict[str, list[Any]]) -> Solution:
        if curved:
            return highs.solve(make.quadratic(hessian, cost, matrix, **moved, maximize=maximize))
        return highs.solve(make.linear(cost, matrix, **moved, maximize=maximize))

    def slope(place: int, *sides: str) -> float:
        """Central difference of the optimum, as the bounds on these sides move together."""
        step, ends = Fraction(1, 1000), []
        for by in (step, -step):
            moved = {k: [*v] for k, v in data.items()}
            for side in sides:
                if moved[side][place] is not None:
                    moved[side][place] += by
            ends.append(solved(moved).objective)
        return (ends[0] - ends[1]) / float(2 * step)

    found = solved(data)
    assert found.values is not None and found.row_duals is not None and found.column_duals is not None
    rows = [slope(row, "row_lower", "row_upper") for row in range(5)]
    assert found.row_duals == pytest.approx(rows, abs=1e-6)
    bounds = [slope(column, "lower", "upper") for column in range(6)]
    assert found.column_duals == pytest.approx(bounds, abs=1e-6)
    binding = sum(abs(v) > 0.01 for v in rows), sum(abs(v) > 0.01 for v in bounds)
    assert min(binding) >= 2, f"{binding} binding rows and bounds say nothing"


@pytest.mark.parametrize(
    ("maximize", "relation", "sign"), [(True, "<=", 1), (False, "<=", -1), (False, ">=", 1), (True, ">=", -1)]
)
def test_signs_of_binding_rows(maximize: bool, relation: str, sign: int) -> None:
    cost = {("<=", True): 2, ("<=", False): -2, (">=", False): 2, (">=", True): -2}[relation, maximize]
    sides = {"row_upper": 3} if relation == "<=" else {"row_lower": 3}
    found = highs.solve(make.linear([cost], [[1]], **sides, lower=None, maximize=maximize))
    assert found.row_duals is not None
    assert found.row_duals[0] == pytest.approx(2 * sign)


# ---- statuses ----


def test_infeasible_has_weights_that_prove_it() -> None:
    program = make.linear([1, 1], [[1, 1], [1, 1], [1, -1]], [None, 3, 0], [1, None, None])
    found = highs.solve(program)
    assert found.status is Status.INFEASIBLE
    assert (found.values, found.objective, found.row_duals) == (None, None, None)
    assert found.farkas is not None
    assert found.farkas / -found.farkas[0] == pytest.approx([-1, 1, 0])
    assert proves_infeasible(highs.prepare(program)[0], found.farkas)
    assert not proves_infeasible(highs.prepare(program)[0], -found.farkas)


@pytest.mark.parametrize(
    "program",
    [
        make.linear([1], [[0]], 1, 2),
        make.linear([1], lower=2, upper=1),
        make.linear([1], [[1]], 5, None, 0, 4),
        make.linear([1], [[1]], None, -5, 0, 4, maximize=True),
        make.linear([], [[]], 1, 2),
        make.linear([1, -1], [[1, 1]], 5, 4, lower=None),
        make.linear([1], [[2]], 1, 1, domain=Domain.INTEGER),
        make.quadratic([[1]], [1], [[1]], 5, None, 0, 4),
    ],
)  # fmt: skip
def test_infeasible_without_ado(program: Program) -> None:
    found = highs.solve(program)
    assert found.status is Status.INFEASIBLE
    assert found.values is None


@pytest.mark.parametrize(
    "program",
    [
        make.linear([1, 1], [[1, -1]], None, 1, maximize=True),
        make.linear([1, 1], lower=None),
        make.linear([1, 0], [[1, -1]], 0, 0, maximize=True, domain=Domain.INTEGER),
        make.quadratic([[1, 0], [0, 0]], [1, 1], [[1, 1]], None, 3),
        make.quadratic([[-1, 1], [1, -1]], [1, 1], maximize=True),
    ],
)
def test_unbounded_has_a_ray(program: Program) -> None:
    found = highs.solve(program)
    assert found.status is Status.UNBOUNDED
    assert (found.values, found.objective) == (None, None)
    assert found.ray is not None
    arrays, hessian = highs.prepare(program)
    assert improves_for_ever(arrays, found.ray)
    assert not improves_for_ever(arrays, -found.ray)
    if hessian is not None:
        assert times(hessian, found.ray) == pytest.approx([0, 0], abs=1e-9)


def test_no_point_and_an_improving_direction_is_infeasible() -> None:
    program = make.linear([1, 1], [[1, 0], [1, 0]], [2, None], [None, 1], maximize=True)
    assert highs.solve(program).status is Status.INFEASIBLE
    whole = make.linear([1, 1], [[2, 0]], 1, 1, maximize=True, domain=Domain.INTEGER)
    assert highs.solve(whole).status is Status.INFEASIBLE


def test_nothing_to_choose() -> None:
    found = highs.solve(make.linear([], [[]], -1, 2, constant=7))
    assert (found.status, found.objective) == (Status.OPTIMAL, 7.0)


def test_free_rows_fixed_variables_and_empty_columns() -> None:
    program = make.linear([1, 2, 0], [[1, 1, 0], [1, 0, 0]], [2, None], None, [3, 0, 5], [3, None, 9])
    found = highs.solve(program)
    assert found.values is not None
    assert found.values[:2] == pytest.approx([3, 0])
    assert 5 <= found.values[2] <= 9
    assert found.objective == pytest.approx(3)


def test_integer_bounds_that_are_fractions() -> None:
    """HiGHS 1.15 with presolve calls (2, 3.5) optimal here."""
    found = highs.solve(
        make.linear([1, 1], [[1, 1]], None, 6.25, 0, Fraction(7, 2), maximize=True, domain=Domain.INTEGER)
    )
    assert found.values is not None
    assert (found.objective, found.values.tolist()) == (6.0, [3.0, 3.0])


def test_integers_are_exact_even_beside_a_large_coefficient() -> None:
    """x <= 10^9 use: within the solver's tolerance `use` could be 10^-7 and x 100."""
    columns = (make.columns(1, 0, 100), replace(make.columns(1, domain=Domain.BINARY, start=1), name="use"))
    row = make.rows(make.sparse([[1, -(10**9)]]), None, 0)
    base = make.linear([1, Fraction(-101)], maximize=True)
    found = highs.solve(replace(base, columns=columns, rows=(row,), kind=ProgramClass.MIP))
    assert found.status is Status.OPTIMAL
    assert found.values is not None
    assert found.values[1] in (0.0, 1.0)
    assert found.objective == pytest.approx(0.0, abs=1e-6)


def test_the_basis_comes_where_it_is_asked_for() -> None:
    program = make.linear([1, 2], [[1, 1], [1, 0]], None, [3, 10], 0, [1, None], maximize=True)
    assert highs.solve(program).column_basis is None
    found = highs.solve(program, SolverOptions(basis=True))
    assert found.column_basis is not None and found.row_basis is not None
    assert (found.column_basis.tolist(), found.row_basis.tolist()) == ([0, 1], [2, 1])


# ---- large quadratic programs ----


def water_filling(size: int) -> tuple[Program, np.ndarray[Any, Any], float]:
    """max sum w x - x^2/2, sum x <= b, x >= 0: x = max(0, w - p), the price p by sorting."""
    weight = np.random.default_rng(7).integers(1, 10_000, size)
    budget = size // 10
    ordered = np.sort(weight)[::-1] / 1000
    prices = (np.cumsum(ordered) - budget) / np.arange(1, size + 1)
    price = prices[np.flatnonzero(ordered > prices)[-1]]
    base = make.utility(size, 10, quadratic=True)
    row = SparseRows(np.array([0, size]), np.arange(size, dtype=np.int32), Numbers.constant(1, size), size)
    cost = SparseRows(row.starts, row.columns, Numbers.exact(weight, 1000), size)
    program = replace(base, rows=(make.rows(row, None, budget),), objective=replace(base.objective, linear=cost))
    return program, np.maximum(0.0, weight / 1000 - price), float(price)


def test_ten_thousand_variables_that_the_default_solver_calls_unbounded() -> None:
    program, expected, price = water_filling(10_000)
    found = highs.solve(program)
    assert found.status is Status.OPTIMAL
    assert found.values == pytest.approx(expected, abs=1e-9)
    assert found.row_duals == pytest.approx([price], abs=1e-9)
    arrays, hessian = highs.prepare(program)
    assert hessian is not None
    assert quadratic_gap(arrays, hessian, expected, np.array([price])) < 1e-12
    assert quadratic_gap(arrays, hessian, expected * 1.001, np.array([price])) > 1e-5


def test_a_wrong_word_of_a_solver_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both solvers are made to say unbounded, or optimal at a point that is not: the answer is `failed`."""
    from mdl.backends import highs_quadratic
    from mdl.backends.highs_session import Run

    program, _, _ = water_filling(50)
    real = highs_quadratic.run

    def says(status: str) -> Any:
        return lambda *a, **k: replace(real(*a, **k), status=status)

    monkeypatch.setattr(highs_quadratic, "run", says("kUnbounded"))
    assert highs.solve(program).status is Status.FAILED

    class Wrong:
        """The right highs, one value moved."""

        def __init__(self, highs: Any) -> None:
            self.highs = highs

        def __getattr__(self, name: str) -> Any:
            return getattr(self.highs, name)

        def getSolution(self) -> Any:  # noqa: N802 - HiGHS's name
            held = self.highs.getSolution()
            values = list(held.col_value)
            values[0] += 1.0
            held.col_value = values
            return held

    monkeypatch.setattr(highs_quadratic, "WORTH_POLISHING", 0.0)
    monkeypatch.setattr(highs_quadratic, "run", lambda *a, **k: Run(Wrong(real(*a, **k).highs), "kOptimal"))
    assert highs.solve(program).status is Status.FAILED


# ---- limits and Ctrl-C ----


def hard_integer_program(size: int) -> Program:
    """A market split (Cornuejols and Dawande 1998): equations that branch and bound takes for ever over."""
    random = np.random.default_rng(3)
    matrix = random.integers(0, 100, (5, size))
    wide = np.hstack((matrix, np.eye(5, dtype=int), -np.eye(5, dtype=int)))
    names = (
        make.columns(size, domain=Domain.BINARY),
        replace(make.columns(10, 0, start=size), name="slack"),
    )
    half = (matrix.sum(axis=1) // 2).tolist()
    base = make.linear([0] * size + [1] * 10, wide.tolist(), half, half)
    return replace(base, columns=names, kind=ProgramClass.MIP)


def test_a_time_limit_keeps_the_best_point_and_the_bound() -> None:
    program = hard_integer_program(40)
    started = time.monotonic()
    found = highs.solve(program, SolverOptions(time_limit=1.0))
    assert time.monotonic() - started < 10
    assert (found.status, found.message) == (Status.LIMIT, "time limit")
    assert found.values is not None and found.objective is not None and found.bound is not None
    assert found.bound <= found.objective
    assert (found.values[:40] == np.round(found.values[:40])).all()
    matrix = highs.prepare(program)[0]
    assert found.objective == pytest.approx(float(matrix.cost @ found.values))


def test_no_time_at_all() -> None:
    found = highs.solve(make.linear([1], [[1]], 1), SolverOptions(time_limit=0.0))
    assert (found.status, found.values) == (Status.LIMIT, None)


@pytest.fixture
def listening() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests were started with it switched off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_ends_with_what_is_known() -> None:
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    found = highs.solve(hard_integer_program(40), SolverOptions(time_limit=30))
    assert time.monotonic() - started < 10
    assert found.status is Status.INTERRUPTED
    assert found.bound is not None


@pytest.mark.usefixtures("listening")
def test_ctrl_c_where_the_solver_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left behind, and nothing is read from it."""
    from mdl.backends import highs_session

    monkeypatch.setattr(highs_session, "GRACE", 0.05)
    done = threading.Event()

    class Deaf:
        HandleUserInterrupt = False

        def run(self) -> None:
            done.wait(20)

        def cancelSolve(self) -> None:  # noqa: N802 - HiGHS's name
            pass

    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert highs_session._run(Deaf()) is False
    done.set()


def test_solving_in_a_thread() -> None:
    found: list[Solution] = []
    worker = threading.Thread(target=lambda: found.append(highs.solve(make.linear([1], [[1]], 2))))
    worker.start()
    worker.join()
    assert found[0].objective == 2.0


# ---- refusals ----


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (make.linear([1], [[Fraction(1, 10**13)]], 1), r"coefficient of x\[1\] in r\[1\] is 1e-13"),
        (make.linear([1], [[10**15]], 1), r"coefficient of x\[1\] in r\[1\] is 1000000000000000"),
        (make.linear([1], [[1]], 10**20), r"bound of r\[1\] is 1e\+20"),
        (make.linear([1], lower=-(10**21)), r"bound of x\[1\] is -1e\+21"),
        (make.linear([10**20]), r"coefficient of x\[1\] in cost is 1e\+20"),
    ],
)
def test_numbers_that_highs_would_change_are_refused(program: Program, words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        highs.solve(program)
    assert caught.value.diagnostics[0].code == "MDL552"


def test_small_coefficients_are_kept() -> None:
    """HiGHS drops entries up to 1e-9 unless told not to."""
    found = highs.solve(make.linear([1], [[Fraction(1, 10**10)]], 1))
    assert found.values == pytest.approx([1e10])


@pytest.mark.parametrize(
    "program",
    [
        make.utility(5, 3),
        replace(make.quadratic([[-1]], [0]), kind=ProgramClass.NLP),
        replace(
            make.quadratic([[1]], [0]), kind=ProgramClass.QP, columns=(make.columns(1, 0, 3, domain=Domain.INTEGER),)
        ),
        replace(make.utility(5, 3), rows=(replace(make.utility(5, 3).rows[0], nonlinear=((make.identity(3, 5), 1),)),)),
    ],
)
def test_other_classes_are_refused(program: Program) -> None:
    with pytest.raises(Failure) as caught:
        highs.solve(program)
    assert caught.value.diagnostics[0].code == "MDL553"


def test_a_quadratic_that_is_linear_after_all() -> None:
    program = make.quadratic([[0]], [2], [[1]], 3, None, 0)
    assert objective_of(program) == pytest.approx(6.0)


def test_probe() -> None:
    assert highs.probe().objective == pytest.approx(5.5)
