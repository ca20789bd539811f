"""The program of an outcome rule with membership as variables: one mixed-integer program for all coalitions.

    gain(S) - payoff(S)  =  the optimum at the memberships of S  of  objective(x, z) - payoff z

It is derived from the rule (membership.py), then made to hold for every z in {0, 1}^n: a row of an agent binds
only where the agent takes part, and an agent's variable is 0 where it does not.  Both use bounds that are proved
for every coalition; where there is none, the game is refused (MDL731, MDL732).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.curvature import Analysis
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.arrays import Arrays, name_of_column, name_of_row, to_arrays
from mdl.coalitions.generation_errors import no_bound, no_row_bound, not_generated
from mdl.coalitions.membership import NOBODY, Membership, Places, Players
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import bounds, drafts, finish, terms
from mdl.lowering.builder import Builder
from mdl.lowering.columns import ColumnTable
from mdl.lowering.errors import Infeasible
from mdl.lowering.facts import InstanceFacts
from mdl.lowering.finish import Assembly
from mdl.lowering.welfare import extreme_lets, uses_any
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Program, Role
from mdl.semantics.model import FollowerSymbol, RowSymbol, RuleSymbol, VarSymbol
from mdl.semantics.typed import Expr

ROUNDS = 4
"""Passes over the rows to prove bounds on columns."""


@dataclass(slots=True, frozen=True, eq=False)
class Separation:
    """`arrays` has the rule's objective; membership of player k is column `first + k`, which costs nothing yet.

    At memberships z in {0, 1}^n the optimum is that of the rule with only the players at 1.
    """

    program: Program
    arrays: Arrays
    first: int
    size: int

    def against(self, payoff: FloatArray) -> Arrays:
        """What a coalition, neither nobody nor everybody, gains over a payoff (n,), or costs, to be optimised."""
        members = np.arange(self.first, self.first + self.size, dtype=np.int32)
        cost = self.arrays.cost.copy()
        cost[members] -= payoff
        held = self.arrays
        return replace(
            held,
            cost=cost,
            row_lower=np.append(held.row_lower, 1.0),
            row_upper=np.append(held.row_upper, self.size - 1.0),
            starts=np.append(held.starts, held.starts[-1] + self.size).astype(np.int32),
            columns=np.concatenate((held.columns, members)),
            values=np.concatenate((held.values, np.ones(self.size))),
        )

    def with_everyone(self) -> Arrays:
        """The rule for everyone as a linear program: the dual of each membership prices what its player brings.

        Owen (1975), for linear production games; the same prices are in the core of assignment and flow games.
        """
        lower = self.arrays.lower.copy()
        lower[self.first : self.first + self.size] = 1.0
        return replace(self.arrays, lower=lower, integer=None)

    def value(self, point: FloatArray) -> float:
        """The objective of the rule at a point of the program."""
        return float(self.arrays.cost @ point + self.arrays.offset)


def derive(instance: Instance, rule: RuleSymbol, players: Players) -> Separation:
    """Raises Failure (MDL730-732) where the rule does not become one mixed-integer linear program."""
    if any(isinstance(s, FollowerSymbol) for s in instance.model.symbols.values()):
        raise Failure(not_generated("the model has followers", rule.span))
    program, first, owners, held = _program(instance, rule, players)
    if not program.linear_rows or program.objective.nonlinear:
        raise Failure(not_generated("the rule is not linear", rule.span))
    made = _System(program, to_arrays(program), owners, held).linked()
    return Separation(program, made, first, len(players.names))


# ---- the program, as if everyone took part -------------------------------------------------------------


def _program(instance: Instance, rule: RuleSymbol, players: Players) -> tuple[Program, int, Places, Places]:
    """The program, the first column of membership, and the players of each column and row, filled with NOBODY."""
    symbols = instance.model.symbols.values()
    builder = Builder(ColumnTable(), Analysis(InstanceFacts(instance), absent=True))
    owners: dict[int, Places] = {}

    def fresh() -> Membership:
        made = Membership(instance, builder, players, owners)
        made.first = first
        return made

    first = 0
    ev = fresh()
    variables = bounds.declared(ev, builder, (s for s in symbols if isinstance(s, VarSymbol)))
    first = ev.first = builder.columns.add(len(players.names))
    for v in variables:
        if v.symbol.absent is not None:
            raise Failure(not_generated(f"`{v.symbol.name}` has a value of its own where it is absent", v.symbol.span))
        owners[v.start] = ev.players_of_entries(v.symbol)
    owners[first] = np.arange(len(players.names))[:, None]
    false: list[Diagnostic] = []
    with ev.closed():
        for v in variables:
            false.extend(bounds.bounded(ev, v))
    apart = extreme_lets(symbols)

    def evaluator_of(body: Expr) -> Membership:
        return fresh() if uses_any(body, apart) else ev

    assembly, made = Assembly(builder), list[drafts.Draft]()
    for row in (s for s in symbols if isinstance(s, RowSymbol)):
        builder.epigraphs.origin = row.name
        made.extend(drafts.of_row(evaluator_of(row.body), row))
    builder.epigraphs.origin = rule.name
    own = evaluator_of(rule.body)
    goal = terms.of(own.number(rule.body, own.root))
    for draft in (*made, *map(drafts.of_epigraph, builder.epigraphs.made), *map(drafts.of_lift, builder.lifts.made)):
        assembly.add(draft)
    if false or assembly.wrong:
        raise Infeasible([*false, *assembly.wrong])
    held = finish.objective(builder, rule, goal)
    nodes, objective, rows = finish.pruned(builder.nodes, held, assembly.rows, builder.columns.width)
    columns = [v.columns for v in variables if v.columns is not None]
    columns += [finish.epigraph_columns(e) for e in builder.epigraphs.made]
    columns += [finish.lift_columns(lift) for lift in builder.lifts.made]
    columns.append(_membership(players, first))
    columns.sort(key=lambda c: c.start)
    program = Program(instance.model.name, tuple(columns), rows, objective, nodes)
    of_columns = _table(((s, t) for s, t in owners.items()), program.width)
    of_rows = _table(_row_owners(ev, assembly), program.height)
    return program, first, of_columns, of_rows


def _membership(players: Players, first: int) -> Columns:
    count = len(players.names)
    zero, one = Bound(Numbers.constant(0, count)), Bound(Numbers.constant(1, count))
    labels = Labels.of([(name,) for name in players.names])
    return Columns("member", labels, first, zero, one, Domain.BINARY, Role.COALITION)


def _row_owners(ev: Membership, assembly: Assembly) -> Iterator[tuple[int, Places]]:
    for placed in assembly.placed:
        if placed.symbol is not None:
            table = ev.players_of_entries(placed.symbol)
            yield placed.start, table if placed.positions is None else table[placed.positions]


def _table(parts: Iterable[tuple[int, Places]], size: int) -> Places:
    held = list(parts)
    wide = max((p.shape[1] for _, p in held), default=0)
    table = np.full((size, wide), NOBODY, dtype=np.int64)
    for start, p in held:
        table[start : start + len(p), : p.shape[1]] = p
    return table


# ---- rows and bounds for every coalition ---------------------------------------------------------------


class _System:
    """Rows as entries: entry e is `values[e]` at row `rows[e]` and column `columns[e]`."""

    def __init__(self, program: Program, arrays: Arrays, owners: Places, held: Places) -> None:
        self.program, self.arrays = program, arrays
        self.owners, self.held = owners, held
        self.rows = np.repeat(np.arange(arrays.height), np.diff(arrays.starts))
        self.columns, self.values = arrays.columns.astype(np.int64), arrays.values
        self.owned = (owners != NOBODY).any(axis=1)
        block = next(c for c in program.columns if c.role is Role.COALITION)
        self.member = block.start + np.arange(len(block.labels))
        """The column of membership of player k is `member[k]`."""
        self.is_member = np.zeros(arrays.width, dtype=np.bool_)
        self.is_member[self.member] = True
        self.low = np.where(self.owned, np.minimum(arrays.lower, 0.0), arrays.lower)
        self.high = np.where(self.owned, np.maximum(arrays.upper, 0.0), arrays.upper)

    def linked(self) -> Arrays:
        for _ in range(ROUNDS):
            if not self._tightened():
                break
        made = _Rows()
        implied = self._own_rows(made)
        self._off_without(made, implied)
        # bounds other than 0 are in rows with membership, so that their prices are the agents'
        owned = self.owned & ~self.is_member
        lower = np.where(owned & (self.low != 0), -np.inf, np.where(owned, 0.0, self.arrays.lower))
        upper = np.where(owned & (self.high != 0), np.inf, np.where(owned, 0.0, self.arrays.upper))
        return made.arrays(replace(self.arrays, lower=lower, upper=upper))

    def _tightened(self) -> bool:
        """Bounds on columns from rows that are there whenever the column is not 0; whether any got better."""
        rows, columns, values = self.rows, self.columns, self.values
        least = np.where(values > 0, values * _finite(self.low[columns]), values * _finite(self.high[columns]))
        most = np.where(values > 0, values * _finite(self.high[columns]), values * _finite(self.low[columns]))
        no_least = np.isinf(np.where(values > 0, self.low[columns], self.high[columns]))
        no_most = np.isinf(np.where(values > 0, self.high[columns], self.low[columns]))
        there = self._there()
        best_high, best_low = self.high.copy(), self.low.copy()
        height = self.arrays.height
        for side, ends, none, sign in (
            (self.arrays.row_upper, least, no_least, 1.0),
            (self.arrays.row_lower, most, no_most, -1.0),
        ):
            others = np.bincount(rows, ends, height)[rows] - ends
            unknown = np.bincount(rows, none, height)[rows] - none
            use = there & np.isfinite(side[rows]) & (unknown == 0)
            limit = np.where(use, (np.where(use, side[rows], 0.0) - others) / values, 0.0)
            above, below = use & (values * sign > 0), use & (values * sign < 0)
            np.minimum.at(best_high, columns[above], limit[above])
            np.maximum.at(best_low, columns[below], limit[below])
        # a bound by arithmetic on floats is only used where there was none
        high = np.where(np.isinf(self.high), np.where(self.owned, np.maximum(best_high, 0.0), best_high), self.high)
        low = np.where(np.isinf(self.low), np.where(self.owned, np.minimum(best_low, 0.0), best_low), self.low)
        whole = self.arrays.integer
        if whole is not None:  # HiGHS takes fractional bounds of integer columns for something else
            high, low = np.where(whole, np.floor(high + 1e-6), high), np.where(whole, np.ceil(low - 1e-6), low)
        better = bool((high != self.high).any() or (low != self.low).any())
        self.high, self.low = high, low
        return better

    def _there(self) -> npt.NDArray[np.bool_]:
        """Of each entry, whether its row has no agents but those of its column."""
        found = np.ones(len(self.rows), dtype=np.bool_)
        for k in range(self.held.shape[1]):
            agent = self.held[self.rows, k]
            found &= (agent == NOBODY) | self._belongs(agent)
        return found

    def _belongs(self, agent: Places) -> npt.NDArray[np.bool_]:
        """Of each entry, whether its column is 0 without this agent."""
        if not self.owners.shape[1]:
            return np.zeros(len(self.rows), dtype=np.bool_)
        found: npt.NDArray[np.bool_] = (self.owners[self.columns] == agent[:, None]).any(axis=1) & (agent != NOBODY)
        return found

    def _own_rows(self, made: _Rows) -> npt.NDArray[np.bool_]:
        """Every row, made idle where one of its agents is absent.

        Gives, for each column and place among its players, whether the rows keep it at 0 without that player.
        """
        arrays = self.arrays
        implied = np.zeros(self.owners.shape, dtype=np.bool_)
        free = ~(self.held != NOBODY).any(axis=1)
        made.keep(self, np.flatnonzero(free), arrays.row_lower, arrays.row_upper, None)
        for side, sign in ((arrays.row_upper, 1.0), (arrays.row_lower, -1.0)):
            at = np.flatnonzero(~free & np.isfinite(side))
            if not len(at):
                continue
            idle = self._idle(side, sign, at)
            factors = np.where(self.held[at] == NOBODY, 0.0, idle[at])
            right = side[at] + factors.sum(axis=1)
            lower = right if sign < 0 else np.full(len(at), -np.inf)
            upper = right if sign > 0 else np.full(len(at), np.inf)
            made.keep(self, at, _spread(at, lower, arrays.height), _spread(at, upper, arrays.height), factors)
            implied |= self._kept_at_zero(side, sign, at, right)
        return implied

    def _idle(self, side: FloatArray, sign: float, at: npt.NDArray[Any]) -> FloatArray:
        """By how much a side must give way when an agent is absent, (rows, places): its end then, less the side.

        With one agent the row may be made tighter by it as well, which keeps the relaxation close.
        """
        found = np.zeros(self.held.shape)
        chosen = np.isin(self.rows, at)
        alone = (self.held != NOBODY).sum(axis=1) == 1
        for k in range(self.held.shape[1]):
            agent = self.held[self.rows, k]
            counts = chosen & (agent != NOBODY) & ~self._belongs(agent)
            ahead = self.values * sign > 0
            end = np.where(ahead, self.high[self.columns], self.low[self.columns])
            bad = counts & np.isinf(end)
            if bad.any():
                row = int(self.rows[np.argmax(bad)])
                raise Failure(no_row_bound(name_of_row(self.program, row), _span(self.program.rows, row)))
            weight = np.where(counts, self.values * np.where(counts, end, 0.0), 0.0)
            most = np.bincount(self.rows, weight, self.arrays.height)
            slack = np.where(np.isfinite(side), most - np.where(np.isfinite(side), side, 0.0), 0.0)
            found[:, k] = np.where(alone, slack, np.maximum(slack, 0.0) if sign > 0 else np.minimum(slack, 0.0))
        return found

    def _kept_at_zero(
        self, side: FloatArray, sign: float, at: npt.NDArray[Any], right: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """Columns that a row with one agent forces to 0 without it: sum of nonnegative terms <= 0."""
        implied = np.zeros(self.owners.shape, dtype=np.bool_)
        single = np.zeros(self.arrays.height, dtype=np.bool_)
        single[at] = ((self.held[at] != NOBODY).sum(axis=1) == 1) & (right == 0)
        agent = self.held.max(axis=1)[self.rows]
        pushed = (self.values * sign > 0) & (self.low[self.columns] >= 0)
        back = (self.values * sign < 0) & (self.high[self.columns] <= 0)
        mine = self._belongs(agent)
        fits = np.bincount(self.rows, ~((pushed | back) & mine), self.arrays.height) == 0
        use = np.flatnonzero((single & fits)[self.rows])
        for k in range(self.owners.shape[1]):
            hit = use[self.owners[self.columns[use], k] == agent[use]]
            implied[self.columns[hit], k] = True
        return implied

    def _off_without(self, made: _Rows, implied: npt.NDArray[np.bool_]) -> None:
        """low * membership <= column <= high * membership for each player of an agent's column."""
        bounded = np.isfinite(self.arrays.upper) | (self.arrays.lower != 0)
        for k in range(self.owners.shape[1]):
            at = np.flatnonzero((self.owners[:, k] != NOBODY) & ~self.is_member & ~(implied[:, k] & ~bounded))
            for bound in (self.high, self.low):
                if np.isinf(bound[at]).any():
                    column = int(at[np.argmax(np.isinf(bound[at]))])
                    where = _span(self.program.columns, column)
                    raise Failure(no_bound(name_of_column(self.program, column), where))
            partner = self.member[self.owners[at, k]]
            none, far = np.zeros(len(at)), np.full(len(at), np.inf)
            made.pairs(at, partner, self.high[at], -far, none)
            made.pairs(at, partner, self.low[at], none, far)
        self._at_least(made)

    def _at_least(self, made: _Rows) -> None:
        """column >= lower bound where all its players take part, for bounds above 0 (and below for uppers)."""
        owned = self.owned & ~self.is_member
        for bound, sign in ((self.arrays.lower, 1.0), (self.arrays.upper, -1.0)):
            at = np.flatnonzero(owned & np.isfinite(bound) & (np.where(np.isfinite(bound), bound, 0.0) * sign > 0))
            if not len(at):
                continue
            who = self.owners[at]
            count = (who != NOBODY).sum(axis=1)
            rows = np.concatenate((np.arange(len(at)), np.repeat(np.arange(len(at)), who.shape[1])))
            columns = np.concatenate((at, self.member[np.maximum(who, 0)].ravel()))
            values = np.concatenate((np.ones(len(at)), np.where(who == NOBODY, 0.0, -bound[at, None]).ravel()))
            right, far = -bound[at] * (count - 1), np.full(len(at), np.inf)
            lower, upper = (right, far) if sign > 0 else (-far, right)
            kept = values != 0
            made.add(rows[kept], columns[kept], values[kept], lower, upper)


