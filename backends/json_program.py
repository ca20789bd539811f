"""A Program as JSON that describes itself, and back without loss.

Every vector of numbers is `{"exact": ["1/3", ...], "floats": [0.333..., ...]}`, or `floats` alone where it
is no longer exact.  Bounds have null where there is none.  Sparse maps are compressed rows.  Texts of
the model's files are in `sources`, and places point into them by character.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.backends.json_reader import read
from mdl.diagnostics import Source, Span
from mdl.program.graph import Affine, Apply, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Rows
from mdl.program.sparse import SparseRows

__all__ = ["FORMAT", "read", "write"]

FORMAT = "mdl program 1"

Json = dict[str, Any]


def write(program: Program) -> str:
    """One JSON object, a line a block, row or node; ends with a newline."""
    sources = Sources()
    whole: Json = {
        "format": FORMAT,
        "name": program.name,
        "class": program.kind.value,
        "sense": "maximize" if program.objective.maximize else "minimize",
        "size": {"columns": program.width, "rows": program.height},
        "columns": [columns(b, sources) for b in program.columns],
        "rows": [rows(b, sources) for b in program.rows],
        "objective": objective(program.objective, sources),
        "nodes": [node(n, sources) for n in program.nodes],
        "complementarities": [
            {"name": c.name, "rows": c.rows, "columns": c.columns} for c in program.complementarities
        ],
    }
    whole["sources"] = [{"name": s.name, "text": s.text} for s in sources.held]
    return laid_out(whole)


def laid_out(whole: Json) -> str:
    """Lists of blocks take a line an item; the rest is compact."""
    parts = []
    for key, value in whole.items():
        name = json.dumps(key)
        if isinstance(value, list) and value:
            items = ",\n  ".join(compact(item) for item in value)
            parts.append(f" {name}: [\n  {items}\n ]")
        else:
            parts.append(f" {name}: {compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(slots=True)
class Sources:
    held: list[Source] = field(default_factory=list)

    def place(self, span: Span | None) -> Json | None:
        if span is None:
            return None
        if not any(s is span.source for s in self.held):
            self.held.append(span.source)
        source = next(k for k, s in enumerate(self.held) if s is span.source)
        return {"source": source, "start": span.start, "end": span.end, "line": span.line}


def columns(block: Columns, sources: Sources) -> Json:
    return {
        "name": block.name,
        "start": block.start,
        "labels": labels(block.labels),
        "domain": block.domain.value,
        "role": block.role.value,
        "origin": block.origin,
        "lower": bound(block.lower),
        "upper": bound(block.upper),
        "initial": None if block.initial is None else [None if v != v else v for v in block.initial.tolist()],
        "place": sources.place(block.span),
    }


def rows(block: Rows, sources: Sources) -> Json:
    return {
        "name": block.name,
        "start": block.start,
        "labels": labels(block.labels),
        "relation": block.relation,
        "role": block.role.value,
        "origin": block.origin,
        "lower": bound(block.lower),
        "upper": bound(block.upper),
        "linear": sparse(block.linear),
        "nonlinear": maps(block.nonlinear),
        "place": sources.place(block.span),
    }


def objective(held: Objective, sources: Sources) -> Json:
    return {
        "name": held.name,
        "constant": numbers(held.constant),
        "linear": sparse(held.linear),
        "nonlinear": maps(held.nonlinear),
        "place": sources.place(held.span),
    }


def node(held: Node, sources: Sources) -> Json:
    """`kind` says which fields follow."""
    match held:
        case Affine():
            body: Json = {
                "kind": "affine",
                "constant": numbers(held.constant),
                "variables": None if held.variables is None else sparse(held.variables),
                "nodes": maps(held.nodes),
            }
        case Apply():
            body = {"kind": "apply", "function": held.function.value, "argument": held.argument}
        case Power():
            body = {"kind": "power", "argument": held.argument, "exponent": numbers(held.exponent)}
        case Product():
            body = {"kind": "product", "left": held.left, "right": held.right}
    return {"size": held.size, **body, "place": sources.place(held.span)}


def labels(held: Labels) -> Json:
    """`atoms` a component; a rational member is `{"rational": "1/2"}`.  `form` is the text around them, if any."""
    used = [sorted(set(codes.tolist())) for codes in held.codes]
    places = [{code: k for k, code in enumerate(codes)} for codes in used]
    return {
        "size": held.size,
        "atoms": [[atom(a[c]) for c in codes] for a, codes in zip(held.atoms, used, strict=True)],
        "codes": [[p[c] for c in codes.tolist()] for p, codes in zip(places, held.codes, strict=True)],
        **({} if held.form is None else {"form": list(held.form)}),
    }


def atom(value: Atom) -> str | int | Json:
    return {"rational": str(value)} if isinstance(value, Fraction) else value


def numbers(held: Numbers) -> Json:
    floats = held.floats().tolist()
    return {"exact": exact(held), "floats": floats} if held.is_exact else {"floats": floats}


def exact(held: Numbers) -> list[str]:
    assert held.numerators is not None
    if held.denominator == 1:
        return [str(int(v)) for v in held.numerators.tolist()]
    return [str(v) for v in held.fractions()]


def bound(held: Bound | None) -> Json | None:
    """Null at the places without a bound."""
    if held is None:
        return None
    out = numbers(held.values)
    if held.finite is None:
        return out
    finite = held.finite.tolist()
    return {key: [v if f else None for v, f in zip(values, finite, strict=True)] for key, values in out.items()}


def sparse(held: SparseRows) -> Json:
    """Compressed rows: row r has entries starts[r] to starts[r + 1]."""
    return {
        "width": held.width,
        "starts": held.starts.tolist(),
        "columns": held.columns.tolist(),
        "coefficients": numbers(held.coefficients),
    }


def maps(held: tuple[tuple[SparseRows, int], ...]) -> list[Json]:
    return [{"node": place, "map": sparse(node_map)} for node_map, place in held]
