"""Complementarity as equations: a semismooth Newton method on the Fischer-Burmeister function.

A pair a >= 0, b >= 0, ab = 0 holds where phi(a, b) = a + b - sqrt(a^2 + b^2) is 0, so that a KKT system is as
many equations as unknowns (Fischer 1992; De Luca, Facchinei and Kanzow 1996).  Globalised by smoothing,
sqrt(a^2 + b^2 + 2 mu) with mu falling to 0 (Kanzow 1996), by a line search, and by a
Levenberg-Marquardt step where the matrix is singular.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.lowering.kkt import Kkt, pairs_of
from mdl.program.functions import Functions
from mdl.program.maps import Places
from mdl.program.pairs import Pairs
from mdl.program.program import ProgramClass
from mdl.program.residual import row_sides
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "Fischer-Burmeister Newton"

GOAL = 1e-13
"""Relative residual at which there is nothing left to win."""
ENOUGH = 1e-8
"""Relative residual that is a solution where steps win nothing more."""
ITERATIONS = 400
SMALL = 80
"""Systems up to this size are solved densely, which needs no scipy."""


def unfit(kkt: Kkt) -> str | None:
    """Why a system cannot be solved in this way; it takes every one."""
    return None


def solve(kkt: Kkt, options: SolverOptions, near: FloatArray | None = None) -> Solution:
    """A point of the KKT program.  Status OPTIMAL where the program is convex, LOCAL where it is not, FAILED where
    no solution was reached.  `near` is a point to start from.  Raises Failure (MDL503) where the
    program is undefined at the start.
    """
    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    system = System(kkt)
    if near is None:
        near = start(kkt, system)
    x, iterations, residual, stopped = newton(system, near, ends)
    seconds = perf_counter() - began
    if residual > ENOUGH:
        status = Status.LIMIT if stopped else Status.FAILED
        why = "the time limit was reached" if stopped else "no step leads on"
        return Solution(status, NAME, f"{why}; the residual is {residual:.1e}", iterations=iterations, seconds=seconds)
    convex = kkt.primal.kind in (ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX)
    return Solution(Status.OPTIMAL if convex else Status.LOCAL, NAME, "", x, iterations=iterations, seconds=seconds)


def start(kkt: Kkt, system: System) -> FloatArray:
    """Inside the bounds where the program is defined; multipliers of size 1, or the size of the objective's slope."""
    from mdl.backends.nlp import prepare

    primal = prepare(kkt.primal)
    out = np.zeros(kkt.program.width)
    out[: kkt.primal.width] = primal.start[: kkt.primal.width]
    slope = primal.evaluation.gradient(primal.evaluation.nodes(out[: kkt.primal.width]), 1.0)
    size = float(np.median(np.abs(slope[slope != 0]))) if (slope != 0).any() else 1.0
    out[system.pairs.columns] = system.pairs.sign * size
    return out


@dataclass(slots=True, frozen=True, eq=False)
class Matrix:
    """Entries of the derivative of the equations; places may repeat."""

    row: Places
    column: Places
    value: FloatArray


