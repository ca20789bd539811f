"""The simplex method on many linear programs at once, step by step, in exact integers.

First the sum of what bounds are broken by falls to 0, then the objective rises, its ties broken column by column:
the sign of a gain of 0 is that of the first column, in order, that moves (a lexicographic objective).  So the last
vertex is the outcome that the rule for ties names, by whatever way it was reached.

The entering variable is the one of most gain; after `PATIENCE` steps Bland's rule (1977), which cannot cycle.  A
table whose numbers outgrow their kind goes on in the next (tables.py); ratios are compared as float64, and in the
last kind as fractions, so that it ends whatever the program is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np

from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.tables import LIMITS, LONG, Kind, Tables, as_kind, concat, own, pivot

PATIENCE = 20
"""Steps by most gain for each row and column, before Bland's rule."""

Restart = Callable[[Tables], Tables]

NEVER = np.iinfo(np.int64).max


class End(IntEnum):
    OPEN = 0
    OPTIMAL = 1
    INFEASIBLE = 2
    UNBOUNDED = 3
    MOVES = 4
    """There is another optimal outcome (only where that was the question)."""


@dataclass(slots=True, frozen=True, eq=False)
class Ended:
    """Tables that came to the same kind of end together, in one kind of number."""

    end: End
    tables: Tables


@dataclass(slots=True, frozen=True, eq=False)
class Look:
    """Where each table stands.

    outside values, basic values and bounds times det; `sign` (K, n) is which way each variable outside should go;
    `level` (K, n) is -1 where the objective says so, else the column that breaks the tie.
    """

    basic: Any
    low: Any
    high: Any
    below: Flags
    above: Flags
    gain: Any
    sign: Any
    level: Places
    wants: Flags

    @property
    def broken(self) -> Flags:
        return np.asarray((self.below | self.above).any(axis=1))


def solve(start: Tables, question: bool = False, again: Restart | None = None) -> list[Ended]:
    """Every table to its end.  The tables given are not changed.

    `again` makes better starts for the tables of these keys, where integers are long.
    `question`: the tables are optimal, and all that is asked is whether a column with a `sense` can move in its
    direction without loss (MOVES) or not (OPTIMAL).
    """
    ended: list[Ended] = []
    left: Tables | None = start
    for kind, limit in (*LIMITS, (LONG, np.inf)):
        if left is None or not len(left):
            break
        if kind == LONG and again is not None:
            left = again(left)
        fits = held_by(left, kind, limit)
        later = [left.take(np.flatnonzero(~fits))]
        if fits.any():
            chosen = left if fits.all() else left.take(np.flatnonzero(fits))
            later += _run(own(chosen.cast(kind)), kind, limit, question, ended)
        later = [t.cast(LONG) for t in later if len(t)]
        left = _joined(later)
    return ended


def _joined(parts: list[Tables]) -> Tables | None:
    return concat(parts) if parts else None


def held_by(tables: Tables, kind: Kind, limit: float) -> Flags:
    """Whether everything that a table starts with is within the kind of number."""
    out = np.ones(len(tables), dtype=np.bool_)
    if kind == LONG:
        return out
    for name in ("body", "cost", "low", "high", "det"):
        values = getattr(tables, name)
        single = values[:1] if values.strides[0] == 0 else values
        if single.dtype != np.float64 and single.size:
            within = (np.abs(single) <= limit).reshape(len(single), -1).all(axis=1).astype(np.bool_)
            out &= within
    return out


def _run(work: Tables, kind: Kind, limit: float, question: bool, ended: list[Ended]) -> list[Tables]:
    """Until all tables have ended or outgrown the kind; returns the latter."""
    outgrown: list[Tables] = []
    steps, patience = 0, PATIENCE * (work.n + work.m)
    careful = kind == LONG
    safe = careful or bool(_within(work, work.most, limit).all())
    end = np.zeros(len(work), dtype=np.int8)
    while len(work):
        tired = not careful and steps > 2 * patience
        if tired or not safe:
            grown = (end == End.OPEN) & (tired | ~_fits(work, limit))
            if grown.any():
                outgrown.append(work.take(np.flatnonzero(grown)))
                ended.extend(_sorted(work, end, np.flatnonzero(end != End.OPEN)))
                still = np.flatnonzero((end == End.OPEN) & ~grown)
                work, end = work.take(still), end[still]
                continue
        _step(work, end, steps > patience, careful, question)
        steps += 1
        over = np.flatnonzero(end != End.OPEN)
        if len(over) * 8 >= len(end):
            ended.extend(_sorted(work, end, over))
            still = np.flatnonzero(end == End.OPEN)
            work, end = work.take(still), end[still]
    return outgrown


