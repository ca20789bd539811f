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
from mdl.program.labels import Labels
from mdl.program.maps import Places
from mdl.program.program import Columns, Domain, Follower, Objective, Program, ProgramClass
from mdl.program.quadratic import Quadratic, quadratic_objective
from mdl.program.sparse import SparseRows


def rewritten(program: Program) -> Program | None:
    """The same problem with a convex or linear objective over linear rows; None where this does not give one."""
    if not program.linear_rows:
        return None
    form = quadratic_objective(program)
    if form is None:
        return None
    for follower in program.followers:
        known = identity(program, follower, None)
        factors = ratios(form, known, follower)
        if factors:
            form = plus(form, identity(program, follower, factors))
    whole = any(c.domain is not Domain.CONTINUOUS for c in program.columns)
    if whole and form.hessian.nonzeros:
        return None
    if not semidefinite(form.hessian, -1 if program.objective.maximize else 1).holds:
        return None
    relaxed = ProgramClass.QP if form.hessian.nonzeros else ProgramClass.MIP if whole else ProgramClass.LP
    goal, node = objective_of(program, form)
    nodes = program.nodes if node is None else (*program.nodes, *node)
    return replace(program, objective=goal, nodes=nodes, relaxed=relaxed)


def identity(program: Program, follower: Follower, factors: dict[int, Fraction] | None) -> Quadratic:
    """The left side above as a quadratic form: the sum over members, each times its factor (None: 1 each)."""
    width = program.width
    left: list[SparseRows] = []
    right: list[SparseRows] = []
    constants: list[Numbers] = []
    weights: list[Fraction] = []
    member_of = _members(program, follower)
    blocks = [(number, np.asarray(columns)) for number, columns in follower.stationarity]
    for number, block in follower.sides:
        multipliers = program.columns[block]
        blocks.append((number, np.arange(multipliers.start, multipliers.start + len(multipliers.labels))))
    for number, columns in blocks:
        rows = program.rows[number]
        limit = rows.lower if rows.lower is not None else rows.upper
        assert limit is not None
        left.append(_units(columns, width))
        right.append(rows.linear)
        constants.append(arithmetic.neg(limit.values))
        known = (1 if factors is None else factors.get(m, 0) for m in member_of[columns].tolist())
        weights += [Fraction(w) for w in known]
    scaled = exact.scale(_stack(left, width), Numbers.of(weights))
    return _sum_of_products(scaled, _stack(right, width), arithmetic.concat(constants), width)


def _members(program: Program, follower: Follower) -> Places:
    """The member of each own column, and of each multiplier by the stationarity that it is in; -1 elsewhere."""
    out = np.full(program.width, -1, dtype=np.int64)
    out[follower.columns] = follower.members
    inside = np.zeros(program.width, dtype=np.bool_)
    for _, block in follower.sides:
        start = program.columns[block].start
        inside[start : start + len(program.columns[block].labels)] = True
    for number, columns in follower.stationarity:
        held = program.rows[number].linear
        row, at = np.asarray(columns)[held.row_ids()], held.columns
        multiplier = inside[at]
        out[at[multiplier]] = out[row[multiplier]]
    return out


def ratios(form: Quadratic, known: Quadratic, follower: Follower) -> dict[int, Fraction]:
    """By member, what times its part of `known` takes the products of its columns and the leader's out of `form`."""
    member_of = dict(zip(follower.columns.tolist(), follower.members.tolist(), strict=True))
    mine, theirs = _cross(form, follower), _cross(known, follower)
    found: dict[int, set[Fraction]] = {}
    for (row, column), value in mine.items():
        other = theirs.get((row, column))
        if other is not None:
            found.setdefault(member_of[row], set()).add(-value / other)
    return {member: next(iter(f)) for member, f in found.items() if len(f) == 1}


def _cross(form: Quadratic, follower: Follower) -> dict[tuple[int, int], Fraction]:
    """Products of the follower's columns with columns of others."""
    row, column = form.hessian.row_ids(), form.hessian.columns
    at = np.flatnonzero(np.isin(row, follower.columns) & ~np.isin(column, follower.columns))
    values = form.hessian.coefficients.take(at).fractions()
    return {(r, c): v for r, c, v in zip(row[at].tolist(), column[at].tolist(), values, strict=True)}


def plus(form: Quadratic, other: Quadratic) -> Quadratic:
    return Quadratic(
        exact.add([form.hessian, other.hessian]),
        exact.add([form.linear, other.linear]),
        arithmetic.add(form.constant, other.constant),
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
    column = Columns("x", Labels((), (), width), 0, None, None)
    held = Program("identity", (column,), (), replace(goal, nonlinear=((ones, 2),)), tuple(nodes))
    found = quadratic_objective(held)
    assert found is not None
    return found
