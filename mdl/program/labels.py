"""Names of rows and columns: members by position, made only when somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom


@dataclass(slots=True, frozen=True, eq=False)
class Labels:
    """An index table of `size` rows: component c of row k is `atoms[c][codes[c][k]]`.

    No components: a scalar (size 1), or unindexed rows.
    """

    atoms: tuple[Sequence[Atom], ...]
    codes: tuple[npt.NDArray[Any], ...]
    size: int

    @staticmethod
    def scalar() -> Labels:
        return Labels((), (), 1)

    @staticmethod
    def of(rows: Sequence[tuple[Atom, ...]]) -> Labels:
        """From tuples written out; for small tables and tests."""
        arity = len(rows[0]) if rows else 0
        atoms = tuple(tuple(dict.fromkeys(r[c] for r in rows)) for c in range(arity))
        places = tuple({a: k for k, a in enumerate(column)} for column in atoms)
        codes = tuple(np.array([places[c][r[c]] for r in rows], dtype=np.int64) for c in range(arity))
        return Labels(atoms, codes, len(rows))

    def __len__(self) -> int:
        return self.size

    def key(self, position: int) -> tuple[Atom, ...]:
        return tuple(a[int(c[position])] for a, c in zip(self.atoms, self.codes, strict=True))

    def name(self, block: str, position: int) -> str:
        """`x[u1, AB]` without spaces: `x[u1,AB]`; a scalar is its block's name.

        A block named after another, such as `dual[link]`, has the members inside: `dual[link[AB]]`.
        """
        if block.endswith("]") and "[" in block:
            outer, inner = block[:-1].split("[", 1)
            return f"{outer}[{self.name(inner, position)}]"
        if not self.codes:
            return block if self.size == 1 else f"{block}[{position}]"
        return f"{block}[{','.join(str(a) for a in self.key(position))}]"
