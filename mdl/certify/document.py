"""Certificates as files: all that `python -m mdl.certificate` needs to check a claim, and nothing else.

Numbers are strings, `"3"` or `"-17/8"`; no bound is null; places of rows and columns count from 0.

    {"format": "mdl-certificate", "version": 1, "kind": KIND, "model": {"name": ..., "sha256": ...}, ...}

`model` has any strings; `seal`, added last, is a digest of everything else (mdl.certificate.seal), which the command
checks, as it checks the model's digest where it is given the model.

A kind of linear program, "optimal", "infeasible" or "unbounded", has

    "program": {"name": str, "sense": "maximize" | "minimize",
                "objective": {"name": str, "constant": number, "columns": [place], "coefficients": [number]},
                "columns": {"names": [str], "lower": [number | null], "upper": [number | null]},
                "rows": {"names": [str], "lower": [number | null], "upper": [number | null],
                         "starts": [place], "columns": [place], "coefficients": [number]}}

with the rows compressed as in SparseRows.  Signs are those of mdl.certify.outcome (docs/signs.md):

    optimal     "point", "row_multipliers", "reduced_costs": [number];   "claims": {"objective": number}
    infeasible  "row_weights", "column_weights": [number];               "claims": {"gap": number}
                "crossed": {"row": place} or {"column": place} besides, where a lower bound is above its upper one
    unbounded   "point", "ray": [number];                                "claims": {"slope": number}

Payments for a given outcome are difference constraints, u(to) - u(from) <= weight for each edge.  Two more kinds say
whether they can be met; `title` says in words what the edges are, and is not checked:

    cycle       "title": str, "edges": [{"from": str, "to": str, "weight": number, "name": str}], a closed walk:
                each edge starts where the last one ended.  "claims": {"sum": number}, the sum of weights, below 0:
                nothing meets them all, since around the cycle the left sides cancel.
    path        "title": str, "nodes": [str], "potentials": [number], "claims": {"edges": how many},
                "edges": {"from": [place], "to": [place], "weight": [number]}: the potentials meet every edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from math import gcd
from typing import Any

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.certificate import seal
from mdl.certify.outcome import Proof, Refutation, Unboundedness
from mdl.program.labels import Labels
from mdl.program.program import Bound, Program

FORMAT = "mdl-certificate"
VERSION = 1

CHUNK = 4000
"""Digits that Python turns to text at once; it refuses more than 4,300."""


def document(
    program: Program, outcome: Proof | Refutation | Unboundedness, model: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The file of a proof, with the whole program in it; `model` are strings about where it is from (see `about`)."""
    return sealed(_of_program(program, outcome, model))


def _of_program(
    program: Program, outcome: Proof | Refutation | Unboundedness, model: Mapping[str, str] | None
) -> dict[str, Any]:
    held = {"program": _program(program)}
    match outcome:
        case Proof():
            return (
                _headed("optimal", model)
                | held
                | {
                    "claims": {"objective": text_of(outcome.optimum)},
                    "point": texts(outcome.point),
                    "row_multipliers": texts(outcome.row_multipliers),
                    "reduced_costs": texts(outcome.reduced_costs),
                }
            )
        case Unboundedness():
            return (
                _headed("unbounded", model)
                | held
                | {
                    "claims": {"slope": text_of(outcome.slope)},
                    "point": texts(outcome.point),
                    "ray": texts(outcome.ray),
                }
            )
        case Refutation():
            crossed = {} if outcome.crossed is None else {"crossed": {outcome.crossed[0]: outcome.crossed[1]}}
            return (
                _headed("infeasible", model)
                | held
                | {
                    "claims": {"gap": text_of(outcome.gap)},
                    "row_weights": texts(outcome.row_weights),
                    "column_weights": texts(outcome.column_weights),
                }
                | crossed
            )


