"""Shortest paths as a proof in the terms of linear programming: multipliers of the rows of the whole program.

What the objective gives for a payment is given to the row that holds it: to the lie along the last step of its path,
then to the one before, down to the row that the path begins with.  A row's multiplier is all that passes through it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import IntArray, Numbers
from mdl.algebra.values import Segments
from mdl.algebra.vectors import finish, wide
from mdl.certify.outcome import Proof
from mdl.lowering.entries import assembled
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.selection import ALL, cell
from mdl.mechanisms.payments.constraints import Constraints
from mdl.mechanisms.payments.find import Payments
from mdl.mechanisms.payments.paths import BASE, Paths
from mdl.mechanisms.payments.separable import Separable, at_columns
from mdl.program.program import Program, Role, Rows


def proof(found: Payments, held: Separable) -> tuple[Program, Proof] | None:
    """The program with all rows and a proof of its optimum; None where the payments are not exact.

    Also None where rows without unknowns were left out of the program (then a solver's proof is at hand, too).
    """
    if found.level != "exact" or found.objective is None:
        return None
    design = build(held.design)
    multipliers = _multipliers(found, held, design)
    if multipliers is None:
        return None
    program = design.program
    nothing = Numbers.constant(0, program.width)
    made = Proof(found.objective.fractions()[0], found.values, multipliers, nothing)
    return (program, made) if _holds(program, made) else None


def _multipliers(found: Payments, held: Separable, design: Design) -> Numbers | None:
    goal = held.design.goal
    assert goal.terms is not None
    row = assembled(list(goal.terms.variables), 1, held.design.width)
    parts: dict[int, list[Numbers]] = {}
    ic, ir, floor = _blocks(design)
    sign = 1 if goal.maximize else -1
    for k, unknown in enumerate(held.unknowns):
        constraints, paths = found.constraints[k], found.extremes[k].paths
        gain = at_columns(row.columns, row.coefficients, unknown.column.reshape(-1))
        gain = _once(gain, unknown.column)
        if held.beliefs is not None:
            places = np.repeat(np.arange(constraints.reports), unknown.column.shape[1])
            gain = segments.total(gain, Segments(places, constraints.reports))
        way = sign * unknown.sign * (-1 if found.least else 1)  # what is given is at least 0
        through = _through(paths, wide(_numerators(gain)).reshape(paths.distance.shape) * way)
        lies, ends = _rows(paths, through, constraints, found.least)
        made = (Numbers.exact(side.reshape(-1) * sign, gain.denominator) for side in (lies, ends))
        lie, end = (finish(n.numerators, n.denominator) for n in made if n.numerators is not None)
        for block, values in _placed(held, k, lie, end, (ic, ir, floor), found.least):
            parts.setdefault(block.start, []).append(values)
    return _joined(design.program, parts)


def _blocks(design: Design) -> tuple[Rows | None, Rows | None, Rows | None]:
    """Rows of incentives, of participation, and against subsidies."""
    rows = design.program.rows
    ic = next((r for r in rows if r.role is Role.INCENTIVE), None)
    part = [r for r in rows if r.role is Role.PARTICIPATION]
    return ic, next((r for r in part if r.relation == "<="), None), next((r for r in part if r.relation == ">="), None)


def _numerators(q: Numbers) -> IntArray:
    assert q.numerators is not None
    return q.numerators


def _once(gain: Numbers, column: Any) -> Numbers:
    """An unknown that stands at several reports is given its share at the first."""
    _, first = np.unique(column.reshape(-1), return_index=True)
    return gain if len(first) == column.size else _spread(first, gain.take(first), column.size)


def _spread(places: Any, values: Numbers, size: int) -> Numbers:
    """Values at some places of a vector, 0 elsewhere."""
    rest = np.setdiff1d(np.arange(size), places)
    return arithmetic.merge([(places, values), (rest, Numbers.constant(0, len(rest)))], size)


def _through(paths: Paths, gain: IntArray) -> IntArray:
    """All that passes through each node: its own and that of the nodes behind it; shape (L, S)."""
    before = paths.before
    depth = np.zeros(before.shape, dtype=np.int64)
    at = before.copy()
    while (at != BASE).any():
        depth[at != BASE] += 1
        at = np.where(at == BASE, BASE, np.take_along_axis(before, np.maximum(at, 0), axis=0))
    out = gain.copy()
    for level in range(int(depth.max(initial=0)), 0, -1):
        node, graph = np.nonzero(depth == level)
        np.add.at(out, (before[node, graph], graph), out[node, graph])
    return out


def _rows(paths: Paths, through: IntArray, held: Constraints, least: bool) -> tuple[IntArray, IntArray]:
    """Multipliers of ic (L, L, S) and of the row that a path begins with (L, S)."""
    size = held.reports
    lies = np.zeros((size, size, held.scenarios), dtype=object)
    node, graph = np.nonzero(paths.before != BASE)
    start = paths.before[node, graph]
    true, report = (start, node) if least else (node, start)
    lies[true, report, graph] = through[node, graph]
    if held.same is not None:
        lies[held.same] = 0
    return lies, np.where(paths.before == BASE, through, 0)


def _placed(
    held: Separable,
    k: int,
    lie: Numbers,
    end: Numbers,
    blocks: tuple[Rows | None, Rows | None, Rows | None],
    least: bool,
) -> list[tuple[Rows, Numbers]]:
    """The multipliers of one agent in the order of its rows in each block."""
    ic, ir, floor = blocks
    agent = held.design.agents[k]
    table, out = agent.table, []
    size = table.types * table.scenarios
    if ic is not None:
        if held.beliefs is None:
            out.append((ic, lie.take(cell(table, *ALL.rows_of(k, table)))))
        else:
            pairs = ALL.pairs_of(k, table)
            shape = table.types, table.types
            there = _there(held, k)
            pairs = pairs[there[pairs[:, 0], pairs[:, 1]]]
            out.append((ic, lie.take(np.ravel_multi_index((pairs[:, 0], pairs[:, 1]), shape))))
    if held.beliefs is None:
        nothing = Numbers.constant(0, size)
        if ir is not None:
            out.append((ir, nothing if least else end))
        if floor is not None:
            out.append((floor, arithmetic.neg(end) if least else nothing))
        return out
    possible = np.flatnonzero(arithmetic.signs(held.beliefs[k].types) > 0)
    if ir is not None:
        out.append((ir, Numbers.constant(0, len(possible)) if least else end.take(possible)))
    if floor is not None:
        spread = arithmetic.mul(
            end.take(np.repeat(np.arange(table.types), table.scenarios)),
            held.beliefs[k].scenarios.take(np.tile(np.arange(table.scenarios), table.types)),
        )
        out.append((floor, arithmetic.neg(spread) if least else Numbers.constant(0, size)))
    return out


def _there(held: Separable, k: int) -> Any:
    """(L, L): lies of types that may be, that break no bound where it matters."""
    from mdl.mechanisms.payments.constraints import in_expectation

    assert held.beliefs is not None
    return in_expectation(held.design.agents[k].table, held.beliefs[k], False, False).there[:, :, 0]


def _joined(program: Program, parts: dict[int, list[Numbers]]) -> Numbers | None:
    held = []
    for block in sorted(program.rows, key=lambda r: r.start):
        size = len(block.labels)
        mine = parts.get(block.start)
        whole = Numbers.constant(0, size) if mine is None else arithmetic.concat(mine)
        if len(whole) != size:
            return None
        held.append(whole)
    return arithmetic.concat(held)


def _holds(program: Program, made: Proof) -> bool:
    """Whether the multipliers give the objective back, with the right signs and the same value."""
    total: list[tuple[Any, Numbers]] = []
    value = program.objective.constant.fractions()[0]
    sign = 1 if program.objective.maximize else -1
    for block in program.rows:
        here = made.row_multipliers.take(slice(block.start, block.start + len(block.labels)))
        way = sign * arithmetic.signs(here)
        if ((way > 0).any() and block.upper is None) or ((way < 0).any() and block.lower is None):
            return False
        for bound, used in ((block.upper, way > 0), (block.lower, way < 0)):
            if bound is not None and used.any():
                at = np.flatnonzero(used)
                value += _sum(arithmetic.mul(here.take(at), bound.values.take(at)))
        linear = block.linear
        total.append((linear.columns, arithmetic.mul(linear.coefficients, here.take(linear.row_ids()))))
    columns = np.concatenate([c for c, _ in total])
    order = np.argsort(columns, kind="stable")
    every = arithmetic.concat([v for _, v in total]).take(order)
    given = segments.total(every, Segments(columns[order], program.width))
    objective = program.objective.linear
    wanted = _spread(objective.columns, objective.coefficients, program.width)
    return value == made.optimum and bool(arithmetic.compare("==", given, wanted).all())


def _sum(q: Numbers) -> Fraction:
    return segments.total(q, Segments(np.zeros(len(q), dtype=np.int64), 1)).fractions()[0]
