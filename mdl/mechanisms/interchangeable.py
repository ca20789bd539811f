"""Which report profiles have to be listed: all of them, or, where agents are interchangeable, counts of types.

`symmetric USER;` is a claim, and it is proved here: nothing in the file tells two of the agents apart.  Exchanging
two agents must leave every set, param and prior what it is, no expression may name one of them or use one as a
number, and what is then left of the model is the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.atoms import Atom
from mdl.algebra.domain import Domain, Family
from mdl.algebra.free import walk
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import Codes
from mdl.algebra.values import Fixed, Members
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.mechanisms import errors
from mdl.mechanisms.priors import prior_of
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import TypeSpace, text
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Kind
from mdl.semantics.model import (
    LetSymbol,
    MechanismSymbol,
    ParamSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    Symbol,
    VarSymbol,
)
from mdl.semantics.typed import Binder, Expr


def profiles_of(instance: Instance, spaces: Sequence[TypeSpace]) -> tuple[Profiles, list[str]]:
    """The profiles to be listed, and notes for the user.

    Raises Failure (MDL620) where agents are said to be interchangeable and something tells them apart.
    """
    claimed = instance.model.symmetric
    if not claimed:
        return Profiles(spaces), []
    held = [instance.set(s) for s in claimed]
    for symbol, domain in zip(claimed, held, strict=True):
        assert isinstance(domain, Domain)
        difference = _difference(instance, spaces, domain)
        if difference is not None:
            raise Failure(errors.not_interchangeable(symbol.name, difference[0], difference[1] or symbol.span))
    everyone = [s.code for s in spaces]
    first = held[0]
    assert isinstance(first, Domain)
    names = claimed[0].name
    if len(claimed) > 1 or sorted(first.columns[0].tolist()) != sorted(everyone) or len(spaces) < 3:
        few = len(spaces) < 3
        why = "there are only two agents" if few else "there are other agents besides"
        return Profiles(spaces), [f"{names} are interchangeable; all profiles are listed, since {why}"]
    why = _uncounted(instance)
    if why:
        return Profiles(spaces), [f"{names} are interchangeable; all profiles are listed, since {why}"]
    return CountedProfiles(spaces, range(len(spaces))), [
        f"{names} are interchangeable, which was verified: counts of types are listed instead of profiles"
    ]


def _uncounted(instance: Instance) -> str:
    """Why one agent cannot stand for all although nothing tells agents apart; empty where it can."""
    symbols = list(instance.model.symbols.values())
    variables = [s for s in symbols if isinstance(s, VarSymbol)]
    free = any(isinstance(s, MechanismSymbol) and s.outcome is None for s in symbols)
    for v in variables:
        if any(base is not None for base in instance.domain(v).bases):
            return f"`{v.name}` has an index over sets of agents"
        if free and v.domain != "continuous":
            return f"an outcome is free and `{v.name}` is {v.domain}: the mean of two outcomes is none"
    return ""


Difference = tuple[str, Span | None]


def _difference(instance: Instance, spaces: Sequence[TypeSpace], agents: Domain) -> Difference | None:
    """What tells two of the agents apart, and where; None where nothing does."""
    codes = agents.columns[0]
    names = {instance.store.universe.atom(int(c)) for c in codes}
    for symbol, expr in _expressions(instance):
        found = _names_one(instance, expr, names, codes)
        if found is not None:
            return f"`{symbol.name}` {found}", expr.span
    for a, b in pairwise(codes.tolist()):
        for symbol in instance.model.symbols.values():
            if isinstance(symbol, SetSymbol | ParamSymbol) and not _same_data(instance, symbol, a, b):
                pair = " and ".join(text(instance.store.universe.atom(c)) for c in (a, b))
                return f"`{symbol.name}` is not the same for {pair}", symbol.span
    return _types_apart(instance, spaces, codes)


# ---- expressions ---------------------------------------------------------------------------------------


def _expressions(instance: Instance) -> Iterator[tuple[Symbol, Expr]]:
    for symbol in instance.model.symbols.values():
        for binder in symbol.index:
            yield symbol, binder.domain
        if symbol.where is not None:
            yield symbol, symbol.where
        match symbol:
            case LetSymbol() | RowSymbol() | RuleSymbol():
                yield symbol, symbol.body
            case VarSymbol():
                yield from ((symbol, b.expr) for b in symbol.bounds)
                if symbol.absent is not None:
                    yield symbol, symbol.absent.body
            case MechanismSymbol():
                parts: list[Expr | None] = [symbol.income, symbol.goal]
                for t in (*symbol.transfers, *symbol.adjustments):
                    parts += [t.body, t.where, *(binder.domain for binder in t.index)]
                yield from ((symbol, e) for e in parts if e is not None)


def _names_one(instance: Instance, expr: Expr, names: set[Atom], codes: Codes) -> str | None:
    """How an expression treats one agent differently."""
    for e in walk(expr):
        match e:
            case typed.Member(value=value) if value in names:
                return f"names {value}"
            case typed.Add(terms=parts) | typed.Mul(factors=parts) if _any_agent(parts, codes, instance):
                return "uses an agent as a number"
            case typed.Neg(arg=arg) if _any_agent((arg,), codes, instance):
                return "uses an agent as a number"
            case typed.Div(numerator=a, denominator=b) | typed.Pow(base=a, exponent=b) if _any_agent(
                (a, b), codes, instance
            ):
                return "uses an agent as a number"
            case typed.Call(fn=fn, args=args) if fn != "card" and _any_agent(args, codes, instance):
                return "uses an agent as a number"
            case typed.Compare(first=first, rest=rest):
                sides = (first, *(right for op, right in rest if op not in ("in", "not in")))
                ordered = any(op in ("<", "<=", ">", ">=") for op, _ in rest)
                if ordered and _any_agent(sides, codes, instance):
                    return "compares agents by size"
                if not ordered and _any_agent(sides, codes, instance) and not _all_agents(sides):
                    return "compares an agent with something else"
            case typed.Reduce(binders=binders) | typed.Comprehension(binders=binders):
                for binder in binders:
                    found = _splits(instance, binder, codes)
                    if found is not None:
                        return found
    return None


def _is_agent(e: Expr, codes: Codes, instance: Instance) -> bool:
    return isinstance(e, typed.Index) and _of_agents(e.kind, instance)


def _any_agent(parts: Sequence[Expr], codes: Codes, instance: Instance) -> bool:
    return any(_is_agent(e, codes, instance) for e in parts)


def _all_agents(parts: Sequence[Expr]) -> bool:
    return all(isinstance(e, typed.Index) for e in parts)


def _of_agents(kind: Kind, instance: Instance) -> bool:
    if not isinstance(kind, Element):
        return False
    return kind.universes is None or bool(kind.universes & instance.store.agent_universes)


def _splits(instance: Instance, binder: Binder, codes: Codes) -> str | None:
    """Whether an index ranges over a set, written out here, that has some of the agents and not others."""
    if not isinstance(binder.domain, typed.Range | typed.SetLiteral):
        return None
    if instance.data.free.of(binder.domain):
        return "ranges over a set that depends on an index"
    found = instance.data.set(binder.domain, instance.data.root)
    if not isinstance(found, Fixed) or len(found.domain.columns) != 1:
        return "ranges over a set that is written out"
    inside = found.domain.contains((codes,))
    return None if inside.all() or not inside.any() else "ranges over some of the agents"


# ---- data ----------------------------------------------------------------------------------------------


def _exchanged(column: npt.NDArray[np.integer], a: int, b: int) -> Codes:
    out = column.copy()
    out[column == a], out[column == b] = b, a
    return out


def _same_data(instance: Instance, symbol: SetSymbol | ParamSymbol, a: int, b: int) -> bool:
    """Whether exchanging two agents leaves a set or a param what it is."""
    table = instance.domain(symbol)
    places = np.arange(table.size)
    if table.arity:
        if any(base is not None for base in table.bases):
            return False  # indexed by subsets: not looked into
        places = table.lookup([_exchanged(c, a, b) for c in table.columns])
        if int(places.min(initial=0)) < 0:
            return False
    if isinstance(symbol, ParamSymbol):
        return _same_values(instance.values(symbol), places, a, b) if instance.has_values(symbol) else True
    held = instance.set(symbol)
    if isinstance(held, Domain):
        return bool(held.contains([_exchanged(c, a, b) for c in held.columns]).all())
    return _same_family(held, places, a, b)


def _same_values(values: Numbers | Members, places: npt.NDArray[np.integer], a: int, b: int) -> bool:
    if isinstance(values, Numbers):
        return bool(arithmetic.compare("==", values, values.take(places)).all())
    return all(bool((_exchanged(c, a, b) == c[places]).all()) for c in values.codes)


def _same_family(held: Family, places: npt.NDArray[np.integer], a: int, b: int) -> bool:
    moved = [_exchanged(c, a, b) for c in held.columns]
    there = places[held.owners].astype(np.int32)
    return bool(held.relation.contains((there, *moved)).all())


# ---- types ---------------------------------------------------------------------------------------------


def _types_apart(instance: Instance, spaces: Sequence[TypeSpace], codes: Codes) -> Difference | None:
    mine = [s for s in spaces if s.code in set(codes.tolist())]
    first = mine[0]
    for other in mine[1:]:
        same = len(first.components) == len(other.components) and all(
            x.symbol is y.symbol and x.atoms == y.atoms for x, y in zip(first.components, other.components, strict=True)
        )
        if not same:
            return f"{text(first.agent)} and {text(other.agent)} do not have the same types", None
    prior = prior_of(instance, spaces)
    if prior.joint is not None:
        return "the prior is a joint table, and only independent types are counted", None
    if prior.own is not None:
        weights = {s.agent: w for s, w in zip(spaces, prior.own, strict=True)}
        for other in mine[1:]:
            if weights[other.agent] != weights[first.agent]:
                return f"the prior is not the same for {text(first.agent)} and {text(other.agent)}", None
    return None
