"""The KKT system of a program, as a Program again.

    kkt = lower_kkt(program)                 # from the Program of mdl.lowering.welfare
    kkt.program                              # columns x and multipliers; rows; complementarities
    kkt.split(point), kkt.join(solution)     # the way back to points and duals of the program, and forth

With y a multiplier of each side of a row and z of each bound that is there, in the signs of docs/signs.md
(the rate of change of the objective in the right-hand side),

    stationarity[x]       gradient f = J'y + z
    link, x.lower, ...    the rows, and the bounds as rows
    dual[link] >= 0       or <= 0, by side and sense; free for `==`
    complementarity[link] a multiplier or the slack of its side is 0

(Boyd and Vandenberghe, Convex Optimization, 5.5.3; thesis (1.4), (2.4)-(2.6), (3.8)-(3.9), (4.5)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.domain import entries_of
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.diagnostics import Failure, Span
from mdl.lowering import errors, follower_errors
from mdl.program import exact
from mdl.program.adjoint import Adjoints, Vector, applied, transposed
from mdl.program.graph import Affine, Node
from mdl.program.labels import Labels
from mdl.program.pairs import Pairs
from mdl.program.program import (
    Bound,
    Columns,
    Complementarity,
    Domain,
    Objective,
    Program,
    ProgramClass,
    Role,
    Rows,
)
from mdl.program.residual import column_sides, row_sides
from mdl.program.solution import Solution
from mdl.program.sparse import SparseRows

Places = npt.NDArray[np.intp]
Maps = tuple[tuple[SparseRows, int], ...]


@dataclass(slots=True, frozen=True, eq=False)
class Multiplier:
    """Multipliers `start : start + len(places)` of the KKT program, one a side of a row or a bound.

    `places` are rows of the primal program, or its columns where `of_rows` is false; `side` is `lower`, `upper` or
    `equal`; `sign` 1 where the multiplier is at least 0, -1 at most 0, 0 free.  `rows` and `columns` are the
    blocks of the KKT program, `row_start` its first row.
    """

    name: str
    of_rows: bool
    places: Places
    side: str
    sign: int
    start: int
    row_start: int
    columns: int
    rows: int


@dataclass(slots=True, frozen=True, eq=False)
class Kkt:
    program: Program
    primal: Program
    multipliers: tuple[Multiplier, ...]

    def split(self, point: FloatArray, solver: str = "") -> Solution:
        """Values, objective and duals of the primal program; duals of two sides of one row are added."""
        from mdl.program.evaluation import Evaluation
        from mdl.program.solution import Status

        primal = self.primal
        x = point[: primal.width]
        duals = {True: np.zeros(primal.height), False: np.zeros(primal.width)}
        for m in self.multipliers:
            duals[m.of_rows][m.places] += point[m.start : m.start + len(m.places)]
        objective = Evaluation(primal).objective(x)
        return Solution(Status.OPTIMAL, solver, "", x, objective, duals[True], duals[False])

    def join(self, solution: Solution) -> FloatArray:
        """A point of the KKT program from an answer with duals; a dual belongs to the side whose sign it has."""
        assert solution.values is not None and solution.row_duals is not None and solution.column_duals is not None
        out = np.zeros(self.program.width)
        out[: self.primal.width] = solution.values
        for m in self.multipliers:
            found = (solution.row_duals if m.of_rows else solution.column_duals)[m.places]
            if m.sign:
                found = m.sign * np.maximum(m.sign * found, 0.0)
            out[m.start : m.start + len(m.places)] = found
        return out


@dataclass(slots=True, frozen=True, eq=False)
class Side:
    """Some entries of a primal block with a limit on one side (`equal`: on both)."""

    name: str
    labels: Labels
    of_rows: bool
    places: Places
    side: str
    limit: Numbers
    relation: str
    linear: SparseRows
    nonlinear: Maps
    role: Role
    span: Span | None
    origin: str | None


def lower_kkt(primal: Program) -> Kkt:
    """Raises Failure for a program with integer variables (MDL430), or with followers in it (MDL435)."""
    _refuse_integers(primal)
    if primal.followers:
        goal, first = primal.objective, primal.followers[0]
        raise Failure([follower_errors.kkt_of_leader(goal.name, first.name, first.span)])
    sides = [*sides_of_rows(primal), *sides_of_bounds(primal)]
    width = primal.width + sum(len(s.places) for s in sides)
    columns, rows = list(primal.columns), list[Rows]()
    starts = np.cumsum([primal.width, *(len(s.places) for s in sides)]).tolist()
    for start, s in zip(starts, sides, strict=False):
        sign = sign_of(s.side, primal.objective.maximize)
        columns.append(multiplier_columns(s, start, sign))
    gradient, nodes = _stationarity(primal, sides, starts, width)
    height = 0
    for block in primal.columns:
        rows.append(_stationarity_rows(block, gradient, height, width))
        height += len(block.labels)
    made: list[Multiplier] = []
    pairs: list[Complementarity] = []
    for k, (start, s) in enumerate(zip(starts, sides, strict=False)):
        sign, column_block = sign_of(s.side, primal.objective.maximize), len(primal.columns) + k
        made.append(Multiplier(s.name, s.of_rows, s.places, s.side, sign, start, height, column_block, len(rows)))
        if sign:
            pairs.append(Complementarity(f"complementarity[{s.name}]", len(rows), column_block))
        rows.append(side_rows(s, height, width))
        height += len(s.places)
    goal = primal.objective
    nothing = Objective(f"kkt of {goal.name}", False, Numbers.constant(0, 1), SparseRows.empty(1, width), (), goal.span)
    program = Program(
        primal.name, tuple(columns), tuple(rows), nothing, nodes, tuple(pairs), ProgramClass.COMPLEMENTARITY,
        None, primal.faults,
    )  # fmt: skip
    return Kkt(program, primal, tuple(made))


def sign_of(side: str, maximize: bool) -> int:
    """Of a multiplier: 1 at least 0, -1 at most 0, 0 free."""
    if side == "equal":
        return 0
    return 1 if (side == "upper") == maximize else -1


def _refuse_integers(primal: Program) -> None:
    whole = [b for b in primal.columns if b.domain is not Domain.CONTINUOUS and len(b.labels)]
    if whole:
        raise Failure([errors.kkt_of_integers(b.name, b.domain.value, b.span) for b in whole])


# ---- sides ---------------------------------------------------------------------------------------------


def sides_of_rows(primal: Program) -> Iterator[Side]:
    """Each side of each block of rows; of an equality both at once."""
    for block in primal.rows:
        found = list(_cases(block.lower, block.upper, len(block.labels)))
        both = block.relation == "range" or len({side for side, _, _ in found} - {"equal"}) > 1
        for side, at, limit in found:
            name = f"{block.name}.{side}" if both and side != "equal" else block.name
            yield Side(
                name, _labels(block.labels, at), True, at + block.start, side, limit, _relation(side),
                chosen(block.linear, at), tuple((chosen(m, at), k) for m, k in block.nonlinear),
                block.role, block.span, block.origin,
            )  # fmt: skip


def sides_of_bounds(primal: Program) -> Iterator[Side]:
    """Each side of each block of bounds, as rows."""
    for block in primal.columns:
        for side, at, limit in _cases(block.lower, block.upper, len(block.labels)):
            word = "fixed" if side == "equal" else side
            count = len(at)
            places = at + block.start
            linear = SparseRows(np.arange(count + 1), places, Numbers.constant(1, count), primal.width)
            yield Side(
                f"{block.name}.{word}", _labels(block.labels, at), False, places, side, limit, _relation(side),
                linear, (), block.role, block.span, block.origin,
            )  # fmt: skip


def _relation(side: str) -> str:
    return {"lower": ">=", "upper": "<=", "equal": "=="}[side]


def _cases(lower: Bound | None, upper: Bound | None, size: int) -> Iterator[tuple[str, Places, Numbers]]:
    """Entries with equal sides, with a lower and with an upper one, and their limits."""
    low, high = _finite(lower, size), _finite(upper, size)
    equal = np.zeros(size, dtype=np.bool_)
    if lower is not None and upper is not None:
        equal = low & high & (np.ones(size, np.bool_) if lower is upper else _same(lower, upper, low & high))
    for side, bound, mask in (("equal", lower, equal), ("lower", lower, low & ~equal), ("upper", upper, high & ~equal)):
        at = np.flatnonzero(mask)
        if bound is not None and len(at):
            yield side, at, bound.values.take(at)


def _same(lower: Bound, upper: Bound, both: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    at, out = np.flatnonzero(both), np.zeros(len(both), dtype=np.bool_)
    out[at] = arithmetic.compare("==", lower.values.take(at), upper.values.take(at))
    return out


def _finite(bound: Bound | None, size: int) -> npt.NDArray[np.bool_]:
    if bound is None:
        return np.zeros(size, dtype=np.bool_)
    return np.ones(size, dtype=np.bool_) if bound.finite is None else np.asarray(bound.finite)


def _labels(labels: Labels, at: Places) -> Labels:
    if len(at) == len(labels):
        return labels
    return labels.take(at)


def chosen(rows: SparseRows, at: Places) -> SparseRows:
    """Rows `at`, in that order."""
    if len(at) == rows.rows:
        return rows
    places, starts = entries_of(np.asarray(rows.starts), at)
    return SparseRows(starts, rows.columns[places], rows.coefficients.take(places), rows.width)


# ---- blocks --------------------------------------------------------------------------------------------


def multiplier_columns(s: Side, start: int, sign: int) -> Columns:
    """A column a row of the side, from `start` on; `sign` as of `sign_of`."""
    zero = Bound(Numbers.constant(0, len(s.places)))
    return Columns(
        f"dual[{s.name}]", s.labels, start, zero if sign > 0 else None, zero if sign < 0 else None,
        role=Role.MULTIPLIER, span=s.span, origin=s.name,
    )  # fmt: skip


def side_rows(s: Side, height: int, width: int) -> Rows:
    """The side as rows of the KKT program."""
    limit = Bound(s.limit)
    return Rows(
        s.name, s.labels, height, s.relation, limit if s.side != "upper" else None,
        limit if s.side != "lower" else None, _wide(s.linear, width), s.nonlinear, s.role, s.span, s.origin,
    )  # fmt: skip


def _stationarity_rows(block: Columns, gradient: Vector, height: int, width: int) -> Rows:
    at = np.arange(block.start, block.start + len(block.labels))
    linear = SparseRows.empty(len(at), width)
    if gradient.variables:
        linear = chosen(gradient.variables[0], at)
    maps = tuple((m, k) for m, k in ((chosen(m, at), k) for m, k in gradient.nodes) if m.nonzeros)
    constant = Numbers.constant(0, len(at)) if gradient.constant is None else gradient.constant.take(at)
    zero = Bound(arithmetic.neg(constant))
    return Rows(
        f"stationarity[{block.name}]", block.labels, height, "==", zero, zero, linear, maps,
        Role.STATIONARITY, block.span, block.name,
    )  # fmt: skip


def _stationarity(primal: Program, sides: list[Side], starts: list[int], width: int) -> tuple[Vector, tuple[Node, ...]]:
    """gradient f - J'y - z by all columns of the primal program, and the graph with the nodes that it needs."""
    work = Adjoints([_wide_node(n, width) for n in primal.nodes], width)
    goal = primal.objective
    parts: list[Vector] = []
    one = Vector(1, Numbers.constant(1, 1))
    parts.append(applied(transposed(_wide(goal.linear, width)), one))
    for held, k in goal.nonlinear:
        work.add(k, applied(transposed(held), one))
    for start, s in zip(starts, sides, strict=False):
        count = len(s.places)
        minus = SparseRows(np.arange(count + 1), np.arange(start, start + count), Numbers.constant(-1, count), width)
        y = Vector(count, None, (minus,))
        parts.append(applied(transposed(_wide(s.linear, width)), y))
        for held, k in s.nonlinear:
            work.add(k, applied(transposed(held), y))
    parts.append(work.gradient())
    constants = [p.constant for p in parts if p.constant is not None]
    variables = [v for p in parts for v in p.variables]
    whole = Vector(
        width,
        arithmetic.total(constants) if constants else None,
        (exact.add(variables),) if variables else (),
        tuple(n for p in parts for n in p.nodes),
    )
    return whole, tuple(work.nodes)


