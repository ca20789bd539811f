"""Names of rows and columns: commas between members, or the text of a form."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.program.labels import Labels, LazyAtoms

FORM = ("", ": ", " -> ", " | ", "")


def test_a_form_stands_around_the_members() -> None:
    labels = Labels.of([("a", 3, 2, "b=1"), ("a", 3, 1, "b=1")], FORM)
    assert labels.name("ic", 0) == "ic[a: 3 -> 2 | b=1]"
    assert labels.name("shortfall[ic]", 1) == "shortfall[ic[a: 3 -> 1 | b=1]]"
    assert labels.key(1) == ("a", 3, 1, "b=1")
    assert labels.take(np.array([1])).name("ic", 0) == "ic[a: 3 -> 1 | b=1]"


def test_without_a_form_members_stand_between_commas() -> None:
    assert Labels.of([("u1", "AB")]).name("x", 0) == "x[u1,AB]"
    assert Labels.scalar().name("x", 0) == "x"


def test_lazy_members_are_made_when_a_name_is_read() -> None:
    made: list[int] = []

    def member(k: int) -> str:
        made.append(k)
        return f"b={k}"

    atoms = LazyAtoms(10**9, member)
    labels = Labels((atoms,), (np.array([7, 10**9 - 1]),), 2, ("", ""))
    assert not made
    assert labels.name("budget", 1) == "budget[b=999999999]"
    assert made == [10**9 - 1] and len(atoms) == 10**9
    with pytest.raises(IndexError):
        atoms[10**9]


def test_all_keys_at_once_make_each_member_once() -> None:
    made: list[int] = []

    def member(place: int) -> int:
        made.append(place)
        return 10 * place

    labels = Labels((("x", "y"), LazyAtoms(5, member)), (np.array([1, 0, 1]), np.array([3, 4, 3])), 3)
    assert labels.keys() == [("y", 30), ("x", 40), ("y", 30)] == [labels.key(k) for k in range(3)]
    assert made[:2] == [3, 4]
    assert Labels.scalar().keys() == [()] and labels.take(np.array([], dtype=np.int64)).keys() == []


def test_rationals_are_named_as_they_are_written() -> None:
    labels = Labels.of([(Fraction(1, 2), Fraction(1, 3))])
    assert labels.name("t", 0) == "t[0.5,1/3]"
