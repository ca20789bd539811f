"""Largest payments where types can only be hidden, for more scenarios and types than a table of valuations can hold.

Where each type can only report itself or an earlier one, the graphs of `constraints` have no cycles, and the largest
payment of type t is found from those of the earlier ones (multi_party_learning.txt, algorithm 1):

    p[t] = min(ceiling[t], truth[t] + min over r < t of (p[r] - lie[t, r]))

with truth[t] = value(t, t), lie[t, r] = value(t, r), all in a scenario.  Whole numbers over one denominator: with truth
and ceiling from below and lie from above, every requirement holds for the payments in exact arithmetic; the other way
round, they are at least the largest there are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mdl.algebra.numbers import IntArray

WIDTH = 64
"""Scenarios at a time, so that what is worked on stays in the cache."""

Lies = Callable[[int, slice], IntArray]
"""lie[t, r, s] of one type t for all r < t and some scenarios, shape (t, scenarios of the slice)."""


def largest(truth: IntArray, ceiling: IntArray, lies: Lies) -> IntArray:
    """Payments (L, S) from truth and ceiling (L, S); int64 throughout.

    Raises OverflowError where truth or ceiling exceed 2**60 / (L + 1); lies must not exceed that either.
    """
    types, scenarios = truth.shape
    most = max(_size(truth), _size(ceiling))
    if most > 2**60 // (types + 1):
        raise OverflowError("valuations too large for int64")
    out = np.empty((types, scenarios), dtype=np.int64)
    room = np.empty((types, min(WIDTH, scenarios)), dtype=np.int64)
    for first in range(0, scenarios, WIDTH):
        here = slice(first, min(first + WIDTH, scenarios))
        paid = ceiling[:, here].copy()
        for t in range(1, types):
            rest = np.subtract(paid[:t], lies(t, here), out=room[:t, : here.stop - first])
            paid[t] = np.minimum(paid[t], truth[t, here] + rest.min(axis=0))
        out[:, here] = paid
    return out


def path(payments: IntArray, truth: IntArray, ceiling: IntArray, lies: Lies, node: int, scenario: int) -> list[int]:
    """The types of a shortest path to `node`: its ceiling is that of the first, then each is held by the one before."""
    found, one = [node], slice(scenario, scenario + 1)
    while payments[node, scenario] != ceiling[node, scenario]:
        rest = payments[:node, scenario] - lies(node, one)[:, 0]
        node = int(rest.argmin())
        assert truth[found[-1], scenario] + rest[node] == payments[found[-1], scenario], "not these payments"
        found.append(node)
    return found[::-1]


def _size(values: IntArray) -> int:
    return max(int(values.max(initial=0)), -int(values.min(initial=0)))