def _wide(rows: SparseRows, width: int) -> SparseRows:
    return replace(rows, width=width)


def _wide_node(node: Node, width: int) -> Node:
    if isinstance(node, Affine) and node.variables is not None:
        return replace(node, variables=_wide(node.variables, width))
    return node


# ---- pairs, in floating point ----------------------------------------------------------------------------


def pairs_of(kkt: Kkt) -> Pairs:
    """In the order of `multipliers`, free ones left out."""
    held = [m for m in kkt.multipliers if m.sign]

    sides = {True: row_sides(kkt.primal), False: column_sides(kkt.primal)}
    limits = [(sides[m.of_rows].lower if m.side == "lower" else sides[m.of_rows].upper)[m.places] for m in held]
    size = [len(m.places) for m in held]
    none, nothing = np.zeros(0, dtype=np.intp), np.zeros(0)
    return Pairs(
        np.concatenate([none, *(np.arange(m.row_start, m.row_start + n) for m, n in zip(held, size, strict=True))]),
        np.concatenate([none, *(np.arange(m.start, m.start + n) for m, n in zip(held, size, strict=True))]),
        np.concatenate([nothing, *limits]),
        np.repeat([1.0 if m.side == "lower" else -1.0 for m in held], size),
        np.repeat([float(m.sign) for m in held], size),
    )
