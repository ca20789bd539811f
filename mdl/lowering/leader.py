"""Followers inside a leader's program: each is replaced by its optimality conditions.

    minimise F(x, q)  over x, q, y, z       subject to the leader's rows, and of each follower

    stationarity[q]       gradient f = J'y + z, by the follower's own columns q alone
    limit, q.lower, ...   its rows, and the bounds of its variables as rows
    dual[limit]           their multipliers, by side and sense as in mdl.lowering.kkt
    complementarity[...]  one of multiplier and slack is 0

Where the follower has several best answers the leader has the choice (the optimistic case).  A follower is convex in
its own variables, so that these conditions are enough; where its rows are linear they are necessary
too (Dempe, Foundations of Bilevel Programming, 2002, ch. 5).  Members of an indexed follower, and different
followers, take each other's variables as given: a Nash equilibrium among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import follower_errors
from mdl.lowering.back import Lowered
from mdl.lowering.classify import Verdict
from mdl.lowering.drafts import labels_at
from mdl.lowering.errors import Infeasible
from mdl.lowering.finish import Placed
from mdl.lowering.follower import Lower, lower_follower, unproved
from mdl.lowering.kkt import Side, chosen, multiplier_columns, side_rows, sides_of_bounds, sides_of_rows, sign_of
from mdl.program import exact
from mdl.program.adjoint import Adjoints, Vector, added, applied, merged, transposed
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Node, Power, Product
from mdl.program.maps import Places
from mdl.program.program import (
    Bound,
    Columns,
    Complementarity,
    Follower,
    Program,
    ProgramClass,
    Role,
    Rows,
)
from mdl.program.sparse import SparseRows
from mdl.semantics.model import FollowerSymbol, Symbol

OPTIMISTIC = "optimistic: where a follower has several best answers, it takes the one best for the leader"
QUALIFIED = (
    "the rows of follower `{}` are not linear: its conditions hold at its optimum where a point inside them exists"
)


def with_followers(lowered: Lowered, followers: list[FollowerSymbol]) -> Lowered:
    """The same with the conditions of every follower in the program.

    Raises Failure: not convex (MDL431), max, min or abs out of place (MDL410, 432, 433), two owners (MDL434);
    Infeasible where rows of a follower are false whatever the variables are (MDL420).
    """
    held = _each(lowered, followers)
    groups = [groups_of(h) for h in held]
    wrong = [d for h, g in zip(held, groups, strict=True) for d in unproved(h, g)]
    wrong += _owned_by_two(lowered, held)
    if wrong:
        raise Failure(wrong)
    work = _Work(lowered)
    for h, g in zip(held, groups, strict=True):
        work.add(h, g)
    return work.result(held)


def _each(lowered: Lowered, followers: list[FollowerSymbol]) -> list[Lower]:
    """Every follower's own problem; the errors of all together."""
    held: list[Lower] = []
    wrong: list[Diagnostic] = []
    false: list[Diagnostic] = []
    for follower in followers:
        try:
            held.append(lower_follower(lowered, follower))
        except Infeasible as failure:
            false += failure.diagnostics
        except Failure as failure:
            wrong += failure.diagnostics
    if wrong:
        raise Failure(wrong)
    if false:
        raise Infeasible(false)
    return held


def _owned_by_two(lowered: Lowered, held: list[Lower]) -> list[Diagnostic]:
    out = []
    for at, mine in enumerate(held):
        for theirs in held[:at]:
            least = min(len(mine.owner), len(theirs.owner), lowered.program.width)
            both = np.flatnonzero((mine.owner[:least] >= 0) & (theirs.owner[:least] >= 0))
            for v in lowered.variables.values():
                inside = both[(both >= v.start) & (both < v.start + v.count)]
                if len(inside) and v.columns is not None:
                    name = v.columns.labels.name(v.symbol.name, int(inside[0]) - v.start)
                    a, b = theirs.symbol, mine.symbol
                    out.append(follower_errors.owned_by_two(name, a.name, b.name, b.span, a.span))
    return out


