"""Tables as text and as JSON: composite types, exact numbers."""

from __future__ import annotations

import json
from fractions import Fraction

from mdl.answer.answer import Answer, Table
from mdl.answer.as_json import encode
from mdl.answer.text import render
from mdl.program.solution import Status

TABLE = Table("p", [(("a", (1, Fraction(1, 5)), 2), Fraction(1, 3)), (("a", (2, Fraction(1, 5)), 2), 0.25)])


def test_a_composite_type_is_shown_in_parentheses() -> None:
    assert render(Answer("find m", "find", Status.OPTIMAL, values=[TABLE])).splitlines() == [
        "find m: optimal",
        "  p",
        "    a, (1, 0.2), 2  1/3",
        "    a, (2, 0.2), 2  0.25",
    ]


def test_in_json_its_values_follow_each_other_as_in_an_expectation() -> None:
    """The index of `M.p[a, 1, 0.2, 2]`."""
    (task,) = json.loads(encode("m", [Answer("find m", "find", values=[TABLE])]))["tasks"]
    assert task["values"]["p"] == [["a", 1, 0.2, 2, 1 / 3], ["a", 2, 0.2, 2, 0.25]]


def test_an_exact_objective_keeps_its_digits() -> None:
    answer = Answer("find m", "find", Status.OPTIMAL, objective=Fraction(17499999999, 10**10))
    assert "objective = 1.7499999999\n" in render(answer)
    assert json.loads(encode("m", [answer]))["tasks"][0]["objective"] == 1.7499999999
