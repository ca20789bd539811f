"""Integer rules, exactly: branch and bound on many problems at once (Land and Doig 1960).

The bound of a node is the best of its relaxation in the order objective, first column, second column, ...: a total
order, so that a node is left where it cannot hold anything before the best known.  Whether that one is alone is asked
by the same search in the opposite order among points of the same objective.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.blocks import Problems
from mdl.mechanisms.rules.linear import Found, relaxed
from mdl.mechanisms.rules.lockstep import End

MOST = 4000
"""Nodes of one problem; beyond them it stays OPEN and another solver answers."""


def solve_integer(problems: Problems) -> Found:
    """Problems that are all different; `end` is OPEN where the search was given up."""
    roots = relaxed(problems, ask_ties=True)
    found = _search(problems, roots)
    _endless(problems, roots, found)
    asked = np.flatnonzero((found.end == End.OPTIMAL) & (roots.ties | ~_integral(problems, roots)))
    if len(asked):
        found.ties[asked], found.unsure[asked] = _another(problems.take(asked), found.take(asked))
    return found


def _search(problems: Problems, roots: Found) -> Found:
    """The best integer point of each problem."""
    out = Found.nothing(len(problems), problems.n)
    owner, nodes, solved = np.arange(len(problems)), problems, roots
    given_up = np.zeros(len(problems), dtype=np.bool_)
    spent = np.zeros(len(problems), dtype=np.int64)
    while len(owner):
        optimal = solved.end == End.OPTIMAL
        given_up[owner[(solved.end == End.UNBOUNDED) | (optimal & ~solved.plain)]] = True
        spent += np.bincount(owner, minlength=len(problems))
        given_up |= spent > MOST
        open_ = np.flatnonzero(optimal & ~given_up[owner])
        owner, nodes, solved = owner[open_], nodes.take(open_), solved.take(open_)
        whole = _integral(nodes, solved)
        _improve(out, nodes, solved, owner, np.flatnonzero(whole))
        better = _compare(nodes, solved, out.take(owner)) > 0
        left = np.flatnonzero(~whole & (better | (out.end[owner] != End.OPTIMAL)))
        owner, nodes, solved = _branched(owner[left], nodes.take(left), solved.take(left))
    out.end[given_up] = End.OPEN
    out.end[(out.end == End.OPEN) & ~given_up] = End.INFEASIBLE
    return out


def _improve(out: Found, nodes: Problems, solved: Found, owner: Places, whole: Places) -> None:
    """Integer points that come before the best known take its place."""
    while len(whole):
        _, first = np.unique(owner[whole], return_index=True)
        one = whole[first]
        mine = owner[one]
        better = _compare(nodes.take(one), solved.take(one), out.take(mine)) > 0
        kept = np.flatnonzero(better | (out.end[mine] != End.OPTIMAL))
        out.put(mine[kept], End.OPTIMAL, solved.point[one[kept]], solved.det[one[kept]], False)
        whole = np.delete(whole, first)


def _branched(owner: Places, nodes: Problems, solved: Found) -> tuple[Places, Problems, Found]:
    """Each node cut in two at its first integer column that is not integral, and both halves solved."""
    if not len(owner):
        return owner, nodes, solved
    unit, each = nodes.linear.unit, np.arange(len(owner))
    step = solved.det.astype(object) * unit
    fraction = (solved.point % step[:, None] != 0).astype(np.bool_) & nodes.whole[: nodes.n]
    column = fraction.argmax(axis=1)
    floor = solved.point[each, column] // step * unit
    below = replace(nodes, high=nodes.high.copy(), has_high=nodes.has_high.copy())
    above = replace(nodes, low=nodes.low.copy(), has_low=nodes.has_low.copy())
    below.high[each, column], below.has_high[each, column] = floor, True
    above.low[each, column], above.has_low[each, column] = floor + unit, True
    both = _joined(below, above)
    return np.concatenate((owner, owner)), both, relaxed(both, ask_ties=False)


def _joined(left: Problems, right: Problems) -> Problems:
    names = ("cases", "cost", "low", "high", "has_low", "has_high", "sense", "same")
    both: dict[str, Any] = {k: np.concatenate((getattr(left, k), getattr(right, k))) for k in names}
    return replace(left, **both)


def _integral(problems: Problems, found: Found) -> Flags:
    """Whether the points are integers where they must be."""
    step = found.det.astype(object) * problems.linear.unit
    whole = np.flatnonzero(problems.whole[: problems.n])
    odd = found.point[:, whole].astype(object) % step[:, None] != 0
    return np.asarray(~odd.astype(np.bool_).any(axis=1) & (found.end == End.OPTIMAL))


def _compare(problems: Problems, left: Found, right: Found) -> Any:
    """1, 0, -1 where the left point comes before the right in the order that the problems want."""
    n = problems.n
    a = _ranked(problems, left) * right.det.astype(object)[:, None]
    b = _ranked(problems, right) * left.det.astype(object)[:, None]
    sign = (a > b).astype(np.int8) - (a < b).astype(np.int8)
    sign[:, 1:] *= problems.sense[:, :n]
    first = (sign != 0).argmax(axis=1)
    return sign[np.arange(len(sign)), first]


def _ranked(problems: Problems, found: Found) -> Any:
    """The objective and the columns, over the determinants."""
    point = found.point.astype(object)
    value = (problems.cost[:, : problems.n].astype(object) * point).sum(axis=1)
    return np.concatenate((value[:, None], point), axis=1)


# ---- without an end --------------------------------------------------------------------------------------


def _endless(problems: Problems, roots: Found, found: Found) -> None:
    """A relaxation without a limit and one integer point: the integer problem has no limit (Meyer 1974)."""
    asked = np.flatnonzero(roots.end == End.UNBOUNDED)
    if not len(asked):
        return
    chosen = problems.take(asked)
    calm = replace(chosen, cost=np.zeros_like(chosen.cost), sense=np.zeros_like(chosen.sense))
    points = _search(calm, relaxed(calm, ask_ties=False))
    end = np.array([End.OPEN, End.UNBOUNDED, End.INFEASIBLE], dtype=np.int8)
    found.end[asked] = end[points.end]


# ---- ties ------------------------------------------------------------------------------------------------


def _another(problems: Problems, best: Found) -> tuple[Flags, Flags]:
    """Whether another integer point is as good as the best, and differs in the user's columns; whether that is open."""
    user = problems.user[: problems.n]
    turned = np.where(problems.user[None, :], -problems.sense, problems.sense).astype(np.int8)
    nodes: Problems = replace(problems, sense=turned)
    ties, unsure = np.zeros(len(problems), dtype=np.bool_), np.zeros(len(problems), dtype=np.bool_)
    owner, solved = np.arange(len(problems)), relaxed(nodes, ask_ties=False)
    spent = np.zeros(len(problems), dtype=np.int64)
    while len(owner):
        spent += np.bincount(owner, minlength=len(problems))
        odd = (solved.end == End.UNBOUNDED) | ((solved.end == End.OPTIMAL) & ~solved.plain)
        unsure[owner[odd]] = True
        unsure |= spent > MOST
        known = best.take(owner)
        level = _objective_signs(nodes, solved, known) >= 0
        open_ = (solved.end == End.OPTIMAL) & level & ~ties[owner] & ~unsure[owner]
        differs = _differs(solved, known, user)
        whole = _integral(nodes, solved)
        ties[owner[open_ & whole & differs]] = True
        left = np.flatnonzero(open_ & ~whole & ~ties[owner])
        owner, nodes, solved = _branched(owner[left], nodes.take(left), solved.take(left))
    return ties, unsure & ~ties


def _objective_signs(problems: Problems, left: Found, right: Found) -> Any:
    a = _ranked(problems, left)[:, 0] * right.det.astype(object)
    b = _ranked(problems, right)[:, 0] * left.det.astype(object)
    return (a > b).astype(np.int8) - (a < b).astype(np.int8)


def _differs(left: Found, right: Found, user: Flags) -> Flags:
    a = left.point[:, user].astype(object) * right.det.astype(object)[:, None]
    b = right.point[:, user].astype(object) * left.det.astype(object)[:, None]
    return np.asarray((a != b).astype(np.bool_).any(axis=1))
