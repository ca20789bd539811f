"""Products of a leader's and a follower's variables, taken out of the leader's objective by strong duality.

At points that satisfy a follower's conditions, with q its variables, x the others, y and z the multipliers,

    q'(gradient f - A'y - z) + y'(A q + B x - b) + z'(q - l) = 0,

the first bracket by stationarity, the others by complementarity.  A multiple of it may be added to the
leader's objective.  Where revenue p'q is earned from a follower whose objective has -p'q, that multiple leaves
y'b and a concave function of q (nothing of q where the follower is linear) in place of the
product, so that the relaxation without complementarity is convex, and bounds are global (for toll setting:
Labbe, Marcotte and Savard 1998).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.program import exact
from mdl.program.definite import semidefinite
from mdl.program.graph import Affine, Node, Product
from mdl.program.maps import Places
from mdl.program.program import Follower, Objective, Program, ProgramClass, Rows
from mdl.program.quadratic import Quadratic, quadratic_objective
from mdl.program.sparse import SparseRows


def rewritten(program: Program) -> Program | None:
    """The same problem with a convex or linear objective over linear rows; None where this does not give one."""
    if not program.linear_rows:
        return None
    form = quadratic_objective(program)
    if form is None:
        return None
    sign = -1 if program.objective.maximize else 1
    for follower in program.followers:
        for member in np.unique(follower.members).tolist():
            known = identity(program, follower, int(member))
            factor = ratio(form, known, follower.columns[follower.members == member])
            if factor:
                form = plus(form, known, factor)
    if not semidefinite(form.hessian, sign).holds:
        return None
    relaxed = ProgramClass.QP if form.hessian.nonzeros else ProgramClass.LP
    goal, node = objective_of(program, form)
    nodes = program.nodes if node is None else (*program.nodes, *node)
    return replace(program, objective=goal, nodes=nodes, relaxed=relaxed)


def identity(program: Program, follower: Follower, member: int) -> Quadratic:
    """The left side above, of one member, as a quadratic form."""
    width = program.width
    own = follower.columns[follower.members == member]
    left: list[SparseRows] = []
    right: list[SparseRows] = []
    constants: list[Numbers] = []
    for number, columns in follower.stationarity:
        at = np.flatnonzero(np.isin(columns, own))
        left.append(_units(np.asarray(columns)[at], width))
        body, constant = _body(program.rows[number], at)
        right.append(body)
        constants.append(constant)
    for number, block in follower.sides:
        rows, multipliers = program.rows[number], program.columns[block]
        at = _of_member(program, follower, number, multipliers.start, member)
        left.append(_units(multipliers.start + at, width))
        body, constant = _body(rows, at)
        right.append(body)
        constants.append(constant)
    return _sum_of_products(_stack(left, width), _stack(right, width), arithmetic.concat(constants), width)


def _of_member(program: Program, follower: Follower, number: int, start: int, member: int) -> Places:
    """Entries of a side that belong to a member: those whose multiplier is in its stationarity."""
    count = len(program.rows[number].labels)
    held = np.zeros(program.width, dtype=np.bool_)
    for block, columns in follower.stationarity:
        at = np.flatnonzero(np.isin(columns, follower.columns[follower.members == member]))
        held[_chosen(program.rows[block].linear, at).columns] = True
    return np.flatnonzero(held[start : start + count])


def ratio(form: Quadratic, known: Quadratic, own: Places) -> Fraction | None:
    """What times `known` takes all products of own and other columns out of `form`; None where nothing does."""
    mine, theirs = _cross(form, own), _cross(known, own)
    factor: Fraction | None = None
    for place, value in mine.items():
        other = theirs.get(place)
        if other is None:
            continue
        found = -value / other
        if factor is not None and found != factor:
            return None
        factor = found
    return factor


def _cross(form: Quadratic, own: Places) -> dict[tuple[int, int], Fraction]:
    row, column = form.hessian.row_ids(), form.hessian.columns
    at = np.flatnonzero(np.isin(row, own) & ~np.isin(column, own))
    values = form.hessian.coefficients.take(at).fractions()
    return {(r, c): v for r, c, v in zip(row[at].tolist(), column[at].tolist(), values, strict=True)}


def plus(form: Quadratic, known: Quadratic, factor: Fraction) -> Quadratic:
    """form + factor * known."""

    def scaled(held: SparseRows) -> SparseRows:
        times = Numbers.constant(factor, held.nonzeros)
        return replace(held, coefficients=arithmetic.mul(held.coefficients, times))

    constant = arithmetic.mul(known.constant, Numbers.constant(factor, 1))
    return Quadratic(
        exact.add([form.hessian, scaled(known.hessian)]),
        exact.add([form.linear, scaled(known.linear)]),
        arithmetic.add(form.constant, constant),
    )


def objective_of(program: Program, form: Quadratic) -> tuple[Objective, list[Node] | None]:
    """The form as an objective: x'Hx/2 as one product of vectors, summed."""
    goal, width = program.objective, program.width
    if not form.hessian.nonzeros:
        return replace(goal, constant=form.constant, linear=form.linear, nonlinear=()), None
    used = np.flatnonzero(np.diff(form.hessian.starts))
    count, first = len(used), len(program.nodes)
    zero = Numbers.constant(0, count)
    nodes: list[Node] = [
        Affine(count, zero, _units(used, width), ()),
        Affine(count, zero, _chosen(form.hessian, used), ()),
        Product(count, first, first + 1),
    ]
    half = exact.from_entries(
        np.zeros(count, dtype=np.int64), np.arange(count), Numbers.constant(Fraction(1, 2), count), 1, count
    )
    made = replace(goal, constant=form.constant, linear=form.linear, nonlinear=((half, first + 2),))
    return made, nodes


