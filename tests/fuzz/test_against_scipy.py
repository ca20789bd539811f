"""Random models, written out as text, against solvers of scipy that get the same numbers and share no code with us.

Linear programs against `linprog`, statuses too; integer ones against all whole points (`milp` has no verdict on some);
strictly convex ones against the linear program that tells a best point.  scipy's linear solvers are HiGHS as well, but
all that stands between the text and the arrays is ours alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdl import driver
from mdl.data.bind import bind
from mdl.diagnostics import Source
from mdl.lowering.errors import Infeasible
from mdl.program.solution import Solution, Status
from mdl.semantics.model import RuleSymbol

RELATIONS = ("<=", ">=", "==")


@dataclass(frozen=True)
class Linear:
    """`sense` costs x subject to rows, 0 <= x <= tops (None: no bound); some columns integer."""

    sense: str
    costs: list[Fraction]
    rows: list[tuple[list[Fraction], str, Fraction]]
    tops: list[Fraction | None]
    integer: bool = False

    def text(self) -> str:
        n = len(self.costs)
        table = ", ".join(
            f"({k + 1}, {j + 1}): {a}" for k, (row, _, _) in enumerate(self.rows) for j, a in enumerate(row)
        )
        lines = [
            "model random;",
            f"set J := 1..{n}; set R := 1..{len(self.rows)};",
            f"param c[J] := {{{', '.join(f'{j + 1}: {v}' for j, v in enumerate(self.costs))}}};",
            f"param a[R, J] := {{{table}}};",
            f"var x[J] >= 0{' integer' if self.integer else ''};",
            *(f"subject to top{j + 1}: x[{j + 1}] <= {t};" for j, t in enumerate(self.tops) if t is not None),
            *(
                f"subject to row{k + 1}: sum(j in J) a[{k + 1}, j] * x[j] {op} {b};"
                for k, (_, op, b) in enumerate(self.rows)
            ),
        ]
        return "\n".join([*lines, f"{self.sense} goal: sum(j in J) c[j] * x[j]{self.bend()};"])

    def bend(self) -> str:
        return ""

    @property
    def sign(self) -> float:
        return 1.0 if self.sense == "minimize" else -1.0

    def matrix(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        body = np.array([row for row, _, _ in self.rows], dtype=float).reshape(len(self.rows), len(self.costs))
        sides = np.array([b for _, _, b in self.rows], dtype=float)
        low = np.where([op == "<=" for _, op, _ in self.rows], -np.inf, sides)
        high = np.where([op == ">=" for _, op, _ in self.rows], np.inf, sides)
        return body, low, high

    def bounds(self) -> list[tuple[float, float | None]]:
        return [(0.0, None if t is None else float(t)) for t in self.tops]


@dataclass(frozen=True)
class Bent(Linear):
    """With strictly convex parts in a minimum: `w (x - 1)^2 - log(1 + x)` in every column."""

    def bend(self) -> str:
        return " + sum(j in J) (j / 2 * (x[j] - 1)^2 - log(1 + x[j]))"

    def value(self, x: np.ndarray) -> float:
        w = np.arange(1, len(x) + 1) / 2
        return float(np.array(self.costs, dtype=float) @ x + (w * (x - 1) ** 2 - np.log1p(x)).sum())

    def slope(self, x: np.ndarray) -> np.ndarray:
        w = np.arange(1, len(x) + 1) / 2
        return np.array(self.costs, dtype=float) + 2 * w * (x - 1) - 1 / (1 + x)


numbers = st.one_of(
    st.integers(-9, 9).map(Fraction),
    st.integers(-40, 40).map(lambda k: Fraction(k, 8)),
    st.fractions(-5, 5, max_denominator=7),
)


@st.composite
def linear(draw: st.DrawFn, kind: type[Linear] = Linear, integer: bool = False) -> Linear:
    n = draw(st.integers(1, 4))
    row = st.tuples(st.lists(numbers, min_size=n, max_size=n), st.sampled_from(RELATIONS), numbers)
    tops = st.none() if kind is Linear and not integer else st.nothing()
    bounds = st.lists(st.one_of(tops, st.integers(0, 9).map(Fraction)), min_size=n, max_size=n)
    sense = "minimize" if kind is Bent else draw(st.sampled_from(["minimize", "maximize"]))
    costs = draw(st.lists(numbers, min_size=n, max_size=n))
    return kind(sense, costs, draw(st.lists(row, min_size=1, max_size=4)), draw(bounds), integer)


def answer(problem: Linear) -> Solution:
    instance = bind(driver.understand(Source("random.mdl", problem.text())), Path())
    rule = instance.model.symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    try:
        return driver.solve_program(driver.compile_rule(instance, rule).program)
    except Infeasible:
        return Solution(Status.INFEASIBLE, "")


@settings(max_examples=60, deadline=None)
@given(linear())
def test_linear(problem: Linear) -> None:
    body, low, high = problem.matrix()
    up, down = np.isfinite(high), np.isfinite(low)
    costs = problem.sign * np.array(problem.costs, dtype=float)
    theirs = linprog(
        costs, np.vstack([body[up], -body[down]]), np.concatenate([high[up], -low[down]]), bounds=problem.bounds()
    )
    ours = answer(problem)
    expected = {0: {Status.OPTIMAL}, 2: {Status.INFEASIBLE}, 3: {Status.UNBOUNDED}}.get(theirs.status)
    if expected is None:
        assert ours.status in (Status.INFEASIBLE, Status.UNBOUNDED)
        return
    assert ours.status in expected
    if theirs.status == 0:
        assert ours.objective == pytest.approx(problem.sign * theirs.fun, rel=1e-7, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(linear(integer=True))
def test_integer(problem: Linear) -> None:
    """Against every whole point in the box, in integers."""
    tops = [int(t) for t in problem.tops if t is not None]
    points = np.indices([t + 1 for t in tops]).reshape(len(tops), -1).T
    kept = np.ones(len(points), dtype=bool)
    for row, relation, side in problem.rows:
        scale = lcm(*(v.denominator for v in (*row, side)))
        values, right = points @ np.array([int(v * scale) for v in row]), int(side * scale)
        kept &= {"<=": values <= right, ">=": values >= right, "==": values == right}[relation]
    ours = answer(problem)
    if not kept.any():
        assert ours.status is Status.INFEASIBLE
        return
    scale = lcm(*(v.denominator for v in problem.costs))
    values = points[kept] @ np.array([int(v * scale) for v in problem.costs])
    best = values.min() if problem.sense == "minimize" else values.max()
    assert ours.status is Status.OPTIMAL
    assert ours.objective == pytest.approx(best / scale, rel=1e-7, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(linear(Bent))
def test_convex(problem: Bent) -> None:
    """A feasible point of a convex program is best where no feasible point is better along the slope there."""
    body, low, high = problem.matrix()
    up, down = np.isfinite(high), np.isfinite(low)
    sides = np.vstack([body[up], -body[down]]), np.concatenate([high[up], -low[down]])
    feasible = linprog(np.zeros(len(problem.costs)), *sides, bounds=problem.bounds())
    ours = answer(problem)
    if feasible.status == 2:
        assert ours.status is Status.INFEASIBLE
        return
    assert ours.status is Status.OPTIMAL and ours.values is not None
    x = ours.values
    assert ours.objective == pytest.approx(problem.value(x), rel=1e-9, abs=1e-9)
    assert (body @ x <= high + 1e-6).all() and (body @ x >= low - 1e-6).all()
    best = linprog(problem.slope(x), *sides, bounds=problem.bounds())
    assert problem.slope(x) @ x <= best.fun + 1e-5
