"""Small linear systems and programs decided in rational arithmetic, by methods that no solver here shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np

Inequality = tuple[tuple[Fraction, ...], Fraction]
"""(a, b): a'x <= b."""


def feasible(system: Iterable[Inequality], width: int) -> bool:
    """Whether some rational point meets every inequality: Fourier-Motzkin elimination."""
    rows = [(tuple(map(Fraction, a)), Fraction(b)) for a, b in system]
    for k in range(width):
        upper = [r for r in rows if r[0][k] > 0]
        lower = [r for r in rows if r[0][k] < 0]
        rows = [r for r in rows if r[0][k] == 0]
        for (a, b), (c, d) in product(upper, lower):
            p, q = a[k], -c[k]
            rows.append((tuple(q * x + p * y for x, y in zip(a, c, strict=True)), q * b + p * d))
        rows = list(dict.fromkeys(rows))
    return all(b >= 0 for _, b in rows)


def vertices(system: Sequence[Inequality], width: int) -> list[tuple[Fraction, ...]]:
    """All vertices of a polyhedron, by solving every choice of `width` inequalities as equations."""
    found = []
    for chosen in combinations(system, width):
        point = solve([a for a, _ in chosen], [b for _, b in chosen])
        if point is not None and all(_dot(a, point) <= b for a, b in system):
            found.append(point)
    return found


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """Gaussian elimination in rationals; None where the matrix is singular."""
    size = len(right)
    rows = [[*map(Fraction, a), Fraction(b)] for a, b in zip(matrix, right, strict=True)]
    for k in range(size):
        pivot = next((r for r in range(k, size) if rows[r][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for r in range(size):
            if r != k and rows[r][k] != 0:
                factor = rows[r][k] / rows[k][k]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[k], strict=True)]
    return tuple(rows[k][size] / rows[k][k] for k in range(size))


def inequalities(
    matrix: Sequence[Sequence[int]],
    row_lower: Sequence[int | None],
    row_upper: Sequence[int | None],
    lower: Sequence[int | None],
    upper: Sequence[int | None],
) -> list[Inequality]:
    """Rows and bounds, one inequality a finite side, in the order row (lower, upper), then column (lower, upper)."""
    width = len(lower)
    unit = np.eye(width, dtype=int).tolist()
    out = []
    sides = (*zip(matrix, row_lower, row_upper, strict=True), *zip(unit, lower, upper, strict=True))
    for a, low, high in sides:
        if low is not None:
            out.append((tuple(Fraction(-v) for v in a), Fraction(-low)))
        if high is not None:
            out.append((tuple(Fraction(v) for v in a), Fraction(high)))
    return out


def best(cost: Sequence[int], system: Sequence[Inequality]) -> Fraction | None:
    """Smallest cost over the vertices of a bounded polyhedron; None where it is empty."""
    return min((_dot(tuple(map(Fraction, cost)), v) for v in vertices(system, len(cost))), default=None)


def best_integer(
    cost: Sequence[int], system: Sequence[Inequality], lower: Sequence[int], upper: Sequence[int]
) -> int | None:
    """Smallest cost over the integer points of a box that meet the system, one by one; None where there is none."""
    grid = product(*(range(low, high + 1) for low, high in zip(lower, upper, strict=True)))
    met = [p for p in grid if all(_dot(a, p) <= b for a, b in system)]
    return min((sum(c * v for c, v in zip(cost, p, strict=True)) for p in met), default=None)


def best_quadratic(
    hessian: Sequence[Sequence[int]], cost: Sequence[int], system: Sequence[Inequality]
) -> tuple[Fraction, tuple[Fraction, ...]] | None:
    """Smallest x'Hx/2 + cost'x, H positive definite: the optimum on every choice of equations, kept where feasible."""
    width = len(cost)
    found = []
    for count in range(min(width, len(system)) + 1):
        for chosen in combinations(system, count):
            size = width + count
            matrix = [[Fraction(0)] * size for _ in range(size)]
            for i, j in product(range(width), range(width)):
                matrix[i][j] = Fraction(hessian[i][j])
            for k, (a, _) in enumerate(chosen):
                for j in range(width):
                    matrix[width + k][j] = matrix[j][width + k] = a[j]
            right = [Fraction(-c) for c in cost] + [b for _, b in chosen]
            solved = solve(matrix, right)
            if solved is None:
                continue
            point = solved[:width]
            if all(_dot(a, point) <= b for a, b in system):
                bent = sum(hessian[i][j] * point[i] * point[j] for i in range(width) for j in range(width))
                found.append((bent / 2 + _dot(tuple(map(Fraction, cost)), point), point))
    return min(found, default=None)


def _dot(a: Sequence[Fraction], x: Sequence[Fraction | int]) -> Fraction:
    return sum((p * q for p, q in zip(a, x, strict=True)), Fraction(0))
