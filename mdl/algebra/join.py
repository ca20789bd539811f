"""Filtered products without the product: `i in USER where l in route[i]` by sorting, not by trying all pairs.

A condition that ties a new index to outer ones by equality or membership says, for each outer row,
which members of the new index's set are wanted.  They are found through keys: what the condition
says of each member on one side, what each outer row asks for on the other.  Rows come out in the
order in which the whole product, filtered, would give them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra.domain import Domain, entries_of
from mdl.algebra.frame import Frame
from mdl.algebra.members import member
from mdl.algebra.set_values import as_family, first_of_equals
from mdl.algebra.universe import Codes, Universe
from mdl.algebra.values import Fixed, Positions
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.kinds import Element, SetOf, TupleOf
from mdl.semantics.typed import Binder, Expr, IndexVar

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator

WORTHWHILE = 2**13
"""Products of fewer rows are filtered as they are."""

Pairs = tuple[Positions, Positions]
"""Rows of the outer frame and, for each, a position in the set; in order."""


def conjuncts(where: Expr | None) -> list[Expr]:
    """The conditions that `and` joins, in order."""
    if where is None:
        return []
    if isinstance(where, typed.Logic) and where.op == "and":
        return [c for arg in where.args for c in conjuncts(arg)]
    return [where]


def join(ev: Evaluator, frame: Frame, binder: Binder, domain: Domain, conditions: list[Expr]) -> Frame | None:
    """The child frame on which one of the conditions holds, which is taken off the list; None where none serves."""
    if frame.size * domain.size < WORTHWHILE or (frame.absence is not None and not frame.absence.uniform):
        return None
    scope = frozenset(frame.scope())
    own = frozenset(binder.indices)
    for k, condition in enumerate(conditions):
        if isinstance(condition, typed.Compare) and _ties(ev.free.of(condition), own, scope):
            pairs = _pairs(ev, frame, binder, domain, condition, own)
            if pairs is not None:
                del conditions[k]
                return frame.chosen(binder, domain, *pairs)
        if not _harmless(condition):
            return None
    return None


def _harmless(condition: Expr) -> bool:
    """A condition that has a value on every row, so that it may as well be asked later."""
    if not isinstance(condition, typed.Compare):
        return False
    sides = (condition.first, *(e for _, e in condition.rest))
    return all(isinstance(s, typed.Index | typed.Member) and isinstance(s.kind, Element) for s in sides) and all(
        op in ("==", "!=") for op, _ in condition.rest
    )


def _ties(free: frozenset[IndexVar], own: frozenset[IndexVar], scope: frozenset[IndexVar]) -> bool:
    return bool(free & own) and free <= own | scope


def _pairs(
    ev: Evaluator, frame: Frame, binder: Binder, domain: Domain, condition: typed.Compare, own: frozenset[IndexVar]
) -> Pairs | None:
    if len(condition.rest) != 1:
        return None
    ((op, right),) = condition.rest
    try:
        if op == "==":
            return _equal(ev, frame, frame.alone(binder, domain), condition.first, right, own)
        if op == "in" and isinstance(right.kind, SetOf) and not isinstance(right.kind.item, SetOf):
            return _within(ev, frame, frame.alone(binder, domain), condition.first, right, own)
    except Failure:
        return None  # the product will say on which row
    return None


def _equal(
    ev: Evaluator, frame: Frame, alone: Frame, left: Expr, right: Expr, own: frozenset[IndexVar]
) -> Pairs | None:
    if not all(isinstance(s.kind, Element | TupleOf) for s in (left, right)):
        return None
    if not ev.free.of(left) & own:
        left, right = right, left
    if not ev.free.of(left) <= own or ev.free.of(right) & own:
        return None
    asked = member(ev, right, frame).codes
    return _matched(frame.universe, member(ev, left, alone).codes, alone.everything, asked, frame.everything)


def _within(
    ev: Evaluator, frame: Frame, alone: Frame, left: Expr, right: Expr, own: frozenset[IndexVar]
) -> Pairs | None:
    universe, of_left, of_right = frame.universe, ev.free.of(left), ev.free.of(right)
    if of_right and of_right <= own and not of_left & own:  # l in route[i]
        family = as_family(ev.set(right, alone), alone.size)
        asked = member(ev, left, frame).codes
        return _matched(universe, family.columns, family.owners, asked, frame.everything)
    if of_left and of_left <= own and not of_right & own:  # i in users[l]
        family = as_family(ev.set(right, frame), frame.size)
        keys = member(ev, left, alone).codes
        return _matched(universe, keys, alone.everything, family.columns, family.owners)
    if not of_right and isinstance(left, typed.TupleExpr):  # (i, j) in ARC
        return _tuple_within(ev, frame, alone, left, right, own)
    return None


def _tuple_within(
    ev: Evaluator, frame: Frame, alone: Frame, left: typed.TupleExpr, right: Expr, own: frozenset[IndexVar]
) -> Pairs | None:
    value = ev.set(right, frame)
    if not isinstance(value, Fixed) or not all(isinstance(i.kind, Element) for i in left.items):
        return None
    mine = [k for k, item in enumerate(left.items) if ev.free.of(item) & own]
    theirs = [k for k in range(len(left.items)) if k not in mine]
    if not theirs or not all(ev.free.of(left.items[k]) <= own for k in mine):
        return None
    columns = value.domain.columns
    every = np.arange(value.domain.size)
    keys = [member(ev, left.items[k], alone).codes[0] for k in mine]
    entries, positions = _matched(frame.universe, keys, alone.everything, [columns[k] for k in mine], every)
    asked = [member(ev, left.items[k], frame).codes[0] for k in theirs]
    return _matched(frame.universe, [columns[k][entries] for k in theirs], positions, asked, frame.everything)


def _matched(
    universe: Universe, keys: Sequence[Codes], positions: Positions, asked: Sequence[Codes], rows: Positions
) -> Pairs:
    """For each asked key the positions that have it, sorted by row and position."""
    first = first_of_equals(keys) if len(keys[0]) else np.zeros(0, dtype=np.bool_)
    distinct = Domain.relation(universe, [k[first] for k in keys])
    if not distinct.size:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    group = distinct.lookup(keys)
    order = np.lexsort((positions, group))
    starts = np.zeros(distinct.size + 2, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=distinct.size), out=starts[1:-1])
    starts[-1] = starts[-2]  # an empty group for keys that nothing has
    wanted = distinct.lookup(asked)
    places, ends = entries_of(starts, np.where(wanted < 0, distinct.size, wanted))
    found = positions[order[places]]
    owners = np.repeat(rows, np.diff(ends))
    if len(owners) and not bool((np.diff(rows) > 0).all()):
        sequence = np.lexsort((found, owners))
        owners, found = owners[sequence], found[sequence]
    return owners.astype(np.int32), found.astype(np.int32)
