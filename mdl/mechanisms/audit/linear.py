"""Gaps that are sums and differences of entries of quantities, one of each a comparison, and their expectations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import LIMIT, IntArray, Numbers
from mdl.algebra.values import Segments
from mdl.algebra.vectors import largest
from mdl.mechanisms.audit.gaps import Block, Gaps, lowest
from mdl.mechanisms.audit.sheets import ROUND, Aligned, Array, Sheets, aligned
from mdl.mechanisms.tables import Flags, Places, Quantity


@dataclass(slots=True, frozen=True, eq=False)
class Term:
    """`sign` times entry `rows[k]` of `quantity` in comparison k; `rows` None: entry k."""

    sign: int
    quantity: Quantity
    rows: Places | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Linear:
    """Comparison k of `count` has the gap that its terms sum to."""

    terms: tuple[Term, ...]
    count: int

    def negated(self) -> Linear:
        return Linear(tuple(Term(-t.sign, t.quantity, t.rows) for t in self.terms), self.count)

    def at(self, places: Places) -> Quantity:
        """True gaps at some comparisons."""
        return exactly([(t.sign, t.quantity, places if t.rows is None else t.rows[places]) for t in self.terms])

    def sums(self, sheets: Sheets, times: int = 1) -> tuple[Array, Aligned]:
        """All gaps in the unit of the second, which leaves room for integer weights of total size `times`."""
        common = aligned([sheets.of(t.quantity) for t in self.terms], 1, times)
        out = np.zeros(self.count, dtype=common.dtype)
        for t, column in zip(self.terms, common.columns, strict=True):
            part = column.read(column.array if t.rows is None else column.array[t.rows])
            out = out + part if t.sign > 0 else out - part
        return out, common

    def gaps(self, sheets: Sheets, skip: Flags | None = None, infinite: int | None = None) -> Gaps:
        """As a family; comparisons of `skip` are not made."""
        sums, common = self.sums(sheets)
        count = self.count
        if skip is not None:
            sums[skip] = lowest(sums.dtype)
            count -= int(np.count_nonzero(skip))
        block = Block(0, sums, common.unit)
        return Gaps(count, common.level, lambda: iter((block,)), common.error, infinite, self.at)


def exactly(parts: Sequence[tuple[int, Quantity, Places]]) -> Quantity:
    """The sum of signed entries, by the arithmetic of the quantities themselves."""
    from mdl.irrational import quantity as forms

    out: Quantity = None
    for sign, quantity, places in parts:
        part = forms.take(quantity, places)
        if out is None:
            out = part if sign > 0 else forms.neg(part)
        else:
            out = forms.add(out, part) if sign > 0 else forms.sub(out, part)
    return out


# ---- expectations ----


@dataclass(slots=True, frozen=True, eq=False)
class Weights:
    """Probabilities, shape (groups, size), and the total of each group, as integers over one denominator."""

    numerators: IntArray
    mass: IntArray
    given: Numbers

    @property
    def most(self) -> int:
        """Largest total of a group."""
        return largest(self.mass)

    def shares(self) -> Array:
        """Conditional probabilities as floats, 0 throughout a group without mass."""
        mass = np.where(self.mass == 0, 1, self.mass)
        return np.asarray(self.numerators / mass[:, None], dtype=np.float64)


def weights(given: Numbers, groups: int) -> Weights:
    """Exact probabilities, none below 0, in rows of equal length."""
    assert given.numerators is not None
    held = given.numerators.reshape(groups, -1)
    if held.dtype != object and largest(given.numerators) * max(held.shape[1], 1) > LIMIT:
        held = held.astype(object)
    return Weights(held, held.sum(axis=1), given)


def expectation(linear: Linear, w: Weights, sheets: Sheets) -> Gaps:
    """The gap of each group: expected gap of its comparisons, given the group; groups without mass are left out."""
    groups, size = w.numerators.shape
    sums, common = linear.sums(sheets, w.most)
    table = sums.reshape(groups, size)
    if common.level != "exact":
        found = (table * w.shares()).sum(axis=1)
        units = [Fraction(1)] * groups
    else:
        wide = common.most > LIMIT or w.numerators.dtype == object
        found = ((table.astype(object) if wide else table) * w.numerators).sum(axis=1)
        units = [common.unit / m if m else Fraction(1) for m in w.mass.tolist()]
    live = [k for k, m in enumerate(w.mass.tolist()) if m]

    def decide(places: Places) -> Quantity:
        return expected(linear.at, w, places)

    def blocks() -> Iterator[Block]:
        return (Block(k, found[k : k + 1], units[k]) for k in live)

    return Gaps(len(live), common.level, blocks, averaging_error(common, size), None, decide)


def averaging_error(common: Aligned, size: int) -> float:
    """What an average of `size` float gaps may be off."""
    return 0.0 if common.level == "exact" else common.error * (1 + 2.0**-20) + (size + 4) * 2 * ROUND * common.size


def expected(at: Any, w: Weights, groups: Places) -> Quantity:
    """True expected gaps of some groups, where `at` gives the true gaps of positions in the whole family."""
    size = w.numerators.shape[1]
    places = (groups[:, None] * size + np.arange(size)).ravel()
    return averaged(at(places), places, np.repeat(np.arange(len(groups)), size), groups, w)


def averaged(gaps: Quantity, places: Places, ids: Places, groups: Places, w: Weights) -> Quantity:
    """Gaps weighted by the probabilities at `places`, summed by `ids`, divided by the mass of `groups`."""
    from mdl.irrational import quantity as forms

    summed = forms.total(forms.scale(gaps, w.given.take(places)), Segments(ids, len(groups)))
    mass = Numbers.exact(w.mass[groups], w.given.denominator)
    return forms.scale(summed, arithmetic.div(Numbers.constant(1, len(groups)), mass))
