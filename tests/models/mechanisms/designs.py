"""Programs of mechanism design written out row by row for `exact_lp`: nothing of mdl is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from tests.models.mechanisms.brute import Profile, Setting, swap
from tests.models.mechanisms.exact_lp import Combination, Row, maximise

Rows = list[tuple[Combination, str, Fraction | int]]


def money(agent: int, profile: Profile) -> str:
    return f"t{agent}{profile}"


def add(row: Row, name: str, coefficient: Fraction | int) -> None:
    row[name] = row.get(name, 0) + Fraction(coefficient)


def payments(
    s: Setting,
    require: set[str],
    goal: Callable[[Profile], Fraction | int] | None = None,
) -> Fraction:
    """The largest weighted sum of payments, `goal(profile)` each (the prior), for outcomes that are known.

    `require` takes dominant_ic, bayesian_ic, ex_post_ir, interim_ir, weak_budget, strong_budget, no_subsidy.
    Raises InfeasibleError where no payments satisfy the requirements.
    """
    rows: Rows = []
    for i in s.agents:
        for own in s.types[i]:
            cells = [t for t in s.profiles() if t[i] == own]
            incentive(s, rows, require, i, own, cells)
            participation(s, rows, require, i, cells)
    for t in s.profiles():
        total = {money(i, t): 1 for i in s.agents}
        if "weak_budget" in require:
            rows.append((total, ">=", -s.income(t)))
        if "strong_budget" in require:
            rows.append((total, "==", -s.income(t)))
        if "no_subsidy" in require:
            rows.extend(({money(i, t): 1}, ">=", 0) for i in s.agents)
    if "ex_ante_budget" in require:
        expected = {money(i, t): s.weight(t) for t in s.profiles() for i in s.agents if s.weight(t)}
        rows.append((expected, ">=", -sum((s.weight(t) * s.income(t) for t in s.profiles()), Fraction(0))))
    weight = goal or s.weight
    objective = {money(i, t): weight(t) for t in s.profiles() for i in s.agents}
    names = set(objective) | {n for row, _, _ in rows for n in row}
    return maximise(objective, rows, free=names)


def incentive(s: Setting, rows: Rows, require: set[str], i: int, own: Any, cells: list[Profile]) -> None:
    for lie in s.lies(i, own):
        if "dominant_ic" in require:
            for t in cells:
                u = s.value(i, t, swap(t, i, lie))
                if u is not None:
                    gap = s.value(i, t, t) - u
                    rows.append(({money(i, t): 1, money(i, swap(t, i, lie)): -1}, "<=", gap))
        if "bayesian_ic" in require:
            row: Row = {}
            gap = Fraction(0)
            for t in cells:
                w = s.weight(t)
                if not w:
                    continue
                add(row, money(i, t), w)
                add(row, money(i, swap(t, i, lie)), -w)
                gap += w * (s.value(i, t, t) - s.value(i, t, swap(t, i, lie)))
            if row:
                rows.append((row, "<=", gap))


def participation(s: Setting, rows: Rows, require: set[str], i: int, cells: list[Profile]) -> None:
    if "ex_post_ir" in require:
        rows.extend(({money(i, t): 1}, "<=", s.value(i, t, t) - s.outside(i, t)) for t in cells)
    if "interim_ir" in require and any(s.weight(t) for t in cells):
        row = {money(i, t): s.weight(t) for t in cells if s.weight(t)}
        gap = sum((s.weight(t) * (s.value(i, t, t) - s.outside(i, t)) for t in cells), Fraction(0))
        rows.append((row, "<=", gap))


def auction(
    types: Sequence[Sequence[Any]],
    prior: Callable[[Profile], Fraction],
    require: set[str],
) -> Fraction:
    """The largest expected revenue from one item, outcome free: win{i}{profile} >= 0, at most one item in all."""
    n = len(types)
    s = Setting(types, lambda i, true, report: Fraction(0), prior=prior)
    rows: Rows = []
    for t in s.profiles():
        rows.append(({f"w{i}{t}": 1 for i in range(n)}, "<=", 1))
    for i in range(n):
        for own in types[i]:
            cells = [t for t in s.profiles() if t[i] == own]
            for lie in s.lies(i, own):
                bayes: Row = {}
                for t in cells:
                    u = swap(t, i, lie)
                    row: Row = {}
                    for target, w in ((row, Fraction(1)), (bayes, prior(t))):
                        add(target, f"w{i}{t}", -own * w)
                        add(target, money(i, t), w)
                        add(target, f"w{i}{u}", own * w)
                        add(target, money(i, u), -w)
                    if "dominant_ic" in require:
                        rows.append((row, "<=", 0))
                if "bayesian_ic" in require:
                    rows.append((bayes, "<=", 0))
            total: Row = {}
            for t in cells:
                if "ex_post_ir" in require:
                    rows.append(({money(i, t): 1, f"w{i}{t}": -own}, "<=", 0))
                add(total, money(i, t), prior(t))
                add(total, f"w{i}{t}", -own * prior(t))
            if "interim_ir" in require:
                rows.append((total, "<=", 0))
    goal = {money(i, t): prior(t) for t in s.profiles() for i in range(n)}
    return maximise(goal, rows, free=set(goal))
