"""What the data say about symbols, for the proof of curvature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mdl.algebra.domain import Domain
from mdl.algebra.interval import Interval
from mdl.algebra.universe import FIRST
from mdl.data.instance import Instance
from mdl.semantics.model import ParamSymbol, SetSymbol, Symbol, TypeSymbol
from mdl.semantics.typed import Expr


@dataclass(slots=True, eq=False)
class InstanceFacts:
    """`mdl.algebra.curvature.Facts`; `observed` are coefficient ranges that a Builder has met."""

    instance: Instance
    observed: Mapping[Expr, Interval] = field(default_factory=dict)

    def range_of(self, symbol: Symbol) -> Interval | None:
        if isinstance(symbol, ParamSymbol | TypeSymbol):
            found = self.instance.range_of(symbol)
            return None if found is None else Interval.of(*found)
        return self._members(symbol) if isinstance(symbol, SetSymbol) else None

    def _members(self, symbol: SetSymbol) -> Interval | None:
        held = self.instance.store.sets.get(symbol)
        if held is None or len(held.bases) != 1 or held.bases[0] is not None:
            return None
        codes = held.columns[0]
        if not len(codes):
            return None
        if int(codes.max()) < FIRST:
            return Interval.of(int(codes.min()), int(codes.max()))
        atoms = [held.universe.atom(int(c)) for c in np.unique(codes)]
        numbers = [a for a in atoms if not isinstance(a, str)]
        return Interval.of(min(numbers), max(numbers)) if len(numbers) == len(atoms) else None

    def size_of(self, symbol: SetSymbol) -> Interval | None:
        held = self.instance.store.sets.get(symbol)
        if held is None:
            return None
        if isinstance(held, Domain):
            return Interval.point(held.size)
        counts: Any = held.counts
        return Interval.of(int(counts.min()), int(counts.max())) if len(counts) else None

    def coefficient(self, product: Expr) -> Interval | None:
        return self.observed.get(product)
