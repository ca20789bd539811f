"""JSON and back: nothing lost, nothing read that does not fit together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mdl.algebra.numbers import Numbers
from mdl.backends.json_program import read, write
from mdl.diagnostics import Failure, Source, Span
from mdl.program.labels import Labels
from mdl.program.program import Complementarity, Program
from tests.backends.test_pyomo_arrays import blocks, ranges
from tests.backends.test_pyomo_model import everything, tower, unicast
from tests.program import make


def same(one: Any, two: Any) -> bool:
    """Equal as data; numbers exactly, and exact only where the other is."""
    if isinstance(one, Numbers):
        return one.is_exact == two.is_exact and one.fractions() == two.fractions()
    if isinstance(one, Labels):
        return [one.key(k) for k in range(len(one))] == [two.key(k) for k in range(len(two))]
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    if isinstance(one, Source):
        return (one.name, one.text) == (two.name, two.text)
    if isinstance(one, tuple):
        return len(one) == len(two) and all(same(a, b) for a, b in zip(one, two, strict=True))
    if is_dataclass(one):
        return type(one) is type(two) and all(same(getattr(one, f.name), getattr(two, f.name)) for f in fields(one))
    return type(one) is type(two) and one == two


def placed() -> Program:
    """Spans in two sources, members of every kind, a start, a complementarity."""
    program = everything()
    first, second = Source("a.mdl", "model a;\nvar x;\n"), Source("--set", "π = 3")
    columns = replace(
        program.columns[0],
        labels=Labels.of([("ü", Fraction(1, 2)), ("b,c", 3)]),
        span=Span(first, 9, 14),
        initial=np.array([np.nan, 0.1]),
        origin="x",
    )
    rows = replace(program.rows[0], span=Span(second, 0, 1))
    return replace(
        program,
        columns=(columns, program.columns[1]),
        rows=(rows, program.rows[1]),
        complementarities=(Complementarity("c", 0, 1),),
    )


@pytest.mark.parametrize(
    "build", [ranges, blocks, unicast, everything, placed, lambda: tower(5), lambda: make.utility(20)]
)
def test_round_trip(build: Callable[[], Program]) -> None:
    program = build()
    text = write(program)
    assert same(replace(read(text), why=None), replace(program, why=None))
    assert write(read(text)) == text


def test_exact_bounds_are_readable() -> None:
    columns = json.loads(write(make.linear([1, 1], lower=[Fraction(1, 3), None], upper=2)))["columns"][0]
    assert columns["lower"] == {"exact": ["1/3", None], "floats": [1 / 3, None]}
    assert columns["upper"] == {"exact": ["2", "2"], "floats": [2, 2]}


rationals = some.fractions(max_denominator=10**30)
floats = some.floats(allow_nan=False, allow_infinity=False)


@given(some.lists(rationals, min_size=2, max_size=2), some.lists(floats, min_size=2, max_size=2), some.text())
@settings(max_examples=60)
def test_every_number_and_name_comes_back(exact: list[Fraction], inexact: list[float], name: str) -> None:
    program = make.linear([c or Fraction(1) for c in exact], lower=exact)
    column = replace(program.columns[0], name=name, labels=Labels.of([(name, 1), (name + "'", 2)]))
    upper = replace(program.columns[0].lower, values=Numbers.inexact(inexact))
    program = replace(program, columns=(replace(column, upper=upper),))
    assert same(read(write(program)), program)


@given(some.data())
@settings(max_examples=80)
def test_broken_text_is_refused_in_words(data: some.DataObject) -> None:
    """Text mutated anywhere, and values put where they do not belong: a Program or a Failure, never a traceback."""
    text = write(everything())
    if data.draw(some.booleans()):
        at = data.draw(some.integers(0, len(text)))
        text = text[:at] + data.draw(some.text(max_size=3)) + text[at + data.draw(some.integers(0, 3)) :]
    else:
        whole = json.loads(text)
        place: Any = whole
        while isinstance(place, (dict, list)) and place:
            key = data.draw(some.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(some.integers(0, 4)) == 0:
                place[key] = data.draw(some.sampled_from([None, -1, 10**30, "x", [], {}, [1, "2"], 0.5]))
                break
            place = place[key]
        text = json.dumps(whole)
    try:
        read(text)
    except Failure as failure:
        assert [d.code for d in failure.diagnostics] == ["MDL586"]


def test_a_file_of_something_else() -> None:
    with pytest.raises(Failure) as failed:
        read("[1, 2]")
    assert "format" in failed.value.diagnostics[0].message
