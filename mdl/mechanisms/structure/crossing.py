"""A free outcome: types whose valuations differ by one number.

Let the valuation of type t at an outcome x be  theta_t * a(x) + b(x) + c_t  with the same a and b for all types (in a
scenario), c_t free of x.  Write U(r|t) for what t has from reporting r, and let theta be ordered.  Claim: the rows

* between the members of neighbouring groups (a group: types with the same theta), all of them, and
* between neighbours within a group

imply all rows.  Within a group U(r|t) - U(r'|t) is the same for all t, so rows both ways between neighbours make
U(t|t) = U(t'|t): all its members are as good as each other, for each of them.  Between t in a group and r in the
next one below, U(t|t) >= U(r|t) and U(r|r) >= U(t|r) add up to (theta_t - theta_r) (a_t - a_r) >= 0, so a_t >= a_r.
Let r be two groups or more below t, k a type of the group above r's, and suppose the row t -> k is implied (induction
over the groups between).  Then U(t|t) >= U(k|t), and U(k|t) - U(r|t) = U(k|k) - U(r|k) + (theta_t - theta_k)
(a_k - a_r) >= 0.  Likewise upwards, with all signs turned.  Rows in both directions are needed: with lies in one
direction only, a need not be monotone, and nothing is left out.

Types that cannot report each other at all, since a part of them is public, are looked at apart, block by block.

In expectation the same holds for A_r = E a(x(r, .)): beliefs must be the same for all types, since else payments are
weighed differently by each.  Types of probability 0 have no rows; all rows to them stay, and the others are a chain.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import IntArray
from mdl.lowering.entries import assembled
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.input import DesignAgent
from mdl.mechanisms.payments.constraints import belief
from mdl.mechanisms.structure.blocks import blocks, complete
from mdl.mechanisms.structure.reduction import Reduction
from mdl.mechanisms.tables import AgentTable, Flags, Places

LARGEST = 20_000_000
"""Coefficients of a table of all types and columns: more are not looked at."""


def dominant(agent: DesignAgent) -> Reduction | str:
    """Rows in every scenario; the reason where all are kept."""
    return _reduced(agent, np.ones(agent.table.types, dtype=bool), agent.table.scenarios)


def bayesian(agent: DesignAgent) -> Reduction | str:
    """Rows in expectation."""
    found = belief(agent.table)
    if found is None:
        return f"what {agent.table.name} believes about the others depends on its own type"
    return _reduced(agent, arithmetic.signs(found.types) > 0, 1)


def _reduced(agent: DesignAgent, possible: Flags, scenarios: int) -> Reduction | str:
    table = agent.table
    assert agent.value is not None
    block = blocks(table.allowed)
    sizes = np.bincount(block, weights=possible)
    if int(sizes.max()) < 3:
        most = int(sizes.max())
        return f"{table.name} has only {most} type{'s' if most > 1 else ''} to choose from"
    if table.broken is not None and np.any(table.broken):
        return f"some lies of {table.name} break its bounds"
    if not complete(table.allowed, block):
        return f"some lies of {table.name} are not allowed, and the argument needs rows in both directions"
    held = _coefficients(agent.value, table)
    if isinstance(held, str):
        return held
    pairs = np.zeros((table.types, table.types), dtype=bool)
    for number in range(len(sizes)):
        types = np.flatnonzero(block == number)
        rank = _line(held[types])
        if rank is None:
            return f"the types of {table.name} differ by more than one number"
        pairs[np.ix_(types, types)] = _neighbours(rank, possible[types])
    every = int((table.allowed & possible[:, None]).sum() - possible.sum()) * scenarios
    kept = int(pairs[possible].sum()) * scenarios
    none = np.zeros((0, 3), dtype=np.int64)
    public = "" if len(sizes) == 1 else ", what is public given"
    why = f"single crossing holds for {table.name} (its types differ by one number{public})"
    return Reduction(pairs, none, kept, every, why)


def _neighbours(rank: Places, possible: Flags) -> Flags:
    """Pairs of the claim; `rank` (L,) numbers the groups among the possible types in their order."""
    size = len(rank)
    live = np.flatnonzero(possible)
    group = np.unique(rank[live], return_inverse=True)[1]
    order = live[np.lexsort((live, group))]
    group = np.sort(group)
    place = np.arange(len(live))
    apart, steps = np.abs(np.subtract.outer(group, group)), np.abs(np.subtract.outer(place, place))
    kept = (apart == 1) | ((apart == 0) & (steps == 1))
    out = np.zeros((size, size), dtype=bool)
    out[np.ix_(order, order)] = kept
    out[:, ~possible] = True
    np.fill_diagonal(out, False)
    return out


def _coefficients(value: Terms, table: AgentTable) -> IntArray | str:
    """One row a type: coefficients over (case, column) and differences of constants, as whole numbers."""
    if value.nodes:
        return f"the valuation of {table.name} is not linear in the outcome"
    if not value.constant.is_exact or any(not e.coefficients.is_exact for e in value.variables):
        return f"the valuation of {table.name} is not rational"
    cases = value.size // table.types
    held = assembled(value.variables, value.size, 2**31 - 1)
    type_, case = np.divmod(held.row_ids(), cases)
    key = case * np.int64(2**31) + held.columns
    places, place = np.unique(key, return_inverse=True)
    if (len(places) + cases) * table.types > LARGEST:
        return f"the valuation of {table.name} has too many coefficients to look at"
    numerators = held.coefficients.numerators
    assert numerators is not None
    rows = np.zeros((table.types, len(places)), dtype=numerators.dtype)
    rows[type_, place] = numerators
    constants = value.constant.numerators
    assert constants is not None
    if not arithmetic.is_constant(value.constant):
        return np.concatenate((rows, _relative(constants.reshape(table.types, cases))), axis=1)
    return rows


def _relative(constants: IntArray) -> IntArray:
    """What a constant adds over the one of the first case: a valuation that no report changes does not matter.

    Every report of an agent is compared with every other, so one case for all scenarios asks for more than is needed.
    """
    if constants.dtype != object and int(np.abs(constants).max(initial=0)) >= 2**61:
        constants = constants.astype(object)
    return constants - constants[:, :1]


def _line(rows: IntArray) -> Places | None:
    """The order of the types where their vectors lie on one line, else None; equal vectors have equal numbers."""
    if not rows.shape[1]:
        return np.zeros(len(rows), dtype=np.int64)
    if rows.dtype != object and int(np.abs(rows).max(initial=0)) >= 2**30:
        rows = rows.astype(object)
    spread = rows.max(axis=0) - rows.min(axis=0)
    pivot = int(spread.argmax())
    if not spread[pivot]:
        return np.zeros(len(rows), dtype=np.int64)
    theta = rows[:, pivot] - rows[:, pivot].min()
    low, high = int(theta.argmin()), int(theta.argmax())
    direction, base = rows[high] - rows[low], rows[low]
    for k in range(len(rows)):
        if ((rows[k] - base) * theta[high] != direction * theta[k]).any():
            return None
    ranks: npt.NDArray[np.int64] = np.unique(theta, return_inverse=True)[1].astype(np.int64)
    return ranks
