"""Text to tree: every syntax error of a file in one run, and the statements that could be read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mdl.diagnostics import Diagnostic, Failure, Source
from mdl.syntax import errors, expressions, statement_tree, statements, tree
from mdl.syntax.lexer import tokenize
from mdl.syntax.parser import Builder, run
from mdl.syntax.tables import tables

MOST_BYTES = 4 * 2**20


def parse(source: Source) -> tuple[statement_tree.File, tuple[Diagnostic, ...]]:
    """The tree of a file and its syntax errors, in the order of the text; never raises.

    Statements with an error are left out of the tree.
    """
    value, problems = run(tables(), _builders(), tokenize(source), "file")
    assert isinstance(value, statement_tree.File)
    return value, tuple(problems)


def parse_expression(source: Source) -> tree.Expr:
    """One expression; raises Failure with all syntax errors."""
    value, problems = run(tables(), _builders(), tokenize(source), "expression")
    if problems:
        raise Failure(problems)
    assert isinstance(value, tree.Expr)
    return value


def read_source(path: Path | str) -> Source:
    """The text of a model file, named as the user wrote it.

    Raises Failure where the file is missing, a directory, unreadable, larger than 4 MiB or not UTF-8.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise Failure(errors.too_big(name, Path(path).stat().st_size, MOST_BYTES))
    except FileNotFoundError:
        raise Failure(errors.missing_file(name)) from None
    except IsADirectoryError:
        raise Failure(errors.not_a_file(name)) from None
    except (OSError, ValueError) as problem:
        raise Failure(errors.unreadable(name, getattr(problem, "strerror", None) or str(problem))) from None
    return Source(name, decode(name, data))


def decode(name: str, data: bytes) -> str:
    """UTF-8 to text; raises Failure with the first byte that is not text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Failure(errors.not_text(name, problem.start, data.count(b"\n", 0, problem.start) + 1)) from None
    at = text.find("\0")
    if at >= 0:
        raise Failure(errors.not_text(name, len(text[:at].encode()), text.count("\n", 0, at) + 1))
    return text


@cache
def _builders() -> dict[str, Builder]:
    found: dict[str, Any] = {}
    for module in (expressions, statements):
        found.update((name.removesuffix("_"), function) for name, function in vars(module).items())
    return {name: found[name] for _, _, name in tables().rules if name}
