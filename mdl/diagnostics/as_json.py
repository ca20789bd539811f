"""Diagnostics as JSON values, for editors and scripts."""

from __future__ import annotations

from typing import Any

from mdl.diagnostics.diagnostic import Diagnostic
from mdl.diagnostics.source import Span


def encode(d: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain data.

    Lines and columns count from 1, columns in characters; the end column is the first after the place.
    `file` and the four numbers are None where there is no place.  `labels` are further places, each with
    its own numbers and `text`.
    """
    return {
        "code": d.code,
        "severity": d.severity.value,
        "message": d.message,
        **_place(d.span),
        "label": d.label,
        "help": d.help,
        "notes": list(d.notes),
        "labels": [{**_place(label.span), "text": label.text} for label in d.labels],
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
