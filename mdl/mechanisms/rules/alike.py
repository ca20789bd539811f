"""Which cases are equal: by hashes of 128 bits over all their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import IntArray
from mdl.mechanisms.rules.batch import Places

Hash = npt.NDArray[np.uint64]
"""Shape (K, 2)."""


def of_entries(starts: Places, row: Places, column: Places, entry: IntArray) -> Hash:
    """Of the sparse matrix of each case, which has entries `starts[k] : starts[k + 1]`."""
    out = np.zeros((len(starts) - 1, 2), dtype=np.uint64)
    counts = np.diff(starts)
    full = np.flatnonzero(counts)
    words, place = _words(entry), row.astype(np.uint64) * np.uint64(1 << 32) + column.astype(np.uint64)
    if len(full):
        for side in range(2):
            mixed = _mixed(_mixed(place, side) ^ _mixed(words, side + 2), side + 4)
            out[full, side] = np.add.reduceat(mixed, starts[full])
    return out


def of_numbers(start: Hash, parts: Sequence[IntArray]) -> Hash:
    """Of matrices of integers, row by row, added to a hash of each row."""
    out = start.copy()
    for k, values in enumerate(parts):
        words = _words(values)
        place = np.arange(k << 32, (k << 32) + words.shape[1], dtype=np.uint64)
        for side in range(2):
            out[:, side] += _mixed(words ^ _mixed(place, side + 6), side + 8).sum(axis=1, dtype=np.uint64)
    return out


def folded(parts: Sequence[IntArray]) -> list[Hash]:
    """Both words of a hash of each place of some vectors of one length."""
    out = []
    for side in range(2):
        held = _mixed(_words(parts[0]), side)
        for part in parts[1:]:
            held = _mixed(held ^ _mixed(_words(part), side + 2), side + 4)
        out.append(held)
    return out


def distinct(hashes: Hash) -> tuple[Places, Places]:
    """The first of each kind, and the kind of each."""
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    held = hashes[order]
    new = np.concatenate(([True], (held[1:] != held[:-1]).any(axis=1)))[: len(held)]
    kind = np.empty(len(hashes), dtype=np.int64)
    kind[order] = np.cumsum(new) - 1
    return order[new], kind


def _words(values: IntArray) -> Hash:
    """64 bits of each integer; of one beyond them a hash of all its digits."""
    if values.dtype != object:
        return values.astype(np.int64).view(np.uint64)
    flat = [v & (2**64 - 1) if -(2**63) <= v < 2**63 else _long(int(v)) for v in values.reshape(-1).tolist()]
    return np.array(flat, dtype=np.uint64).reshape(values.shape)


def _long(value: int) -> int:
    from hashlib import blake2b

    return int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "little")


_ODD = np.random.default_rng(20260).integers(1 << 62, 1 << 63, size=(16, 3), dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)


def _mixed(values: Hash, salt: int) -> Hash:
    """A bijection of 64 bits that spreads every bit (Steele, Lea and Flood 2014), one a salt."""
    add, first, second = _ODD[salt]
    out = values + add
    out = (out ^ (out >> np.uint64(30))) * first
    out = (out ^ (out >> np.uint64(27))) * second
    return np.asarray(out ^ (out >> np.uint64(31)), dtype=np.uint64)
