"""Probabilities of types and profiles, exact, and what is wrong with a prior."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from mdl.diagnostics import Failure
from mdl.mechanisms.priors import prior_of
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import spaces
from tests.mechanisms.making import codes, instance_of

TWO = "model m; agents A := {a, b}; type v[A] in {1, 2, 3};"


def weights(text: str) -> list[Fraction] | None:
    instance = instance_of(text)
    held = spaces(instance)
    found = prior_of(instance, held).weights(Profiles(held))
    return None if found is None else found.fractions()


def test_uniform() -> None:
    assert weights(TWO + "prior v ~ uniform;") == [Fraction(1, 9)] * 9


def test_a_table_by_agent_and_its_product() -> None:
    text = TWO + "param p[A] := {a: 1/2, b: 1/4}; prior v[i in A] ~ {2: p[i], 1: 1 - p[i] - 1/8, 3: 1/8};"
    a, b = [Fraction(3, 8), Fraction(1, 2), Fraction(1, 8)], [Fraction(5, 8), Fraction(1, 4), Fraction(1, 8)]
    assert weights(text) == [x * y for x, y in product(a, b)]


def test_components_are_independent() -> None:
    text = "model m; agents A := {a}; type v[A] in {1, 2}; type w[A] in {low, high};"
    text += "prior v ~ {1: 1/3, 2: 2/3}; prior w ~ {low: 1/4, high: 3/4};"
    assert weights(text) == [Fraction(1, 12), Fraction(1, 4), Fraction(1, 6), Fraction(1, 2)]


def test_a_joint_table_in_the_order_of_profiles() -> None:
    rows = {(1, 1): "1/2", (3, 2): "1/2"}
    table = ", ".join(f"({a}, {b}): {rows.get((a, b), 0)}" for b, a in product((1, 2, 3), repeat=2))
    found = weights(f"{TWO} prior joint := {{{table}}};")
    assert found == [Fraction(int((a, b) in rows), 2) for a, b in product((1, 2, 3), repeat=2)]


def test_values_below_zero_and_fractions_as_keys() -> None:
    text = "model m; agents A := {a}; type v[A] in {-1, 0.5, 1/3}; prior v ~ {-1: 1/2, 0.5: 1/4, 1/3: 1/4};"
    assert weights(text) == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]


def test_without_a_prior_of_every_type_nothing_is_known() -> None:
    instance = instance_of("model m; agents A := {a}; type v[A] in {1}; type w[A] in {1, 2}; prior v ~ uniform;")
    found = prior_of(instance, spaces(instance))
    assert not found.known and found.missing is instance.model.symbols["w"]
    assert weights(TWO) is None


@pytest.mark.parametrize(("agents", "types"), [(3, 2), (4, 3)])
def test_counted_weights_are_those_of_the_profiles_they_stand_for(agents: int, types: int) -> None:
    raw = list(range(1, types + 1))
    table = ", ".join(f"{k}: {Fraction(k, sum(raw))}" for k in raw)
    instance = instance_of(f"model m; agents A := 1..{agents}; type v[A] in 1..{types}; prior v ~ {{{table}}};")
    held = spaces(instance)
    counted = CountedProfiles(held, range(agents))
    found = prior_of(instance, held).weights(counted)
    assert found is not None
    expected: Counter[int] = Counter()
    for p in product(range(types), repeat=agents):
        chance = Fraction(1)
        for k in p:
            chance *= Fraction(raw[k], sum(raw))
        expected[counted.locate(p, 0)[1]] += chance  # type: ignore[assignment]
    assert found.fractions() == [expected[c] for c in range(counted.cases)]
    assert sum(found.fractions()) == 1


@pytest.mark.parametrize(
    ("prior", "told", "words"),
    [
        ("prior v ~ {1: 0.333, 2: 0.333, 3: 0.333};", ["MDL610"], "adds up to 0.999, not 1"),
        ("prior v ~ {1: 1/3, 2: 1/3, 3: 1/3 + 1e-300};", ["MDL610"], "not 1"),
        ("prior v ~ {1: -1, 2: 1, 3: 1};", ["MDL611"], "gives 1 the probability -1"),
        ("prior v ~ {1: 1/2, 2: 1/2, 4: 0};", ["MDL612"], "4, which is no value"),
        ("prior v ~ {1: 1};", ["MDL613"], "no probability for 2 and 1 more"),
        ("prior v ~ {1: 1/2, 2: 1/2, 3: 0, 1: 0};", ["MDL615"], "names 1 twice"),
        ("prior joint := {(1, 1): 1};", ["MDL613"], "no probability for (1, 2) and 7 more"),
        ("prior joint := {(1, 1, 1): 1};", ["MDL614"], "has 3 values, not 2"),
        ("prior joint := {(1, 1): 1, (1, 4): 0};", ["MDL612"], "(1, 4), which is no profile"),
        ("prior joint := {(1, 1): 1, (1, 1): 0};", ["MDL615"], "names (1, 1) twice"),
        ("prior joint := {(1, 1): 2, (2, 1): -1};", ["MDL611"], "gives (2, 1) the probability -1"),
    ],
)
def test_what_is_wrong(prior: str, told: list[str], words: str) -> None:
    instance = instance_of(TWO + prior)
    with pytest.raises(Failure) as failure:
        prior_of(instance, spaces(instance))
    assert codes(failure.value) == told
    assert words in failure.value.diagnostics[0].message


def test_every_wrong_prior_is_told() -> None:
    text = TWO + "type w[A] in {1}; prior v ~ {1: 1, 2: 0, 3: 1}; prior w ~ {1: 2};"
    instance = instance_of(text)
    with pytest.raises(Failure) as failure:
        prior_of(instance, spaces(instance))
    assert codes(failure.value) == ["MDL610", "MDL610"]
