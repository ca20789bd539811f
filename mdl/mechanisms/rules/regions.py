"""One optimal table for many cases with the same matrix: where their numbers are in its critical region.

A basis that is optimal for one case is optimal for every case whose costs keep the signs of its gains and whose
bounds keep its basic variables within theirs (Gal and Nedoma 1972).  All cases are asked at once, exactly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.blocks import Problems
from mdl.mechanisms.rules.lockstep import tie_signs
from mdl.mechanisms.rules.tables import LIMITS, LONG, Kind, Tables, as_kind, restarted


def covered(table: Tables, problems: Problems) -> tuple[Places, Tables]:
    """The problems, of that table's matrix, that its basis solves, and their tables (key: place in `problems`).

    The table's columns are as large as possible at ties (lockstep.plain).
    """
    kind = _kind(table, problems)
    table = table.cast(kind)
    body, det = table.body[0], table.det[0]
    basis, outside = table.basis[0], table.outside[0]
    low, high = as_kind(problems.low, kind), as_kind(problems.high, kind)
    cost = as_kind(problems.cost, kind)
    gain = cost[:, outside] * det + cost[:, basis] @ body
    ties = _tie_signs(table)
    rises = np.where(gain == 0, ties > 0, gain > 0).astype(np.bool_)
    has_low, has_high = problems.has_low[:, outside], problems.has_high[:, outside]
    fixed = has_low & has_high & (low[:, outside] == high[:, outside]).astype(np.bool_)
    at_high = rises & ~fixed
    hit = np.flatnonzero((fixed | np.where(rises, has_high, has_low)).all(axis=1))
    resting = np.where(at_high[hit], high[hit][:, outside], low[hit][:, outside])
    basic = resting @ body.T
    hit, basic = _inside(problems, basis, hit, basic, low, high, det)
    made = restarted(table, problems.take(hit)).cast(kind)
    return hit, replace(made, at_high=at_high[hit], key=hit)


def _inside(
    problems: Problems, basis: Places, hit: Places, basic: Any, low: Any, high: Any, det: Any
) -> tuple[Places, Any]:
    under = problems.has_low[hit][:, basis] & (basic < low[hit][:, basis] * det).astype(np.bool_)
    over = problems.has_high[hit][:, basis] & (basic > high[hit][:, basis] * det).astype(np.bool_)
    good = np.flatnonzero(~(under | over).any(axis=1))
    return hit[good], basic[good]


def _tie_signs(table: Tables) -> Any:
    """(n,), which way each variable outside goes where its gain is 0."""
    n = table.n
    return tie_signs(table.take([0]), np.zeros(n, dtype=np.int64), np.arange(n))[0]


def _kind(table: Tables, problems: Problems) -> Kind:
    """The first kind of number in which nothing that is done here leaves its range."""
    body = max(_size(table.body[:1]), _size(table.det[:1]))
    n, m = table.n, table.m
    reach = max(_size(problems.low), _size(problems.high), _size(problems.cost)) * (n + m + 1)
    return next((kind for kind, limit in LIMITS if body * reach <= limit), LONG)


def _size(values: Any) -> int:
    return int(max(values.max(), -values.min())) if values.size else 0


def best_first(tables: Tables, plain: Flags) -> list[int]:
    """One table of each basis, those that came most often first; only where every column has its usual say."""
    kept = np.flatnonzero(plain)
    bases = np.sort(tables.basis[kept], axis=1)
    _, first, count = np.unique(bases, axis=0, return_index=True, return_counts=True)
    order = np.lexsort((first, -count))
    return [int(kept[k]) for k in first[order]]
