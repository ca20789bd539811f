"""How large something may get before it becomes impossible, by doubling and bisection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Boundary:
    """`largest` is possible (None: not even the first), `smallest` is not (None: nothing up to the limit is not)."""

    largest: int | None
    smallest: int | None
    tried: tuple[tuple[int, bool], ...]


def boundary(possible: Callable[[int], bool], first: int = 1, limit: int = 2**20) -> Boundary:
    """For what is impossible from some size on, as a mechanism is when more types are added to those it cannot serve.

    Tries first, 2 * first, 4 * first, ... up to `limit`, then halves what is between.
    """
    tried: list[tuple[int, bool]] = []

    def ask(size: int) -> bool:
        tried.append((size, possible(size)))
        return tried[-1][1]

    low, high, size = None, None, max(1, first)
    while high is None:
        if not ask(size):
            high = size
        elif size >= limit:
            return Boundary(size, None, tuple(tried))
        else:
            low, size = size, min(2 * size, limit)
    while low is not None and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ask(middle) else (low, middle)
    return Boundary(low, high, tuple(tried))
