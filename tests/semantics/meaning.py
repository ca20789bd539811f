"""What a typed formula is worth, worked out node by node: slow, small, and apart from mdl.algebra.

An environment says what a valuation and an objective are worth to given agents with given types; the formulas of
families stand on those alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from mdl.semantics import typed
from mdl.semantics.model import Given, LetSymbol, OutcomeSymbol, ParamSymbol, RuleSymbol, SetSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar

Profile = Mapping[str, Fraction]


@dataclass(frozen=True)
class World:
    """`sets`: members of each agents set; `value(agent, present, profile)`; `rule(present, profile)`; `prior` of one
    agent's type, the same for all and independent."""

    sets: Mapping[str, tuple[str, ...]]
    value: Callable[[str, frozenset[str], Profile], Fraction]
    rule: Callable[[frozenset[str], Profile], Fraction] | None = None
    prior: Mapping[Fraction, Fraction] | None = None
    profile: Profile | None = None
    gone: frozenset[str] = frozenset()

    @property
    def present(self) -> frozenset[str]:
        return frozenset(a for members in self.sets.values() for a in members) - self.gone


def worth(e: Expr, world: World, at: Mapping[IndexVar, str]) -> Any:
    """The value of `e` where the indices stand `at` agents."""
    match e:
        case typed.Number(value=value):
            return value
        case typed.Member(value=value):
            return value
        case typed.Index(index=index):
            return at[index]
        case typed.Add(terms=terms):
            return sum((worth(t, world, at) for t in terms), Fraction(0))
        case typed.Neg(arg=arg):
            return -worth(arg, world, at)
        case typed.Mul(factors=factors):
            out = Fraction(1)
            for f in factors:
                out *= worth(f, world, at)
            return out
        case typed.Div(numerator=a, denominator=b):
            return worth(a, world, at) / worth(b, world, at)
        case typed.Call(fn="max", args=args):
            return max(worth(a, world, at) for a in args)
        case typed.Compare(first=a, rest=((op, b),)):
            assert op in ("!=", "==")
            return (worth(a, world, at) == worth(b, world, at)) == (op == "==")
        case typed.Logic(op=op, args=args):
            return (all if op == "and" else any)(worth(a, world, at) for a in args)
        case typed.Without(body=body, agent=agent):
            return worth(body, replace(world, gone=world.gone | {worth(agent, world, at)}), at)
        case typed.Reduce(op=op, binders=(binder,), where=where, body=body):
            places = ({**at, binder.indices[0]: a} for a in members(binder, world))
            held = [worth(body, world, p) for p in places if where is None or worth(where, world, p)]
            return sum(held, Fraction(0)) if op == "sum" else min(held) if op == "min" else max(held)
        case typed.Expected(body=body, given=given):
            kept = {worth(g.args[0], world, at) for g in given if isinstance(g, typed.Ref)}
            return sum((p * worth(body, w, at) for p, w in drawn(world, kept)), Fraction(0))
        case typed.Ref(symbol=symbol, args=args):
            return named(symbol, [worth(a, world, at) for a in args], world)
    raise AssertionError(type(e))


def members(binder: Binder, world: World) -> tuple[str, ...]:
    assert isinstance(binder.domain, typed.Ref) and isinstance(binder.domain.symbol, SetSymbol)
    return world.sets[binder.domain.symbol.name]


def drawn(world: World, kept: set[str]) -> Iterator[tuple[Fraction, World]]:
    """Each profile in which the types of `kept` are as they are, with its probability."""
    assert world.prior is not None and world.profile is not None
    free = [a for a in world.profile if a not in kept]
    for values in product(world.prior, repeat=len(free)):
        weight = Fraction(1)
        for v in values:
            weight *= world.prior[v]
        yield weight, replace(world, profile={**world.profile, **dict(zip(free, values, strict=True))})


def named(symbol: object, args: list[str], world: World) -> Any:
    match symbol:
        case LetSymbol(role="valuation"):
            return world.value(args[0], world.present, world.profile or {})
        case LetSymbol(index=index, body=body):
            return worth(body, world, {b.indices[0]: a for b, a in zip(index, args, strict=True)})
        case ParamSymbol(given=Given(expr=typed.Expr() as body)):
            return worth(body, world, {})
        case RuleSymbol() | OutcomeSymbol():
            assert world.rule is not None
            return world.rule(world.present, world.profile or {})
    raise AssertionError(symbol)
