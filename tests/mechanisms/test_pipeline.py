"""Whole mechanisms against brute force: MDL solves the file, and the same mechanism is walked through in fractions.

Nothing is shared: outcomes, payments, deviations and beliefs are plain Python over dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

Types = tuple[int, ...]
Outcome = Callable[[Types, int], Fraction]
Value = Callable[[Types, Types, int, Outcome], Fraction]
"""True profile, reported profile, agent, outcome rule."""


@dataclass(frozen=True)
class Part:
    text: str
    fn: Callable[..., Fraction]


def total(r: Types, absent: int | None = None) -> int:
    return sum(v for k, v in enumerate(r) if k != absent)


OUTCOMES = [
    Part("t[i]", lambda r, i, gone: Fraction(r[i] if i != gone else 0)),
    Part("sum(j in A) t[j]", lambda r, i, gone: Fraction(total(r, gone) if i != gone else 0)),
    Part("if t[i] == (max(j in A) t[j]) then 1 else 0",
         lambda r, i, gone: Fraction(int(i != gone and r[i] == max(v for k, v in enumerate(r) if k != gone)))),
    Part("t[i] / (1 + sum(j in A) t[j])",
         lambda r, i, gone: Fraction(r[i], 1 + total(r, gone)) if i != gone else Fraction(0)),
]  # fmt: skip
"""Outcome items q[i]: reported profile, agent, who is absent (None: nobody)."""

VALUES = [
    Part("t[i] * q[i]", lambda t, i, q: t[i] * q(i)),
    Part("t[i] * q[i] - q[i]^2 / 2", lambda t, i, q: t[i] * q(i) - q(i) ** 2 / 2),
    Part("q[i] * (sum(j in A) t[j]) - (sum(j in A) q[j]) / 3",
         lambda t, i, q: q(i) * sum(t) - sum((q(j) for j in range(len(t))), Fraction(0)) / 3),
    Part("max(q[i], t[i]) - (sum(j in A where j != i) q[j]) / 2",
         lambda t, i, q: max(q(i), Fraction(t[i])) - sum((q(j) for j in range(len(t)) if j != i), Fraction(0)) / 2),
]  # fmt: skip

PAYMENTS = [
    Part("0", lambda m, r, i: Fraction(0)),
    Part("valuation[i]", lambda m, r, i: m.value(r, r, i)),
    Part("valuation[i] - (valuation[i] without i)", lambda m, r, i: m.value(r, r, i) - m.value(r, r, i, i)),
    Part("(sum(j in A where j != i) (valuation[j] without i)) - (sum(j in A where j != i) valuation[j])",
         lambda m, r, i: sum((m.value(r, r, j, i) - m.value(r, r, j) for j in range(m.n) if j != i), Fraction(0))),
    Part("q[i] / 2", lambda m, r, i: m.outcome(r, i, None) / 2),
    Part("expected(q[i] given t[i])", lambda m, r, i: m.mean(lambda p: m.outcome(p, i, None), r, i)),
    Part("expected(sum(j in A where j != i) valuation[j] given t[i]) / 2",
         lambda m, r, i: m.mean(lambda p: m.others(p, i), r, i) / 2),
]  # fmt: skip


@dataclass
class Mechanism:
    """The same mechanism without MDL."""

    n: int
    domain: tuple[int, ...]
    at_most: bool
    weights: dict[Types, Fraction]
    outcome_part: Part
    value_part: Part
    pay_part: Part

    def outcome(self, r: Types, i: int, gone: int | None) -> Fraction:
        return self.outcome_part.fn(r, i, gone)

    def value(self, t: Types, r: Types, i: int, gone: int | None = None) -> Fraction:
        return Fraction(self.value_part.fn(t, i, lambda j: self.outcome(r, j, gone)))

    def others(self, p: Types, i: int) -> Fraction:
        return sum((self.value(p, p, j) for j in range(self.n) if j != i), Fraction(0))

    def pay(self, r: Types, i: int) -> Fraction:
        return Fraction(self.pay_part.fn(self, r, i))

    def mean(self, fn: Callable[[Types], Fraction], r: Types, i: int) -> Fraction:
        fitting = [p for p in self.profiles() if p[i] == r[i]]
        mass = sum((self.weights[p] for p in fitting), Fraction(0))
        return sum((self.weights[p] * fn(p) for p in fitting), Fraction(0)) / mass

    def profiles(self) -> list[Types]:
        return list(product(self.domain, repeat=self.n))

    def lies(self, t: int) -> list[int]:
        return [r for r in self.domain if r != t and (not self.at_most or r < t)]

    def gain(self, t: Types, i: int, lie: int) -> Fraction:
        r = (*t[:i], lie, *t[i + 1 :])
        return (self.value(t, r, i) - self.pay(r, i)) - (self.value(t, t, i) - self.pay(t, i))

    def loss(self, t: Types, i: int) -> Fraction:
        return self.value(t, t, i, i) - (self.value(t, t, i) - self.pay(t, i))

    def worst(self) -> dict[str, Fraction]:
        agents, ps = range(self.n), self.profiles()
        money = {p: sum((self.pay(p, i) for i in agents), Fraction(0)) for p in ps}
        gains = [self.gain(p, i, lie) for p in ps for i in agents for lie in self.lies(p[i])]
        means = [
            self.mean(lambda p, i=i, lie=lie: self.gain(p, i, lie), _one(self.n, i, t), i)  # type: ignore[misc]
            for i in agents
            for t in self.domain
            for lie in self.lies(t)
        ]
        losses = [self.loss(p, i) for p in ps for i in agents]
        interim = [
            self.mean(lambda p, i=i: self.loss(p, i), _one(self.n, i, t), i) for i in agents for t in self.domain
        ]  # type: ignore[misc]
        found = {
            "dominant_ic": max(gains, default=Fraction(0)),
            "bayesian_ic": max(means, default=Fraction(0)),
            "ex_post_ir": max(losses),
            "interim_ir": max(interim),
            "ex_ante_ir": max(sum((self.weights[p] * self.loss(p, i) for p in ps), Fraction(0)) for i in agents),
            "weak_budget_balance": max(-m for m in money.values()),
            "strong_budget_balance": max(abs(m) for m in money.values()),
            "ex_ante_budget_balance": -sum((self.weights[p] * money[p] for p in ps), Fraction(0)),
            "no_subsidy": max(-self.pay(p, i) for p in ps for i in agents),
        }
        return {name: max(v, Fraction(0)) for name, v in found.items()}

    def text(self) -> str:
        names = ("a", "b", "c")[: self.n]
        table = ", ".join(f"({', '.join(map(str, p))}): {w}" for p, w in self.weights.items())
        lines = [
            "model m;",
            f"agents A := {{{', '.join(names)}}};",
            f"type t[A] in {{{', '.join(map(str, self.domain))}}};",
            "report t at most truth;" if self.at_most else "",
            f"prior joint := {{{table}}};",
            f"outcome f {{ q[i in A] = {self.outcome_part.text}; }}",
            f"valuation[i in A] = {self.value_part.text};",
            f"mechanism m1 {{ outcome f; pay p[i in A] = {self.pay_part.text}; }}",
            f"check m1: {', '.join(self.worst())};",
        ]
        return "\n".join(lines)


def _one(n: int, i: int, t: int) -> Types:
    return tuple(t if k == i else 0 for k in range(n))


@st.composite
def mechanisms(draw: st.DrawFn) -> Mechanism:
    n = draw(st.integers(2, 3))
    size = draw(st.integers(2, 3 if n == 2 else 2))
    domain = tuple(draw(st.lists(st.integers(0, 6), min_size=size, max_size=size, unique=True)))
    raw = draw(st.lists(st.integers(1, 5), min_size=size**n, max_size=size**n))
    weights = {p: Fraction(w, sum(raw)) for p, w in zip(product(domain, repeat=n), raw, strict=True)}
    parts = [draw(st.sampled_from(found)) for found in (OUTCOMES, VALUES, PAYMENTS)]
    return Mechanism(n, domain, draw(st.booleans()), weights, *parts)


@settings(max_examples=60, deadline=None)
@given(mechanisms())
def test_every_property_is_what_brute_force_finds(made: Mechanism) -> None:
    instance = bind(understand(Source("m.mdl", made.text())), Path(), Overrides())
    (answer,) = run(instance, instance.model.tasks, SolverOptions())
    assert answer.refused is None, answer.refused
    expected = made.worst()
    for check in answer.checks:
        assert check.level == "exact"
        assert check.verdict == ("fails" if expected[check.property] > 0 else "holds"), (check, made.text())
        assert check.violation == float(expected[check.property]), (check, made.text())
