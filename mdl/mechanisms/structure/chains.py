"""A known outcome: rows that the rows between neighbouring types add up to.

With types in the order of their domain (block by block, where a part of them is public) and g(t, r) = value(t, t) -
value(t, r), the row ic[t -> r] says p_t - p_r <= g(t, r).
For t > r the rows between neighbours  ic[k+1 -> k], k = r .. t-1,  add up to

    p_t - p_r <= g(r+1, r) + ... + g(t, t-1),

so that ic[t -> r] is implied wherever the right-hand side is at most g(t, r); likewise upwards.  That is what is
checked, in every scenario.  It holds in particular under increasing differences, where value(t, k+1) - value(t, k)
does not fall in t: then g(k+1, k) = value(k+1, k+1) - value(k+1, k) <= value(t, k+1) - value(t, k) for t > k, and the
right-hand sides of these add up to g(t, r).  A sum of rows implies a row whatever else is required of the payments, and
whichever lies are allowed: a chain only counts where all its own rows are there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import IntArray
from mdl.mechanisms.payments.constraints import Constraints, belief, gaps, in_expectation, there
from mdl.mechanisms.payments.whole import whole
from mdl.mechanisms.structure.blocks import blocks
from mdl.mechanisms.structure.reduction import Reduction
from mdl.mechanisms.tables import AgentTable, Flags

WORTH_IT = 0.2
"""Of the rows, at least this part must go."""


def dominant(table: AgentTable) -> Reduction | str:
    """Rows in every scenario; the reason where too few would go."""
    gap = gaps(table.value, table.types, table.scenarios)
    held = Constraints(table.types, table.scenarios, gap, there(table), None, None, None, None)
    return _reduced(held, table.allowed, str(table.name))


def bayesian(table: AgentTable) -> Reduction | str:
    """Rows in expectation.  Only where beliefs do not depend on the own type are they about one number a report."""
    beliefs = belief(table)
    if beliefs is None:
        return f"what {table.name} believes about the others depends on its own type"
    found = _reduced(in_expectation(table, beliefs, False, False), table.allowed, str(table.name))
    if isinstance(found, str) or not len(found.triples):
        return found
    pairs = found.pairs.copy()
    pairs[found.triples[:, 0], found.triples[:, 1]] = True
    return replace(found, pairs=pairs, triples=found.triples[:0])


def _reduced(held: Constraints, allowed: Flags, name: str) -> Reduction | str:
    if held.reports < 3:
        return f"{name} has only {held.reports} type{'s' if held.reports > 1 else ''}"
    order = np.argsort(blocks(allowed), kind="stable")
    bounds, shape = whole([held.gap]), (held.reports, held.reports, held.scenarios)
    low, high = (side.reshape(shape)[np.ix_(order, order)] for side in bounds.parts[0])
    there = held.there[np.ix_(order, order)]
    near = np.abs(np.subtract.outer(np.arange(held.reports), np.arange(held.reports))) == 1
    triples = np.argwhere(there & ~near[:, :, None] & ~_implied(low, high, there))
    every, neighbours = int(there.sum()), int((there & near[:, :, None]).sum())
    kept = neighbours + len(triples)
    if every - kept < WORTH_IT * every:
        return f"the rows between neighbouring types of {name} do not add up to most others"
    why = f"the rows between neighbouring types of {name} add up to the others"
    if not len(triples) and _increasing(low, high):
        why = f"single crossing holds for {name} (differences of valuations increase in the type)"
    pairs = np.zeros_like(near)
    pairs[np.ix_(order, order)] = near
    triples[:, :2] = order[triples[:, :2]]
    return Reduction(pairs, triples, kept, every, why, bounds.level)


def _implied(low: IntArray, high: IntArray, there: Flags) -> Flags:
    """Where the chain of neighbours between two types adds up to at most the row itself; shape (L, L, S)."""
    size = len(low)
    t = np.arange(size - 1)
    down, up = (_sums(high[a, b], there[a, b]) for a, b in ((t + 1, t), (t, t + 1)))
    out = np.zeros(there.shape, dtype=bool)
    for true in range(size):
        below, above = slice(0, true), slice(true + 1, size)
        for side, (total, gone), sign in ((below, down, 1), (above, up, -1)):
            sums = sign * (total[true] - total[side])
            whole_ = gone[true] == gone[side]
            out[true, side] = whole_ & (sums <= low[true, side])
    return out


def _sums(local: IntArray, there: Flags) -> tuple[IntArray, IntArray]:
    """Sums and missing rows of the chain up to each type, shape (L, S)."""
    if local.dtype != object and int(np.abs(local).max(initial=0)) * (len(local) + 1) >= 2**61:
        local = local.astype(object)
    nothing = np.zeros_like(local[:1])
    return (
        np.concatenate((nothing, np.cumsum(local, axis=0))),
        np.concatenate((np.zeros((1, local.shape[1]), dtype=np.int64), np.cumsum(~there, axis=0))),
    )


def _increasing(low: IntArray, high: IntArray) -> bool:
    """Whether g(t, k) - g(t, k+1) = value(t, k+1) - value(t, k) does not fall in t, proved."""
    rises_low, rises_high = low[:, :-1] - high[:, 1:], high[:, :-1] - low[:, 1:]
    return bool((rises_low[1:] >= rises_high[:-1]).all())
