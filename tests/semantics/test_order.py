"""Orders and circles of dependence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mdl.semantics.order import components, cycle

graphs = st.integers(1, 9).flatmap(
    lambda n: st.fixed_dictionaries({i: st.lists(st.integers(0, n - 1), max_size=4) for i in range(n)})
)


def reachable(edges: dict[int, list[int]], start: int) -> set[int]:
    found: set[int] = set()
    todo = list(edges[start])
    while todo:
        at = todo.pop()
        if at not in found:
            found.add(at)
            todo += edges[at]
    return found


@given(graphs)
def test_components_are_the_mutually_reachable(edges: dict[int, list[int]]) -> None:
    reach = {node: reachable(edges, node) for node in edges}
    found = components(edges)
    assert sorted(node for component in found for node in component) == sorted(edges)
    place = {node: at for at, component in enumerate(found) for node in component}
    for a in edges:
        for b in edges:
            assert (place[a] == place[b]) == (a == b or (b in reach[a] and a in reach[b]))
        assert all(place[b] <= place[a] for b in edges[a])


@given(graphs)
def test_cycles_are_walks_back_to_their_start(edges: dict[int, list[int]]) -> None:
    for component in components(edges):
        walk = cycle(component, edges)
        assert bool(walk) == any(node in reachable(edges, node) for node in component)
        assert len(set(walk)) == len(walk)
        for a, b in zip(walk, walk[1:] + walk[:1], strict=True):
            assert b in edges[a]
