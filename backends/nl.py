"""AMPL's .nl files, by Pyomo's writer, with the names of rows and columns beside them."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Any

from mdl.backends import errors
from mdl.backends.arrays import block_at, name_of_column, name_of_row
from mdl.backends.file_places import one_line
from mdl.backends.pyomo_model import PyomoModel, assemble
from mdl.diagnostics import Failure
from mdl.program.program import Program


@dataclass(slots=True, frozen=True)
class NlFiles:
    """`row` and `col` name the rows (the objective last) and columns in the file's own order, a line each."""

    nl: str
    row: str
    col: str


def write(program: Program) -> str:
    """The .nl file alone; the format itself has no names."""
    return files(program).nl


def files(program: Program) -> NlFiles:
    """Pyomo's writer leaves out columns and rows without entries; the names say which are there.

    Raises Failure where the program cannot be written (MDL580, MDL582), has no variable (MDL588), or a
    false row without variables (MDL589).
    """
    from pyomo.common.errors import InfeasibleConstraintException
    from pyomo.repn.plugins.nl_writer import NLWriter

    if program.complementarities:
        raise Failure(errors.complementarity_in_file("NL", program.objective.span))
    if not program.width:
        raise Failure(errors.nothing_to_write("NL", program.objective.span))
    held = assemble(program)
    out = StringIO()
    try:
        info = NLWriter().write(held.model, out, scale_model=False, linear_presolve=False)
    except InfeasibleConstraintException:
        row = false_row(held)
        span = block_at(program.rows, row).span
        raise Failure(errors.row_cannot_hold("NL", name_of_row(program, row), span)) from None
    return NlFiles(out.getvalue(), rows(program, held, info), columns(program, held, info))


def false_row(held: PyomoModel) -> int:
    """The first row without variables whose sides exclude its value."""
    from pyomo.core import value

    for k, row in enumerate(held.rows):
        if row is not None and row.body.polynomial_degree() == 0:
            body = value(row.body)
            if (row.lb is not None and row.lb > body) or (row.ub is not None and row.ub < body):
                return k
    raise AssertionError("Pyomo found a row that cannot hold, and there is none")


def rows(program: Program, held: PyomoModel, info: Any) -> str:
    place = {id(r): k for k, r in enumerate(held.rows) if r is not None}
    names = [name_of_row(program, place[id(r)]) for r in info.constraints]
    return "".join(f"{one_line(n)}\n" for n in [*names, program.objective.name])


def columns(program: Program, held: PyomoModel, info: Any) -> str:
    place = {id(v): k for k, v in enumerate(held.columns)}
    return "".join(f"{one_line(name_of_column(program, place[id(v)]))}\n" for v in info.variables)
