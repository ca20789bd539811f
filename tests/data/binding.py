"""Binding a model written as text with data files written as text."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mdl.algebra.domain import Domain
from mdl.algebra.numbers import Numbers
from mdl.data.bind import Overrides, bind
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Source
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse

HEAD = 'model m "t";\nset L := {a, b};\n'


def bound(
    folder: Path, text: str, files: dict[str, str | bytes] | None = None, data: str = "", sets: tuple[str, ...] = ()
) -> Instance:
    """The instance; `data` is the name of one of the files, given with --data."""
    for name, content in (files or {}).items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    file, wrong = parse(Source("m.mdl", text))
    assert not wrong, wrong
    model, problems = resolve(file)
    assert not problems, problems
    return bind(model, folder, Overrides((str(folder / data),) if data else (), sets))


def problems(
    folder: Path, text: str, files: dict[str, str | bytes] | None = None, data: str = "", sets: tuple[str, ...] = ()
) -> list[Diagnostic]:
    """The diagnostics that binding fails with; it must fail."""
    try:
        bound(folder, text, files, data, sets)
    except Failure as f:
        return list(f.diagnostics)
    raise AssertionError("bound without a problem")


def problem(
    folder: Path, text: str, files: dict[str, str | bytes] | None = None, data: str = "", sets: tuple[str, ...] = ()
) -> tuple[str, str, str]:
    """Code, place and marked text of the only diagnostic."""
    (found,) = problems(folder, text, files, data, sets)
    if found.span is None:
        return found.code, "", ""
    place = str(found.span).rsplit("/", 1)[-1]
    return found.code, place, found.span.text


def values(instance: Instance, name: str) -> list[Fraction]:
    held = instance.values(instance.model.symbols[name])
    assert isinstance(held, Numbers) and held.is_exact
    return held.fractions()


def members(instance: Instance, name: str) -> list[object]:
    held = instance.set(instance.model.symbols[name])
    if isinstance(held, Domain):
        return [m if len(m) > 1 else m[0] for m in held.members()]
    return [[m if len(m) > 1 else m[0] for m in one] for one in held.sets()]
