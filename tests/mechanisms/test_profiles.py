"""Report profiles as cases, against all profiles written out; counted ones against counting them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import spaces
from tests.mechanisms.making import instance_of


def profiles(*sizes: int) -> Profiles:
    """Agents a, b, ... with values 1..size; size 0: without a type."""
    names = "abcdef"[: len(sizes)]
    text = "model m;" + "".join(f"agents S{n} := {{{n}}};" for n in names)
    text += "".join(f"type t{n}[S{n}] in 1..{k};" for n, k in zip(names, sizes, strict=True) if k)
    return Profiles(spaces(instance_of(text)))


@pytest.mark.parametrize("sizes", [(2, 3), (3, 1, 2), (2, 0, 3, 2), (4,), (0, 2)])
def test_cases_are_the_product(sizes: tuple[int, ...]) -> None:
    held = profiles(*sizes)
    everything = list(product(*(range(max(k, 1)) for k in sizes)))
    assert held.cases == len(everything)
    assert [held.types_of(c) for c in range(held.cases)] == everything
    assert held.utilities == sum(max(k, 1) for k in sizes) * held.cases
    for a in held.audited:
        own, scenario, case = held.own(a), held.scenario_of(a), held.case(a)
        assert case.shape == (max(sizes[a], 1), held.scenarios(a))
        others: dict[int, set[tuple[int, ...]]] = {}
        for c, types in enumerate(everything):
            assert own[c] == types[a]
            assert case[own[c], scenario[c]] == c
            others.setdefault(int(scenario[c]), set()).add(types[:a] + types[a + 1 :])
            assert held.locate(types, a) == (a, c)
        assert all(len(rest) == 1 for rest in others.values())
        assert list(others) == sorted(others)


def test_names() -> None:
    held = profiles(2, 0, 3)
    assert held.case_name(4) == "a=2, c=2"
    assert held.scenario_name(0, 1) == "c=2"
    assert held.scenario_name(2, 1) == "a=2"
    assert held.sizes() == "2 x 3"
    assert profiles(2).scenario_name(0, 0) == ""


def counted(agents: int, types: int) -> CountedProfiles:
    text = f"model m; agents A := 1..{agents}; type t[A] in 1..{types};"
    return CountedProfiles(spaces(instance_of(text)), range(agents))


@pytest.mark.parametrize(("agents", "types"), [(3, 2), (4, 2), (3, 3), (5, 3), (4, 1)])
def test_counts_stand_for_all_profiles(agents: int, types: int) -> None:
    held = counted(agents, types)
    everything = list(product(range(types), repeat=agents))
    stands = Counter(held.locate(p, 0)[1] for p in everything)
    assert sorted(stands) == list(range(held.cases))
    assert [Fraction(stands[c]) for c in range(held.cases)] == held.multiplicity().fractions()
    for p in everything:
        for a in range(agents):
            who, case = held.locate(p, a)
            assert who == 0
            types_there = held.types_of(case)
            assert types_there[0] == p[a]
            assert sorted(types_there) == sorted(p)


@pytest.mark.parametrize(("agents", "types"), [(3, 2), (4, 3)])
def test_whose_payments_an_agent_has(agents: int, types: int) -> None:
    held = counted(agents, types)
    assert held.pays_like(0) is None
    for a in range(1, agents):
        like = held.pays_like(a)
        assert like is not None and like[0] == 0
        for case in range(held.cases):
            there = held.types_of(case)
            here = held.types_of(int(like[1][case]))
            assert here[0] == there[a] and sorted(here) == sorted(there)


@pytest.mark.parametrize(("agents", "types"), [(3, 2), (4, 3)])
def test_how_many_agents_have_each_type(agents: int, types: int) -> None:
    held = counted(agents, types)
    for k, (rows, times) in enumerate(held.by_type()):
        for case in range(held.cases):
            there = held.types_of(case)
            assert times[case] == there.count(k)
            if times[case]:
                here = held.types_of(int(rows[case]))
                assert here[0] == k and sorted(here) == sorted(there)


def test_distinct_cases_are_the_ways_of_counting_everybody() -> None:
    held = counted(4, 3)
    first, none = held.distinct(None)
    assert none is None
    ways = [tuple(sorted(held.types_of(int(c)))) for c in first]
    assert len(set(ways)) == len(ways) == 15  # 4 people over 3 types
    weight = held.multiplicity()  # of the uniform distribution, up to 81
    _, total = held.distinct(weight)
    assert total is not None
    everything = Counter(tuple(sorted(p)) for p in product(range(3), repeat=4))
    assert [Fraction(everything[w]) for w in ways] == total.fractions()


def test_counted_names() -> None:
    held = counted(4, 2)
    assert held.case_name(0) == "4 agents with 1"
    assert held.case_name(held.cases - 1) == "4 agents with 2"
    assert held.scenario_name(0, 1) == "2 others with 1, 1 other with 2"
    assert held.sizes() == "4 interchangeable agents with 2 types"