def groups_of(held: Lower) -> list[Places]:
    """Members whose objectives and rows leave each other's columns alone, so that one sweep derives them all.

    All of them, or each by itself where they take part in each other's problems.
    """
    members = np.unique(np.concatenate([held.owner[held.owner >= 0], held.goal_members, held.row_members]))
    if len(members) <= 1:
        return [members]
    goals = held.goals
    rows = held.program.rows if goals is None else (*held.program.rows, replace(goals, start=held.program.height))
    pattern = Functions(replace(held.program, rows=rows))
    of_row = np.concatenate((held.row_members, held.goal_members))
    theirs = held.owner[pattern.jacobian_column]
    apart = (theirs < 0) | (theirs == of_row[pattern.jacobian_row])
    return [members] if apart.all() else [np.array([m]) for m in members.tolist()]


@dataclass(slots=True, eq=False)
class _Multiplied:
    """A side of a follower's rows or bounds, its first multiplier column and the members its entries belong to."""

    side: Side
    start: int
    members: Places


class _Work:
    """The leader's program as followers are added; widths are made equal at the end."""

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        leader = lowered.program
        self.columns, self.rows, self.nodes = list(leader.columns), list(leader.rows), list(leader.nodes)
        self.width, self.height = leader.width, leader.height
        self.pairs: list[Complementarity] = []
        self.made: list[Follower] = []
        self.placed: list[Placed] = list(lowered.placed)
        self.multipliers: dict[Symbol, list[tuple[Placed, int]]] = {}
        self.users = sum(v.count for v in lowered.variables.values())

    def add(self, held: Lower, groups: list[Places]) -> None:
        """The columns, rows and pairs of one follower."""
        program = held.program
        extra = program.width - self.users
        places = np.concatenate((np.arange(self.users), np.arange(self.width, self.width + extra)))
        self.columns += [
            replace(c, start=c.start - self.users + self.width) for c in program.columns if c.start >= self.users
        ]
        self.width += extra
        width, offset = self.width, len(self.nodes)
        owner = np.full(width, -1, dtype=np.int64)
        owner[places] = held.owner
        self.nodes += [_moved_node(n, places, width, offset) for n in program.nodes]
        rows = [_moved_rows(r, places, width, offset) for r in program.rows]
        goals = None if held.goals is None else _moved_rows(held.goals, places, width, offset)
        maximize = held.symbol.sense == "maximize"
        sides = self._sides(held, tuple(rows), owner, maximize)
        gradient = self._gradient(held, goals, sides, groups, owner)
        stationarity = self._stationarity(gradient, owner)
        blocks: list[tuple[int, int]] = []
        for part in sides:
            blocks.append(self._side(held, part, maximize))
        own = np.flatnonzero(owner >= 0)
        self.made.append(
            Follower(held.symbol.name, maximize, own, owner[own], stationarity, tuple(blocks), held.symbol.span)
        )

    def _sides(self, held: Lower, rows: tuple[Rows, ...], owner: Places, maximize: bool) -> list[_Multiplied]:
        """Every side with its multipliers, whose columns are made here."""
        width = self.width
        bounded = tuple(_only(c, owner[c.start : c.start + len(c.labels)] >= 0) for c in self.columns)
        base = replace(held.program, columns=bounded, rows=rows)
        assert base.width == width
        out: list[_Multiplied] = []
        for of_rows, found in ((True, sides_of_rows(base)), (False, sides_of_bounds(base))):
            for side in found:
                members = held.row_members[side.places] if of_rows else owner[side.places]
                self.columns.append(multiplier_columns(side, self.width, sign_of(side.side, maximize)))
                out.append(_Multiplied(side, self.width, members))
                self.width += len(side.places)
        return out

    def _gradient(
        self, held: Lower, goals: Rows | None, sides: list[_Multiplied], groups: list[Places], owner: Places
    ) -> Vector:
        """gradient f - J'y - z by own columns, shape (columns,); nodes for it go to the graph."""
        width = self.width
        parts: list[Vector] = []
        for group in groups:
            work = Adjoints([_widened(n, width) for n in self.nodes], width)
            found: list[Vector] = []
            if goals is not None:
                at = np.flatnonzero(np.isin(held.goal_members, group))
                found += _swept(work, goals.linear, goals.nonlinear, at, Vector(len(at), Numbers.constant(1, len(at))))
            for part in sides:
                at = np.flatnonzero(np.isin(part.members, group))
                minus = exact.from_entries(
                    np.arange(len(at)), part.start + at, Numbers.constant(-1, len(at)), len(at), width
                )
                y = Vector(len(at), None, (minus,))
                found += _swept(work, part.side.linear, part.side.nonlinear, at, y)
            found.append(work.gradient())
            self.nodes = list(work.nodes)
            kept = np.flatnonzero(np.isin(owner, group) & (owner >= 0))
            only = exact.from_entries(kept, kept, Numbers.constant(1, len(kept)), width, width)
            parts.append(applied(only, added(width, found)))
        return added(width, parts)

    def _stationarity(self, gradient: Vector, owner: Places) -> tuple[tuple[int, Places], ...]:
        """A block of rows for each block of own columns; its number and its columns."""
        linear = exact.add(gradient.variables) if gradient.variables else SparseRows.empty(self.width, self.width)
        constant = Numbers.constant(0, self.width) if gradient.constant is None else gradient.constant
        out: list[tuple[int, Places]] = []
        for block in list(self.columns):
            if block.role is Role.MULTIPLIER:
                continue
            inside = owner[block.start : block.start + len(block.labels)]
            at = np.flatnonzero(inside >= 0)
            if not len(at):
                continue
            places = at + block.start
            maps = merged(tuple((chosen(m, places), k) for m, k in gradient.nodes))
            zero = Bound(arithmetic.neg(constant.take(places)))
            labels = block.labels if len(at) == len(block.labels) else labels_at(block.labels, at)
            out.append((len(self.rows), places))
            self._append(
                Rows(
                    f"stationarity[{block.name}]", labels, self.height, "==", zero, zero, chosen(linear, places), maps,
                    Role.STATIONARITY, block.span, block.name,
                )
            )  # fmt: skip
            self.placed.append(Placed(None, self.height - len(at), len(at), None))
        return tuple(out)

    def _side(self, held: Lower, part: _Multiplied, maximize: bool) -> tuple[int, int]:
        side, number = part.side, len(self.rows)
        block = next(k for k, c in enumerate(self.columns) if c.start == part.start and c.role is Role.MULTIPLIER)
        if sign_of(side.side, maximize):
            self.pairs.append(Complementarity(f"complementarity[{side.name}]", number, block))
        symbol, at = None, None
        if side.of_rows:
            symbol, at = _owner_of(held.placed, side.places)
        else:
            self._bounds(side.places, part.start)
        placed = Placed(symbol, self.height, len(side.places), at)
        self._append(side_rows(side, self.height, self.width))
        self.placed.append(placed)
        if symbol is not None:
            self.multipliers.setdefault(symbol, []).append((placed, part.start))
        return number, block

    def _bounds(self, places: Places, start: int) -> None:
        """Multipliers of bounds, for the reduced costs of the variables that have them."""
        for v in self.lowered.variables.values():
            if len(places) and v.start <= int(places[0]) < v.start + v.count:
                at = places - v.start
                held = Placed(None, 0, len(places), at if v.present is None else np.asarray(v.present)[at])
                self.multipliers.setdefault(v.symbol, []).append((held, start))

    def _append(self, rows: Rows) -> None:
        self.rows.append(rows)
        self.height += len(rows.labels)

    def result(self, held: list[Lower]) -> Lowered:
        lowered, width = self.lowered, self.width
        leader = lowered.program
        goal = replace(leader.objective, linear=_wide(leader.objective.linear, width))
        rows = tuple(replace(r, linear=_wide(r.linear, width)) for r in self.rows)
        nodes = tuple(_widened(n, width) for n in self.nodes)
        curved = [h.symbol.name for h in held if any(r.nonlinear for r in h.program.rows)]
        notes = (*lowered.notes, OPTIMISTIC, *(QUALIFIED.format(name) for name in curved))
        names = ", ".join(f"`{h.symbol.name}`" for h in held)
        why = f"the conditions of {names} are in it; without complementarity it is of class "
        relaxed = _relaxed(leader, rows[len(leader.rows) :])
        verdict = Verdict(
            ProgramClass.COMPLEMENTARITY, why + relaxed.value,
            (*leader.why.requirements, *(need for h in held for need in h.needs)),
        )  # fmt: skip
        program = Program(
            leader.name, tuple(self.columns), rows, goal, nodes, tuple(self.pairs), ProgramClass.COMPLEMENTARITY,
            verdict, (), tuple(self.made), relaxed,
        )  # fmt: skip
        return replace(
            lowered, program=program, placed=tuple(self.placed), notes=notes,
            multipliers={s: tuple(m) for s, m in self.multipliers.items()},
        )  # fmt: skip


