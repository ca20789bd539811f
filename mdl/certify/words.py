"""What was proved, in words: which constraints, with which weights, add up to a contradiction."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeVar

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.certify.outcome import Outcome, Proof, Refutation, Unboundedness
from mdl.program.program import Bound, Columns, Program, Rows

SHORT = 8
"""Terms of the longest row that is written out."""

LONG = 10**40
"""Numerators and denominators from here on are not written out."""


def words(outcome: Outcome, program: Program, most: int = 40) -> list[str]:
    """Lines of text, without full stops; of a long list the first `most` and how many more there are."""
    match outcome:
        case Proof():
            return _of_proof(outcome)
        case Refutation():
            return _of_refutation(outcome, program, most)
        case Unboundedness():
            return _of_ray(outcome, program, most)
        case _:
            return [f"not proved: {outcome.reason}"]


def _of_proof(proof: Proof) -> list[str]:
    out = [f"optimum proved: primal and dual agree at {_number(proof.optimum)} exactly"]
    if proof.pivots:
        steps = "1 exact step" if proof.pivots == 1 else f"{proof.pivots} exact steps"
        out.append(f"the solver's last basis was not exactly optimal: {steps} of the simplex method led on from it")
    return out


def _of_refutation(found: Refutation, program: Program, most: int) -> list[str]:
    if found.crossed is not None:
        kind, place = found.crossed
        name = (row_name if kind == "row" else column_name)(program, place)
        return [f"`{name}` has a lower bound above its upper one, by {_number(found.gap)}: nothing can meet both"]
    lines = [*_weighted_rows(found, program), *_weighted_bounds(found, program)]
    tail = ["without any one of them, the others can be met"] if found.irreducible and len(lines) > 1 else []
    head = f"these constraints, with these weights, add up to 0 >= {_number(found.gap)}:"
    return [head, *_first(lines, most), f"sum: 0 >= {_number(found.gap)}", *tail]


def _of_ray(found: Unboundedness, program: Program, most: int) -> list[str]:
    way = "rises" if found.slope > 0 else "falls"
    lines = [f"  {column_name(program, j)}: {_signed(v)}" for j, v in _nonzero(found.ray)]
    slope = _number(abs(found.slope))
    return [
        f"no optimum: from a feasible point the objective {way} for ever, by {slope} with every step of:",
        *_first(lines, most),
    ]


def _first(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most + 1 else [*lines[:most], f"  and {len(lines) - most} more"]


def _nonzero(numbers: Numbers) -> list[tuple[int, Fraction]]:
    assert numbers.numerators is not None
    places = np.flatnonzero(numbers.numerators)
    return list(zip(places.tolist(), numbers.take(places).fractions(), strict=True))


def _number(value: Fraction) -> str:
    """In full where that can be read, else about: Python refuses to write more than 4,300 digits."""
    long = max(abs(value.numerator), value.denominator) >= LONG
    return f"about {shown(value)}" if long else str(value)


def _signed(value: Fraction) -> str:
    return f"{'+' if value > 0 else '-'}{_number(abs(value))}"


def _weighted_rows(found: Refutation, program: Program) -> Iterator[str]:
    for row, weight in _nonzero(found.row_weights):
        text = _row_text(program, row, weight > 0)
        yield f"  {_signed(weight)} times {row_name(program, row)}" + (f": {text}" if text else "")


def _weighted_bounds(found: Refutation, program: Program) -> Iterator[str]:
    for column, weight in _nonzero(found.column_weights):
        block = _block(program.columns, column)
        relation, held = (">=", block.lower) if weight > 0 else ("<=", block.upper)
        side = _side(held, column - block.start)
        assert side is not None, "a weight stands for a side"
        yield f"  {_signed(weight)} times the bound {column_name(program, column)} {relation} {_number(side)}"


def _row_text(program: Program, row: int, lower: bool) -> str:
    """The side that is used, `x + 2*y >= 3`; empty where it is long."""
    block = _block(program.rows, row)
    at = row - block.start
    here = np.arange(int(block.linear.starts[at]), int(block.linear.starts[at + 1]))
    if len(here) > SHORT:
        return ""
    names = [column_name(program, int(c)) for c in block.linear.columns[here]]
    body = _sum(list(zip(block.linear.coefficients.take(here).fractions(), names, strict=True)))
    low, high = _side(block.lower, at), _side(block.upper, at)
    relation = "==" if low == high else ">=" if lower else "<="
    side = low if lower else high
    assert side is not None, "a weight stands for a side"
    return f"{body} {relation} {_number(side)}"


def _sum(terms: list[tuple[Fraction, str]]) -> str:
    out = ""
    for value, name in terms:
        size = name if abs(value) == 1 else f"{_number(abs(value))}*{name}"
        sign = "-" if value < 0 else "+"
        out += f" {sign} {size}" if out else f"-{size}" if value < 0 else size
    return out or "0"


def _side(bound: Bound | None, at: int) -> Fraction | None:
    if bound is None or (bound.finite is not None and not bound.finite[at]):
        return None
    return bound.values.take(np.array([at])).fractions()[0]


def row_name(program: Program, row: int) -> str:
    block = _block(program.rows, row)
    return block.labels.name(block.name, row - block.start)


def column_name(program: Program, column: int) -> str:
    block = _block(program.columns, column)
    return block.labels.name(block.name, column - block.start)


Held = TypeVar("Held", Rows, Columns)


def _block(blocks: tuple[Held, ...], place: int) -> Held:
    return next(b for b in blocks if b.start <= place < b.start + len(b.labels))
