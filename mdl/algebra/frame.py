"""Frames: tables of index assignments on which expressions are evaluated, and children of frames.

The frame of a declaration has one row for each member of its index; a reduction's frame is a child
that has, for each outer row, a row for each assignment of the reduction's indices.  Columns are made
only when asked for, and those of outer indices are gathered through the row map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mdl.algebra.absence import Absence
from mdl.algebra.domain import Domain, Family, atom_of, entries_of
from mdl.algebra.universe import Codes, Universe
from mdl.algebra.values import Fixed, Members, Positions, Segments, SetValue, Varying
from mdl.semantics.kinds import Kind, TupleOf
from mdl.semantics.typed import Binder, IndexVar

T = TypeVar("T")


def width(kind: Kind) -> int:
    """Number of components of a member of this kind."""
    return len(kind.items) if isinstance(kind, TupleOf) else 1


@dataclass(slots=True, frozen=True, eq=False)
class Range:
    """The indices of one binder: entries `positions` of the columns of a set or of a family."""

    source: Domain | Family
    positions: Positions
    indices: tuple[IndexVar, ...]

    def slot(self, index: IndexVar) -> tuple[int, int]:
        """First component and number of components of an index."""
        at = 0
        for v in self.indices:
            if v is index:
                return at, width(v.kind)
            at += width(v.kind)
        raise KeyError(index.name)


@dataclass(slots=True, frozen=True, eq=False)
class Given:
    """Indices bound to members directly (a let's indices to the arguments of a reference)."""

    codes: tuple[Codes, ...]
    bases: tuple[Domain | None, ...]


class Frame:
    """`size` rows; `rows` (size,) is the row of `outer` that each belongs to (None: the same rows).

    `absence` says which agents do not take part (see absence.py); it passes to children.
    """

    __slots__ = ("_cache", "_own", "absence", "filtered", "outer", "ranges", "rows", "size", "universe")

    def __init__(
        self,
        universe: Universe,
        size: int,
        outer: Frame | None = None,
        rows: Positions | None = None,
        ranges: Sequence[Range] = (),
        given: dict[IndexVar, Given] | None = None,
        absence: Absence | None = None,
    ) -> None:
        self.universe = universe
        self.size = size
        self.outer = outer
        self.rows = rows
        self.ranges = tuple(ranges)
        self.absence: Absence | None = absence if absence is not None or outer is None else outer.absence
        self._own: dict[IndexVar, Range | Given] = {v: r for r in ranges for v in r.indices}
        if given:
            self._own.update(given)
        self._cache: dict[object, Any] = {}
        self.filtered = False

    @staticmethod
    def root(universe: Universe, absence: Absence | None = None) -> Frame:
        """One row, no index."""
        return Frame(universe, 1, absence=absence)

    # ---- reading ----

    def codes(self, index: IndexVar) -> tuple[Codes, ...]:
        """The members of an index, one array (size,) a component."""
        found: tuple[Codes, ...] | None = self._cache.get(index)
        if found is None:
            found = self._cache[index] = self._codes(index)
        return found

    def _codes(self, index: IndexVar) -> tuple[Codes, ...]:
        own = self._own.get(index)
        if isinstance(own, Given):
            return own.codes
        if own is not None:
            at, count = own.slot(index)
            return tuple(c[own.positions] for c in own.source.columns[at : at + count])
        assert self.outer is not None, f"index {index.name} is not in scope"
        outer = self.outer.codes(index)
        return outer if self.rows is None else tuple(c[self.rows] for c in outer)

    def bases(self, index: IndexVar) -> tuple[Domain | None, ...]:
        """For each component of an index the set that its codes are subsets of (None for plain members)."""
        frame: Frame | None = self
        while frame is not None:
            own = frame._own.get(index)
            if isinstance(own, Given):
                return own.bases
            if own is not None:
                at, count = own.slot(index)
                return own.source.bases[at : at + count]
            frame = frame.outer
        raise KeyError(index.name)

    def members(self, index: IndexVar) -> Members:
        return Members(self.codes(index))

    def positions(self, indices: Sequence[IndexVar], source: Domain) -> Positions | None:
        """Positions in `source` (size,) where exactly these indices range over it, else None."""
        key = (tuple(indices), source)
        if key in self._cache:
            held: Positions | None = self._cache[key]
            return held
        own = self._own.get(indices[0])
        found: Positions | None = None
        if isinstance(own, Range):
            if own.source is source and own.indices == tuple(indices):
                found = own.positions
        elif own is None and self.outer is not None:
            found = self.outer.positions(indices, source)
            if found is not None and self.rows is not None:
                found = found[self.rows]
        self._cache[key] = found
        return found

    def scope(self) -> tuple[IndexVar, ...]:
        """Named indices, the outermost first."""
        outer = self.outer.scope() if self.outer is not None else ()
        return outer + tuple(v for v in self._own if v not in outer)

    def describe(self, row: int) -> str:
        """`i = u1, l = AB`; empty where no index is in scope."""
        parts = []
        for index in self.scope():
            atoms = [
                str(atom_of(self.universe, b, int(c[row])))
                for b, c in zip(self.bases(index), self.codes(index), strict=True)
            ]
            text = atoms[0] if len(atoms) == 1 else f"({', '.join(atoms)})"
            parts.append(f"{index.name} = {text}" if index.name else text)
        return ", ".join(parts)

    def remembered(self, key: str, make: Callable[[], T]) -> T:
        """Something kept with this frame, made at first."""
        if key not in self._cache:
            self._cache[key] = make()
        held: T = self._cache[key]
        return held

    @property
    def everything(self) -> Positions:
        """0..size-1, always the same object."""
        found: Positions | None = self._cache.get("everything")
        if found is None:
            found = self._cache["everything"] = np.arange(self.size, dtype=_index_type(self.size))
        return found

    def spans(self, indices: Sequence[Sequence[IndexVar]], factors: Sequence[Domain]) -> bool:
        """Whether the rows are exactly the members of a product of `factors`, with these indices, in order."""
        key = ("spans", *(v for group in indices for v in group), *factors)
        known: bool | None = self._cache.get(key)
        if known is None:
            known = self._cache[key] = self._spans(indices, factors)
        return known

    def _spans(self, indices: Sequence[Sequence[IndexVar]], factors: Sequence[Domain]) -> bool:
        if not self._own:
            return self.rows is None and self.outer is not None and self.outer.spans(indices, factors)
        if self.filtered or self.outer is None or self.outer.size != 1 or len(self.ranges) != len(factors):
            return False
        return all(
            r.source is f and r.indices == tuple(group)
            for r, f, group in zip(self.ranges, factors, indices, strict=True)
        )

    def narrowed(self, indices: frozenset[IndexVar]) -> tuple[Frame, tuple[int, ...], tuple[int, ...]] | None:
        """A smaller frame on which an expression with only these indices has all of its values.

        Only for a whole product of fixed sets.  Also the shape of the product (outer rows, then one axis a
        range) and the shape that the smaller frame's rows take in it, with 1 on the axes left out.
        """
        if not self.ranges or self.filtered or self.outer is None or not self.size:
            return None
        if not all(isinstance(r.source, Domain) for r in self.ranges):
            return None
        own = {v: k for k, r in enumerate(self.ranges) for v in r.indices}
        axes = frozenset(own.get(v, -1) for v in indices)
        shape = (self.outer.size, *(r.source.size for r in self.ranges if isinstance(r.source, Domain)))
        inner = tuple(s if k - 1 in axes else 1 for k, s in enumerate(shape))
        small = 1
        for s in inner:
            small *= s
        if 2 * small > self.size:
            return None
        frame: Frame | None = self._cache.get(("narrowed", axes))
        if frame is None:
            frame = self._cache["narrowed", axes] = self._narrow(axes, small)
        return frame, inner, shape

    def _narrow(self, axes: frozenset[int], size: int) -> Frame:
        assert self.outer is not None
        outer = self.outer if -1 in axes else Frame.root(self.universe, self.absence)
        chosen = [r for k, r in enumerate(self.ranges) if k in axes]
        if not chosen:
            return outer
        binders = [Binder(r.indices, _NOWHERE, r.indices[0].span) for r in chosen]
        made = outer.expand(binders, [Fixed(r.source) for r in chosen if isinstance(r.source, Domain)])
        assert made.size == size
        return made

    # ---- children ----

    def keep(self, rows: Positions) -> Frame:
        """A child with only the given rows, in place of this one: its unfiltered columns are let go."""
        if not self.ranges or self.outer is None:
            return self.take(rows)
        above = rows if self.rows is None else self.rows[rows]
        ranges = [Range(r.source, r.positions[rows], r.indices) for r in self.ranges]
        kept = Frame(self.universe, len(rows), self.outer, above, ranges, absence=self.absence)
        kept.filtered = True
        return kept

    def take(self, rows: Positions) -> Frame:
        """The child with the given rows of this frame."""
        return Frame(self.universe, len(rows), self, rows)

    def with_absence(self, absence: Absence | None) -> Frame:
        return Frame(self.universe, self.size, self, None, absence=absence)

    def call(self, given: dict[IndexVar, Given], absence: Absence | None) -> Frame:
        """The child with the same rows in which further indices are bound to members."""
        return Frame(self.universe, self.size, self, None, given=given, absence=absence)

    def expand(self, binders: Sequence[Binder], sets: Sequence[SetValue]) -> Frame:
        """The child with a row for each combination of members of `sets` (values on this frame), last fastest."""
        if len(sets) == 1 and isinstance(sets[0], Varying):
            return self._expand_varying(binders[0], sets[0])
        domains = []
        for s in sets:
            assert isinstance(s, Fixed), "varying sets are expanded one at a time"
            domains.append(s.domain)
        return self._expand_fixed(binders, domains)

    def _expand_fixed(self, binders: Sequence[Binder], domains: Sequence[Domain]) -> Frame:
        block = 1
        for d in domains:
            block *= d.size
        size = self.size * block
        rows = np.repeat(np.arange(self.size, dtype=_index_type(self.size)), block) if self.size != 1 else None
        ranges, repeat = [], block
        for binder, d in zip(binders, domains, strict=True):
            repeat = repeat // d.size if d.size else 0
            base = np.arange(d.size, dtype=_index_type(d.size))
            positions = np.repeat(base, repeat) if repeat != 1 else base
            times = size // len(positions) if len(positions) else 0
            ranges.append(Range(d, np.tile(positions, times) if times != 1 else positions, binder.indices))
        if rows is None:
            rows = np.broadcast_to(np.zeros(1, dtype=np.int32), (size,))
        return Frame(self.universe, size, self, rows, ranges)

    def alone(self, binder: Binder, domain: Domain) -> Frame:
        """The members of one set on a frame of their own, under the same absence."""
        return Frame.root(self.universe, self.absence).expand([binder], [Fixed(domain)])

    def chosen(self, binder: Binder, domain: Domain, rows: Positions, positions: Positions) -> Frame:
        """The child in which row k stands under row `rows[k]` and has the member at `positions[k]` of a set."""
        made = Frame(self.universe, len(rows), self, rows, [Range(domain, positions, binder.indices)])
        made.filtered = True
        return made

    def _expand_varying(self, binder: Binder, value: Varying) -> Frame:
        family = value.family
        if value.rows is None:
            places: npt.NDArray[Any] = np.arange(len(family.columns[0]), dtype=np.int64)
            starts = family.starts
        else:
            places, starts = entries_of(family.starts, value.rows)
        rows = np.repeat(np.arange(self.size, dtype=_index_type(self.size)), np.diff(starts))
        return Frame(self.universe, len(rows), self, rows, [Range(family, places, binder.indices)])

    def rows_of(self, ancestor: Frame) -> Positions | None:
        """The row of `ancestor` that each row belongs to; None where the rows are the same."""
        if self is ancestor:
            return None
        assert self.outer is not None, "not an ancestor"
        above = self.outer.rows_of(ancestor)
        if above is None or self.rows is None:
            return self.rows if above is None else above
        return above[self.rows]

    def segments(self, ancestor: Frame) -> Segments:
        """This frame's rows grouped by the row of `ancestor`."""
        rows = self.rows_of(ancestor)
        whole = not self.filtered and all(isinstance(r.source, Domain) for r in self.ranges)
        if self.ranges and whole and self.outer is ancestor and ancestor.size and rows is not None:
            block = self.size // ancestor.size
            return Segments(rows, ancestor.size, np.arange(ancestor.size + 1, dtype=np.int64) * block)
        return Segments(np.arange(self.size, dtype=_index_type(self.size)) if rows is None else rows, ancestor.size)


_NOWHERE: Any = None
"""Domain of a binder that is expanded over a set already evaluated."""


def _index_type(size: int) -> type[np.int32] | type[np.int64]:
    return np.int32 if size < 2**31 else np.int64
