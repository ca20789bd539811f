"""The types of each agent as lists, and which reports they may give."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.diagnostics import Failure
from mdl.mechanisms.spaces import MOST, spaces
from tests.mechanisms.making import codes, instance_of


def listed(text: str) -> dict[str, list[tuple[object, ...]]]:
    return {str(s.agent): [s.atoms(k) for k in range(s.size)] for s in spaces(instance_of("model m;\n" + text))}


def test_composite_types_in_the_order_of_their_statements() -> None:
    found = listed("agents A := {a, b}; type v[A] in {3, 1}; type w[A] in {low, high};")
    assert found["a"] == [(3, "low"), (3, "high"), (1, "low"), (1, "high")]
    assert found["b"] == found["a"]


def test_a_grid_ends_where_a_step_would_pass_the_end() -> None:
    found = listed("agents A := {a}; type v[A] in [0, 1] step 0.3;")
    assert found["a"] == [(0,), (Fraction(3, 10),), (Fraction(3, 5),), (Fraction(9, 10),)]
    assert listed("agents A := {a}; type v[A] in [0, 1] step 1/3;")["a"][-1] == (1,)


def test_domains_that_depend_on_the_agent() -> None:
    found = listed(
        "agents A := {a, b}; param k[A] := {a: 1, b: 3}; set S[i in A] = 1..k[i]; type v[i in A] in S[i]; "
        "type w[i in A] in [0, k[i]] step 1;"
    )
    assert found["a"] == [(1, 0), (1, 1)]
    assert found["b"] == [(v, w) for v in (1, 2, 3) for w in (0, 1, 2, 3)]


def test_several_entries_of_one_type_are_components() -> None:
    found = listed("agents A := {a, b}; set ITEM := {x, y}; type v[A, ITEM] in {1, 2};")
    assert found["a"] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_agents_without_a_type_have_one() -> None:
    found = listed("agents A := {a}; agents B := {b}; type v[A] in {1, 2};")
    assert found == {"a": [(1,), (2,)], "b": [()]}


def test_agents_of_several_sets_once_each() -> None:
    text = "model m; agents A := {a, b}; agents B in A := {b}; type v[B] in {1, 2};"
    assert [(str(s.agent), s.size) for s in spaces(instance_of(text))] == [("a", 1), ("b", 2)]


def test_finding_and_naming_a_type() -> None:
    (a,) = spaces(instance_of("model m; agents A := {a}; type v[A] in {1, 0.5}; type w[A] in {low, high};"))
    assert [a.name(k) for k in range(a.size)] == ["(1, low)", "(1, high)", "(0.5, low)", "(0.5, high)"]
    assert [a.find(a.atoms(k)) for k in range(a.size)] == [0, 1, 2, 3]
    assert a.find((2, "low")) is None and a.find((1, "lower")) is None
    assert a.places(0).tolist() == [0, 0, 1, 1] and a.places(1).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("report", "may"),
    [
        ("at most truth", lambda true, told: told <= true),
        ("at least truth", lambda true, told: told >= true),
        ("fixed", lambda true, told: told == true),
        (None, lambda true, told: True),
    ],
)
def test_which_reports_are_allowed(report: str | None, may: object) -> None:
    """By value, not by place in the list; a second component is free."""
    values = [3, 1, 2]
    text = "model m; agents A := {a}; type v[A] in {3, 1, 2}; type w[A] in {0, 1};"
    (a,) = spaces(instance_of(text + (f"report v {report};" if report else "")))
    expected = [[may(values[t // 2], values[r // 2]) for r in range(6)] for t in range(6)]  # type: ignore[operator]
    assert a.allowed().tolist() == expected


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        ("{2, 1/5, 4}", (2, 0.2, 4)),
        ("{2, 1, 4}", (2, 1, 4)),
        ("{3, -1/2, (1/3), 0}", (3, -0.5, 1 / 3, 0)),
        ("D[i]", (2, 0.5, 1)),
    ],
)
def test_numbers_are_compared_by_size_however_they_are_listed(domain: str, values: tuple[float, ...]) -> None:
    for rule, op in (("at most", np.less_equal), ("at least", np.greater_equal)):
        text = f"model m; agents A := {{a}}; set D[A] := {{a: {{2, 1/2, 1}}}}; type v[i in A] in {domain};"
        text += f"report v {rule} truth; valuation[i in A] = v[i];"
        (space,) = spaces(instance_of(text))
        held = np.array(values)
        np.testing.assert_array_equal(space.allowed(), op(held[None, :], held[:, None]))


def test_named_values_are_ordered_as_listed() -> None:
    (a,) = spaces(instance_of("model m; agents A := {a}; type v[A] in {none, some, all}; report v at most truth;"))
    assert a.allowed().tolist() == np.tril(np.ones((3, 3), dtype=bool)).tolist()


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("[0, 1]", "MDL600"),
        ("1..n", "MDL601"),
        ("[1, 0] step 1", "MDL601"),
        ("[0, 1] step n", "MDL602"),
        ("[0, 1] step -1", "MDL602"),
        ("[0, 1] step 1e-9", "MDL608"),
        (f"1..{MOST + 1}", "MDL608"),
    ],
)
def test_what_has_no_list(domain: str, code: str) -> None:
    with pytest.raises(Failure) as told:
        spaces(instance_of(f"model m; param n := 0; agents A := {{a}}; type v[A] in {domain};"))
    assert codes(told.value) == [code]


def test_all_types_without_a_list_are_told() -> None:
    text = "model m; agents A := {a}; type v[A] in [0, 1]; type w[A] in [0, 1] step 0; type u[A] in {1};"
    with pytest.raises(Failure) as told:
        spaces(instance_of(text))
    assert codes(told.value) == ["MDL600", "MDL602"]