class _Rows:
    """Rows as they are added, by entries."""

    def __init__(self) -> None:
        self.height = 0
        self.parts: list[tuple[Any, Any, Any]] = []
        self.lower: list[FloatArray] = []
        self.upper: list[FloatArray] = []

    def add(self, rows: Any, columns: Any, values: Any, lower: FloatArray, upper: FloatArray) -> None:
        self.parts.append((rows + self.height, columns, values))
        self.lower.append(lower)
        self.upper.append(upper)
        self.height += len(lower)

    def keep(
        self, system: _System, at: npt.NDArray[Any], lower: FloatArray, upper: FloatArray, factors: FloatArray | None
    ) -> None:
        """Rows `at` with these sides (height,), and `factors` (rows, places) of their agents' membership."""
        place = np.full(system.arrays.height, -1, dtype=np.int64)
        place[at] = np.arange(len(at))
        chosen = place[system.rows] >= 0
        rows, columns, values = place[system.rows[chosen]], system.columns[chosen], system.values[chosen]
        if factors is not None and factors.shape[1]:
            who = system.held[at]
            more, slot = np.nonzero((who != NOBODY) & (factors != 0))
            rows = np.concatenate((rows, more))
            columns = np.concatenate((columns, system.member[who[more, slot]]))
            values = np.concatenate((values, factors[more, slot]))
        self.add(rows, columns, values, lower[at], upper[at])

    def pairs(self, at: Any, partner: Any, factor: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        """lower <= column - factor * partner <= upper; nothing where the column's own bound says it."""
        count = np.arange(len(at))
        some = np.flatnonzero(factor != 0)
        rows = np.concatenate((count, some))
        columns = np.concatenate((at, partner[some]))
        values = np.concatenate((np.ones(len(at)), -factor[some]))
        needed = factor != 0
        renumbered = np.cumsum(needed) - 1
        kept = needed[rows]
        self.add(renumbered[rows[kept]], columns[kept], values[kept], lower[needed], upper[needed])

    def arrays(self, base: Arrays) -> Arrays:
        rows = np.concatenate([p[0] for p in self.parts]).astype(np.int64)
        columns = np.concatenate([p[1] for p in self.parts]).astype(np.int64)
        values = np.concatenate([p[2] for p in self.parts])
        key, place = np.unique(rows * base.width + columns, return_inverse=True)
        merged = np.bincount(place, values, len(key))
        kept = merged != 0
        key, merged = key[kept], merged[kept]
        starts = np.zeros(self.height + 1, dtype=np.int32)
        np.cumsum(np.bincount(key // base.width, minlength=self.height), out=starts[1:])
        return replace(
            base,
            row_lower=np.concatenate(self.lower),
            row_upper=np.concatenate(self.upper),
            starts=starts,
            columns=(key % base.width).astype(np.int32),
            values=merged,
        )


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isinf(values), 0.0, values)


def _spread(at: npt.NDArray[Any], values: FloatArray, size: int) -> FloatArray:
    out = np.zeros(size)
    out[at] = values
    return out


def _span(blocks: Any, place: int) -> Any:
    return next(b.span for b in blocks if b.start <= place < b.start + len(b.labels))
