"""Linear, quadratic and integer problems with answers worked out by hand (conformance.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Node, Power
from mdl.program.program import Domain, Objective, Program, ProgramClass
from mdl.program.solution import Status
from mdl.program.sparse import SparseRows
from tests.backends.conformance_case import NONE_KNOWN, Ability, Case
from tests.program.make import columns, identity, linear, numbers, quadratic, rows, sparse

# ---- linear ------------------------------------------------------------------------------------

FREE_FALL = frozenset({Status.UNBOUNDED})


def linear_cases() -> list[Case]:
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


def quadratic_cases() -> list[Case]:
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


def integer_cases() -> list[Case]:
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
