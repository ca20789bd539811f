"""The heading of a written file: what it is, where each family came from, and how names were changed."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.backends.file_names import FileNames
from mdl.program.program import Columns, Objective, Program, Rows


def heading(program: Program, names: FileNames) -> Iterator[str]:
    """Lines of comment, without the format's sign for it."""
    yield from title(program)
    yield from places(program)
    yield "Names: x[i,j] of the model is x(i,j) here."
    yield from (f"  {one_line(user)} is {here}, and so on." for here, user in names.examples())
    changed = list(names.changed())
    if changed:
        yield "Names with other changes (here = model):"
        yield from (f"  {here} = {one_line(user)}" for here, user in changed)


def title(program: Program) -> Iterator[str]:
    objective = program.objective
    yield f"{one_line(program.name)}: {'maximize' if objective.maximize else 'minimize'} {one_line(objective.name)}"
    yield f"{program.kind.value}, {program.height} rows, {program.width} columns"


def places(program: Program) -> Iterator[str]:
    """The line of the file that each family came from."""
    blocks: tuple[Objective | Columns | Rows, ...] = (program.objective, *program.columns, *program.rows)
    held = [(b, place_of(b)) for b in blocks]
    if any(place for _, place in held):
        yield "Where it comes from:"
        yield from (f"  {one_line(block.name)}: {place}" for block, place in held if place)


def place_of(block: Columns | Rows | Objective) -> str:
    """`unicast.mdl:15`, empty where it is not known."""
    return f"{one_line(block.span.source.name)}:{block.span.line}" if block.span is not None else ""


def one_line(text: str) -> str:
    return " ".join(text.split())