def _sorted(work: Tables, end: Any, over: Places) -> Iterator[Ended]:
    for which in (End.OPTIMAL, End.INFEASIBLE, End.UNBOUNDED, End.MOVES):
        mine = over[end[over] == which]
        if len(mine):
            yield Ended(which, work.take(mine))


def _fits(work: Tables, limit: float) -> Flags:
    """Whether the next step stays within the limit: bounds on every product and sum in it."""
    most = work.most
    if not _within(work, most, limit).all():
        now = np.abs(work.body).reshape(len(work), -1).max(axis=1).astype(np.float64)
        most = np.minimum(most, np.maximum(now, work.det.astype(np.float64)))
    return _within(work, most, limit)


def _within(work: Tables, most: Any, limit: float) -> Flags:
    sizes = [_largest(v) for v in (work.low, work.high)]
    reach = np.maximum(*sizes) * (work.n + 2)
    cost = _largest(work.cost) * (work.n + work.m + 1)
    return np.asarray((most * np.maximum(reach, cost) <= limit) & (2 * most * most <= limit), dtype=np.bool_)


def _largest(values: Any) -> Any:
    return np.abs(values).max(axis=1).astype(np.float64)


# ---- one step --------------------------------------------------------------------------------------------


def _step(work: Tables, end: Any, bland: bool, careful: bool, question: bool) -> None:
    """One step of every table that is still open; sets `end` where there is none to make."""
    look = _look(work)
    open_ = end == End.OPEN
    stuck = open_ & ~look.wants.any(axis=1)
    broken = look.broken
    end[stuck & broken] = End.INFEASIBLE
    end[stuck & ~broken] = End.OPTIMAL
    going = np.flatnonzero(open_ & ~stuck)
    if not len(going):
        return
    column = _entering(work, look, going, bland)
    way = look.sign[going, column]
    rate = work.body[going, :, column] * way[:, None]
    ratio = _ratios(look, going, rate, work, careful)
    best = ratio.min(axis=1)
    row = np.where(ratio == best[:, None], work.basis[going], NEVER).argmin(axis=1)
    span, spanned = _span(work, going, column)
    flips = spanned & (span <= best)
    endless = ~flips & (best == np.inf)
    if question:
        moves = endless | (flips & (span > 0)) | (~flips & ~endless & (best > 0))
        end[going[moves]] = End.MOVES
        flips, endless, keep = flips & ~moves, endless & ~moves, ~moves
    else:
        keep = np.ones(len(going), dtype=np.bool_)
    if endless.any():
        _without_end(work, look, end, going[endless], column[endless])
    work.at_high[going[flips], column[flips]] ^= True
    turn = np.flatnonzero(keep & ~flips & ~endless)
    if len(turn):
        which, at, out = going[turn], column[turn], row[turn]
        up = rate[turn, out] > 0
        leaves_high = np.where(up, ~look.below[which, out], look.above[which, out])
        pivot(work, which, out, at, leaves_high)


def _look(work: Tables) -> Look:
    resting = work.resting()
    basic, det = work.values(resting), work.det[:, None]
    low, high = work.of(work.low, work.basis) * det, work.of(work.high, work.basis) * det
    below = (work.of(work.has_low, work.basis) & (basic < low)).astype(np.bool_)
    above = (work.of(work.has_high, work.basis) & (basic > high)).astype(np.bool_)
    broken = (below | above).any(axis=1)
    lift = below.astype(np.int8) - above.astype(np.int8)
    weight = np.where(broken[:, None], lift, work.of(work.cost, work.basis))
    gain = np.einsum("km,kmn->kn", as_kind(weight, work.body.dtype), work.body)
    gain = gain + np.where(broken[:, None], 0, work.of(work.cost, work.outside) * det)
    sign = (gain > 0).astype(np.int8) - (gain < 0).astype(np.int8)
    has_low, has_high = work.of(work.has_low, work.outside), work.of(work.has_high, work.outside)
    bounded = has_low & has_high
    fixed = bounded & (work.of(work.low, work.outside) == work.of(work.high, work.outside)).astype(np.bool_)
    level = np.full(sign.shape, -1, dtype=np.int64)
    tied = np.nonzero((sign == 0) & ~fixed & ~broken[:, None])
    if len(tied[0]):
        sign[tied], level[tied] = tie_signs(work, *tied)
    can_rise, can_fall = ~fixed & ~work.at_high, ~fixed & (work.at_high | ~has_low)
    wants = ((sign > 0) & can_rise) | ((sign < 0) & can_fall)
    return Look(basic, low, high, below, above, gain, sign, level, wants)