class System:
    """The equations of a KKT program: rows minus their right sides, and phi for the rows that stand in pairs."""

    def __init__(self, kkt: Kkt) -> None:
        self.functions = Functions(kkt.program)
        self.pairs: Pairs = pairs_of(kkt)
        sides = row_sides(kkt.program)
        self.right = np.where(np.isfinite(sides.lower), sides.lower, sides.upper)
        self.width = kkt.program.width
        scale = np.ones(self.width)
        scale[self.pairs.rows] = self.pairs.direction
        self.direction = scale
        self.scale = 1.0 + np.where(np.isfinite(self.right), np.abs(self.right), 0.0)

    def ab(self, x: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Multiplier and slack of each pair, both meant to be at least 0."""
        p = self.pairs
        return p.sign * x[p.columns], p.direction * (rows[p.rows] - p.limit)

    def values(self, x: FloatArray, mu: float) -> FloatArray:
        rows = self.functions.rows(x)
        out = rows - self.right
        a, b = self.ab(x, rows)
        with np.errstate(all="ignore"):
            # a + b - r without cancellation where both are positive: (2ab - 2mu) / (a + b + r)
            r = np.sqrt(a * a + b * b + 2 * mu)
            total = a + b
            positive = total > 0
            safe = np.where(positive, total + r, 1.0)
            out[self.pairs.rows] = np.where(positive, (2 * a * b - 2 * mu) / safe, total - r)
        return out

    def matrix(self, x: FloatArray, mu: float) -> Matrix:
        f, p = self.functions, self.pairs
        entries = f.jacobian(x)
        a, b = self.ab(x, f.rows(x))
        r = np.sqrt(a * a + b * b + 2 * mu)
        kink = r == 0
        r = np.where(kink, 1.0, r)
        by_a = np.where(kink, 1 - np.sqrt(0.5), 1 - a / r)
        by_b = np.where(kink, 1 - np.sqrt(0.5), 1 - b / r)
        factor = np.ones(self.width)
        factor[p.rows] = by_b * p.direction
        return Matrix(
            np.concatenate((f.jacobian_row, p.rows)),
            np.concatenate((f.jacobian_column, p.columns)),
            np.concatenate((entries * factor[f.jacobian_row], by_a * p.sign)),
        )

    def residual(self, x: FloatArray) -> float:
        """The largest equation, each over 1 + its right side."""
        return float(np.abs(self.values(x, 0.0) / self.scale).max(initial=0.0))


def newton(system: System, x: FloatArray, ends: float | None) -> tuple[FloatArray, int, float, bool]:
    """The point, the iterations, the largest relative residual, and whether time ran out."""
    a, b = system.ab(x, system.functions.rows(x))
    mu = float(np.clip(0.1 * np.mean(np.maximum(a * b, 0.0)), 1e-6, 1e6)) if len(a) else 0.0
    best, best_x, stalled = np.inf, x, 0
    for iteration in range(ITERATIONS):
        residual = system.residual(x)
        if residual < best:
            stalled = 0 if residual < 0.5 * best else stalled + 1
            best, best_x = residual, x
        else:
            stalled += 1
        late = ends is not None and monotonic() > ends
        if best <= GOAL or late or (best <= ENOUGH and stalled >= 3) or stalled >= 60:
            return best_x, iteration, best, late
        f = system.values(x, mu)
        moved = step(system, x, f, mu)
        if moved is None:
            if mu == 0.0:
                return best_x, iteration, best, False
            mu = 0.0 if mu < 1e-20 else 0.01 * mu
            continue
        x = moved
        now = float(np.abs(system.values(x, mu)).max(initial=0.0))
        if now <= 10 * np.sqrt(mu):
            mu = min(0.1 * mu, now**2)
            mu = 0.0 if mu < 1e-24 else mu
    return best_x, ITERATIONS, best, False


def step(system: System, x: FloatArray, f: FloatArray, mu: float) -> FloatArray | None:
    """A point with smaller equations; None where no direction leads to one."""
    matrix = system.matrix(x, mu)
    merit = float(f @ f)
    for damped in (False, True):
        way = direction(matrix, f, system.width, np.sqrt(merit) if damped else 0.0)
        if way is None:
            continue
        length = 1.0
        for _ in range(40):
            tried = x + length * way
            with np.errstate(all="ignore"):
                found = system.values(tried, mu)
                value = float(found @ found)
            value = value if np.isfinite(value) else np.inf
            if value < merit * (1 - 2e-4 * length):
                return tried
            length *= 0.5
    return None


def direction(matrix: Matrix, f: FloatArray, size: int, damping: float) -> FloatArray | None:
    """Newton's; with `damping` that of Levenberg and Marquardt.  None where the matrix is singular."""
    if not np.isfinite(matrix.value).all():
        return None
    found = _dense(matrix, f, size, damping) if size <= SMALL else _sparse(matrix, f, size, damping)
    return found if found is not None and np.isfinite(found).all() else None


def _dense(matrix: Matrix, f: FloatArray, size: int, damping: float) -> FloatArray | None:
    full = np.zeros((size, size))
    np.add.at(full, (matrix.row, matrix.column), matrix.value)
    right = -f
    if damping:
        full, right = full.T @ full + min(damping, 1e-2) * 1e-4 * np.eye(size), full.T @ right
    try:
        return np.asarray(np.linalg.solve(full, right))
    except np.linalg.LinAlgError:
        return None


def _sparse(matrix: Matrix, f: FloatArray, size: int, damping: float) -> FloatArray | None:
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import splu

    full = coo_array((matrix.value, (matrix.row, matrix.column)), shape=(size, size)).tocsc()
    right = -f
    if damping:
        full, right = (full.T @ full + min(damping, 1e-2) * 1e-4 * eye_array(size)).tocsc(), full.T @ right
    try:
        # a KKT matrix has an entry wherever its transpose has one
        return np.asarray(splu(full, permc_spec="MMD_AT_PLUS_A").solve(right))
    except RuntimeError:
        return None
