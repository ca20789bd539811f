"""Farkas weights of a conflict: from the solver's floats to the program's own rationals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays, block_at
from mdl.backends.conflict import Member, Side
from mdl.backends.evidence import column_sums
from mdl.program.program import Domain, Program

SIMPLE = 10**6
"""Largest denominator of a weight that is looked for, where the smallest weight is 1."""


def float_weights(
    members: Sequence[Member],
    part: Arrays,
    rows: npt.NDArray[Any],
    columns: npt.NDArray[Any],
    farkas: FloatArray | None,
) -> tuple[tuple[float, ...], float] | None:
    """Positive weights, the smallest of them 1, and the gap; None where some member has no part in the proof."""
    weights: dict[tuple[bool, int], float] = {}
    if farkas is None or not farkas.any():
        weights = {(m.row, m.place): 1.0 for m in members}
    else:
        terms = part.values * np.repeat(farkas, np.diff(part.starts))
        weights |= {(True, int(place)): float(w) for place, w in zip(rows, farkas, strict=True)}
        weights |= {(False, int(place)): -float(w) for place, w in zip(columns, column_sums(part, terms), strict=True)}
    values = [abs(weights[m.row, m.place]) for m in members]
    if not values or min(values) <= 1e-9 * max(values):
        return None
    sides = _float_sides(members, part, rows, columns)
    scaled = tuple(v / min(values) for v in values)
    return scaled, sum(w * s for w, s in zip(scaled, sides, strict=True))


def exact_weights(
    program: Program, members: Sequence[Member], weights: Sequence[float]
) -> tuple[tuple[Fraction, ...], Fraction] | None:
    """The weights as rationals, and the gap, where they prove the conflict in exact arithmetic; else None."""
    guessed = tuple(Fraction(w).limit_denominator(SIMPLE) for w in weights)
    left: defaultdict[int, Fraction] = defaultdict(Fraction)
    gap = Fraction(0)
    for member, weight in zip(members, guessed, strict=True):
        signed = weight if member.side is Side.LOWER else -weight
        side = side_of(program, member)
        if weight <= 0 or side is None:
            return None
        gap += signed * side
        for column, coefficient in body_of(program, member):
            left[column] += signed * coefficient
    return (guessed, gap) if gap > 0 and not any(left.values()) else None


def body_of(program: Program, member: Member) -> list[tuple[int, Fraction]]:
    """Columns and coefficients of what is bounded."""
    if not member.row:
        return [(member.place, Fraction(1))]
    block = block_at(program.rows, member.place)
    row = member.place - block.start
    held = slice(int(block.linear.starts[row]), int(block.linear.starts[row + 1]))
    columns = block.linear.columns[held].tolist()
    return list(zip(columns, block.linear.coefficients.take(held).fractions(), strict=True))


def side_of(program: Program, member: Member) -> Fraction | None:
    """The bound of a member, as the program has it; an integer variable's rounded inwards."""
    block = block_at(program.rows if member.row else program.columns, member.place)
    lower = member.side is Side.LOWER
    held = block.lower if lower else block.upper
    at = member.place - block.start
    value = None
    if held is not None and (held.finite is None or held.finite[at]):
        value = held.values.take(np.array([at])).fractions()[0]
    if member.row or block.domain is Domain.CONTINUOUS:
        return value
    whole = None if value is None else Fraction(-(-value // 1) if lower else value // 1)
    if block.domain is Domain.BINARY:
        limit = Fraction(0 if lower else 1)
        return limit if whole is None else (max if lower else min)(whole, limit)
    return whole


def _float_sides(
    members: Sequence[Member], part: Arrays, rows: npt.NDArray[Any], columns: npt.NDArray[Any]
) -> list[float]:
    """The bound of each member, counted negative where it is an upper one."""
    out = []
    for m in members:
        at = int(np.searchsorted(rows if m.row else columns, m.place))
        lower, upper = (part.row_lower, part.row_upper) if m.row else (part.lower, part.upper)
        out.append(float(lower[at]) if m.side is Side.LOWER else -float(upper[at]))
    return out
