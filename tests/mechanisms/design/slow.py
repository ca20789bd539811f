"""The same programs as tests/mechanisms/design/by_hand.py states, row by row in dictionaries of Fractions.

Written from the definitions, with nothing of mdl in it: names to (coefficients by column name, low, high).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mechanisms.design.by_hand import Hand

Form = dict[str, Fraction]
"""Coefficients by column; the constant under the empty name."""
Row = tuple[Form, Fraction | None, Fraction | None]


def added(*parts: tuple[Fraction | int, Form]) -> Form:
    out: Form = defaultdict(Fraction)
    for factor, form in parts:
        for name, value in form.items():
            out[name] += factor * value
    return {k: v for k, v in out.items() if v != 0}


class Slow:
    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.names = list(hand.types)
        self.typed = [a for a, v in enumerate(hand.types.values()) if v]
        self.spaces = [list(v) or [0] for v in hand.types.values()]
        self.all = list(product(*self.spaces))

    # ---- names ----

    def listed(self, reports: Sequence[int]) -> str:
        return ", ".join(str(reports[a]) for a in self.typed)

    def said(self, reports: Sequence[int], without: int | None = None) -> str:
        return ", ".join(f"{self.names[a]}={reports[a]}" for a in self.typed if a != without)

    def own(self, a: int, reports: Sequence[int]) -> str:
        return str(reports[a]) if a in self.typed else "-"

    def others(self, a: int, reports: Sequence[int]) -> str:
        """The ` | b=1` of a row, with `-` where nobody else has types but somebody of the others of others has."""
        if all(not self.said(r, b) for b in range(len(self.names)) for r in self.all):
            return ""
        return f" | {self.said(reports, a) or '-'}"

    # ---- quantities ----

    def pay(self, a: int, reports: Sequence[int]) -> Form:
        out: Form = {}
        at = self.listed(reports)
        for name, sign in self.hand.transfers.items():
            out[f"{name}[{self.names[a]}; {at}]" if at else f"{name}[{self.names[a]}]"] = Fraction(sign)
        rest = ", ".join(str(reports[b]) for b in self.typed if b != a)
        alike = len({len([b for b in self.typed if b != c]) for c in range(len(self.names))}) == 1
        rest = rest if alike else rest or "-"
        for name in self.hand.adjust:
            out[f"{name}[{self.names[a]}; {rest}]" if rest else f"{name}[{self.names[a]}]"] = Fraction(-1)
        if self.hand.base is not None:
            out[""] = self.hand.base(a, tuple(reports))
        return out

    def value(self, a: int, true: int, reports: Sequence[int]) -> Form:
        if self.hand.value is not None:
            return {"": self.hand.value(a, true, tuple(reports))}
        if a not in self.typed:
            return {}
        return {f"win[{self.names[a]}; {self.listed(reports)}]": Fraction(true)}

    def outside(self, a: int, true: int, reports: Sequence[int]) -> Fraction:
        return self.hand.outside(a, true, tuple(reports))

    def lying(self, a: int, reports: Sequence[int], lie: int) -> tuple[int, ...]:
        return (*reports[:a], lie, *reports[a + 1 :])

    def broken(self, a: int, true: int, reports: tuple[int, ...]) -> bool:
        return self.hand.broken is not None and self.hand.broken(a, true, reports)

    def prior(self, reports: tuple[int, ...]) -> Fraction:
        assert self.hand.prior is not None
        return self.hand.prior(reports)

    # ---- rows ----

    def rows(self, prop: str) -> Iterator[tuple[str, Form, Fraction | None, Fraction | None, Fraction | None]]:
        """Text in the brackets, form, low, high, and the weight of its shortfall."""
        weight = None
        for a in range(len(self.names)):
            if prop == "dominant_ic":
                for reports in self.all:
                    for lie in self.spaces[a]:
                        true, lied = reports[a], self.lying(a, reports, lie)
                        if lie == true or not self.hand.allowed(a, true, lie) or self.broken(a, true, lied):
                            continue
                        form = self.gain(a, reports, lied)
                        weight = self.prior(reports) if self.hand.prior else None
                        yield (
                            f"{self.names[a]}: {true} -> {lie}{self.others(a, reports)}",
                            form, None, Fraction(0), weight,
                        )  # fmt: skip
            if prop in ("ex_post_ir", "no_subsidy"):
                for reports in self.all:
                    name = f"{self.names[a]}: {self.own(a, reports)}{self.others(a, reports)}"
                    weight = self.prior(reports) if self.hand.prior else None
                    if prop == "no_subsidy":
                        yield name, self.pay(a, reports), Fraction(0), None, weight
                    else:
                        yield name, self.loss(a, reports), None, Fraction(0), weight
            if prop == "ex_ante_ir":
                form = added(*((self.prior(r), self.loss(a, r)) for r in self.all))
                yield str(self.names[a]), form, None, Fraction(0), Fraction(1)
            if prop in ("interim_ir", "bayesian_ic"):
                yield from self.interim(a, prop)
        if prop.endswith("budget_balance"):
            budgets = {r: added(*((1, self.pay(a, r)) for a in range(len(self.names))), (1, {"": self.hand.income(r)}))
                       for r in self.all}  # fmt: skip
            if prop.startswith("ex_ante"):
                form = added(*((self.prior(r), f) for r, f in budgets.items()))
                yield "", form, Fraction(0), None, Fraction(1)
            else:
                for r, form in budgets.items():
                    weight = self.prior(r) if self.hand.prior else None
                    yield self.said(r), form, Fraction(0), Fraction(0) if prop.startswith("strong") else None, weight
        if prop == "efficient":
            assert self.hand.optimum is not None
            for r in self.all:
                form = added(*((1, self.value(a, r[a], r)) for a in range(len(self.names))),
                             (1, {"": self.hand.income(r)}))  # fmt: skip
                weight = self.prior(r) if self.hand.prior else None
                yield self.said(r), form, self.hand.optimum(r), None, weight

    def gain(self, a: int, truth: tuple[int, ...], lied: tuple[int, ...]) -> Form:
        """Of telling the truth, negated: at most 0."""
        true = truth[a]
        return added(
            (1, self.pay(a, truth)), (-1, self.pay(a, lied)),
            (-1, self.value(a, true, truth)), (1, self.value(a, true, lied)),
        )  # fmt: skip

    def loss(self, a: int, reports: tuple[int, ...]) -> Form:
        outside = {"": self.outside(a, reports[a], reports)}
        return added((1, self.pay(a, reports)), (-1, self.value(a, reports[a], reports)), (1, outside))

    def interim(
        self, a: int, prop: str
    ) -> Iterator[tuple[str, Form, Fraction | None, Fraction | None, Fraction | None]]:
        for true in self.spaces[a]:
            mine = [r for r in self.all if r[a] == true]
            total = sum((self.prior(r) for r in mine), Fraction(0))
            if total == 0:
                continue
            name = f"{self.names[a]}: {self.own(a, mine[0])}"
            if prop == "interim_ir":
                yield name, added(*((self.prior(r) / total, self.loss(a, r)) for r in mine)), None, Fraction(0), total
                continue
            for lie in self.spaces[a]:
                lies = [(r, self.lying(a, r, lie)) for r in mine]
                never = any(self.prior(r) > 0 and self.broken(a, true, lied) for r, lied in lies)
                if lie == true or not self.hand.allowed(a, true, lie) or never:
                    continue
                form = added(*((self.prior(r) / total, self.gain(a, r, lied)) for r, lied in lies))
                yield f"{name} -> {lie}", form, None, Fraction(0), total

    # ---- the program ----

    def program(self) -> tuple[dict[str, Row], Form]:
        """Rows by name, those without variables that hold left out, and the expected shortfall."""
        out: dict[str, Row] = {}
        cost: Form = {}
        used: set[str] = set()
        for prop, short in SHORT.items():
            if prop not in (*self.hand.wanted, *self.hand.soft):
                continue
            if any(p in self.hand.wanted for p in STRONGER.get(prop, ())):
                continue
            block = prop if short in used else short
            used.add(block)
            soft = prop not in self.hand.wanted
            for inside, form, low, high, weight in self.rows(prop):
                name = f"{block}[{inside}]" if inside else block
                constant = form.pop("", Fraction(0))
                below = None if low is None else low - constant
                above = None if high is None else high - constant
                if not form and (below is None or below <= 0) and (above is None or above >= 0):
                    continue
                if not soft:
                    out[name] = (form, below, above)
                    continue
                short_name = f"shortfall[{name}]"
                if weight:
                    cost[short_name] = weight
                if below is not None and above is not None:
                    out[name.replace("[", ".lower[", 1)] = ({**form, short_name: Fraction(1)}, below, None)
                    out[name.replace("[", ".upper[", 1)] = ({**form, short_name: Fraction(-1)}, None, above)
                else:
                    sign = 1 if above is None else -1
                    out[name] = ({**form, short_name: Fraction(sign)}, below, above)
        return out, cost


SHORT = {
    "dominant_ic": "ic",
    "bayesian_ic": "ic",
    "ex_post_ir": "ir",
    "interim_ir": "ir",
    "ex_ante_ir": "ir",
    "strong_budget_balance": "budget",
    "weak_budget_balance": "budget",
    "ex_ante_budget_balance": "budget",
    "efficient": "efficient",
    "no_subsidy": "no_subsidy",
}

STRONGER = {
    "bayesian_ic": ("dominant_ic",),
    "interim_ir": ("ex_post_ir",),
    "ex_ante_ir": ("ex_post_ir", "interim_ir"),
    "weak_budget_balance": ("strong_budget_balance",),
    "ex_ante_budget_balance": ("strong_budget_balance", "weak_budget_balance"),
}
