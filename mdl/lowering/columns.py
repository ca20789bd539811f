"""Which column of the program each entry of a variable has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.values import Positions
from mdl.semantics.model import VarSymbol

Places = npt.NDArray[Any]


class ColumnTable:
    """Columns are given out block by block; `width` is the number so far."""

    __slots__ = ("_maps", "starts", "width")

    def __init__(self) -> None:
        self.width = 0
        self.starts: dict[VarSymbol, int] = {}
        self._maps: dict[VarSymbol, Places] = {}

    def add(self, size: int) -> int:
        """A new block; its first column."""
        start, self.width = self.width, self.width + size
        return start

    def add_variable(self, symbol: VarSymbol, size: int, present: Positions | None) -> int:
        """Columns for the entries `present` (None: all `size`) of a variable's index table."""
        start = self.add(size if present is None else len(present))
        self.starts[symbol] = start
        if present is not None:
            # entries of absent agents have no column, and the evaluator never asks for one
            places = np.full(size, -1, dtype=np.int32)
            places[present] = np.arange(start, self.width, dtype=np.int32)
            self._maps[symbol] = places
        return start

    def put(self, symbol: VarSymbol, places: Places) -> None:
        """Columns given out before, for every entry of a variable; entries may share one."""
        self.starts[symbol] = int(places.min(initial=0))
        self._maps[symbol] = places

    def places(self, symbol: VarSymbol, positions: Positions) -> Places:
        """Columns of entries of a variable, int32."""
        held = self._maps.get(symbol)
        if held is not None:
            found = held[positions]
            assert not len(found) or int(found.min()) >= 0, f"a column of an absent entry of {symbol.name}"
            return found
        start = self.starts[symbol]
        narrow = positions.astype(np.int32, copy=False)
        return narrow if start == 0 else narrow + np.int32(start)
