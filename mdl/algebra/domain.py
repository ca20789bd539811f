"""Sets with data: ordered relations over codes, and families of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.lookup import Finder, finder
from mdl.algebra.universe import Codes, Universe

SUBSETS_LIMIT = 20
"""`subsets(S)` is taken of sets of at most this many members."""


class Domain:
    """An ordered set of `size` members, each of `arity` components; no member twice.

    A component's codes are those of `universe`, or, where `bases[c]` is a Domain, bit masks of
    subsets of that Domain (members of `subsets(S)`).  Dense products of `factors` and ranges make
    their columns only when asked.  No component: the index of a scalar, size 1.
    """

    __slots__ = ("_columns", "_finder", "arity", "bases", "factors", "low", "size", "universe")

    def __init__(
        self,
        universe: Universe,
        size: int,
        columns: tuple[Codes, ...] | None,
        bases: tuple[Domain | None, ...],
        factors: tuple[Domain, ...] = (),
        low: int | None = None,
    ) -> None:
        self.universe = universe
        self.size = size
        self.arity = len(bases)
        self.bases = bases
        self.factors = factors
        self.low = low
        """First code, where the codes are consecutive."""
        self._columns = columns
        self._finder: Finder | None = None

    # ---- making ----

    @staticmethod
    def scalar(universe: Universe) -> Domain:
        return Domain(universe, 1, (), ())

    @staticmethod
    def range(universe: Universe, low: int, high: int) -> Domain:
        """The integers `low..high`."""
        return Domain(universe, max(0, high - low + 1), None, (None,), low=low)

    @staticmethod
    def relation(universe: Universe, columns: Sequence[Codes], bases: tuple[Domain | None, ...] = ()) -> Domain:
        """From columns of codes; the rows must be distinct."""
        bases = bases or (None,) * len(columns)
        size = len(columns[0]) if columns else 1
        low = int(columns[0][0]) if len(columns) == 1 and size else None
        if low is not None and not (int(columns[0][-1]) - low == size - 1 and (np.diff(columns[0]) == 1).all()):
            low = None
        return Domain(universe, size, tuple(columns), bases, low=low)

    @staticmethod
    def of(universe: Universe, members: Sequence[Atom | tuple[Atom, ...]]) -> Domain:
        """From atoms, or tuples of them, written out; for small sets and tests."""
        rows = [m if isinstance(m, tuple) else (m,) for m in members]
        arity = len(rows[0]) if rows else 1
        return Domain.relation(universe, [universe.codes(r[c] for r in rows) for c in range(arity)])

    @staticmethod
    def product(universe: Universe, factors: Sequence[Domain]) -> Domain:
        """All combinations, the last factor fastest."""
        flat: list[Domain] = []
        for f in factors:
            flat.extend(f.factors or (f,))
        flat = [f for f in flat if f.arity]
        if not flat:
            return Domain.scalar(universe)
        if len(flat) == 1:
            return flat[0]
        bases = tuple(b for f in flat for b in f.bases)
        return Domain(universe, prod(f.size for f in flat), None, bases, factors=tuple(flat))

    @staticmethod
    def subsets(base: Domain) -> Domain:
        """All subsets of a set of at most SUBSETS_LIMIT members, as bit masks, the empty set first."""
        return Domain(base.universe, 1 << base.size, None, (base,), low=0)

    # ---- reading ----

    def __len__(self) -> int:
        return self.size

    @property
    def columns(self) -> tuple[Codes, ...]:
        """One array of codes (size,) a component."""
        if self._columns is None:
            self._columns = tuple(self._made())
        return self._columns

    def _made(self) -> Iterator[Codes]:
        if not self.factors:
            assert self.low is not None
            yield np.arange(self.low, self.low + self.size, dtype=np.int32)
            return
        outer, inner = 1, self.size
        for f in self.factors:
            inner = inner // f.size if f.size else 0
            for column in f.columns:
                yield np.tile(np.repeat(column, inner), outer)
            outer *= f.size

    def lookup(self, codes: Sequence[Codes]) -> npt.NDArray[Any]:
        """Position of each member given by its components, -1 where it is not in the set; shape as the codes'."""
        if not self.arity:
            raise ValueError("a scalar has no members to look up")
        if self.factors:
            return self._lookup_product(codes)
        if self._finder is None:
            self._finder = finder(self.columns if self.low is None else None, self.low, self.size)
        return self._finder.find(codes)

    def _lookup_product(self, codes: Sequence[Codes]) -> npt.NDArray[Any]:
        parts, at = [], 0
        for f in self.factors:
            parts.append(f.lookup(codes[at : at + f.arity]))
            at += f.arity
        return self.combine(parts)

    def combine(self, parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Positions in a product from positions in its factors (-1 where any is -1)."""
        total: npt.NDArray[np.int64] = parts[0].astype(np.int32 if self.size < 2**31 else np.int64)
        for f, part in zip(self.factors[1:], parts[1:], strict=True):
            total *= f.size
            total += part
        lowest = [p for p in parts if len(p) and int(p.min()) < 0]
        for part in lowest:
            total[part < 0] = -1
        return total

    def contains(self, codes: Sequence[Codes]) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = self.lookup(codes) >= 0
        return found

    # ---- for people ----

    def labels(self) -> tuple[tuple[Sequence[Atom], ...], tuple[Codes, ...]]:
        """Atoms and codes as Labels (mdl.program) take them: component c of row k is `atoms[c][codes[c][k]]`."""
        made = [self._component_labels(c) for c in range(self.arity)]
        return tuple(a for a, _ in made), tuple(p for _, p in made)

    def _component_labels(self, c: int) -> tuple[Sequence[Atom], Codes]:
        base, column = self.bases[c], self.columns[c]
        if base is None:
            return self.universe.compact(column)
        distinct, places = np.unique(column, return_inverse=True)
        return tuple(subset_name(base, int(m)) for m in distinct), places.astype(np.int32)

    def member(self, position: int) -> tuple[Atom, ...]:
        """The atoms of one member; of a subset its name `{a,b}`."""
        return tuple(atom_of(self.universe, b, int(c[position])) for b, c in zip(self.bases, self.columns, strict=True))

    def members(self) -> Iterator[tuple[Atom, ...]]:
        return (self.member(k) for k in range(self.size))


def atom_of(universe: Universe, base: Domain | None, code: int) -> Atom:
    """The atom of a code, or the name of a subset from its mask."""
    return universe.atom(code) if base is None else subset_name(base, code)


def subset_name(base: Domain, mask: int) -> str:
    """`{a,b}` for the subset of `base` that a bit mask stands for."""
    inside = (base.member(k) for k in range(base.size) if mask >> k & 1)
    return "{" + ",".join(member_name(m) for m in inside) + "}"


def member_name(member: Sequence[Atom]) -> str:
    """`a` for a plain member, `(a, b)` for a tuple."""
    return str(member[0]) if len(member) == 1 else "(" + ", ".join(map(str, member)) + ")"


class Family:
    """A set for each of `rows` places: members `starts[k]:starts[k+1]` of `columns` belong to place k."""

    __slots__ = ("_relation", "bases", "columns", "starts", "universe")

    def __init__(
        self,
        universe: Universe,
        starts: npt.NDArray[np.int64],
        columns: tuple[Codes, ...],
        bases: tuple[Domain | None, ...] = (),
    ) -> None:
        self.universe = universe
        self.starts = starts
        self.columns = columns
        self.bases = bases or (None,) * len(columns)
        self._relation: Domain | None = None

    @staticmethod
    def of(universe: Universe, sets: Sequence[Sequence[Atom | tuple[Atom, ...]]]) -> Family:
        """From sets written out; for small data and tests."""
        flat = [m if isinstance(m, tuple) else (m,) for s in sets for m in s]
        arity = len(flat[0]) if flat else 1
        starts = np.zeros(len(sets) + 1, dtype=np.int64)
        np.cumsum([len(s) for s in sets], out=starts[1:])
        return Family(universe, starts, tuple(universe.codes(r[c] for r in flat) for c in range(arity)))

    @property
    def rows(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        return np.diff(self.starts)

    @property
    def owners(self) -> npt.NDArray[np.int32]:
        """The place that each entry of `columns` belongs to."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), self.counts)

    @property
    def relation(self) -> Domain:
        """The pairs (place, member) as one set, for questions of membership."""
        if self._relation is None:
            self._relation = Domain.relation(self.universe, (self.owners, *self.columns), (None, *self.bases))
        return self._relation

    def domain(self, row: int) -> Domain:
        """One set of the family."""
        low, high = int(self.starts[row]), int(self.starts[row + 1])
        return Domain.relation(self.universe, tuple(c[low:high] for c in self.columns), self.bases)

    def take(self, rows: npt.NDArray[Any]) -> Family:
        """The sets of the given places, in that order."""
        places, starts = entries_of(self.starts, rows)
        return Family(self.universe, starts, tuple(c[places] for c in self.columns), self.bases)

    def sets(self) -> list[list[tuple[Atom, ...]]]:
        """Every set written out; for people and tests."""
        rows = list(
            zip(*(
                [atom_of(self.universe, b, m) for m in c.tolist()]
                for b, c in zip(self.bases, self.columns, strict=True)
            ), strict=True)
        )  # fmt: skip
        return [rows[a:b] for a, b in pairwise(self.starts.tolist())]


def entries_of(
    starts: npt.NDArray[np.int64], rows: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the entries of chosen rows of a compressed table, and the starts of the chosen rows."""
    counts = (starts[1:] - starts[:-1])[rows]
    out = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(counts, out=out[1:])
    places = np.arange(int(out[-1]), dtype=np.int64)
    places += np.repeat(starts[:-1][rows] - out[:-1], counts)
    return places, out