def cycle_document(
    edges: Sequence[tuple[str, str, Fraction, str]], title: str, model: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """From (from, to, weight, name) around a closed walk whose weights add up to less than 0."""
    held = [{"from": a, "to": b, "weight": text_of(w), "name": name} for a, b, w, name in edges]
    total = sum((w for _, _, w, _ in edges), Fraction(0))
    return sealed(_headed("cycle", model) | {"title": title, "edges": held, "claims": {"sum": text_of(total)}})


def path_document(
    nodes: Sequence[str],
    potentials: Numbers,
    edges: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], Numbers],
    title: str,
    model: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """`edges`: places of nodes from and to, and weights, with u(to) - u(from) <= weight for every one of them."""
    start, end, weight = edges
    held = _headed("path", model) | {
        "title": title,
        "nodes": list(nodes),
        "potentials": texts(potentials),
        "edges": {"from": start.tolist(), "to": end.tolist(), "weight": texts(weight)},
        "claims": {"edges": len(start)},
    }
    return sealed(held)


def about(name: str, text: str) -> dict[str, str]:
    """Says which model file a certificate is about, by its name and the SHA-256 of its text."""
    return {"name": name, "sha256": sha256(text.encode()).hexdigest()}


def sealed(held: dict[str, Any]) -> dict[str, Any]:
    """With a digest of all of it, so that a change is seen."""
    return held | {"seal": seal(held)}


def _headed(kind: str, model: Mapping[str, str] | None) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, "kind": kind, "model": dict(model or {})}


def _program(program: Program) -> dict[str, Any]:
    rows = sorted(program.rows, key=lambda r: r.start)
    columns = sorted(program.columns, key=lambda c: c.start)
    starts, at = [0], 0
    for block in rows:
        starts += (block.linear.starts[1:] + at).tolist()
        at += block.linear.nonzeros
    objective = program.objective
    return {
        "name": program.name,
        "sense": "maximize" if objective.maximize else "minimize",
        "objective": {
            "name": objective.name,
            "constant": texts(objective.constant)[0],
            "columns": objective.linear.columns.tolist(),
            "coefficients": texts(objective.linear.coefficients),
        },
        "columns": {
            "names": [n for c in columns for n in _names(c.labels, c.name)],
            "lower": [s for c in columns for s in _sides(c.lower, len(c.labels))],
            "upper": [s for c in columns for s in _sides(c.upper, len(c.labels))],
        },
        "rows": {
            "names": [n for r in rows for n in _names(r.labels, r.name)],
            "lower": [s for r in rows for s in _sides(r.lower, len(r.labels))],
            "upper": [s for r in rows for s in _sides(r.upper, len(r.labels))],
            "starts": starts,
            "columns": [c for r in rows for c in r.linear.columns.tolist()],
            "coefficients": [v for r in rows for v in texts(r.linear.coefficients)],
        },
    }


def _names(labels: Labels, block: str) -> list[str]:
    return [labels.name(block, k) for k in range(len(labels))]


def _sides(bound: Bound | None, size: int) -> list[str | None]:
    if bound is None:
        return [None] * size
    values: list[str | None] = list(texts(bound.values))
    return values if bound.finite is None else [v if f else None for v, f in zip(values, bound.finite, strict=True)]


def texts(numbers: Numbers) -> list[str]:
    """Each of an exact vector as `p` or `p/q` in lowest terms."""
    assert numbers.numerators is not None
    common = numbers.denominator
    known: dict[int, str] = {}
    out = []
    for top in numbers.numerators.tolist():
        text = known.get(top)
        if text is None:
            shared = gcd(top, common)
            text = known[top] = _text(top // shared, common // shared)
        out.append(text)
    return out


def text_of(value: Fraction) -> str:
    return _text(value.numerator, value.denominator)


def _text(top: int, bottom: int) -> str:
    return _digits(top) if bottom == 1 else f"{_digits(top)}/{_digits(bottom)}"


def _digits(value: int) -> str:
    if value.bit_length() <= 3 * CHUNK:
        return str(value)
    sign, rest, out = "-" if value < 0 else "", abs(value), []
    while rest:
        rest, low = divmod(rest, 10**CHUNK)
        out.append(f"{low:0{CHUNK}d}" if rest else str(low))
    return sign + "".join(reversed(out))
