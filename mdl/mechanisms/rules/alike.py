"""Which cases are equal: by hashes of 128 bits over all their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.mechanisms.rules.batch import Places
from mdl.mechanisms.rules.blocks import Problems

Hash = npt.NDArray[np.uint64]
"""Shape (K, 2)."""


def matrix_hash(problems: Problems) -> Hash:
    """Of the coefficients of each case and their places."""
    held = problems.linear
    out = np.zeros((held.cases, 2), dtype=np.uint64)
    words = _words(held.entry)
    place = held.entry_row.astype(np.uint64) * np.uint64(1 << 32) + held.entry_column.astype(np.uint64)
    case = np.repeat(np.arange(held.cases), np.diff(held.entry_starts))
    full = np.flatnonzero(np.diff(held.entry_starts))
    if len(case):
        for side in range(2):
            mixed = _mixed(_mixed(place, side) ^ _mixed(words, side + 2), side + 4)
            out[full, side] = np.add.reduceat(mixed, held.entry_starts[full])
    return out[problems.cases]


def case_hash(problems: Problems, matrix: Hash) -> Hash:
    """Of everything that a case is."""
    out = matrix.copy()
    flags = (problems.has_low * 1 + problems.has_high * 2 + (problems.sense + 1) * 4).astype(np.uint64)
    for k, values in enumerate((problems.cost, problems.low, problems.high, flags)):
        words = _words(values) if k < 3 else values
        place = np.arange(k << 32, (k << 32) + words.shape[1], dtype=np.uint64)
        for side in range(2):
            out[:, side] += _mixed(words ^ _mixed(place, side + 6), side + 8).sum(axis=1, dtype=np.uint64)
    return out


def distinct(hashes: Hash) -> tuple[Places, Places]:
    """The first of each kind, and the kind of each."""
    single = np.ascontiguousarray(hashes).view([("a", np.uint64), ("b", np.uint64)]).reshape(-1)
    order = np.lexsort((single["b"], single["a"]))
    held = hashes[order]
    new = np.concatenate(([True], (held[1:] != held[:-1]).any(axis=1)))[: len(held)]
    kind = np.empty(len(hashes), dtype=np.int64)
    kind[order] = np.cumsum(new) - 1
    return order[new], kind


def _words(values: npt.NDArray[Any]) -> Hash:
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
