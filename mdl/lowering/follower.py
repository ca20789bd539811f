"""A follower's own problem, in its own variables, with all others as parameters; and the proof that it is convex.

Columns are those of the leader's program, so that variables have the same numbers in both; columns made for
a max, min or abs of the follower's come after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mdl.algebra import convexity
from mdl.algebra.composition import constant
from mdl.algebra.curvature import Analysis, Facts
from mdl.algebra.domain import Domain
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.free import walk
from mdl.algebra.numbers import Numbers
from mdl.algebra.proof import Curvature, Proof, Requirement
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import drafts, finish, follower_errors, positions, terms
from mdl.lowering.back import Lowered
from mdl.lowering.builder import Builder
from mdl.lowering.columns import ColumnTable
from mdl.lowering.drafts import Draft
from mdl.lowering.errors import Infeasible
from mdl.lowering.facts import InstanceFacts
from mdl.lowering.finish import Assembly, Placed
from mdl.lowering.lift import Unlifted
from mdl.program.maps import Places
from mdl.program.program import Objective, Program, Role, Rows
from mdl.program.sparse import SparseRows
from mdl.semantics import typed
from mdl.semantics.model import FollowerSymbol, LetSymbol, RuleSymbol, VarSymbol
from mdl.semantics.typed import Expr


@dataclass(slots=True, frozen=True, eq=False)
class Lower:
    """`goals` has one row a member (None where the objective has no variables), `program` the rows alone.

    `owner` (columns,) is the member that decides on a column, -1 a parameter; `goal_members` and `row_members`
    the members that rows belong to.
    """

    symbol: FollowerSymbol
    program: Program
    goals: Rows | None
    owner: Places
    goal_members: Places
    row_members: Places
    placed: tuple[Placed, ...]
    needs: tuple[Requirement, ...]


def lower_follower(lowered: Lowered, follower: FollowerSymbol) -> Lower:
    """The problem of a follower of the model that `lowered` is the leader's program of.

    Raises Failure: not convex (MDL431), a max, min or abs that cannot become rows (MDL410, 432); Infeasible
    where a row without variables is false (MDL420).
    """
    instance, absence = lowered.instance, lowered.absence
    columns = ColumnTable()
    for v in lowered.variables.values():
        start = columns.add_variable(v.symbol, v.size, v.present)
        assert start == v.start, "variables come first in every program of a model"
    builder = Builder(columns, Analysis(InstanceFacts(instance), absent=absence is not None))
    builder.lifts = Unlifted(columns, builder.nodes)
    ev = instance.evaluator(symbolic=builder, absence=absence)
    own = InOwnVariables(InstanceFacts(instance), frozenset(o.variable for o in follower.own), absence is not None)
    needs = tuple(_requirements(own, follower))
    wrong = [d for need in needs for d in _extremes(need)]
    if wrong:
        raise Failure(wrong)
    assembly = Assembly(builder)
    builder.epigraphs.origin = follower.name
    assembly.add(_goal_draft(ev, follower))
    goals = assembly.rows.pop() if assembly.rows else None
    goal_at = assembly.placed.pop().positions if goals is not None else None
    assembly.height = 0
    for row in follower.rows:
        builder.epigraphs.origin = row.name
        for draft in drafts.of_row(ev, row):
            assembly.add(draft)
    if builder.epigraphs.made and follower.index:
        raise Failure([follower_errors.extreme_of_indexed(follower.name, e.at.span) for e in builder.epigraphs.made])
    for e in builder.epigraphs.made:
        assembly.add(drafts.of_epigraph(e))
    if assembly.wrong:
        raise Infeasible(assembly.wrong)
    width = builder.columns.width
    program, goals = _program(lowered, builder, assembly, goals)
    owner = np.full(width, -1, dtype=np.int64)
    members = instance.domain(follower)
    for held in follower.own:
        v = lowered.variables[held.variable]
        found = _owners(instance.domain(held.variable), held.args, follower, members)
        owner[v.start : v.start + v.count] = found if v.present is None else found[v.present]
    owner[width - sum(len(e.labels) for e in builder.epigraphs.made) :] = 0
    count = 0 if goals is None else len(goals.labels)
    goal_members = np.arange(count) if goal_at is None else np.asarray(goal_at)
    row_members = [_row_members(ev, p, follower, members) for p in assembly.placed]
    return Lower(
        follower, program, goals, owner, goal_members, np.concatenate([np.zeros(0, np.int64), *row_members]),
        tuple(assembly.placed), needs,
    )  # fmt: skip


def _goal_draft(ev: Evaluator, follower: FollowerSymbol) -> Draft:
    """One row a member; in the role of a helper, since it is no constraint."""
    body = terms.of(ev.number(follower.body, ev.present_frame(follower)))
    at = ev.present(follower)
    labels = drafts.labels_of_symbol(ev, follower, at)
    return Draft(follower.name, follower, at, labels, "<=", body, None, None, follower.body.span, Role.EPIGRAPH)


def _program(lowered: Lowered, builder: Builder, assembly: Assembly, goals: Rows | None) -> tuple[Program, Rows | None]:
    width = builder.columns.width
    nothing = Objective("follower", False, Numbers.constant(0, 1), SparseRows.empty(1, width))
    every = [*assembly.rows, *([] if goals is None else [goals])]
    nodes, nothing, rows = finish.pruned(builder.nodes, nothing, every, width)
    columns = [v.columns for v in lowered.variables.values() if v.columns is not None]
    columns += [finish.epigraph_columns(e) for e in builder.epigraphs.made]
    columns.sort(key=lambda c: c.start)
    kept = rows if goals is None else rows[:-1]
    return Program("follower", tuple(columns), kept, nothing, nodes), None if goals is None else rows[-1]


# ---- whose is what -------------------------------------------------------------------------------------


def _owners(
    table: Domain, args: tuple[typed.IndexVar | None, ...], follower: FollowerSymbol, members: Domain
) -> Places:
    """The member that decides on each entry of a variable, -1 where none does; shape (entries,)."""
    indices = [v for b in follower.index for v in b.indices]
    if not indices:
        return np.zeros(table.size, dtype=np.int64)
    return np.asarray(members.lookup([table.columns[args.index(v)] for v in indices]), dtype=np.int64)


def _row_members(ev: Evaluator, placed: Placed, follower: FollowerSymbol, members: Domain) -> Places:
    indices = [v for b in follower.index for v in b.indices]
    if not indices or placed.symbol is None:
        return np.zeros(placed.count, dtype=np.int64)
    frame = ev.frame(placed.symbol)
    found = np.asarray(members.lookup([c for v in indices for c in frame.codes(v)]), dtype=np.int64)
    return found if placed.positions is None else found[placed.positions]


# ---- convexity in the follower's own variables -----------------------------------------------------------


class InOwnVariables(Analysis):
    """Curvature in the variables `own`; all others are constants of any value between their bounds."""

    def __init__(self, facts: Facts, own: frozenset[VarSymbol], absent: bool) -> None:
        super().__init__(facts, absent=absent)
        self.own = own

    def _reference(self, expr: typed.Ref) -> Proof:
        if isinstance(expr.symbol, VarSymbol) and expr.symbol not in self.own:
            return constant(expr, self.variable(expr.symbol), rule="decided by somebody else")
        return super()._reference(expr)

    def _with_absent(self) -> Analysis:
        if self.absent:
            return self
        if self._partial is None:
            made = InOwnVariables(self.facts, self.own, True)
            made._domains = self._domains
            self._partial = made
        return self._partial


def _requirements(analysis: Analysis, follower: FollowerSymbol) -> Iterator[Requirement]:
    """The objective's condition first."""
    analysis.enter(follower.index)
    rule = RuleSymbol(follower.name, follower.span, follower.index, follower.where, follower.sense, follower.body)
    yield convexity.of_rule(analysis, rule)
    for row in follower.rows:
        yield from convexity.of_row(analysis, row)


