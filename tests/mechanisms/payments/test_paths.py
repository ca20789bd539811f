"""Batches of shortest paths against Floyd and Warshall on one graph at a time, in fractions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.mechanisms.payments.paths import BASE, Graphs, Loop, Paths, shortest


def floyd(weight: Any, start: Any, there: Any) -> list[int] | None:
    """Distances from a base, or None with a negative cycle."""
    n = len(start)
    d: list[list[float]] = [[0 if i == j else float("inf") for j in range(n)] for i in range(n)]
    for to in range(n):
        for at in range(n):
            if to != at and there[to, at]:
                d[at][to] = int(weight[to, at])
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d[i][j] = min(d[i][j], d[i][k] + d[k][j])
    if any(d[i][i] < 0 for i in range(n)):
        return None
    return [min(int(start[i]) + d[i][j] for i in range(n) if d[i][j] < float("inf")) for j in range(n)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_distances_or_a_cycle(data: st.DataObject) -> None:
    n, s = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    low, scale = data.draw(st.sampled_from([(-1, 1), (-3, 1), (-1, 2**70)]))
    numbers = st.integers(low, 6)
    weight = np.array([data.draw(numbers) * scale for _ in range(n * n * s)], dtype=object).reshape(n, n, s)
    start = np.array([data.draw(numbers) * scale for _ in range(n * s)], dtype=object).reshape(n, s)
    there = np.array([data.draw(st.booleans()) for _ in range(n * n * s)]).reshape(n, n, s)
    if scale == 1:
        weight, start = weight.astype(np.int64), start.astype(np.int64)
    wanted = [floyd(weight[:, :, k], start[:, k], there[:, :, k]) for k in range(s)]
    found = shortest(Graphs.of(weight, start, there))
    if isinstance(found, Loop):
        onward = found.nodes[1:] + found.nodes[:1]
        arcs = list(zip(found.nodes, onward, strict=True))
        assert len(set(found.nodes)) == len(found.nodes) >= 2
        assert all(there[to, at, found.graph] for at, to in arcs)
        assert sum(int(weight[to, at, found.graph]) for at, to in arcs) == found.total < 0
        assert None in wanted
        return
    assert [[int(v) for v in found.distance[:, k]] for k in range(s)] == wanted
    for node in range(n):
        for k in range(s):
            path = found.path(node, k)
            length = int(start[path[0], k]) + sum(int(weight[b, a, k]) for a, b in pairwise(path))
            assert path[-1] == node and length == int(found.distance[node, k])


def test_a_pair_before_longer_cycles() -> None:
    """Of two cycles of two reports, the worse; none where only a longer one is negative."""
    weight = np.zeros((3, 3, 2), dtype=np.int64)
    weight[0, 1, 0], weight[1, 0, 0] = -3, 1
    weight[1, 2, 1], weight[2, 1, 1] = -5, 1
    found = shortest(Graphs.of(weight, np.zeros((3, 2), dtype=np.int64), np.True_))
    assert isinstance(found, Loop) and found.total == -4 and found.graph == 1 and set(found.nodes) == {1, 2}
    around = np.full((3, 3, 1), 5, dtype=np.int64)
    for node in range(3):
        around[(node + 1) % 3, node] = -1
    found = shortest(Graphs.of(around, np.zeros((3, 1), dtype=np.int64), np.True_))
    assert isinstance(found, Loop) and found.total == -3 and len(found.nodes) == 3


@pytest.mark.parametrize("big", [2**58, 2**62, 2**80])
def test_large_weights_do_not_wrap(big: int) -> None:
    """A chain of 40 arcs, each nearly as long as an int64 can hold."""
    n = 40
    weight = np.full((n, n, 1), 0, dtype=object)
    there = np.zeros((n, n), dtype=bool)
    for node in range(1, n):
        weight[node, node - 1], there[node, node - 1] = -big, True
    found = shortest(Graphs.of(weight, np.full((n, 1), big, dtype=object), there[:, :, None]))
    assert isinstance(found, Paths)
    assert [int(v) for v in found.distance[:, 0]] == [big * (1 - k) for k in range(n)]
    assert found.before[0, 0] == BASE and found.before[n - 1, 0] == n - 2