def _relaxed(leader: Program, conditions: tuple[Rows, ...]) -> ProgramClass:
    """The class without the pairs: the leader's own where the conditions are linear."""
    return leader.kind if not any(r.nonlinear for r in conditions) else ProgramClass.NLP


# ---- pieces --------------------------------------------------------------------------------------------


def _swept(
    work: Adjoints, linear: SparseRows, nonlinear: tuple[tuple[SparseRows, int], ...], at: Places, weights: Vector
) -> list[Vector]:
    """Seeds the sweep with some rows times weights; the part of the derivative that is known at once."""
    for m, k in nonlinear:
        work.add(k, applied(transposed(chosen(m, at)), weights))
    return [applied(transposed(_wide(chosen(linear, at), work.width)), weights)]


def _owner_of(placed: tuple[Placed, ...], rows: Places) -> tuple[Symbol | None, Places | None]:
    """The symbol that rows of a follower's own program belong to, and the entries of its index table."""
    for p in placed:
        if len(rows) and p.start <= int(rows[0]) < p.start + p.count:
            at = rows - p.start
            return p.symbol, at if p.positions is None else np.asarray(p.positions)[at]
    return None, None


def _only(block: Columns, own: npt.NDArray[np.bool_]) -> Columns:
    """The block with the bounds of some of its columns alone."""
    return replace(block, lower=_masked(block.lower, own), upper=_masked(block.upper, own))


