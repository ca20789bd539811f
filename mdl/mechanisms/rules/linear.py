"""Linear problems of one shape to their optima, exactly: equal ones once, those of one matrix by regions."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.mechanisms.rules import lockstep, regions, warm
from mdl.mechanisms.rules.alike import distinct
from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.blocks import Problems
from mdl.mechanisms.rules.lockstep import End, Ended
from mdl.mechanisms.rules.tables import FLOAT, LONG, WHOLE, Tables, as_kind, restarted, slack_tables

CELLS = 2**19
"""Entries of all tables that are worked on at once."""

SAMPLE = 32
"""Problems of one matrix that are solved to find bases for the others."""

LARGEST = 250_000
"""Entries of a table from which on nothing is done here."""

WORTH = 0.02
"""A basis that solves less than this share of what is left, and those after it, are not asked further."""


@dataclass(slots=True, eq=False)
class Found:
    """Of K problems with n columns: how each ended; where OPTIMAL its point, `point` (K, n) over `det` (K,) in the
    problems' unit.

    `ties` and `unsure` (K,) as in BatchSolution.  `plain` (K,): every column is as large (small) as its sense says.
    `pull` (K, 2), where numbers were rounded: by how much the objective changes at most where every bound of a column,
    of a row, moves by 1 in the problem's rows and costs.
    """

    end: Any
    point: Any
    det: Any
    ties: Flags
    unsure: Flags
    plain: Flags
    pull: FloatArray

    @staticmethod
    def nothing(count: int, n: int) -> Found:
        return Found(
            end=np.zeros(count, dtype=np.int8),
            point=np.zeros((count, n), dtype=np.int64),
            det=np.ones(count, dtype=np.int64),
            ties=np.zeros(count, dtype=np.bool_),
            unsure=np.zeros(count, dtype=np.bool_),
            plain=np.zeros(count, dtype=np.bool_),
            pull=np.zeros((count, 2)),
        )

    def take(self, chosen: Places) -> Found:
        return Found(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def put(self, places: Places, end: Any, point: Any, det: Any, ties: Any, plain: Any = True) -> None:
        kind = LONG if LONG in (self.point.dtype, point.dtype, det.dtype) else WHOLE
        self.point, self.det = as_kind(self.point, kind), as_kind(self.det, kind)
        self.end[places] = end
        self.point[places] = as_kind(point, kind)
        self.det[places] = as_kind(det, kind)
        self.ties[places] = ties
        self.plain[places] = plain


def solve_group(problems: Problems) -> Found:
    """Every problem of the group, integer columns included; equal ones once.  OPEN where they are too large."""
    if problems.n * problems.m > LARGEST:
        return Found.nothing(len(problems), problems.n)
    first, kind = problems.distinct()
    chosen = problems.take(first)
    if problems.whole.any():
        from mdl.mechanisms.rules.integer import solve_integer

        return solve_integer(chosen).take(kind)
    return relaxed(chosen).take(kind)


def relaxed(problems: Problems, ask_ties: bool = True) -> Found:
    """Every problem as if all columns were continuous."""
    found = Found.nothing(len(problems), problems.n)
    _, kind = distinct(problems.same)
    counts = np.bincount(kind)
    many = counts >= 2 * SAMPLE
    order = np.argsort(kind, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)))
    for k in np.flatnonzero(many).tolist():
        _solve_same(problems, order[starts[k] : starts[k + 1]], found, ask_ties)
    apart = np.flatnonzero(~many[kind])
    for part in _chunks(apart, problems):
        chosen = problems.take(part)
        _work(slack_tables(chosen, chosen.matrix()), part, found, problems, ask_ties)
    return found


def _chunks(places: Places, problems: Problems) -> list[Places]:
    size = max(1, CELLS // (problems.n * problems.m))
    return [places[k : k + size] for k in range(0, len(places), size)]


def _solve_same(problems: Problems, places: Places, found: Found, ask_ties: bool) -> None:
    """Problems with one matrix: bases of a few of them, as long as they solve many others; the rest from the best."""
    start = slack_tables(problems.take(places[:1]), problems.take(places[:1]).matrix())
    left = places
    while len(left) > SAMPLE:
        sample = left[np.linspace(0, len(left) - 1, SAMPLE).astype(np.int64)]
        ended = _work(restarted(start, problems.take(sample)), sample, found, problems, ask_ties)
        before = len(left)
        left = left[found.end[left] == End.OPEN]
        start = _by_regions(ended, left, found, problems, ask_ties) or start
        left = left[found.end[left] == End.OPEN]
        if before - len(left) < before // 4:
            break
    for part in _chunks(left, problems):
        _work(restarted(start, problems.take(part)), part, found, problems, ask_ties)


def _by_regions(ended: list[Ended], left: Places, found: Found, problems: Problems, ask_ties: bool) -> Tables | None:
    """Tries the bases of the sample on what is left; returns the table that came most often."""
    optimal = [e.tables for e in ended if e.end is End.OPTIMAL]
    best: Tables | None = None
    for tables in optimal:
        for k in regions.best_first(tables, lockstep.plain(tables)):
            table = tables.take([k])
            best = table if best is None else best
            if not len(left):
                return best
            hits = 0
            for part in _chunks(left, problems):
                hit, solved = regions.covered(table, problems.take(part))
                hits += len(hit)
                _record(Ended(End.OPTIMAL, solved), part, found, problems, ask_ties)
            if hits < WORTH * len(left):
                break
            left = left[found.end[left] == End.OPEN]
    return best


def _work(tables: Tables, places: Places, found: Found, problems: Problems, ask_ties: bool) -> list[Ended]:
    """Tables whose keys are places in `places`."""

    def again(left: Tables) -> Tables:
        if problems.n * problems.m < warm.CELLS:
            return left
        return replace((made := warm.warmed(problems.take(places[left.key]))), key=left.key[made.key])

    ended = lockstep.solve(tables, again=again)
    for part in ended:
        _record(part, places, found, problems, ask_ties)
    return ended


def _record(ended: Ended, places: Places, found: Found, problems: Problems, ask_ties: bool) -> None:
    tables = ended.tables
    if not len(tables):
        return
    mine = places[tables.key]
    if ended.end is not End.OPTIMAL:
        found.end[mine] = ended.end
        return
    ties = _ties(tables, problems.user) if ask_ties else False
    plain = (tables.sense == problems.sense[mine]).all(axis=1)
    found.put(mine, End.OPTIMAL, _integers(tables.point()), _integers(tables.det), ties, plain)
    if problems.linear.rounded:
        gain = np.abs(tables.gradient() / tables.det[:, None]).astype(np.float64)
        column = tables.outside < tables.n
        found.pull[mine] = np.stack([np.where(held, gain, 0.0).sum(axis=1) for held in (column, ~column)], axis=1)


def _integers(values: Any) -> Any:
    return as_kind(values, WHOLE) if values.dtype == FLOAT else values


def _ties(tables: Tables, user: Flags) -> Flags:
    """Whether other optimal outcomes differ in the user's columns."""
    n = tables.n
    mine = user[:n]
    out = ((tables.sense[:, :n] != 1) & mine).any(axis=1)
    asked = np.flatnonzero(~out & _may_move(tables, user))
    if len(asked):
        question = lockstep.reversed_(tables.take(asked), user)
        for part in lockstep.solve(replace(question, key=np.arange(len(asked))), question=True):
            out[asked[part.tables.key]] = part.end is End.MOVES
    return np.asarray(out, dtype=np.bool_)


def _may_move(tables: Tables, user: Flags) -> Flags:
    """Whether some variable outside that is not fixed gains nothing, and moves one of the user's columns."""
    low, high = tables.of(tables.low, tables.outside), tables.of(tables.high, tables.outside)
    bounded = tables.of(tables.has_low, tables.outside) & tables.of(tables.has_high, tables.outside)
    idle = (tables.gradient() == 0) & ~(bounded & (low == high).astype(np.bool_))
    out = np.zeros(len(tables), dtype=np.bool_)
    table, column = np.nonzero(idle)
    basic_users = user[tables.basis[table]] & (tables.body[table, :, column] != 0).astype(np.bool_)
    moves = basic_users.any(axis=1) | user[tables.outside[table, column]]
    out[table[moves]] = True
    return out
