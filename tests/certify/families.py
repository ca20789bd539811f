"""Programs of mechanism design written down by hand, from their definitions and not by MDL's lowerings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Role, Rows
from mdl.program.sparse import SparseRows

Sum = dict[int, Fraction]
Profile = tuple[int, int]


def block(
    name: str, sums: Mapping[tuple[int | str, ...], Sum], low: object, high: object, start: int, width: int
) -> Rows:
    """A family of rows by label; `low` and `high` are a Fraction, None, or one for each row."""
    rows = [dict(sorted((c, v) for c, v in s.items() if v)) for s in sums.values()]
    starts = np.cumsum([0] + [len(r) for r in rows])
    columns = np.array([c for r in rows for c in r], dtype=np.int32)
    values = Numbers.of([v for r in rows for v in r.values()])
    relation = ">=" if high is None else "<=" if low is None else "=="
    linear = SparseRows(starts, columns, values, width)
    return Rows(name, Labels.of(list(sums)), start, relation, _bound(low, len(rows)), _bound(high, len(rows)), linear)


def _bound(side: object, size: int) -> Bound | None:
    if side is None:
        return None
    if isinstance(side, list):
        return Bound(Numbers.of(side))
    assert isinstance(side, (int, Fraction))
    return Bound(Numbers.constant(side, size))


def objective(name: str, maximize: bool, cost: Sum, width: int) -> Objective:
    places = np.array(sorted(cost), dtype=np.int32)
    values = Numbers.of([cost[k] for k in sorted(cost)])
    return Objective(
        name, maximize, Numbers.constant(0, 1), SparseRows(np.array([0, len(cost)]), places, values, width)
    )


def auction(
    values: Sequence[int], prior: Mapping[Profile, Fraction], *, dominant: bool, revenue: Fraction | None = None
) -> Program:
    """Two bidders and one item: the largest expected revenue, interim individually rational.

    Columns: the chance to win `q` of each bidder and profile, then its payment `t`.  With `revenue` that much is asked
    for as a row.
    """
    types = range(len(values))
    profiles = list(product(types, repeat=2))
    at = {p: k for k, p in enumerate(profiles)}
    half = 2 * len(profiles)
    width = 2 * half

    def q(i: int, p: Profile) -> int:
        return i * len(profiles) + at[p]

    def t(i: int, p: Profile) -> int:
        return half + q(i, p)

    def seen(i: int, own: int, other: int) -> Profile:
        return (own, other) if i == 0 else (other, own)

    def utility(i: int, true: int, report: int, others: Sequence[int]) -> Sum:
        out: Sum = {}
        for other in others:
            weight = Fraction(1) if dominant and len(others) == 1 else prior[seen(i, true, other)]
            p = seen(i, report, other)
            out[q(i, p)] = weight * values[true]
            out[t(i, p)] = -weight
        return out

    scenarios = [[o] for o in types] if dominant else [list(types)]
    item = {p: {q(0, p): Fraction(1), q(1, p): Fraction(1)} for p in profiles}
    incentive = {
        (i, a, b, k): _minus(utility(i, a, a, others), utility(i, a, b, others))
        for i in (0, 1)
        for a, b in permutations(types, 2)
        for k, others in enumerate(scenarios)
    }
    part = {(i, a): utility(i, a, a, list(types)) for i in (0, 1) for a in types}
    income = {t(i, p): prior[p] for i in (0, 1) for p in profiles}
    rows = [block("item", item, None, Fraction(1), 0, width)]
    for name, sums in (("incentive", incentive), ("participation", part)):
        rows.append(block(name, sums, Fraction(0), None, sum(len(r.labels) for r in rows), width))
    if revenue is not None:
        rows.append(block("revenue", {(): income}, revenue, None, sum(len(r.labels) for r in rows), width))
    labels = Labels.of([(i, *p) for i in (0, 1) for p in profiles])
    columns = (
        Columns("q", labels, 0, Bound(Numbers.constant(0, half)), None),
        Columns("t", labels, half, None, None),
    )
    return Program("auction", columns, tuple(rows), objective("income", True, income, width))


def _minus(a: Sum, b: Sum) -> Sum:
    return {k: a.get(k, Fraction(0)) - b.get(k, Fraction(0)) for k in [*a, *(k for k in b if k not in a)]}


def even(types: int) -> dict[Profile, Fraction]:
    return {p: Fraction(1, types * types) for p in product(range(types), repeat=2)}


def myerson(values: Sequence[int]) -> Fraction:
    """Two bidders, independent and uniform over 1, 2, ..., T: the mean of the larger virtual value, if positive.

    The virtual value of k is k - (T - k), which rises, so that nothing is ironed (Myerson 1981).
    """
    top = len(values)
    assert list(values) == list(range(1, top + 1))
    pairs = product(values, repeat=2)
    return Fraction(sum(max(0, 2 * a - top, 2 * b - top) for a, b in pairs), top * top)


def payments(table: Sequence[Sequence[int]]) -> Program:
    """Payments of one agent for a given outcome: u(a, a) - pay(a) >= u(a, b) - pay(b), rows and no objective."""
    types = range(len(table))
    gains = {(a, b): Fraction(table[a][b] - table[a][a]) for a, b in permutations(types, 2)}
    sums: dict[tuple[int | str, ...], Sum] = {(a, b): {a: Fraction(-1), b: Fraction(1)} for a, b in gains}
    rows = block("incentive", sums, list(gains.values()), None, 0, len(table))
    rows = Rows(rows.name, rows.labels, 0, ">=", rows.lower, None, rows.linear, role=Role.INCENTIVE)
    columns = Columns("pay", Labels.of([(a,) for a in types]), 0, None, None)
    return Program(
        "payments",
        (columns,),
        (rows,),
        Objective("nothing", False, Numbers.constant(0, 1), SparseRows.empty(1, len(table))),
    )


def cycle_worst(table: Sequence[Sequence[int]]) -> int:
    """The least sum of u(a, a) - u(a, b) around any cycle of reports (all of them, one by one)."""
    worst = 0
    for size in range(2, len(table) + 1):
        for nodes in permutations(range(len(table)), size):
            steps = zip(nodes, [*nodes[1:], nodes[0]], strict=True)
            worst = min(worst, sum(table[a][a] - table[a][b] for a, b in steps))
    return worst


def core(players: int, worth: Mapping[frozenset[int], Fraction], *, least: bool) -> Program:
    """Payoffs x with x(S) >= worth(S) for every coalition and x(all) == worth(all).

    `least`: x(S) + e >= worth(S) for all but everybody, with e minimised (Maschler, Peleg, Shapley 1979).
    """
    every = frozenset(range(players))
    coalitions = [frozenset(c) for k in range(1, players) for c in combinations(range(players), k)]
    width = players + least
    slack = {players: Fraction(1)} if least else {}
    sums: dict[tuple[int | str, ...], Sum] = {
        ("+".join(map(str, sorted(s))),): {**{k: Fraction(1) for k in s}, **slack} for s in coalitions
    }
    rows = (
        block("stable", sums, [worth[s] for s in coalitions], None, 0, width),
        block("shared", {(): {k: Fraction(1) for k in every}}, worth[every], worth[every], len(coalitions), width),
    )
    columns = [Columns("x", Labels.of([(k,) for k in range(players)]), 0, None, None)]
    if least:
        columns.append(Columns("e", Labels.scalar(), players, None, None))
    cost = {players: Fraction(1)} if least else {}
    return Program("core", tuple(columns), rows, objective("excess", False, cost, width))
