"""Operations on sets given for every row of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.domain import Domain, Family, entries_of
from mdl.algebra.universe import MISSING, Codes, Universe
from mdl.algebra.values import Fixed, Positions, SetValue, Truths, Varying


def as_family(value: SetValue, size: int) -> Family:
    """The sets of `size` rows as a family with one place a row."""
    if isinstance(value, Varying):
        return value.family if value.rows is None else value.family.take(value.rows)
    d = value.domain
    starts = np.arange(size + 1, dtype=np.int64) * d.size
    return Family(d.universe, starts, tuple(np.tile(c, size) for c in d.columns), d.bases)


def on_one_row(value: SetValue) -> Domain:
    """The set of a frame of one row as a Domain."""
    if isinstance(value, Fixed):
        return value.domain
    return value.family.domain(0 if value.rows is None else int(value.rows[0]))


def counts(value: SetValue, size: int) -> npt.NDArray[np.int64]:
    """Number of members on each row."""
    if isinstance(value, Fixed):
        return np.broadcast_to(np.array([value.domain.size], dtype=np.int64), (size,))
    held = value.family.counts
    return held if value.rows is None else held[value.rows]


def contains(value: SetValue, codes: Sequence[Codes], rows: Positions | None = None) -> Truths:
    """Whether member k is in the set of row k (of row `rows[k]`)."""
    if isinstance(value, Fixed):
        return value.domain.contains(codes)
    places: Positions | None = value.rows
    if places is None:
        places = np.arange(value.family.rows, dtype=np.int32)
    return value.family.relation.contains((places if rows is None else places[rows], *codes))


def combine(op: str, left: SetValue, right: SetValue, size: int) -> SetValue:
    """`op` is `|`, `&`, `\\` or `*`; members keep the order of the left set, then of the right."""
    if isinstance(left, Fixed) and isinstance(right, Fixed):
        if op == "*":
            return Fixed(Domain.product(left.domain.universe, (left.domain, right.domain)))
        return Fixed(_combine_domains(op, left.domain, right.domain))
    if op == "*":
        return Varying(_product(as_family(left, size), as_family(right, size)), None)
    a = as_family(left, size)
    if op in ("&", "\\"):
        keep = contains(right, a.columns, a.owners) == (op == "&")
        return Varying(from_owners(a.universe, a.owners[keep], [c[keep] for c in a.columns], a.bases, size), None)
    b = as_family(right, size)
    new = ~contains(left, b.columns, b.owners)
    owners = np.concatenate((a.owners, b.owners[new]))
    order = np.argsort(owners, kind="stable")
    columns = [np.concatenate((x, y[new]))[order] for x, y in zip(a.columns, b.columns, strict=True)]
    return Varying(from_owners(a.universe, owners[order], columns, a.bases, size), None)


def _combine_domains(op: str, a: Domain, b: Domain) -> Domain:
    if op == "|":
        if not a.size or not b.size:
            return b if not a.size else a
        new = ~a.contains(b.columns)
        columns = [np.concatenate((x, y[new])) for x, y in zip(a.columns, b.columns, strict=True)]
        return Domain.relation(a.universe, columns, a.bases)
    if not a.size or not b.size:
        return a if op == "\\" else Domain.relation(a.universe, [c[:0] for c in a.columns], a.bases)
    keep = b.contains(a.columns) == (op == "&")
    return Domain.relation(a.universe, [c[keep] for c in a.columns], a.bases)


def _product(a: Family, b: Family) -> Family:
    places, starts = entries_of(b.starts, a.owners)
    repeat = np.diff(starts)
    columns = (*(np.repeat(c, repeat) for c in a.columns), *(c[places] for c in b.columns))
    return Family(a.universe, starts[a.starts], columns, (*a.bases, *b.bases))


def from_owners(
    universe: Universe, owners: Positions, columns: Sequence[Codes], bases: tuple[Domain | None, ...], size: int
) -> Family:
    """A family from entries sorted by the place that owns them."""
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=size), out=starts[1:])
    return Family(universe, starts, tuple(columns), bases)


def distinct(universe: Universe, owners: Positions, columns: Sequence[Codes], size: int) -> Family:
    """A family from entries in any order; of equal members of one place the first is kept."""
    keep = first_of_equals((owners, *columns))
    owners, columns = owners[keep], [c[keep] for c in columns]
    order = np.argsort(owners, kind="stable")
    return from_owners(universe, owners[order], [c[order] for c in columns], (None,) * len(columns), size)


def first_of_equals(columns: Sequence[npt.NDArray[Any]]) -> Truths:
    """Marks the first of each group of equal rows."""
    size = len(columns[0])
    key = _one_key(columns)
    if key is not None and size and int(key.max()) <= 8 * size + 1024:
        leader = np.empty(int(key.max()) + 1, dtype=np.int64)
        leader[key[::-1]] = np.arange(size - 1, -1, -1)  # the last write is that of the first row
        return np.asarray(leader[key] == np.arange(size))
    columns = columns if key is None else (key,)
    order = np.lexsort(tuple(reversed(columns)))  # stable: the first of equals leads its group
    leads = np.zeros(size, dtype=np.bool_)
    leads[:1] = True
    for c in columns:
        sorted_column = c[order]
        leads[1:] |= sorted_column[1:] != sorted_column[:-1]
    first = np.zeros(size, dtype=np.bool_)
    first[order] = leads
    return first


def _one_key(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.int64] | None:
    """The rows as single integers from 0 on; None where they do not fit."""
    if not len(columns[0]):
        return None
    key, span = np.zeros(len(columns[0]), dtype=np.int64), 1
    for c in columns:
        low, width = int(c.min()), int(c.max()) - int(c.min()) + 1
        span *= width
        if span >= 2**62:
            return None
        key = key * width + (c.astype(np.int64) - low)
    return key


def masks(value: SetValue, base: Domain, size: int) -> Codes:
    """Each row's set as a bit mask over `base`; MISSING where it has a member outside."""
    if isinstance(value, Fixed):
        return np.broadcast_to(masks(Varying(as_family(value, 1), None), base, 1), (size,))
    family = as_family(value, size)
    owners, places = family.owners, base.lookup(family.columns)
    out = np.zeros(size, dtype=np.int64)
    np.add.at(out, owners, np.left_shift(np.int64(1), np.maximum(places, 0).astype(np.int64)))
    out[owners[places < 0]] = MISSING
    return out.astype(np.int32)


def from_masks(bits: Codes, base: Domain) -> Family:
    """The sets that bit masks over `base` stand for."""
    held = (bits[:, None] >> np.arange(base.size, dtype=np.int32)) & 1
    owners, places = np.nonzero(held)
    return from_owners(base.universe, owners, [c[places] for c in base.columns], base.bases, len(bits))