def _masked(bound: Bound | None, own: npt.NDArray[np.bool_]) -> Bound | None:
    if bound is None:
        return None
    return Bound(bound.values, own if bound.finite is None else own & np.asarray(bound.finite))


def _moved_rows(block: Rows, places: Places, width: int, offset: int) -> Rows:
    maps = tuple((m, k + offset) for m, k in block.nonlinear)
    return replace(block, linear=_moved(block.linear, places, width), nonlinear=maps)


def _moved(rows: SparseRows, places: Places, width: int) -> SparseRows:
    """The same map with its columns at other places, which ascend."""
    return SparseRows(rows.starts, places[rows.columns], rows.coefficients, width)


def _moved_node(node: Node, places: Places, width: int, offset: int) -> Node:
    match node:
        case Affine():
            variables = None if node.variables is None else _moved(node.variables, places, width)
            return replace(node, variables=variables, nodes=tuple((m, k + offset) for m, k in node.nodes))
        case Apply() | Power():
            return replace(node, argument=node.argument + offset)
        case Product():
            return replace(node, left=node.left + offset, right=node.right + offset)


def _widened(node: Node, width: int) -> Node:
    if isinstance(node, Affine) and node.variables is not None:
        return replace(node, variables=_wide(node.variables, width))
    return node


def _wide(rows: SparseRows, width: int) -> SparseRows:
    return rows if rows.width == width else replace(rows, width=width)
