"""Chains whose operators nest in the tree: as long as a program needs, refused before they can exhaust the stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl import driver
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source

CHAINS = {
    "division": "param p = 1/1;",
    "union": "set B = A|A;",
    "difference": "set B = A\\A;",
    "intersection": "set B = A&A;",
    "product": "set B = A*A;",
}


def text(statement: str, times: int) -> str:
    operator = statement[-3:-1]
    return f"model m;\nset A := {{1}};\n{statement[:-3]}{operator * times};\nvar x >= 0, <= 1;\nmaximize w: x;\n"


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain(name: str) -> None:
    driver.understand(Source("t.mdl", text(CHAINS[name], 150)))
    with pytest.raises(Failure) as failure:
        driver.understand(Source("t.mdl", text(CHAINS[name], 20_000)))
    (found,) = failure.value.diagnostics
    assert found.code == "MDL108"
    assert found.span is not None and found.span.line == 3


def test_the_place_of_a_division_has_its_parentheses() -> None:
    statement = "param q[i in A] = (2) * ((i - 1) ) / ( (i - 1) ) * (3) / (4);"
    source = Source("t.mdl", f"model m;\nset A := {{1}};\n{statement}\nvar x >= 0, <= 1;\nmaximize w: x;\n")
    with pytest.raises(Failure) as failure:
        bind(driver.understand(source), Path())
    (found,) = failure.value.diagnostics
    assert found.span is not None and found.span.text == "(2) * ((i - 1) ) / ( (i - 1) )"


def test_one_equals_sign_in_a_constraint_is_one_message() -> None:
    text = "model m;\nvar x >= 0;\nsubject to r: x = 1;\nmaximize w: x;\n"
    with pytest.raises(Failure) as failure:
        driver.understand(Source("t.mdl", text))
    assert [d.code for d in failure.value.diagnostics] == ["MDL109"]
