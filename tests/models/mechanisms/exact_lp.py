"""The optimum of a small linear program in fractions: the simplex method with Bland's rule, nothing else.

It shares no code with mdl or with a solver; it is slow and is meant for programs of some dozens of columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Row = dict[str, Fraction | int]
Combination = Mapping[str, Fraction | int]


class InfeasibleError(Exception):
    """No point satisfies the rows."""


class UnboundedError(Exception):
    """The objective has no bound."""


def maximise(
    goal: Combination, rows: Sequence[tuple[Combination, str, Fraction | int]], free: set[str] | None = None
) -> Fraction:
    """The largest value of `goal` subject to `(row, sense, bound)`, sense `<=`, `>=` or `==`.

    Columns are at least 0 unless they are in `free`.
    """
    free = free or set()
    names = sorted({n for r, _, _ in rows for n in r} | set(goal))
    columns = [(n, 1) for n in names] + [(n, -1) for n in names if n in free]
    place = {c: k for k, c in enumerate(columns)}
    table: list[list[Fraction]] = []
    right: list[Fraction] = []
    for row, sense, bound in rows:
        line = [Fraction(0)] * len(columns)
        for n, c in row.items():
            line[place[n, 1]] += Fraction(c)
            if n in free:
                line[place[n, -1]] -= Fraction(c)
        for sign in {"<=": (1,), ">=": (-1,), "==": (1, -1)}[sense]:
            table.append([sign * c for c in line])
            right.append(sign * Fraction(bound))
    cost = [Fraction(0)] * len(columns)
    for n, c in goal.items():
        cost[place[n, 1]] += Fraction(c)
        if n in free:
            cost[place[n, -1]] -= Fraction(c)
    return _simplex(table, right, cost)


def _simplex(table: list[list[Fraction]], right: list[Fraction], cost: list[Fraction]) -> Fraction:
    """Maximise `cost x` over `table x <= right`, `x >= 0`, by dictionaries; an extra column makes it feasible."""
    n, m = len(cost), len(right)
    zero = Fraction(0)
    basis = list(range(n, n + m))
    outside = [*range(n), n + m]
    # basic = right - table * outside; the last column is the artificial one, with coefficient -1
    body = [[*line, Fraction(-1)] for line in table]
    value = list(right)
    if any(v < 0 for v in value):
        objective = [zero] * n + [Fraction(-1)]
        constant = _pivot(body, value, objective, zero, basis, outside, min(range(m), key=lambda i: value[i]), n)
        constant = _climb(body, value, objective, constant, basis, outside)
        if constant < 0:
            raise InfeasibleError
    if n + m in basis:
        i = basis.index(n + m)
        j = next(k for k, c in enumerate(body[i]) if c)
        _pivot(body, value, [zero] * (n + 1), zero, basis, outside, i, j)
    j = outside.index(n + m)
    body = [line[:j] + line[j + 1 :] for line in body]
    outside.pop(j)
    objective, constant = [zero] * n, zero
    for k, c in enumerate(cost):
        if k in outside:
            objective[outside.index(k)] += c
        else:
            i = basis.index(k)
            constant += c * value[i]
            for q in range(n):
                objective[q] -= c * body[i][q]
    return _climb(body, value, objective, constant, basis, outside)


def _climb(
    body: list[list[Fraction]],
    value: list[Fraction],
    objective: list[Fraction],
    constant: Fraction,
    basis: list[int],
    outside: list[int],
) -> Fraction:
    while True:
        rising = [j for j, c in enumerate(objective) if c > 0]
        if not rising:
            return constant
        j = min(rising, key=lambda k: outside[k])
        tight = [i for i, line in enumerate(body) if line[j] > 0]
        if not tight:
            raise UnboundedError
        i = min(tight, key=lambda k: (value[k] / body[k][j], basis[k]))
        constant = _pivot(body, value, objective, constant, basis, outside, i, j)


def _pivot(
    body: list[list[Fraction]],
    value: list[Fraction],
    objective: list[Fraction],
    constant: Fraction,
    basis: list[int],
    outside: list[int],
    i: int,
    j: int,
) -> Fraction:
    """Exchange basic row i with outside column j; returns the new constant of the objective."""
    pivot = body[i][j]
    line = [c / pivot for c in body[i]]
    line[j] = 1 / pivot
    level = value[i] / pivot
    used = [q for q, c in enumerate(line) if c]
    for k in range(len(body)):
        factor = body[k][j]
        if k != i and factor:
            body[k][j] = Fraction(0)
            for q in used:
                body[k][q] -= factor * line[q]
            value[k] -= factor * level
    factor = objective[j]
    if factor:
        objective[j] = Fraction(0)
        for q in used:
            objective[q] -= factor * line[q]
        constant += factor * level
    body[i], value[i] = line, level
    basis[i], outside[j] = outside[j], basis[i]
    return constant
