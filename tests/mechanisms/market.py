"""A family of small markets, as text for MDL and as plain Python over fractions; nothing is shared with MDL.

Plants have a size and a mood (a member of a set, which prices their output), shops have a need.  What is allotted is
a linear program with one optimum by the rule for ties: capacity depends on the plants that take part, and a plant can
give no more than its size.  A plant also suffers from what shops get, and shops prefer large plants: true types of
others enter, so that types are interdependent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

PlantType = tuple[int, str]
Type = PlantType | int
Profile = tuple[Type, ...]

MOODS = ("low", "high")


@dataclass(frozen=True)
class Market:
    """`plants` come first in the order of agents, then `shops`."""

    plants: tuple[str, ...]
    shops: tuple[str, ...]
    sizes: tuple[int, ...]
    needs: tuple[int, ...]
    price: dict[str, int]
    capacity: int
    suffering: Fraction
    at_most: bool
    weights: dict[Profile, Fraction]

    @property
    def agents(self) -> tuple[str, ...]:
        return (*self.plants, *self.shops)

    def types(self, agent: str) -> list[Type]:
        return list(product(self.sizes, MOODS)) if agent in self.plants else list(self.needs)

    def profiles(self) -> list[Profile]:
        return list(product(*(self.types(a) for a in self.agents)))

    def lies(self, agent: str, true: Type) -> Iterator[Type]:
        for told in self.types(agent):
            if told != true and not (self.at_most and agent in self.plants and told[0] > true[0]):  # type: ignore[index]
                yield told

    def of(self, profile: Profile, agent: str) -> Type:
        return profile[self.agents.index(agent)]

    # ---- outcomes ----

    def allot(self, report: Profile, present: frozenset[str]) -> dict[str, Fraction]:
        """Best paid first, of equals the first; what pays nothing last, and what costs never."""
        room = Fraction(self.capacity)
        wanted: list[tuple[int, int, str, Fraction]] = []
        for k, agent in enumerate(self.agents):
            if agent not in present:
                continue
            own = self.of(report, agent)
            if isinstance(own, tuple):
                room += own[0]
                wanted.append((-self.price[own[1]], k, agent, Fraction(own[0])))
            else:
                wanted.append((-own, k, agent, Fraction(3)))
        out = dict.fromkeys(self.agents, Fraction(0))
        for cost, _, agent, most in sorted(wanted):
            if cost <= 0:
                out[agent] = min(most, room)
                room -= out[agent]
        return out

    def optimum(self, report: Profile, present: frozenset[str]) -> Fraction:
        found = self.allot(report, present)
        return sum((found[a] * self.worth(self.of(report, a)) for a in self.agents), Fraction(0))

    def worth(self, own: Type) -> int:
        return self.price[own[1]] if isinstance(own, tuple) else own

    # ---- valuations ----

    def value(self, true: Profile, outcome: dict[str, Fraction], agent: str) -> Fraction:
        own = self.of(true, agent)
        if isinstance(own, tuple):
            others = sum((outcome[s] for s in self.shops), Fraction(0))
            return self.price[own[1]] * outcome[agent] - self.suffering * others
        sizes = sum(self.of(true, p)[0] for p in self.plants)  # type: ignore[index,misc]
        return own * outcome[agent] + Fraction(sizes, 5) * outcome[agent]

    def broken(self, true: Profile, outcome: dict[str, Fraction], agent: str) -> bool:
        own = self.of(true, agent)
        return isinstance(own, tuple) and outcome[agent] > own[0]

    def everyone(self) -> frozenset[str]:
        return frozenset(self.agents)

    def outside(self, true: Profile, agent: str) -> Fraction:
        return self.value(true, self.allot(true, self.everyone() - {agent}), agent)

    def swapped(self, profile: Profile, agent: str, told: Type) -> Profile:
        k = self.agents.index(agent)
        return (*profile[:k], told, *profile[k + 1 :])

    # ---- the file ----

    def text(self, rest: str) -> str:
        suffering = f" - {self.suffering} * sum(j in SHOP) gets[j]" if self.suffering else ""
        table = ", ".join(f"({', '.join(self.key(p))}): {w}" for p, w in self.weights.items())
        return f"""model market;
agents PLANT := {{{", ".join(self.plants)}}};
agents SHOP := {{{", ".join(self.shops)}}};
set MOOD := {{{", ".join(MOODS)}}};
param price[MOOD] := {{{", ".join(f"{m}: {v}" for m, v in self.price.items())}}};
type size[PLANT] in {{{", ".join(map(str, self.sizes))}}};
type mood[PLANT] in MOOD;
type need[SHOP] in {{{", ".join(map(str, self.needs))}}};
{"report size at most truth;" if self.at_most else ""}
prior joint := {{{table}}};
var gives[i in PLANT] >= 0, <= size[i];
var gets[SHOP] >= 0, <= 3;
subject to room: sum(i in PLANT) gives[i] + sum(j in SHOP) gets[j] <= {self.capacity} + sum(i in PLANT) size[i];
maximize trade: sum(i in PLANT) price[mood[i]] * gives[i] + sum(j in SHOP) need[j] * gets[j];
valuation[i in PLANT] = price[mood[i]] * gives[i]{suffering};
valuation[j in SHOP] = need[j] * gets[j] + (sum(i in PLANT) size[i]) / 5 * gets[j];
{rest}
"""

    def key(self, profile: Profile) -> list[str]:
        return [str(v) for t in profile for v in (t if isinstance(t, tuple) else (t,))]


@st.composite
def markets(draw: st.DrawFn, *, small: bool = False) -> Market:
    plants, shops = draw(st.sampled_from([(1, 1)] if small else [(1, 1), (1, 2), (2, 1)]))
    sizes = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=2, unique=True)))
    needs = tuple(draw(st.lists(st.integers(-1, 3), min_size=2, max_size=2, unique=True)))
    made = Market(
        ("p", "q")[:plants],
        ("s", "t")[:shops],
        sizes,
        needs,
        {"low": draw(st.integers(-1, 2)), "high": draw(st.integers(1, 4))},
        draw(st.integers(0, 3)),
        Fraction(draw(st.integers(0, 3)), 4),
        draw(st.booleans()),
        {},
    )
    raw = [draw(st.integers(1, 4)) for _ in made.profiles()]
    made.weights.update({p: Fraction(w, sum(raw)) for p, w in zip(made.profiles(), raw, strict=True)})
    return made
