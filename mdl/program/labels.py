"""Names of rows and columns: members by position, made only when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numerals import text


@dataclass(slots=True, frozen=True, eq=False)
class Labels:
    """An index table of `size` rows: component c of row k is `atoms[c][codes[c][k]]`.

    No components: a scalar (size 1), or unindexed rows.  `form` is the text around the components, one piece
    more than there are: `("", ": ", " -> ", "")` for `ic[a: 3 -> 2]`; None: commas between them.
    """

    atoms: tuple[Sequence[Atom], ...]
    codes: tuple[npt.NDArray[Any], ...]
    size: int
    form: tuple[str, ...] | None = None

    @staticmethod
    def scalar() -> Labels:
        return Labels((), (), 1)

    @staticmethod
    def of(rows: Sequence[tuple[Atom, ...]], form: tuple[str, ...] | None = None) -> Labels:
        """From tuples written out; for small tables and tests."""
        arity = len(rows[0]) if rows else 0
        atoms = tuple(tuple(dict.fromkeys(r[c] for r in rows)) for c in range(arity))
        places = tuple({a: k for k, a in enumerate(column)} for column in atoms)
        codes = tuple(np.array([places[c][r[c]] for r in rows], dtype=np.int64) for c in range(arity))
        return Labels(atoms, codes, len(rows), form)

    def __len__(self) -> int:
        return self.size

    def key(self, position: int) -> tuple[Atom, ...]:
        return tuple(a[int(c[position])] for a, c in zip(self.atoms, self.codes, strict=True))

    def keys(self) -> list[tuple[Atom, ...]]:
        """Of every row; each member that occurs is made once."""
        columns = []
        for atoms, codes in zip(self.atoms, self.codes, strict=True):
            held, place = np.unique(codes, return_inverse=True)
            made = [atoms[k] for k in held.tolist()]
            columns.append([made[k] for k in place.tolist()])
        return list(zip(*columns, strict=True)) if columns else [()] * self.size

    def take(self, positions: npt.NDArray[Any]) -> Labels:
        """The labels of some rows."""
        return Labels(self.atoms, tuple(c[positions] for c in self.codes), len(positions), self.form)

    def name(self, block: str, position: int) -> str:
        """`x[u1, AB]` without spaces: `x[u1,AB]`; a scalar is its block's name.

        A block named after another, such as `dual[link]`, has the members inside: `dual[link[AB]]`.
        """
        if block.endswith("]") and "[" in block:
            outer, inner = block[:-1].split("[", 1)
            return f"{outer}[{self.name(inner, position)}]"
        if not self.codes:
            return block if self.size == 1 else f"{block}[{position}]"
        return f"{block}[{self.inside([text(a) for a in self.key(position)])}]"

    def inside(self, parts: Sequence[str]) -> str:
        """The text between the brackets of a name, from the texts of its components."""
        if self.form is None:
            return ",".join(parts)
        return self.form[0] + "".join(chain.from_iterable(zip(parts, self.form[1:], strict=True)))


@dataclass(slots=True, frozen=True, eq=False)
class LazyAtoms(Sequence[Atom]):
    """`size` members of a component that are made when they are read."""

    size: int
    made: Callable[[int], Atom]

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: int) -> Atom:  # type: ignore[override]
        if not 0 <= place < self.size:
            raise IndexError(place)
        return self.made(place)
