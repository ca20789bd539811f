"""What every solver adapter must get right: problems with answers worked out by hand, and the checks.

A test file of an adapter says what it can do and runs every case it can:

    ADAPTER = Adapter("HiGHS", highs.solve, frozenset({Ability.LP, Ability.QP, Ability.MIP}))

    @pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
    def test_conformance(case: Case) -> None:
        check(ADAPTER, case)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.program.evaluation import Evaluation
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Bound, Domain, Objective, Program, ProgramClass
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows
from tests.program.make import columns, identity, linear, numbers, quadratic, rows, sparse, utility

Vector = Sequence[float | None]


class Ability(Enum):
    LP = "LP"
    QP = "QP"
    MIP = "MIP"
    CONVEX = "convex NLP"
    NLP = "NLP"


@dataclass(frozen=True)
class Adapter:
    name: str
    solve: Callable[[Program, SolverOptions], Solution]
    abilities: frozenset[Ability]
    tolerance: float = 1e-6
    """Of objective, values and duals, relative to 1 + their size."""


@dataclass(frozen=True, eq=False)
class Case:
    """`values`, `row_duals`, `column_duals`: None where not unique (also single entries)."""

    name: str
    ability: Ability
    program: Program
    status: frozenset[Status] = frozenset({Status.OPTIMAL})
    objective: float | None = None
    values: Vector | None = None
    row_duals: Vector | None = None
    column_duals: Vector | None = None
    options: SolverOptions = SolverOptions()  # noqa: RUF009 - frozen
    moves: bool = False
    """Also hold the duals to what re-solving with moved sides says: no row or bound is degenerate."""

    def __str__(self) -> str:
        return self.name


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


# ---- linear ------------------------------------------------------------------------------------

NONE_KNOWN = frozenset({Status.INFEASIBLE})
FREE_FALL = frozenset({Status.UNBOUNDED})


def _linear() -> list[Case]:
    lp = Ability.LP
    return [
        Case(
            "two products, maximised",
            lp,
            linear([3, 2], [[1, 1], [1, 3]], None, [4, 9], 0, [3, None], maximize=True, constant=5),
            objective=16,
            values=[3, 1],
            row_duals=[2, 0],
            column_duals=[1, 0],
            moves=True,
        ),
        Case(
            "two products, minimised",
            lp,
            linear([-3, -2], [[1, 1], [1, 3]], None, [4, 9], 0, [3, None], constant=-5),
            objective=-16,
            values=[3, 1],
            row_duals=[-2, 0],
            column_duals=[-1, 0],
            moves=True,
        ),
        Case(
            "diet, rows from below",
            lp,
            linear([2, 3], [[1, 1], [1, 2]], [4, 6], None, 0, None),
            objective=10,
            values=[2, 2],
            row_duals=[1, 1],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "equality and range rows, free variables",
            lp,
            # a - b == 1, 2 <= a + b <= 6: b = 1/2 ... 5/2; min a + 2 b takes the lower end
            linear([1, 2], [[1, -1], [1, 1]], [1, 2], [1, 6], None, None),
            objective=2.5,
            values=[1.5, 0.5],
            row_duals=[-0.5, 1.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "upper end of a range row, maximised",
            lp,
            linear([1, 2], [[1, -1], [1, 1]], [1, 2], [1, 6], None, None, maximize=True),
            objective=8.5,
            values=[3.5, 2.5],
            row_duals=[-0.5, 1.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "fixed variable",
            lp,
            # a fixed at 2: one more unit of it costs 1, and saves 3 of b
            linear([1, 3], [[1, 1]], 5, None, [2, 0], [2, None]),
            objective=11,
            values=[2, 3],
            row_duals=[3],
            column_duals=[-2, 0],
            moves=True,
        ),
        Case(
            "all variables fixed",
            lp,
            linear([1, 3], [[1, 1]], 5, None, [2, 4], [2, 4]),
            objective=14,
            values=[2, 4],
            row_duals=[0],
            column_duals=[1, 3],
        ),
        Case("all variables fixed, against a row", lp, linear([1], [[1]], 5, None, 2, 2), NONE_KNOWN),
        Case(
            "negative lower and upper bounds",
            lp,
            linear([1, -1], [[1, 1]], -10, 10, [-3, -8], [-1, -2]),
            objective=-1,
            values=[-3, -2],
            row_duals=[0],
            column_duals=[1, -1],
            moves=True,
        ),
        Case(
            "degenerate vertex: three rows through (1, 1)",
            lp,
            linear([1, 1], [[1, 0], [0, 1], [1, 1]], None, [1, 1, 2], 0, None, maximize=True),
            objective=2,
            values=[1, 1],
        ),
        Case(
            "redundant equality rows",
            lp,
            linear([1, 2, 0], [[1, 1, 0], [2, 2, 0], [0, 1, 1]], [1, 2, 1], [1, 2, 1], 0, None),
            objective=1,
            values=[1, 0, 1],
        ),
        Case(
            "as many equality rows as variables",
            lp,
            linear([1, 1], [[1, 1], [1, -1]], [3, 1], [3, 1], None, None),
            objective=3,
            values=[2, 1],
            row_duals=[1, 0],
            column_duals=[0, 0],
        ),
        Case(
            "more equality rows than variables",
            lp,
            linear([1, 1], [[1, 1], [1, -1], [3, 1]], [3, 1, 7], [3, 1, 7], None, None),
            objective=3,
            values=[2, 1],
        ),
        Case(
            "a row that says as much as a bound, two sides that meet",
            lp,
            linear([1], [[1], [1]], [None, 1], [1, None], 0, None),
            objective=1,
            values=[1],
        ),
        Case("many optima", lp, linear([1, 1], [[1, 1]], 1, None, 0, None), objective=1, row_duals=[1]),
        Case("infeasible rows", lp, linear([1, 1], [[1, 1], [1, 1]], [3, None], [None, 2], 0, None), NONE_KNOWN),
        Case("infeasible bounds", lp, linear([1], [[1]], None, 5, 2, 1), NONE_KNOWN),
        Case("infeasible row of bounds", lp, linear([1, 1], [[1, 1]], 5, None, 0, 2), NONE_KNOWN),
        Case("crossed row sides", lp, linear([1], [[1]], 3, 2, 0, None), NONE_KNOWN),
        Case("unbounded", lp, linear([1, 1], [[1, -1]], None, 1, 0, None, maximize=True), FREE_FALL),
        Case("unbounded without rows", lp, linear([-1], lower=0), FREE_FALL),
        Case("unbounded free variable", lp, linear([1, 0], [[0, 1]], 1, None, None, None), FREE_FALL),
        Case(
            "infeasible, and unbounded were it not",
            lp,
            linear([1, 1], [[1, -1], [-1, 1]], [1, 1], None, 0, None, maximize=True),
            frozenset({Status.INFEASIBLE, Status.INFEASIBLE_OR_UNBOUNDED}),
        ),
        Case("no rows", lp, linear([1, -1], lower=[1, 2], upper=[3, 4]), objective=-3, values=[1, 4]),
        Case("no columns", lp, linear([], constant=7), objective=7, values=[]),
        Case("no columns, a row that holds", lp, linear([], [[]], None, 1), objective=0, values=[], row_duals=[0]),
        Case("no columns, a row that does not hold", lp, linear([], [[]], 1, None), NONE_KNOWN),
        Case("empty row that holds", lp, linear([1], [[0]], -1, 1, 2, None), objective=2, row_duals=[0]),
        Case("empty row that does not hold", lp, linear([1], [[0]], 1, None, 2, None), NONE_KNOWN),
        Case("constant objective", lp, linear([0, 0], [[1, 1]], 1, 2, constant=Fraction(7, 2)), objective=3.5),
        Case("column in no row and not in the objective", lp, linear([1, 0], [[1, 0]], 2, None), objective=2),
        Case(
            "free row",
            lp,
            linear([1, 1], [[1, 1], [1, -1]], [2, None], [None, None], 0, [None, 1]),
            objective=2,
            row_duals=[1, 0],
        ),
        Case(
            "large and small numbers",
            lp,
            linear([Fraction(1, 1000), 1000], [[1, 1], [1, 0]], [1000, None], [None, 999], 0, None),
            objective=0.999 + 1000,
            values=[999, 1],
            row_duals=[1000, -999.999],
            column_duals=[0, 0],
        ),
    ]


# ---- quadratic ---------------------------------------------------------------------------------


def _quadratic() -> list[Case]:
    qp = Ability.QP
    return [
        Case(
            "nearest point of a half-plane",
            qp,
            quadratic([[2, 0], [0, 2]], [0, 0], [[1, 1]], 2, None),
            objective=2,
            values=[1, 1],
            row_duals=[2],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "coupled, maximised, with a bound that binds",
            qp,
            # max 4 a + 3 b - a^2 - a b - b^2, a <= 1: at a = 1, b = 1; the bound earns 4 - 2 - 1 = 1
            quadratic([[-2, -1], [-1, -2]], [4, 3], (), None, None, 0, [1, None], maximize=True, constant=1),
            objective=5,
            values=[1, 1],
            column_duals=[1, 0],
            moves=True,
        ),
        Case(
            "no rows, free variables",
            qp,
            quadratic([[2, 1], [1, 2]], [-3, -3]),
            objective=-3,
            values=[1, 1],
            column_duals=[0, 0],
        ),
        Case(
            "semidefinite with a linear direction",
            qp,
            quadratic([[2, 0], [0, 0]], [-2, 1], [[1, 1]], 3, None, 0, None),
            # min a^2 - 2 a + b, a + b >= 3: 2 a - 2 = y, 1 = y
            objective=0.75,
            values=[1.5, 1.5],
            row_duals=[1],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "equality row and a fixed variable",
            qp,
            quadratic(
                [[2, 0, 0], [0, 2, 0], [0, 0, 2]], [0, 0, 0], [[1, 1, 1]], 6, 6, [None, None, 2], [None, None, 2]
            ),
            objective=12,
            values=[2, 2, 2],
            row_duals=[4],
            column_duals=[0, 0, 0],
            moves=True,
        ),
        Case("infeasible", qp, quadratic([[2]], [0], [[1], [1]], [2, None], [None, 1]), NONE_KNOWN),
        Case("unbounded direction", qp, quadratic([[2, 0], [0, 0]], [0, -1], (), None, None, None, None), FREE_FALL),
        Case(
            "strictly convex, a thousand variables",
            qp,
            _thousand(TARGETS),
            objective=-sum(v * (2 * t - v) / 2 for t, v in zip(TARGETS, NEAREST, strict=True)),
            values=NEAREST,
            column_duals=[v - t for t, v in zip(TARGETS, NEAREST, strict=True)],
        ),
        # an interior point is only as near as the square root of its tolerance where a bound just binds
        Case("bounds that only just bind", qp, _thousand([0, 3, 1]), objective=-5),
    ]


TARGETS = [k % 7 - 0.5 for k in range(1000)]
NEAREST = [min(max(t, 0.0), 3.0) for t in TARGETS]


def _thousand(targets: Sequence[float]) -> Program:
    """min sum x_k^2/2 - targets_k x_k, 0 <= x_k <= 3; a row that never binds."""
    width = len(targets)
    each = np.arange(width, dtype=np.int32)
    nodes: tuple[Node, ...] = (
        Affine(width, Numbers.constant(0, width), identity(width), ()),
        Power(width, 0, Numbers.constant(2, width)),
    )
    halves = SparseRows(np.array([0, width]), each, Numbers.constant(Fraction(1, 2), width), width)
    goal = Objective("cost", False, numbers([0]), sparse([[-t for t in targets]]), ((halves, 1),))
    total = rows(sparse([[1] * width]), None, 10**4)
    return Program("thousand", (columns(width, 0, 3),), (total,), goal, nodes, kind=ProgramClass.QP)


# ---- integer -----------------------------------------------------------------------------------


def _integer() -> list[Case]:
    mip, whole, binary = Ability.MIP, Domain.INTEGER, Domain.BINARY
    return [
        Case(
            "knapsack",
            mip,
            # values 8 11 6 4, weights 5 7 4 3, at most 14: the last three
            linear([8, 11, 6, 4], [[5, 7, 4, 3]], None, 14, 0, 1, maximize=True, domain=binary),
            objective=21,
            values=[0, 1, 1, 1],
        ),
        Case(
            "binary without bounds given",
            mip,
            linear([1, 1], [[1, 1]], None, 5, None, None, maximize=True, domain=binary),
            objective=2,
            values=[1, 1],
        ),
        Case(
            "rounding down is not optimal",
            mip,
            # 2 a + 2 b <= 7: relaxed 3.5, whole 3
            linear([1, 1], [[2, 2]], None, 7, 0, None, maximize=True, domain=whole),
            objective=3,
        ),
        Case(
            "fractional bounds of whole variables",
            mip,
            linear([1], lower=Fraction(-5, 2), upper=Fraction(5, 2), domain=whole),
            objective=-2,
            values=[-2],
        ),
        Case(
            "no whole point between",
            mip,
            linear([1], [[3]], 1, 2, 0, None, domain=whole),
            NONE_KNOWN,
        ),
        Case(
            "unbounded",
            mip,
            linear([1], lower=0, maximize=True, domain=whole),
            frozenset({Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED}),
        ),
        Case("no columns", mip, replace(linear([], constant=2), kind=ProgramClass.MIP), objective=2, values=[]),
    ]


# ---- nonlinear ---------------------------------------------------------------------------------


def _kelly() -> Program:
    """One user over two unit links, one on each (Kelly 1997): max sum of log rates."""
    nodes: tuple[Node, ...] = (
        Affine(3, Numbers.constant(0, 3), identity(3), ()),
        Apply(3, Function.LOG, 0),
    )
    goal = Objective("welfare", True, numbers([0]), SparseRows.empty(1, 3), ((sparse([[1, 1, 1]]), 1),))
    links = rows(sparse([[1, 1, 0], [1, 0, 1]]), None, 1)
    return Program("kelly", (columns(3, 0),), (links,), goal, nodes, kind=ProgramClass.CONVEX)


def _wide(width: int) -> Program:
    """max log(sum x) - sum x_k / width over 0 <= x <= 2: the sum is `width`."""
    one = SparseRows(np.array([0, width]), np.arange(width), Numbers.constant(1, width), width)
    cost = SparseRows(one.starts, one.columns, Numbers.constant(Fraction(-1, width), width), width)
    nodes: tuple[Node, ...] = (Affine(1, Numbers.constant(0, 1), one, ()), Apply(1, Function.LOG, 0))
    goal = Objective("value", True, numbers([0]), cost, ((sparse([[1]]), 1),))
    return Program("wide", (columns(width, 0, 2),), (), goal, nodes, kind=ProgramClass.CONVEX)


def _disc(maximize: bool, kind: ProgramClass) -> Program:
    """max or min a + b on a^2 + b^2 <= 2."""
    nodes: tuple[Node, ...] = (
        Affine(2, Numbers.constant(0, 2), identity(2), ()),
        Power(2, 0, Numbers.constant(2, 2)),
    )
    disc = rows(SparseRows.empty(1, 2), None, 2, nonlinear=((sparse([[1, 1]]), 1),))
    goal = Objective("sum", maximize, numbers([0]), sparse([[1, 1]]))
    return Program("disc", (columns(2),), (disc,), goal, nodes, kind=kind)


def _product() -> Program:
    """max x y on x + y <= 2: not concave, yet (1, 1) is the only local optimum with x, y > 0."""
    nodes: tuple[Node, ...] = (
        Affine(1, Numbers.constant(0, 1), sparse([[1, 0]]), ()),
        Affine(1, Numbers.constant(0, 1), sparse([[0, 1]]), ()),
        Product(1, 0, 1),
    )
    goal = Objective("product", True, numbers([0]), SparseRows.empty(1, 2), ((sparse([[1]]), 2),))
    return Program("product", (columns(2, 0),), (rows(sparse([[1, 1]]), None, 2),), goal, nodes, kind=ProgramClass.NLP)


def _every_function() -> Program:
    """min exp(a) + 1/b - sqrt(c) + d^(3/2), a >= -1, b <= 2, c <= 4, d >= 1: each at its bound."""
    names = [Function.EXP, Function.RECIPROCAL, Function.SQRT]
    nodes: list[Node] = []
    terms = []
    for k, function in enumerate(names):
        nodes += [Affine(1, Numbers.constant(0, 1), sparse([[int(c == k) for c in range(4)]]), ())]
        nodes += [Apply(1, function, len(nodes) - 1)]
        terms.append((sparse([[-1 if function is Function.SQRT else 1]]), len(nodes) - 1))
    nodes += [Affine(1, Numbers.constant(0, 1), sparse([[0, 0, 0, 1]]), ())]
    nodes += [Power(1, len(nodes) - 1, numbers([Fraction(3, 2)]))]
    terms.append((sparse([[1]]), len(nodes) - 1))
    goal = Objective("cost", False, numbers([0]), SparseRows.empty(1, 4), tuple(terms))
    block = columns(4, [-1, Fraction(1, 10), 0, 1], [None, 2, 4, None])
    return Program("functions", (block,), (), goal, tuple(nodes), kind=ProgramClass.CONVEX)


def _log_of_free() -> Program:
    """max log(x) - x with x free: defined only for x > 0, optimum -1 at 1."""
    nodes: tuple[Node, ...] = (Affine(1, Numbers.constant(0, 1), identity(1), ()), Apply(1, Function.LOG, 0))
    goal = Objective("value", True, numbers([0]), sparse([[-1]]), ((sparse([[1]]), 1),))
    return Program("free", (columns(1),), (), goal, nodes, kind=ProgramClass.CONVEX)


def _infeasible_disc() -> Program:
    disc = _disc(True, ProgramClass.CONVEX)
    far = rows(sparse([[1, 1]]), 3, None, name="far", start=1)
    return replace(disc, rows=(*disc.rows, far))


def _convex() -> list[Case]:
    convex = Ability.CONVEX
    return [
        Case(
            "Kelly's network",
            convex,
            _kelly(),
            objective=float(np.log(1 / 3) + 2 * np.log(2 / 3)),
            values=[1 / 3, 2 / 3, 2 / 3],
            row_duals=[1.5, 1.5],
            column_duals=[0, 0, 0],
            moves=True,
        ),
        Case(
            "farthest point of a disc",
            convex,
            _disc(True, ProgramClass.CONVEX),
            objective=2,
            values=[1, 1],
            row_duals=[0.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "farthest point of a disc, minimised",
            convex,
            _disc(False, ProgramClass.CONVEX),
            objective=-2,
            values=[-1, -1],
            row_duals=[-0.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "every function at its bound",
            convex,
            _every_function(),
            objective=float(np.exp(-1) + 0.5 - 2 + 1),
            values=[-1, 2, 4, 1],
            # d objective / d bound: e^-1, -1/4, -1/4, 3/2
            column_duals=[float(np.exp(-1)), -0.25, -0.25, 1.5],
            moves=True,
        ),
        Case("log of a free variable", convex, _log_of_free(), objective=-1, values=[1]),
        Case(
            "a wide argument",
            convex,
            _wide(300),
            objective=float(np.log(300) - 1),
            column_duals=[0] * 300,
        ),
        Case("infeasible", convex, _infeasible_disc(), NONE_KNOWN),
        Case("network utility", convex, utility(60)),
        Case("network utility over random links", convex, utility(60, local=False, seed=4)),
    ]


def _nonlinear() -> list[Case]:
    local = frozenset({Status.LOCAL})
    return [
        Case(
            "product of two variables",
            Ability.NLP,
            _product(),
            local,
            objective=1,
            values=[1, 1],
            row_duals=[1],
            column_duals=[0, 0],
        ),
        Case("convex, but not proved", Ability.NLP, _disc(True, ProgramClass.NLP), local, objective=2, values=[1, 1]),
    ]


CASES: list[Case] = [*_linear(), *_quadratic(), *_integer(), *_convex(), *_nonlinear()]
