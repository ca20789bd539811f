"""Symmetric positive definite systems that are narrow after reordering, solved in plain numpy.

The matrix is ordered breadth first from one end (Cuthill and McKee 1969), cut into blocks as
wide as its band, and the block tridiagonal system is solved by cyclic reduction, all odd blocks at
once (Golub and Van Loan, Matrix Computations, 4.5).  A band as wide as the matrix is one dense block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.program.maps import Places, spread

SMALLEST_BLOCK = 8
PANEL, WIDE = 64, 256
"""Columns of a dense block that are factored at once, and updated at once."""


@dataclass(slots=True, frozen=True, eq=False)
class Layout:
    """`place[i]` is the position of row i after reordering; `count` blocks of `block` rows hold all of them."""

    place: Places
    block: int
    count: int

    @property
    def flops(self) -> float:
        """Roughly, of one factorisation."""
        return (1 / 3 if self.count == 1 else 8 * self.count) * float(self.block) ** 3

    @property
    def size(self) -> int:
        """Entries of the diagonal blocks, and of those below them."""
        return self.count * self.block**2

    def slots(self, row: Places, column: Places) -> Places:
        """Flat places of the entries (row, column) in a store of `2 size`: diagonal blocks, then those below.

        Of entries of different blocks, only the one below the diagonal has a place; -1 for the other.
        """
        p, q = self.place[row], self.place[column]
        k, i, j = q // self.block, p % self.block, q % self.block
        flat = (k * self.block + i) * self.block + j
        across = p // self.block - k
        out: Places = np.where(across == 0, flat, np.where(across == 1, self.size + flat, -1))
        return out


def layout(size: int, row: Places, column: Places) -> Layout:
    """Of a symmetric pattern given by its entries, both triangles."""
    place = np.arange(size, dtype=np.intp)
    band = _band(place, row, column)
    if band > SMALLEST_BLOCK:
        ordered = _breadth_first(size, row, column)
        found = _band(ordered, row, column)
        if found < band:
            place, band = ordered, found
    block = min(size, max(band, SMALLEST_BLOCK))
    if 3 * block > size:
        block = size
    return Layout(place, block, -(-size // max(block, 1)))


def _band(place: Places, row: Places, column: Places) -> int:
    return int(np.abs(place[row] - place[column]).max(initial=0))


def _breadth_first(size: int, row: Places, column: Places) -> Places:
    """Positions by breadth-first search, every component from a node far out."""
    order = np.argsort(row, kind="stable")
    beside = column[order]
    starts = np.zeros(size + 1, dtype=np.intp)
    np.cumsum(np.bincount(row, minlength=size), out=starts[1:])
    found, seen, at = np.empty(size, dtype=np.intp), np.zeros(size, dtype=np.bool_), 0
    for node in range(size):
        if seen[node]:
            continue
        part = _walk(node, starts, beside, seen)
        if len(part) > 2:
            seen[part] = False
            part = _walk(int(part[-1]), starts, beside, seen)
        found[at : at + len(part)] = part
        at += len(part)
    place = np.empty(size, dtype=np.intp)
    place[found] = np.arange(size)
    return place


def _walk(node: int, starts: Places, beside: Places, seen: npt.NDArray[np.bool_]) -> Places:
    """The component of a node, level by level, in the order of discovery; `seen` is marked."""
    level = np.array([node], dtype=np.intp)
    seen[node] = True
    levels = [level]
    while len(level):
        counts = starts[level + 1] - starts[level]
        reached = beside[spread(starts[level], counts)]
        reached = reached[~seen[reached]]
        _, first = np.unique(reached, return_index=True)
        level = reached[np.sort(first)]
        seen[level] = True
        levels.append(level)
    return np.concatenate(levels)


class Factor:
    """Of a matrix given as the store that `Layout.slots` speaks of; scaled to a unit diagonal first."""

    def __init__(self, layout: Layout, store: FloatArray, size: int) -> None:
        """Raises numpy.linalg.LinAlgError where the matrix is not positive definite to working precision."""
        self.layout, self.size = layout, size
        block, count = layout.block, layout.count
        diagonal = store[: layout.size].reshape(count, block, block)
        below = store[layout.size :].reshape(count, block, block)[: count - 1]
        across = np.arange(block)
        own = diagonal[:, across, across]
        padding = (np.arange(count * block) >= size).reshape(count, block)
        own = np.where(padding, 1.0, own)
        if not (own > 0).all():
            raise np.linalg.LinAlgError
        self.scale = 1.0 / np.sqrt(own)
        diagonal = diagonal * self.scale[:, :, None] * self.scale[:, None, :]
        diagonal[:, across, across] = 1.0
        below = below * self.scale[1:, :, None] * self.scale[:-1, None, :]
        self.levels: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        while len(diagonal) > 1:
            diagonal, below = self._reduce(diagonal, below)
        self.last = Dense(diagonal[0]) if size else None

    def _reduce(self, diagonal: FloatArray, below: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Eliminate the odd blocks: each hangs on the even one above it and, but for the last, the one below."""
        odd = _inverse(diagonal[1::2])
        above, beneath = below[0::2], below[1::2]
        to_above = odd @ above
        to_beneath = odd[: len(beneath)] @ beneath.transpose(0, 2, 1)
        even = diagonal[0::2].copy()
        even[: len(above)] -= above.transpose(0, 2, 1) @ to_above
        even[1 : 1 + len(beneath)] -= beneath @ to_beneath
        self.levels.append((odd, to_above, to_beneath))
        return even, -(beneath @ to_above[: len(beneath)])

    def solve(self, right: FloatArray) -> FloatArray:
        """The solution for one right-hand side, shape (size,)."""
        if self.last is None:
            return right
        count, block = self.layout.count, self.layout.block
        held = np.zeros(count * block)
        held[self.layout.place] = right
        part = held.reshape(count, block, 1) * self.scale[:, :, None]
        odds = []
        for _, to_above, to_beneath in self.levels:
            own, part = part[1::2], part[0::2].copy()
            part[: len(to_above)] -= to_above.transpose(0, 2, 1) @ own
            part[1 : 1 + len(to_beneath)] -= to_beneath.transpose(0, 2, 1) @ own[: len(to_beneath)]
            odds.append(own)
        part = self.last.solve(part[0])[None]
        for (odd, to_above, to_beneath), own in zip(reversed(self.levels), reversed(odds), strict=True):
            found = odd @ own - to_above @ part[: len(to_above)]
            found[: len(to_beneath)] -= to_beneath @ part[1 : 1 + len(to_beneath)]
            whole = np.empty((len(part) + len(found), block, 1))
            whole[0::2], whole[1::2] = part, found
            part = whole
        out: FloatArray = (part * self.scale[:, :, None]).reshape(-1)[self.layout.place]
        return out


