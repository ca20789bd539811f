"""Answers as one JSON object; numbers round-trip."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from mdl.algebra.atoms import Atom
from mdl.answer.answer import Answer, Key, Table, Value
from mdl.diagnostics.as_json import encode as encode_diagnostic


def encode(model: str, answers: Iterable[Answer]) -> str:
    """`{"model", "tasks": [...]}` in the form of language.md section 6."""
    return json.dumps({"model": model, "tasks": [task(a) for a in answers]}, ensure_ascii=False, allow_nan=False)


def task(answer: Answer) -> dict[str, Any]:
    out: dict[str, Any] = {
        "task": answer.task,
        "kind": answer.kind,
        "status": answer.status.value if answer.status else None,
        "objective": number(answer.objective),
        "values": tables([*answer.values, *answer.more()]),
        "duals": tables(answer.duals),
        "checks": [
            {
                "property": c.property,
                "verdict": c.verdict,
                "level": c.level,
                "violation": number(c.violation),
                "witness": c.witness,
            }
            for c in answer.checks
        ],
        "program": None,
        "seconds": {"compile": answer.compile_seconds, "solve": answer.solve_seconds},
    }
    if answer.program is not None:
        size = answer.program
        out["program"] = {
            "class": size.kind.value,
            "rows": size.rows,
            "columns": size.columns,
            "nonzeros": size.nonzeros,
        }
    if answer.level:
        out["level"] = answer.level
    if answer.solver:
        out["solver"] = answer.solver
    if answer.message:
        out["message"] = answer.message
    if answer.notes:
        out["notes"] = answer.notes
    if answer.reasons:
        out["reasons"] = answer.reasons
    if answer.diagnostics:
        out["diagnostics"] = [encode_diagnostic(d) for d in answer.diagnostics]
    if answer.refused is not None:
        out["refused"] = encode_diagnostic(answer.refused)
    return out


def tables(found: Iterable[Table]) -> dict[str, list[list[Any]]]:
    return {t.name: [[*components(key), value(v)] for key, v in t.rows] for t in found}


def components(key: Iterable[Key]) -> Iterator[str | int | float]:
    """The components of an index; composite types are opened, as in `M.pay[a, 1, 0.2]`."""
    for part in key:
        yield from map(member, part if isinstance(part, tuple) else (part,))


def member(atom: Atom) -> str | int | float:
    return float(atom) if isinstance(atom, Fraction) else atom


def value(v: Value) -> str | int | float | None:
    return v if isinstance(v, str) else number(v)


def number(v: float | int | Fraction | None) -> int | float | None:
    """Integers stay integers; a rational becomes the nearest float; what is no number becomes null."""
    if v is None or isinstance(v, int):
        return v
    if isinstance(v, Fraction) and v.denominator == 1:
        return v.numerator
    out = float(v)
    return out if math.isfinite(out) else None
