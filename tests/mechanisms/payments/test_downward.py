"""Payments where types can only be hidden, against the graphs of any shape; doubling and bisection."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.mechanisms.payments import downward
from mdl.mechanisms.payments.boundary import boundary
from mdl.mechanisms.payments.paths import Graphs, Paths, shortest


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**31), st.sampled_from([3, 10**12]))
def test_the_same_as_by_graphs(types: int, scenarios: int, seed: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    value = draw.integers(-size, size, (types, types, scenarios))
    ceiling = draw.integers(-size, size, (types, scenarios))
    before = ceiling.copy()
    truth = value[np.arange(types), np.arange(types)]
    lies = lambda t, here: value[t, :t, here]  # noqa: E731
    found = downward.largest(truth, ceiling, lies)
    assert (ceiling == before).all()
    down = np.tri(types, k=-1, dtype=bool)[:, :, None]
    wanted = shortest(Graphs.of(truth[:, None] - value, ceiling, down))
    assert isinstance(wanted, Paths)
    assert (found == wanted.distance).all()
    for node in range(types):
        for s in range(scenarios):
            nodes = downward.path(found, truth, ceiling, lies, node, s)
            length = ceiling[nodes[0], s]
            for r, t in pairwise(nodes):
                assert r < t
                length += truth[t, s] - value[t, r, s]
            assert nodes[-1] == node and length == found[node, s]


def test_more_scenarios_than_are_done_at_a_time() -> None:
    value = np.random.default_rng(1).integers(-9, 9, (4, 4, 150))
    truth = value[np.arange(4), np.arange(4)]
    found = downward.largest(truth, truth, lambda t, here: value[t, :t, here])
    again = [downward.largest(truth[:, [s]], truth[:, [s]], lambda t, _, s=s: value[t, :t, [s]].T) for s in range(150)]
    assert (found == np.concatenate(again, axis=1)).all()


def test_numbers_that_int64_cannot_add_are_refused() -> None:
    big = np.full((3, 1), 2**59)
    with pytest.raises(OverflowError):
        downward.largest(big, big, lambda t, here: np.zeros((t, 1), dtype=np.int64))


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_boundary_is_found(largest: int, limit: int) -> None:
    asked = []

    def possible(size: int) -> bool:
        asked.append(size)
        return size <= largest

    found = boundary(possible, 1, limit)
    assert found.tried == tuple((s, s <= largest) for s in asked) and max(asked) <= max(limit, 1)
    if largest >= limit:
        assert (found.largest, found.smallest) == (limit, None)
    else:
        assert (found.largest, found.smallest) == (largest or None, largest + 1)
    assert len(asked) <= 2 * max(1, limit).bit_length() + 2