def _extremes(need: Requirement) -> Iterator[Diagnostic]:
    """A max, min or abs that cannot become rows of the follower's."""
    yield from positions.misplaced(need.name, zip(need.sides, need.directions, strict=True), need.span)
    for side in need.sides:
        for proof in side.walk():
            fn = positions.replaced(proof)
            if fn is not None and proof.curvature is Curvature.CONSTANT and _has_variables(proof.expr):
                yield follower_errors.extreme_of_others(fn, need.name, proof.span)


def _has_variables(expr: Expr) -> bool:
    left, seen = [expr], set[LetSymbol]()
    while left:
        for e in walk(left.pop()):
            if isinstance(e, typed.Ref) and isinstance(e.symbol, VarSymbol):
                return True
            if isinstance(e, typed.Ref) and isinstance(e.symbol, LetSymbol) and e.symbol not in seen:
                seen.add(e.symbol)
                left.append(e.symbol.body)
    return False


def unproved(held: Lower, groups: list[Places]) -> Iterator[Diagnostic]:
    """Why the follower's problem is not proved convex for every choice of the others; nothing where it is."""
    goal, *rows = held.needs
    if not goal.holds and not _by_hessian(held, groups):
        yield from follower_errors.not_convex(held.symbol, goal, objective=True)
    for need in rows:
        if not need.holds:
            yield from follower_errors.not_convex(held.symbol, need, objective=False)


def _by_hessian(held: Lower, groups: list[Places]) -> bool:
    """Whether a quadratic objective's second derivative by own variables is semidefinite."""
    from mdl.program import exact
    from mdl.program.definite import semidefinite
    from mdl.program.quadratic import quadratic_objective

    if held.goals is None:
        return True
    sign = -1 if held.symbol.sense == "maximize" else 1
    for group in groups:
        total = goal_of(held, group)
        form = quadratic_objective(replace(held.program, objective=total))
        if form is None:
            return False
        row, column = form.hessian.row_ids(), form.hessian.columns
        own = held.owner
        at = np.flatnonzero((own[row] >= 0) & (own[row] == own[column]) & np.isin(own[row], group))
        width = held.program.width
        block = exact.from_entries(row[at], column[at], form.hessian.coefficients.take(at), width, width)
        if not semidefinite(block, sign).holds:
            return False
    return True


def goal_of(held: Lower, group: Places) -> Objective:
    """The sum of some members' objectives, in the follower's sense."""
    from mdl.program import exact

    goals = held.goals
    assert goals is not None
    chosen = np.flatnonzero(np.isin(held.goal_members, group))
    ones = exact.from_entries(
        np.zeros(len(chosen), dtype=np.int64), chosen, Numbers.constant(1, len(chosen)), 1, len(goals.labels)
    )
    return Objective(
        held.symbol.name, held.symbol.sense == "maximize", Numbers.constant(0, 1), exact.compose(ones, goals.linear),
        tuple((exact.compose(ones, m), k) for m, k in goals.nonlinear), held.symbol.body.span,
    )  # fmt: skip
