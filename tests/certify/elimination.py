"""Linear programs of a few variables decided by Fourier-Motzkin elimination, in fractions: shares no code with MDL."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = tuple[tuple[Fraction, ...], Fraction]
"""a, b of a'x <= b."""

Data = Sequence[Fraction | int | None]


def rows_of(
    matrix: Sequence[Sequence[Fraction | int]], row_lower: Data, row_upper: Data, lower: Data, upper: Data, width: int
) -> list[Row]:
    out: list[Row] = []

    def both(coefficients: Sequence[Fraction | int], low: Fraction | int | None, high: Fraction | int | None) -> None:
        a = tuple(Fraction(v) for v in coefficients)
        if high is not None:
            out.append((a, Fraction(high)))
        if low is not None:
            out.append((tuple(-v for v in a), -Fraction(low)))

    for k, row in enumerate(matrix):
        both(row, row_lower[k], row_upper[k])
    for j in range(width):
        both([int(i == j) for i in range(width)], lower[j], upper[j])
    return out


def _without(rows: list[Row], k: int) -> list[Row]:
    """Variable k eliminated; rows in lowest terms, the tightest of equal ones kept."""
    up, down, rest = [], [], []
    for a, b in rows:
        (up if a[k] > 0 else down if a[k] < 0 else rest).append((a, b))
    for a, b in up:
        for c, d in down:
            s, t = -c[k], a[k]
            rest.append((tuple(s * x + t * y for x, y in zip(a, c, strict=True)), s * b + t * d))
    best: dict[tuple[Fraction, ...], Fraction] = {}
    for a, b in rest:
        size = next((abs(v) for v in a if v), Fraction(1))
        key = tuple(v / size for v in a)
        best[key] = min(best.get(key, b / size), b / size)
    return list(best.items())


def feasible(rows: list[Row], width: int) -> bool:
    for k in range(width):
        rows = _without(rows, k)
    return all(b >= 0 for _, b in rows)


def least(rows: list[Row], cost: Sequence[Fraction | int]) -> Fraction | str:
    """The minimum of cost'x, "infeasible" or "unbounded"."""
    width = len(cost)
    price = tuple(Fraction(c) for c in cost)
    wider = [((*a, Fraction(0)), b) for a, b in rows]
    wider.append(((*price, Fraction(-1)), Fraction(0)))
    wider.append(((*(-c for c in price), Fraction(1)), Fraction(0)))
    for k in range(width):
        wider = _without(wider, k)
    if any(b < 0 for a, b in wider if not a[width]):
        return "infeasible"
    low = [b / a[width] for a, b in wider if a[width] < 0]
    high = [b / a[width] for a, b in wider if a[width] > 0]
    if low and high and max(low) > min(high):
        return "infeasible"
    return max(low) if low else "unbounded"
