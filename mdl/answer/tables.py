"""Tables of a solution: variables, lets and duals by the members of their index."""

from __future__ import annotations

from mdl.algebra.domain import member_name
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.algebra.values import Members, Truths
from mdl.answer.answer import Size, Table, Value
from mdl.data.instance import Instance
from mdl.program.labels import Labels
from mdl.program.program import Program, Role
from mdl.program.solution import Solution
from mdl.semantics.model import Symbol


def labelled(name: str, labels: Labels, values: FloatArray) -> Table:
    return Table(name, list(zip(labels.keys(), values.tolist(), strict=True)))


def variables(program: Program, solution: Solution) -> list[Table]:
    """The user's variables; none where the solver gave no point."""
    if solution.values is None:
        return []
    x = solution.values
    return [
        labelled(c.name, c.labels, x[c.start : c.start + len(c.labels)]) for c in program.columns if c.role is Role.USER
    ]


def duals(program: Program, solution: Solution) -> list[Table]:
    """One table a block of rows, those made for a max, min or abs under their own names."""
    if solution.row_duals is None:
        return []
    y = solution.row_duals
    return [labelled(r.name, r.labels, y[r.start : r.start + len(r.labels)]) for r in program.rows]


def multipliers(program: Program, solution: Solution) -> list[Table]:
    """Of followers inside the program: one table a side of a family of their rows, or of bounds."""
    if solution.values is None:
        return []
    x, out = solution.values, []
    for follower in program.followers:
        for rows, columns in follower.sides:
            block = program.columns[columns]
            end = block.start + len(block.labels)
            out.append(labelled(program.rows[rows].name, block.labels, x[block.start : end]))
    return out


def of_symbol(instance: Instance, symbol: Symbol, found: Numbers | Members | Truths) -> Table:
    """A let's values over its whole index table: numbers, members, or `true` and `false`."""
    domain = instance.domain(symbol)
    labels = Labels(*domain.labels(), domain.size)
    return Table(symbol.name, list(zip(labels.keys(), plain(instance, found), strict=True)))


def plain(instance: Instance, found: Numbers | Members | Truths) -> list[Value]:
    if isinstance(found, Numbers):
        return list(found.fractions()) if found.is_exact else list(found.floats().tolist())
    if isinstance(found, Members):
        atoms = [instance.store.universe.atoms(codes) for codes in found.codes]
        return [member_name(member) for member in zip(*atoms, strict=True)]
    return ["true" if truth else "false" for truth in found.tolist()]


def size_of(program: Program) -> Size:
    nonzeros = sum(r.linear.nonzeros + sum(m.nonzeros for m, _ in r.nonlinear) for r in program.rows)
    return Size(program.kind, program.height, program.width, nonzeros)
