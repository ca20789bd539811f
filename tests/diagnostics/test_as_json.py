from __future__ import annotations

import json

from mdl.diagnostics import Diagnostic, Label, Source, Span
from mdl.diagnostics.as_json import encode


def test_everything_is_said() -> None:
    source = Source("a.mdl", "set A;\nset A\n  ;\n")
    d = Diagnostic(
        "MDL201", "twice", Span(source, 7, 16), "again", "rename", (Label(Span(source, 4, 5), "first"),), ("n",)
    )
    assert json.loads(json.dumps(encode(d))) == {
        "code": "MDL201",
        "severity": "error",
        "message": "twice",
        "file": "a.mdl",
        "line": 2,
        "column": 1,
        "end_line": 3,
        "end_column": 4,
        "label": "again",
        "help": "rename",
        "notes": ["n"],
        "labels": [{"file": "a.mdl", "line": 1, "column": 5, "end_line": 1, "end_column": 6, "text": "first"}],
    }


def test_no_place() -> None:
    got = encode(Diagnostic("MDL001", "m"))
    assert got["file"] is None
    assert got["line"] is None
    assert got["labels"] == []
