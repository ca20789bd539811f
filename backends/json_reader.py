"""The JSON of backends/json_program.py as a Program again."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.backends import errors
from mdl.diagnostics import Failure, Source, Span
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import (
    Bound,
    Columns,
    Complementarity,
    Domain,
    Objective,
    Program,
    ProgramClass,
    Role,
    Rows,
)
from mdl.program.sparse import SparseRows

Json = dict[str, Any]


def read(text: str) -> Program:
    """The Program, but for the proof of its class; raises Failure (MDL586) where the text is no such JSON."""
    try:
        whole = json.loads(text)
        if not isinstance(whole, dict) or whole.get("format") != "mdl program 1":
            raise ValueError('the field "format" is not "mdl program 1"')
        return program(whole)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, RecursionError) as error:
        why = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise Failure(errors.not_a_program(why)) from None


def program(whole: Json) -> Program:
    sources = [Source(s["name"], s["text"]) for s in whole["sources"]]
    made = Program(
        name=whole["name"],
        columns=tuple(columns(b, sources) for b in whole["columns"]),
        rows=tuple(rows(b, sources) for b in whole["rows"]),
        objective=objective(whole["objective"], whole["sense"] == "maximize", sources),
        nodes=tuple(node(n, sources) for n in whole["nodes"]),
        complementarities=tuple(
            Complementarity(c["name"], c["rows"], c["columns"]) for c in whole["complementarities"]
        ),
        kind=ProgramClass(whole["class"]),
    )
    check(made)
    return made


def check(made: Program) -> None:
    """Shapes fit together, so that no backend meets what it cannot read."""
    sizes = [n.size for n in made.nodes]

    def fits(held: SparseRows | None, rows: int, width: int) -> None:
        if held is not None and (held.rows, held.width) != (rows, width):
            raise ValueError(f"a map of shape {held.rows} x {held.width} stands for {rows} x {width}")

    def all_fit(maps: tuple[tuple[SparseRows, int], ...], rows: int, before: int) -> None:
        for held, place in maps:
            if not 0 <= place < before:
                raise ValueError(f"there is no node {place} before its use")
            fits(held, rows, sizes[place])

    families: tuple[tuple[Columns | Rows, ...], ...] = (made.columns, made.rows)
    for blocks in families:
        at = 0
        for block in sorted(blocks, key=lambda b: (b.start, len(b.labels))):
            if block.start != at:
                raise ValueError(f"block `{block.name}` starts at {block.start} instead of {at}")
            at += len(block.labels)
    for k, n in enumerate(made.nodes):
        match n:
            case Affine():
                fits(n.variables, n.size, made.width)
                all_fit(n.nodes, n.size, k)
                arguments = []
            case Product():
                arguments = [n.left, n.right]
            case _:
                arguments = [n.argument]
        if any(not 0 <= a < k or sizes[a] != n.size for a in arguments):
            raise ValueError(f"node {k} has no fitting argument")
    for rows_block in made.rows:
        fits(rows_block.linear, len(rows_block.labels), made.width)
        all_fit(rows_block.nonlinear, len(rows_block.labels), len(sizes))
    fits(made.objective.linear, 1, made.width)
    all_fit(made.objective.nonlinear, 1, len(sizes))


def span(place: Json | None, sources: list[Source]) -> Span | None:
    return None if place is None else Span(sources[place["source"]], place["start"], place["end"])


def columns(block: Json, sources: list[Source]) -> Columns:
    start = block["initial"]
    held = labels(block["labels"])
    return Columns(
        name=block["name"],
        labels=held,
        start=block["start"],
        lower=bound(block["lower"], len(held)),
        upper=bound(block["upper"], len(held)),
        domain=Domain(block["domain"]),
        role=Role(block["role"]),
        initial=None if start is None else np.array([np.nan if v is None else v for v in start], dtype=np.float64),
        span=span(block["place"], sources),
        origin=block["origin"],
    )


def rows(block: Json, sources: list[Source]) -> Rows:
    held = labels(block["labels"])
    return Rows(
        name=block["name"],
        labels=held,
        start=block["start"],
        relation=block["relation"],
        lower=bound(block["lower"], len(held)),
        upper=bound(block["upper"], len(held)),
        linear=sparse(block["linear"]),
        nonlinear=maps(block["nonlinear"]),
        role=Role(block["role"]),
        span=span(block["place"], sources),
        origin=block["origin"],
    )


def objective(held: Json, maximize: bool, sources: list[Source]) -> Objective:
    return Objective(
        name=held["name"],
        maximize=maximize,
        constant=numbers(held["constant"]),
        linear=sparse(held["linear"]),
        nonlinear=maps(held["nonlinear"]),
        span=span(held["place"], sources),
    )


def node(held: Json, sources: list[Source]) -> Node:
    size, place = held["size"], span(held["place"], sources)
    match held["kind"]:
        case "affine":
            variables = None if held["variables"] is None else sparse(held["variables"])
            return Affine(size, numbers(held["constant"]), variables, maps(held["nodes"]), place)
        case "apply":
            return Apply(size, Function(held["function"]), held["argument"], place)
        case "power":
            return Power(size, held["argument"], numbers(held["exponent"]), place)
        case "product":
            return Product(size, held["left"], held["right"], place)
    raise ValueError(f"there is no kind of node `{held['kind']}`")


def labels(held: Json) -> Labels:
    atoms = tuple([atom(a) for a in component] for component in held["atoms"])
    codes = tuple(np.array(c, dtype=np.int64) for c in held["codes"])
    if len(atoms) != len(codes) or any(len(c) != held["size"] for c in codes):
        raise ValueError("labels of different lengths")
    if any(len(c) and not 0 <= c.min() <= c.max() < len(a) for a, c in zip(atoms, codes, strict=True)):
        raise ValueError("a label without an atom")
    form = held.get("form")
    if form is not None and (len(form) != len(atoms) + 1 or not all(isinstance(piece, str) for piece in form)):
        raise ValueError("a form that does not fit its labels")
    return Labels(atoms, codes, held["size"], None if form is None else tuple(form))


def atom(value: Any) -> Atom:
    if isinstance(value, dict):
        return Fraction(value["rational"])
    if not isinstance(value, (str, int)):
        raise ValueError(f"{value!r} is no member of a set")
    return value


def numbers(held: Json) -> Numbers:
    if "exact" in held:
        return Numbers.of([Fraction(v) for v in held["exact"]])
    return Numbers.inexact(held["floats"])


def bound(held: Json | None, size: int) -> Bound | None:
    if held is None:
        return None
    finite = np.array([v is not None for v in held["floats"]], dtype=np.bool_)
    if len(finite) != size:
        raise ValueError("a bound of the wrong length")
    if finite.all():
        return Bound(numbers(held))
    zero: dict[str, Any] = {"exact": "0", "floats": 0.0}
    return Bound(numbers({k: [zero[k] if v is None else v for v in values] for k, values in held.items()}), finite)


def sparse(held: Json) -> SparseRows:
    starts = np.array(held["starts"], dtype=np.int64)
    places = np.array(held["columns"], dtype=np.int32)
    coefficients = numbers(held["coefficients"])
    width = held["width"]
    if len(coefficients) != len(places) or not canonical(starts, places, width):
        raise ValueError("compressed rows that do not fit together")
    return SparseRows(starts, places, coefficients, width)


def canonical(starts: npt.NDArray[np.int64], places: npt.NDArray[np.int32], width: int) -> bool:
    """Starts ascend from 0 to the end, columns ascend within each row and exist."""
    if starts[0] != 0 or starts[-1] != len(places) or (np.diff(starts) < 0).any():
        return False
    if not len(places):
        return True
    ascends = np.diff(places) > 0
    first = starts[(starts > 0) & (starts < len(places))] - 1
    ascends[first] = True
    return bool(ascends.all() and places.min() >= 0 and places.max() < width)


def maps(held: list[Json]) -> tuple[tuple[SparseRows, int], ...]:
    return tuple((sparse(m["map"]), m["node"]) for m in held)