def _inverse(blocks: FloatArray) -> FloatArray:
    """Of symmetric positive definite blocks; by Cholesky, which notices where they are not."""
    root = np.linalg.inv(np.linalg.cholesky(blocks))
    return root.transpose(0, 2, 1) @ root


class Dense:
    """Cholesky factor of one block, panel by panel; the inverse of each triangle on the diagonal is kept."""

    def __init__(self, block: FloatArray) -> None:
        self.factor = block.copy()
        self.inverses: list[FloatArray] = []
        size = len(block)
        for start in range(0, size, PANEL):
            end = min(start + PANEL, size)
            inverse = np.linalg.inv(np.linalg.cholesky(self.factor[start:end, start:end]))
            self.inverses.append(inverse)
            below = self.factor[end:, start:end] @ inverse.T
            self.factor[end:, start:end] = below
            for first in range(end, size, WIDE):  # of the rest, only what is on and below the diagonal
                last = min(first + WIDE, size)
                self.factor[first:, first:last] -= below[first - end :] @ below[first - end : last - end].T

    def solve(self, right: FloatArray) -> FloatArray:
        """Shape (size, 1)."""
        out, size = right.copy(), len(right)
        for k, inverse in enumerate(self.inverses):
            start, end = k * PANEL, min((k + 1) * PANEL, size)
            out[start:end] = inverse @ out[start:end]
            out[end:] -= self.factor[end:, start:end] @ out[start:end]
        for k, inverse in reversed(list(enumerate(self.inverses))):
            start, end = k * PANEL, min((k + 1) * PANEL, size)
            out[start:end] = inverse.T @ (out[start:end] - self.factor[end:, start:end].T @ out[end:])
        return out
