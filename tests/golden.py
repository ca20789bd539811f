"""Files with one expected output each: `name.mdl` beside `name.expected`.

To look at new output before accepting it, run the tests with MDL_WRITE_EXPECTED=1, which writes the expected
files, and read what git says has changed.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

from mdl.diagnostics import Source
from mdl.diagnostics.text import render
from mdl.syntax import tree
from mdl.syntax.parse import decode, parse

HERE = Path(__file__).parent


def models_in(folder: str) -> list[Path]:
    """All models of a folder under `tests/`, in order of name."""
    return sorted((HERE / folder).glob("*.mdl"))


def read(path: Path) -> Source:
    """A model under its short name, so that messages do not hold the path of the machine."""
    return Source(path.name, decode(path.name, path.read_bytes()))


def compare(path: Path, actual: str) -> None:
    """Hold some output to the expected file of a model."""
    expected = path.with_suffix(".expected")
    if os.environ.get("MDL_WRITE_EXPECTED"):
        expected.write_text(actual, "utf-8")
    assert expected.exists(), f"{expected.name} is missing; see tests/golden.py"
    assert actual == expected.read_text("utf-8")


def syntax_errors(path: Path) -> str:
    """What a user reads about the syntax errors of a file."""
    return render(parse(read(path))[1])


def statements(path: Path) -> str:
    """The tree of a file without errors, a line a statement."""
    file, problems = parse(read(path))
    assert not problems, render(problems)
    return "".join(show(statement) + "\n" for statement in file.statements)


def show(thing: Any) -> str:
    """A node as `Class(fields)`, with names, numbers and texts as themselves."""
    match thing:
        case tree.Name(name=name):
            return name
        case tree.Number(value=value):
            return str(value)
        case tree.Text(value=value):
            return repr(value)
        case tree.Node():
            shown = [show(getattr(thing, name)) for name in type(thing).__match_args__ if name != "span"]
            return f"{type(thing).__name__}({', '.join(shown)})"
        case tuple():
            return f"[{', '.join(map(show, thing))}]"
        case None:
            return "-"
        case str() | bool() | Fraction():
            return repr(thing)
    raise TypeError(thing)
