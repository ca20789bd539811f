"""Index keys and sides of blocks as Pyomo takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdl.program.labels import Labels
from mdl.program.program import Bound


def is_scalar(labels: Labels) -> bool:
    return not labels.codes and len(labels) == 1


def keys_of(labels: Labels) -> list[Any]:
    """Members, tuples of members, None for a scalar; positions where labels repeat or are missing."""
    if not labels.codes:
        return [None] if len(labels) == 1 else list(range(len(labels)))
    parts = [[atoms[c] for c in codes.tolist()] for atoms, codes in zip(labels.atoms, labels.codes, strict=True)]
    keys: list[Any] = parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))
    return keys if len(set(keys)) == len(keys) else list(range(len(labels)))


def sides(bound: Bound | None, size: int) -> Sequence[float | None]:
    """Floats; None where there is no bound."""
    if bound is None:
        return [None] * size
    values: list[float | None] = bound.values.floats().tolist()
    if bound.finite is None:
        return values
    return [v if f else None for v, f in zip(values, bound.finite.tolist(), strict=True)]