# ---- pieces --------------------------------------------------------------------------------------------


def _units(columns: Places, width: int) -> SparseRows:
    count = len(columns)
    return SparseRows(np.arange(count + 1), np.asarray(columns), Numbers.constant(1, count), width)


def _chosen(rows: SparseRows, at: Places) -> SparseRows:
    from mdl.lowering.kkt import chosen

    return chosen(rows, at)


def _body(rows: Rows, at: Places) -> tuple[SparseRows, Numbers]:
    """Entries of linear rows, and minus their limits."""
    limit = rows.lower if rows.lower is not None else rows.upper
    assert limit is not None
    return _chosen(rows.linear, at), arithmetic.neg(limit.values.take(at))


def _stack(parts: list[SparseRows], width: int) -> SparseRows:
    starts = np.cumsum([0, *(p.rows for p in parts)])
    row = np.concatenate([p.row_ids() + s for p, s in zip(parts, starts, strict=False)])
    column = np.concatenate([p.columns for p in parts])
    value = arithmetic.concat([p.coefficients for p in parts])
    return exact.from_entries(row, column, value, int(starts[-1]), width)


def _sum_of_products(left: SparseRows, right: SparseRows, constant: Numbers, width: int) -> Quadratic:
    """The sum over rows of left x times (right x + constant)."""
    count = left.rows
    goal = Objective("identity", False, Numbers.constant(0, 1), SparseRows.empty(1, width))
    nodes: list[Node] = [
        Affine(count, Numbers.constant(0, count), left, ()),
        Affine(count, constant, right, ()),
        Product(count, 0, 1),
    ]
    ones = exact.from_entries(np.zeros(count, dtype=np.int64), np.arange(count), Numbers.constant(1, count), 1, count)
    from mdl.program.labels import Labels
    from mdl.program.program import Columns

    column = Columns("x", Labels((), (), width), 0, None, None)
    held = Program("identity", (column,), (), replace(goal, nonlinear=((ones, 2),)), tuple(nodes))
    found = quadratic_objective(held)
    assert found is not None
    return found
