"""Random mechanisms as plain rationals, their tables, and every property by loops over the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import inf
from random import Random

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.tables import AgentTable, Envy, MechanismTable

Profile = tuple[int, ...]
Worst = tuple[Fraction | float, tuple[object, ...]] | None
"""The largest gap and the first place that has it: agent, type, report and profile of the others, or the case."""


@dataclass
class Mechanism:
    """By agent and profile of types; `value[a][t, reports]` is for true type t and the outcome of the reports."""

    types: tuple[int, ...]
    value: list[dict[tuple[int, Profile], Fraction]]
    broken: list[set[tuple[int, Profile]]]
    allowed: list[set[tuple[int, int]]]
    outside: list[dict[Profile, Fraction]]
    pay: list[dict[Profile, Fraction]]
    income: dict[Profile, Fraction]
    optimum: dict[Profile, Fraction]
    envied: dict[tuple[int, int], dict[Profile, Fraction]]
    weight: dict[Profile, Fraction]

    @property
    def agents(self) -> range:
        return range(len(self.types))

    def profiles(self) -> list[Profile]:
        return list(product(*map(range, self.types)))

    def others(self, a: int) -> list[Profile]:
        return list(product(*(range(n) for k, n in enumerate(self.types) if k != a)))


def put(others: Profile, a: int, t: int) -> Profile:
    return (*others[:a], t, *others[a:])


def random_mechanism(
    rng: Random, types: tuple[int, ...], breaks: float = 0.1, low: int = -3, high: int = 3
) -> Mechanism:
    def number() -> Fraction:
        return Fraction(rng.randint(low, high), rng.choice([1, 1, 1, 2, 3, 7]))

    everyone = list(product(*map(range, types)))
    agents = range(len(types))
    masses = {p: rng.choice([0, 0, 1, 2, 5]) for p in everyone}
    if not sum(masses.values()):
        masses[everyone[-1]] = 1
    whole = sum(masses.values())
    return Mechanism(
        types,
        [{(t, p): number() for t in range(types[a]) for p in everyone} for a in agents],
        [{(t, p) for t in range(types[a]) for p in everyone if rng.random() < breaks} for a in agents],
        [{(t, r) for t in range(n) for r in range(n) if t == r or rng.random() < 0.8} for n in types],
        [{p: number() for p in everyone} for _ in agents],
        [{p: number() for p in everyone} for _ in agents],
        {p: number() for p in everyone},
        {p: number() + 2 * high for p in everyone},
        {(a, b): {p: number() for p in everyone} for a in agents for b in agents if a != b},
        {p: Fraction(m, whole) for p, m in masses.items()},
    )


# ---- as a table ----

Make = Callable[[list[Fraction]], object]


def table(m: Mechanism, make: Make = Numbers.of, prior: bool = True, money: Make | None = None) -> MechanismTable:
    """The contract of mdl.mechanisms.tables; `make` turns valuations, and `money` payments, into quantities."""
    money = money or make
    everyone = m.profiles()
    number = {p: k for k, p in enumerate(everyone)}
    agents = []
    for a, n in enumerate(m.types):
        others = m.others(a)
        reports = [put(o, a, r) for r in range(n) for o in others]
        cubes = [(t, p) for t in range(n) for p in reports]
        hit = np.array([c in m.broken[a] for c in cubes], dtype=np.bool_)
        agents.append(
            AgentTable(
                "abc"[a],
                n,
                len(others),
                make([m.value[a][c] for c in cubes]),
                hit.reshape(n, n, -1) if hit.any() else None,
                np.array([[(t, r) in m.allowed[a] for r in range(n)] for t in range(n)]),
                make([m.outside[a][p] for p in reports]),
                money([m.pay[a][p] for p in reports]),
                Numbers.of([m.weight[p] for p in reports]) if prior else None,
                np.array([number[p] for p in reports]).reshape(n, -1),
                str,
                lambda s, a=a, others=others: ", ".join(
                    f"{x}={t}"
                    for x, t in zip([c for c in "abc"[: len(m.types)] if c != "abc"[a]], others[s], strict=True)
                ),
                "cost",
            )
        )
    envied = tuple(Envy(a, b, make([held[p] for p in everyone])) for (a, b), held in m.envied.items())
    return MechanismTable(
        tuple(agents),
        len(everyone),
        money([m.pay[a][p] for a in m.agents for p in everyone]),
        make([m.value[a][p[a], p] for a in m.agents for p in everyone]),
        make([m.income[p] for p in everyone]),
        Numbers.of([m.weight[p] for p in everyone]) if prior else None,
        make([m.optimum[p] for p in everyone]),
        lambda c: ", ".join(f"{x}={t}" for x, t in zip("abc", everyone[c], strict=False)),
        tuple("abc"[: len(m.types)]),
        lambda: envied,
    )


# ---- properties by definition ----


def first_largest(found: Iterator[tuple[Fraction | float, tuple[object, ...]]]) -> Worst:
    best: Worst = None
    for gap, where in found:
        if best is None or gap > best[0]:
            best = gap, where
    return best


def utility(m: Mechanism, a: int, t: int, reports: Profile) -> Fraction | float:
    return -inf if (t, reports) in m.broken[a] else m.value[a][t, reports] - m.pay[a][reports]


def minus(a: Fraction | float, b: Fraction | float) -> Fraction | float:
    """A lie that is worth minus infinity gains nothing, whatever the truth is worth."""
    return -inf if a == -inf else a - b


def lies(m: Mechanism, a: int) -> Iterator[tuple[int, int]]:
    return ((t, r) for t in range(m.types[a]) for r in range(m.types[a]) if t != r and (t, r) in m.allowed[a])


def dominant_ic(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        for t, r in lies(m, a):
            for o in m.others(a):
                lie, truth = utility(m, a, t, put(o, a, r)), utility(m, a, t, put(o, a, t))
                yield minus(lie, truth), ("abc"[a], t, r, o)


def average(m: Mechanism, a: int, t: int, of: Callable[[Profile], Fraction | float]) -> Fraction | float | None:
    mass = sum((m.weight[put(o, a, t)] for o in m.others(a)), Fraction(0))
    if not mass:
        return None
    out: Fraction | float = Fraction(0)
    for o in m.others(a):
        w = m.weight[put(o, a, t)]
        if w:
            out += w / mass * of(o) if of(o) not in (inf, -inf) else of(o)
    return out


def bayesian_ic(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        for t, r in lies(m, a):
            lie = average(m, a, t, lambda o, a=a, t=t, r=r: utility(m, a, t, put(o, a, r)))
            truth = average(m, a, t, lambda o, a=a, t=t: utility(m, a, t, put(o, a, t)))
            if lie is not None and truth is not None:
                yield minus(lie, truth), ("abc"[a], t, r, None)


def loss(m: Mechanism, a: int, p: Profile) -> Fraction | float:
    return m.outside[a][p] - utility(m, a, p[a], p)


def ex_post_ir(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        for t in range(m.types[a]):
            for o in m.others(a):
                yield loss(m, a, put(o, a, t)), ("abc"[a], t, t, o)


def interim_ir(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        for t in range(m.types[a]):
            found = average(m, a, t, lambda o, a=a, t=t: loss(m, a, put(o, a, t)))
            if found is not None:
                yield found, ("abc"[a], t, None, None)


def ex_ante_ir(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        losses = [(m.weight[p], loss(m, a, p)) for p in m.profiles() if m.weight[p]]
        endless = any(x == inf for _, x in losses)
        yield inf if endless else sum((w * x for w, x in losses), Fraction(0)), ("abc"[a], None, None, None)


def budget(m: Mechanism, p: Profile) -> Fraction:
    return sum((m.pay[a][p] for a in m.agents), m.income[p])


def case_of(m: Mechanism, p: Profile) -> tuple[object, ...]:
    return (m.profiles().index(p),)


def weak_budget_balance(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    return ((-budget(m, p), case_of(m, p)) for p in m.profiles())


def strong_budget_balance(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    """Deficits come first among equals."""
    yield from weak_budget_balance(m)
    yield from ((budget(m, p), case_of(m, p)) for p in m.profiles())


def ex_ante_budget_balance(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    yield -sum((m.weight[p] * budget(m, p) for p in m.profiles()), Fraction(0)), (None,)


def efficient(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for p in m.profiles():
        worth = sum((m.value[a][p[a], p] for a in m.agents), m.income[p])
        yield m.optimum[p] - worth, case_of(m, p)


def no_subsidy(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for a in m.agents:
        for p in m.profiles():
            yield -m.pay[a][p], ("abc"[a], *case_of(m, p))


def envy_free(m: Mechanism) -> Iterator[tuple[Fraction | float, tuple[object, ...]]]:
    for (a, b), held in m.envied.items():
        for p in m.profiles():
            own = m.value[a][p[a], p] - m.pay[a][p]
            yield held[p] - m.pay[b][p] - own, ("abc"[a], "abc"[b], *case_of(m, p))


DEFINITIONS: dict[str, Callable[[Mechanism], Iterator[tuple[Fraction | float, tuple[object, ...]]]]] = {
    f.__name__: f
    for f in (
        dominant_ic,
        bayesian_ic,
        ex_post_ir,
        interim_ir,
        ex_ante_ir,
        strong_budget_balance,
        weak_budget_balance,
        ex_ante_budget_balance,
        efficient,
        no_subsidy,
        envy_free,
    )
}