def tie_signs(work: Tables, table: Places, column: Places) -> tuple[Any, Places]:
    """Which way a variable outside should go whose gain is 0, and the column that says so: the first that it moves.

    0 and NEVER where it moves no column that has a say.
    """
    basis = work.basis[table]
    said = np.take_along_axis(work.sense[table], basis, axis=1) != 0
    cells = work.body[table, :, column]
    rank = np.where(said & (cells != 0).astype(np.bool_), basis, NEVER)
    row, each = rank.argmin(axis=1), np.arange(len(table))
    first, cell = rank[each, row], cells[each, row]
    mine = work.outside[table, column]
    own_say = work.sense[table, mine]
    itself = (own_say != 0) & (mine < first)
    safe = np.where(first == NEVER, 0, first)
    moved = ((cell > 0).astype(np.int8) - (cell < 0).astype(np.int8)) * work.sense[table, safe]
    sign = np.where(itself, own_say, np.where(first == NEVER, 0, moved))
    return sign, np.where(itself, mine, first)


def _entering(work: Tables, look: Look, going: Places, bland: bool) -> Places:
    wants = look.wants[going]
    if bland:
        return np.asarray(np.where(wants, work.outside[going], NEVER).argmin(axis=1))
    size = np.where(wants, np.abs(look.gain[going]), -1)
    best = size.argmax(axis=1)
    only_ties = np.flatnonzero(size[np.arange(len(going)), best] == 0)
    if len(only_ties):
        best[only_ties] = np.where(wants, look.level[going], NEVER)[only_ties].argmin(axis=1)
    return np.asarray(best)


def _ratios(look: Look, going: Places, rate: Any, work: Tables, careful: bool) -> Any:
    """How far the entering variable can go before each basic one is at a bound, (going, m); infinite where it never is.

    A variable beyond a bound stops where it comes back to it.
    """
    below, above = look.below[going], look.above[going]
    has_low, has_high = (work.of(h, work.basis)[going] for h in (work.has_low, work.has_high))
    rises, falls = (rate > 0).astype(np.bool_), (rate < 0).astype(np.bool_)
    stops = (rises & (below | (has_high & ~above))) | (falls & (above | (has_low & ~below)))
    to_high = (rises & ~below) | (falls & above)
    room = np.abs(np.where(to_high, look.high[going], look.low[going]) - look.basic[going])
    size = np.where(stops, np.abs(rate), 1)
    if not careful:
        return np.where(stops, room / size, np.inf)
    out = np.full(room.shape, np.inf, dtype=object)
    out[stops] = _FRACTIONS(room[stops], size[stops])
    return out


_FRACTIONS: Any = np.frompyfunc(lambda a, b: Fraction(int(a), int(b)), 2, 1)


def _span(work: Tables, going: Places, column: Places) -> tuple[Any, Flags]:
    """How far the entering variable is from its other bound, where it has both."""
    which = work.outside[going, column]
    both = work.has_low[going, which] & work.has_high[going, which]
    return work.high[going, which] - work.low[going, which], both


def _without_end(work: Tables, look: Look, end: Any, which: Places, column: Places) -> None:
    """The objective has no limit; or a tie has none: then that column small instead of large, or else 0."""
    level = look.level[which, column]
    end[which[level < 0]] = End.UNBOUNDED
    tied = level >= 0
    table, place = which[tied], level[tied]
    now = work.sense[table, place]
    work.sense[table, place] = np.where(now > 0, -1, 0)
    nowhere = now < 0
    table, place = table[nowhere], place[nowhere]
    work.low[table, place] = 0
    work.high[table, place] = 0
    work.has_low[table, place] = True
    work.has_high[table, place] = True


def plain(tables: Tables) -> Flags:
    """Whether every column with a say was as large as possible, (K,)."""
    return np.asarray((tables.sense[:, : tables.n] > 0).all(axis=1), dtype=np.bool_)


def reversed_(tables: Tables, user: Flags) -> Tables:
    """The question whether the user's columns can be smaller (or, where they are smallest, larger)."""
    sense = np.where(user[None, :], -tables.sense, 0).astype(np.int8)
    return replace(tables, sense=sense)
