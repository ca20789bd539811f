"""The optimal outcomes of a convex rule as a polytope, from one of them, so that ties are broken there as elsewhere.

All optima of a convex program share the arguments of functions that curve in each of them.  On the outcomes with these
arguments the rest of the objective is linear, and its value is known.  What is left are linear problems, whose first
outcome by the rule for ties is found exactly, up to the SLACK that the arguments are given as they are float64.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.mechanisms.rules import answers
from mdl.mechanisms.rules.batch import Batch, Flags, Places
from mdl.mechanisms.rules.blocks import Problems, groups, linear_of
from mdl.mechanisms.rules.linear import LARGEST, Found, relaxed
from mdl.mechanisms.rules.lockstep import End
from mdl.program.graph import Affine, Apply, Power
from mdl.program.labels import Labels
from mdl.program.maps import FloatMap
from mdl.program.program import Bound, Objective, Program, ProgramClass, Role, Rows
from mdl.program.quadratic import arguments, quadratic_objective, reached
from mdl.program.restrict import take_rows
from mdl.program.sparse import SparseRows

SLACK = 1e-9
"""Relative room of the arguments."""
GRID = 2.0**34
"""Their bounds are multiples of its inverse."""
APART = 1e-6
"""Outcomes that differ by more, relatively, are different."""


@dataclass(slots=True, frozen=True, eq=False)
class Face:
    """first (width,): the outcome by the rule for ties; found, other (cases,): whether there is one, and others."""

    first: FloatArray
    found: Flags
    other: Flags


def face(batch: Batch, x: FloatArray) -> Face | None:
    """Of optimal outcomes x; None where arguments do not tell all: rows that are not linear, products, functions of
    functions."""
    held = _held(batch, x)
    if held is None:
        return None
    program = batch.program
    extra, cases = held
    nothing = Objective("nothing", True, Numbers.constant(0, 1), SparseRows.empty(1, program.width))
    linear = replace(program, rows=(*program.rows, *extra), objective=nothing, nodes=(), kind=ProgramClass.LP)
    flat = Batch(linear, batch.cases, batch.column_case, np.concatenate((batch.row_case, *cases)), batch.constants)
    largest, least = _end(flat, 1), _end(flat, -1)
    if largest is None or least is None:
        return None
    first, found = largest
    last, also = least
    moves = (np.abs(first - last) > APART * (1 + np.abs(first))) & _user(program)
    other = np.bincount(batch.column_case, moves, batch.cases) > 0
    return Face(first, found & also, np.asarray(other & found & also))


def _user(program: Program) -> Flags:
    out = np.zeros(program.width, dtype=np.bool_)
    for block in program.columns:
        out[block.start : block.start + len(block.labels)] = block.role is Role.USER
    return out


def _end(batch: Batch, sense: int) -> tuple[FloatArray, Flags] | None:
    """The first point by the rule for ties, or by its opposite, and which cases have one."""
    parts: list[tuple[Problems, Found]] = []
    linear = linear_of(batch)
    found = np.zeros(batch.cases, dtype=np.bool_)
    for problems in groups(linear):
        if problems.n * problems.m > LARGEST:
            return None
        turned = replace(problems, sense=(problems.sense * sense).astype(np.int8))
        parts.append((problems, relaxed(turned, ask_ties=False)))
        found[problems.cases] = parts[-1][1].end == End.OPTIMAL
    return answers.exact_values(batch, parts).floats(), found


def _held(batch: Batch, x: FloatArray) -> tuple[list[Rows], list[Places]] | None:
    """What all optima share, as rows, and the case of each row."""
    program = batch.program
    if not program.linear_rows:
        return None
    if program.kind is ProgramClass.QP:
        held = quadratic_objective(program)
        return None if held is None else _rows(batch, x, [held.hessian, _by_case(batch, held.linear)])
    if program.kind is not ProgramClass.CONVEX:
        return None
    maps = [_by_case(batch, program.objective.linear)]
    for place in sorted(reached(program.nodes, [k for _, k in program.objective.nonlinear])):
        node = program.nodes[place]
        match node:
            case Apply() | Power():
                inner = program.nodes[arguments(node)[0]]
                if not isinstance(inner, Affine) or inner.nodes or inner.variables is None:
                    return None
                maps.append(inner.variables)
            case Affine():
                if node.variables is not None and any(k == place for _, k in program.objective.nonlinear):
                    return None
            case _:
                return None
    return _rows(batch, x, maps)


def _by_case(batch: Batch, linear: SparseRows) -> SparseRows:
    """One row of the objective as a row for each case."""
    case = batch.column_case[linear.columns]
    order = np.lexsort((linear.columns, case))
    starts = np.concatenate(([0], np.cumsum(np.bincount(case, minlength=batch.cases))))
    return SparseRows(starts, linear.columns[order], linear.coefficients.take(order), linear.width)


def _rows(batch: Batch, x: FloatArray, maps: list[SparseRows]) -> tuple[list[Rows], list[Places]]:
    """Each map's rows within SLACK of what they are at x; rows without entries left out."""
    out: list[Rows] = []
    cases: list[Places] = []
    start = batch.program.height
    for k, held in enumerate(maps):
        here = np.flatnonzero(np.diff(held.starts))
        if not len(here):
            continue
        some = take_rows(held, here)
        value = FloatMap.of(some).times(x)
        room = SLACK * (1 + np.abs(value))
        low, high = _grid(np.floor((value - room) * GRID)), _grid(np.ceil((value + room) * GRID))
        labels = Labels((), (), len(here))
        out.append(Rows(f"held{k}", labels, start, "range", Bound(low), Bound(high), some))
        cases.append(batch.column_case[some.columns[some.starts[:-1]]])
        start += len(here)
    return out, cases


def _grid(values: FloatArray) -> Numbers:
    return Numbers.exact(np.array([int(v) for v in values.tolist()], dtype=object), int(GRID))
