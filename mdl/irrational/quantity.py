"""Numbers and irrational forms alike: what audits and payments compute with.

A quantity is a vector: `Numbers` (exact rationals, or float64 once a solver or a rounded function was involved) or
`Forms` (exact combinations of logarithms, roots and powers, see mdl.irrational.forms).  Operations are exact on
both; a float64 operand makes the result float64.  Operands of one operation have the same length, and forms come
from one `Irrational` builder.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.algebra.values import Positions, Segments
from mdl.irrational import forms
from mdl.irrational import signs as enclosed
from mdl.irrational.form import Forms as Forms
from mdl.irrational.form import Quantity as Quantity
from mdl.irrational.form import centre

Level = Literal["exact", "interval", "numeric"]


def size(q: Quantity) -> int:
    return len(q)


def level(*quantities: Quantity) -> Level:
    """What verdicts on these rest on, the weakest: exact (rationals), interval (forms), numeric (float64)."""
    if any(isinstance(q, Numbers) and not q.is_exact for q in quantities):
        return "numeric"
    return "interval" if any(isinstance(q, Forms) for q in quantities) else "exact"


def is_exact_rational(q: Quantity) -> bool:
    return isinstance(q, Numbers) and q.is_exact


def numbers(q: Quantity) -> Numbers:
    """Rationals as they are, irrational forms as float64."""
    return q if isinstance(q, Numbers) else Numbers.inexact(floats(q))


# ---- assembly ----


def constant(value: Fraction | int, size: int) -> Numbers:
    return Numbers.constant(value, size)


def take(q: Quantity, positions: Positions) -> Quantity:
    """Entries `positions`, which may repeat."""
    return forms.take(q, positions)


def concat(parts: Sequence[Quantity]) -> Quantity:
    """One after the other; at least one part."""
    ends = np.cumsum([len(p) for p in parts])
    places = [np.arange(end - len(p), end) for p, end in zip(parts, ends, strict=True)]
    return forms.merge(list(zip(places, parts, strict=True)), int(ends[-1]))


def merge(parts: Sequence[tuple[Positions, Quantity]], size: int) -> Quantity:
    """result[positions[k]] = part[k]; the positions of all parts are 0..size-1 in some order."""
    return forms.merge(parts, size)


def select(mask: npt.NDArray[np.bool_], a: Quantity, b: Quantity) -> Quantity:
    """`a` where the mask holds, `b` elsewhere."""
    yes, no = np.flatnonzero(mask), np.flatnonzero(~mask)
    return forms.merge([(yes, take(a, yes)), (no, take(b, no))], len(mask))


# ---- arithmetic ----


def add(a: Quantity, b: Quantity) -> Quantity:
    return forms.add([a, b])


def sub(a: Quantity, b: Quantity) -> Quantity:
    if isinstance(a, Numbers) and isinstance(b, Numbers):
        return arithmetic.sub(a, b)
    return forms.add([a, forms.negate(b)])


def neg(q: Quantity) -> Quantity:
    return forms.negate(q)


def scale(q: Quantity, by: Numbers | Fraction | int) -> Quantity:
    """Entry k times `by[k]`, or all times one rational."""
    return forms.scale(q, by if isinstance(by, Numbers) else Numbers.constant(by, len(q)))


def mul(a: Quantity, b: Quantity) -> Quantity:
    return forms.multiply(a, b)


def total(q: Quantity, segments: Segments) -> Quantity:
    """Sum of each segment, 0 of an empty one; shape (segments.size,)."""
    return forms.total(q, segments)


def sum_of(parts: Sequence[Quantity]) -> Quantity:
    """The sum of one or more vectors."""
    return forms.add(parts)


# ---- what they are ----


def signs(q: Quantity) -> npt.NDArray[np.int8]:
    """-1, 0 or 1 of each entry; 2 where it could not be found, which only forms may have.

    Rigorous unless the level is numeric: then the signs of the floats, to which the caller owes a tolerance.
    """
    return enclosed.signs(q)


def floats(q: Quantity) -> FloatArray:
    """A float64 close to each entry, for ordering and display; no bound is claimed."""
    return q.floats() if isinstance(q, Numbers) else centre(q)


def bounds(q: Quantity, bits: int = 53) -> tuple[FloatArray, FloatArray]:
    """Float64 (low, high) around each entry, rounded outward; of float64 Numbers the numbers themselves.

    Fast at 53 bits; more are worked out row by row, so take the rows in question first.
    """
    return enclosed.bounds(q, bits)
