"""Evaluation of a resolved model row by row in pure Python: the meaning of the language written a second time.

Shares no code with mdl.algebra or mdl.data.  Numbers are Fractions until a function leaves the rationals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from mdl.semantics import typed
from mdl.semantics.kinds import Element, SetOf, TupleOf
from mdl.semantics.model import LetSymbol, Model, ParamSymbol, SetSymbol, Symbol, TypeSymbol, VarSymbol
from mdl.syntax import tree


class Undefined(Exception):  # noqa: N818
    """The expression has no value."""


Env = dict[typed.IndexVar, Any]


@dataclass(frozen=True)
class Gone:
    """Absent agents by (universes, member), and whether indices skip them."""

    agents: frozenset[tuple[frozenset[str], Any]] = frozenset()
    skips: bool = True

    def has(self, kind: Any, member: Any) -> bool:
        kinds = kind.items if isinstance(kind, TupleOf) else (kind,)
        parts = member if isinstance(kind, TupleOf) else (member,)
        return any(
            isinstance(k, Element) and k.universes and part == agent and universes & k.universes
            for k, part in zip(kinds, parts, strict=True)
            for universes, agent in self.agents
        )


NOBODY = Gone()


class Oracle:
    """`variables` gives each variable by name and key."""

    def __init__(self, model: Model, variables: Mapping[str, Mapping[tuple[Any, ...], Any]] | None = None) -> None:
        self.model = model
        self.variables = variables or {}
        self.known: dict[Any, Any] = {}
        agents = [s for s in model.symbols.values() if isinstance(s, SetSymbol) and s.agents]
        self.agents = {
            s.name: s.item.universes for s in agents if isinstance(s.item, Element) and s.item.universes is not None
        }

    # ---- tables ----

    def rows(self, symbol: Symbol) -> list[tuple[tuple[Any, ...], Env]]:
        return list(self._keys(symbol))

    def _keys(self, symbol: Symbol) -> Iterator[tuple[tuple[Any, ...], Env]]:
        indices = [v for b in symbol.index for v in b.indices]
        for env in self.assignments(symbol.index, symbol.where, {}, NOBODY):
            yield tuple(part for v in indices for part in parts(env[v], v.kind)), env

    def assignments(self, binders: Any, where: Any, env: Env, gone: Gone) -> Iterator[Env]:
        for e in self._bound(list(binders), env, gone):
            if where is None or self.truth(where, e, gone):
                yield e

    def _bound(self, binders: list[typed.Binder], env: Env, gone: Gone) -> Iterator[Env]:
        if not binders:
            yield env
            return
        first, *rest = binders
        for member in self.set(first.domain, env, gone):
            inner = dict(env)
            if len(first.indices) == 1:
                inner[first.indices[0]] = member
            else:
                at = 0
                for v in first.indices:
                    n = len(v.kind.items) if isinstance(v.kind, TupleOf) else 1
                    inner[v] = tuple(member[at : at + n]) if isinstance(v.kind, TupleOf) else member[at]
                    at += n
            if gone.skips and any(gone.has(v.kind, inner[v]) for v in first.indices):
                continue
            yield from self._bound(rest, inner, gone)

    def table(self, symbol: Symbol) -> dict[tuple[Any, ...], Any]:
        """A let or formula over its index."""
        assert isinstance(symbol, LetSymbol)
        return {key: self.number(symbol.body, env, NOBODY) for key, env in self.rows(symbol)}

    # ---- symbols ----

    def values(self, symbol: Symbol) -> dict[tuple[Any, ...], Any]:
        if symbol not in self.known:
            self.known[symbol] = self._values(symbol)
        return self.known[symbol]

    def _values(self, symbol: Symbol) -> dict[tuple[Any, ...], Any]:
        assert isinstance(symbol, ParamSymbol | TypeSymbol)
        given, rows = symbol.given, self.rows(symbol)
        found: dict[tuple[Any, ...], Any] = {}
        if given is not None and given.literal is not None:
            found = dict(flat(given.literal, (), len(rows[0][0]) if rows else 1))
            assert all(k in {key for key, _ in rows} for k in found)
        default = symbol.default if isinstance(symbol, ParamSymbol) else None
        expr = given.expr if given is not None and given.expr is not None else default
        numeric = not isinstance(symbol.kind, Element | TupleOf)
        for key, env in rows:
            if key not in found:
                assert expr is not None
                found[key] = self.number(expr, env, NOBODY) if numeric else self.member(expr, env, NOBODY)
        return found

    def let_all(self, symbol: LetSymbol) -> None:
        """With everyone present a let is evaluated over its whole index."""
        if symbol not in self.known:
            self.known[symbol] = None
            for _, env in self.rows(symbol):
                self.value(symbol.body, env, NOBODY)

    def sets(self, symbol: SetSymbol) -> dict[tuple[Any, ...], list[Any]]:
        if symbol not in self.known:
            given = symbol.given
            assert given is not None
            if given.literal is not None:
                self.known[symbol] = dict(flat(given.literal, (), len(self.rows(symbol)[0][0])))
            else:
                assert given.expr is not None
                self.known[symbol] = {key: self.set(given.expr, env, NOBODY) for key, env in self.rows(symbol)}
        return self.known[symbol]

    def key(self, ref: typed.Ref, env: Env, gone: Gone) -> tuple[Any, ...]:
        out: list[Any] = []
        for arg in ref.args:
            if isinstance(arg.kind, SetOf):
                out.append(frozenset(self.set(arg, env, gone)))
            else:
                out.extend(parts(self.member(arg, env, gone), arg.kind))
        return tuple(out)

    # ---- the four sorts of value ----

    def value(self, expr: Any, env: Env, gone: Gone) -> Any:
        from mdl.semantics.kinds import Truth

        if isinstance(expr.kind, Truth):
            return self.truth(expr, env, gone)
        return self.member(expr, env, gone) if isinstance(expr.kind, Element) else self.number(expr, env, gone)

    def set(self, expr: Any, env: Env, gone: Gone) -> list[Any]:
        match expr:
            case typed.Ref():
                held = self.sets(expr.symbol)
                key = self.key(expr, env, gone)
                if key not in held:
                    raise Undefined(key)
                return held[key]
            case typed.Index(index=index):
                return sorted(env[index], key=str)
            case typed.SetLiteral(items=items):
                return list(dict.fromkeys(self.member(i, env, gone) for i in items))
            case typed.Range(low=low, high=high):
                a, b = self.number(low, env, gone), self.number(high, env, gone)
                if a != int(a) or b != int(b):
                    raise Undefined("range")
                return list(range(int(a), int(b) + 1))
            case typed.Comprehension(binders=binders, where=where):
                indices = [v for b in binders for v in b.indices]
                out = []
                for e in self.assignments(binders, where, env, gone):
                    whole = tuple(p for v in indices for p in parts(e[v], v.kind))
                    out.append(whole if len(whole) > 1 else whole[0])
                return out
            case typed.SetOp(op=op, left=left, right=right):
                a, b = self.set(left, env, gone), self.set(right, env, gone)
                if op == "|":
                    return list(dict.fromkeys(a + b))
                if op == "*":
                    return [flat_pair(m, n) for m in a for n in b]
                return [m for m in a if (m in b) == (op == "&")]
            case typed.Subsets(arg=arg):
                base = self.set(arg, env, gone)
                return [frozenset(c) for n in range(len(base) + 1) for c in combinations(base, n)]
        raise AssertionError(expr)

    def member(self, expr: Any, env: Env, gone: Gone) -> Any:
        match expr:
            case typed.Index(index=index):
                return env[index]
            case typed.Member(value=value):
                return value
            case typed.TupleExpr(items=items):
                return tuple(p for i in items for p in parts(self.member(i, env, gone), i.kind))
            case typed.Ref(symbol=ParamSymbol() | TypeSymbol()):
                return plain(self.at(self.values(expr.symbol), self.key(expr, env, gone)))
            case typed.If(condition=c, then=a, otherwise=b):
                return self.member(a if self.truth(c, env, gone) else b, env, gone)
        return plain(self.number(expr, env, gone))

    def at(self, held: Mapping[tuple[Any, ...], Any], key: tuple[Any, ...]) -> Any:
        if key not in held:
            raise Undefined(key)
        return held[key]

    def truth(self, expr: Any, env: Env, gone: Gone) -> bool:
        match expr:
            case typed.Compare(first=first, rest=rest):
                left, result = first, True
                for op, right in rest:
                    result &= self.compare(op, left, right, env, gone)
                    left = right
                return result
            case typed.Logic(op=op, args=args):
                tests = (self.truth(a, env, gone) for a in args)
                return all(tests) if op == "and" else any(tests)
            case typed.Not(arg=arg):
                return not self.truth(arg, env, gone)
            case typed.Ref(symbol=LetSymbol() as let):
                return bool(self.let(let, expr, env, gone, self.truth))
        raise AssertionError(expr)

    def compare(self, op: str, left: Any, right: Any, env: Env, gone: Gone) -> bool:
        if op in ("in", "not in"):
            members = self.set(right, env, gone)
            if isinstance(left.kind, SetOf):
                return (frozenset(self.set(left, env, gone)) in members) == (op == "in")
            return (self.member(left, env, gone) in members) == (op == "in")
        a_kind, b_kind = left.kind, right.kind
        if isinstance(a_kind, SetOf):
            return (set(self.set(left, env, gone)) == set(self.set(right, env, gone))) == (op == "==")
        if op in ("==", "!=") and isinstance(a_kind, Element | TupleOf) and isinstance(b_kind, Element | TupleOf):
            return (self.member(left, env, gone) == self.member(right, env, gone)) == (op == "==")
        a, b = self.number(left, env, gone), self.number(right, env, gone)
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op]

    def number(self, expr: Any, env: Env, gone: Gone) -> Any:
        if isinstance(expr, typed.Index | typed.Member):
            held = self.member(expr, env, gone)
            if not isinstance(held, int | Fraction):
                raise Undefined("not a number")
            return Fraction(held)
        match expr:
            case typed.Number(value=value):
                return value
            case typed.Ref():
                return self.reference(expr, env, gone)
            case typed.Neg(arg=arg):
                return -self.number(arg, env, gone)
            case typed.Add(terms=terms):
                return total([self.number(t, env, gone) for t in terms])
            case typed.Mul(factors=factors):
                return finite(product([self.number(f, env, gone) for f in factors]))
            case typed.Div(numerator=a, denominator=b):
                top, bottom = self.number(a, env, gone), self.number(b, env, gone)
                if bottom == 0:
                    raise Undefined("zero")
                return finite(top / bottom)
            case typed.Pow(base=a, exponent=b):
                return power(self.number(a, env, gone), self.number(b, env, gone))
            case typed.Call(fn="card", args=(arg,)):
                return Fraction(len(self.set(arg, env, gone)))
            case typed.Call(fn=fn, args=args):
                return call(fn, [self.number(a, env, gone) for a in args])
            case typed.If(condition=c, then=a, otherwise=b):
                return self.number(a if self.truth(c, env, gone) else b, env, gone)
            case typed.Reduce(op=op, binders=binders, where=where, body=body):
                envs = list(self.assignments(binders, where, env, gone))
                return reduction(op, [self.number(body, e, gone) for e in envs])
            case typed.Without(body=body, agent=agent):
                member, universes = self.member(agent, env, gone), self.universes(agent.kind)
                return self.number(body, env, Gone(gone.agents | {(universes, member)}, True))
            case typed.WithOnly(body=body, agents=agents):
                item = agents.kind.item
                universes = self.universes(item)
                inside = self.set(agents, env, gone)
                lost = {(universes, a) for n, u in self.agents.items() if u & universes for a in self.everyone(n)}
                kept = frozenset((u, a) for u, a in lost if a not in inside)
                return self.number(body, env, Gone(gone.agents | kept, True))
        raise AssertionError(expr)

    def everyone(self, name: str) -> list[Any]:
        symbol = self.model.symbols[name]
        assert isinstance(symbol, SetSymbol)
        return self.sets(symbol)[()]

    def universes(self, kind: Any) -> frozenset[str]:
        known = frozenset(u for us in self.agents.values() for u in us)
        return known if kind.universes is None else kind.universes & known

    def reference(self, ref: Any, env: Env, gone: Gone) -> Any:
        symbol = ref.symbol
        if isinstance(symbol, LetSymbol):
            return self.let(symbol, ref, env, gone, self.number)
        key = self.key(ref, env, gone)
        if isinstance(symbol, VarSymbol):
            held = dict(self.rows(symbol))
            if key not in held:
                raise Undefined(key)
            if any(gone.has(v.kind, held[key][v]) for b in symbol.index for v in b.indices):
                return self.absent(symbol, key, gone)
            return self.variables[symbol.name][key]
        return self.at(self.values(symbol), key)

    def absent(self, symbol: VarSymbol, key: tuple[Any, ...], gone: Gone) -> Any:
        if symbol.absent is None:
            return Fraction(0)
        env = dict(zip([v for b in symbol.absent.indices for v in b.indices], key, strict=True))
        return self.number(symbol.absent.body, env, gone)

    def let(self, symbol: LetSymbol, ref: Any, env: Env, gone: Gone, evaluate: Any) -> Any:
        if not gone.agents:
            self.let_all(symbol)
        held, key = dict(self.rows(symbol)), self.key(ref, env, gone)
        if key not in held:
            raise Undefined(key)
        inner = held[key]
        if not gone.agents:
            return evaluate(symbol.body, inner, NOBODY)
        if symbol.role == "outcome" and any(gone.has(v.kind, inner[v]) for b in symbol.index for v in b.indices):
            return Fraction(0)
        skips = {"valuation": False, "outcome": True}.get(symbol.role, gone.skips)
        return evaluate(symbol.body, inner, Gone(gone.agents, skips))


def parts(member: Any, kind: Any) -> tuple[Any, ...]:
    return member if isinstance(kind, TupleOf) else (member,)


def flat_pair(a: Any, b: Any) -> tuple[Any, ...]:
    return (*(a if isinstance(a, tuple) else (a,)), *(b if isinstance(b, tuple) else (b,)))


def plain(value: Any) -> Any:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def flat(literal: tree.MapLiteral, before: tuple[Any, ...], arity: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for key, value in literal.entries:
        keys = tuple(written(k) for k in (key.items if isinstance(key, tree.TupleExpr) else (key,)))
        if isinstance(value, tree.MapLiteral):
            yield from flat(value, before + keys, arity)
        elif isinstance(value, tree.SetLiteral):
            yield before + keys, [written(i) for i in value.items]
        else:
            held = written(value)
            yield before + keys, Fraction(held) if isinstance(held, int) else held


def written(node: Any) -> Any:
    match node:
        case tree.Name(name=name):
            return name
        case tree.Text(value=value) | tree.Number(value=value):
            return plain(value)
        case tree.Unary(op="-", operand=operand):
            return -written(operand)
        case tree.TupleExpr(items=items):
            return tuple(written(i) for i in items)
    raise AssertionError(node)


def total(terms: list[Any]) -> Any:
    return finite(sum(terms[1:], start=terms[0]) if terms else Fraction(0))


def product(factors: list[Any]) -> Any:
    out: Any = Fraction(1)
    for f in factors:
        out = out * f
    return out


def finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise Undefined("overflow")
    return value


def reduction(op: str, values: list[Any]) -> Any:
    if op == "sum":
        return total(values)
    if op == "prod":
        return finite(product(values))
    if not values:
        raise Undefined("empty")
    if op == "mean":
        return total(values) / len(values)
    return min(values) if op == "min" else max(values)


def power(a: Any, b: Any) -> Any:
    if a == 0 and b < 0:
        raise Undefined("zero")
    if b == int(b) and isinstance(a, Fraction):
        return a ** int(b)
    if a < 0 and b != int(b):
        raise Undefined("power")
    try:
        return finite(float(a) ** float(b))
    except OverflowError:
        raise Undefined("overflow") from None


def call(fn: str, args: list[Any]) -> Any:
    if fn in ("min", "max"):
        return min(args) if fn == "min" else max(args)
    a = args[0]
    try:
        if fn == "abs":
            return abs(a)
        if fn == "exp":
            return finite(math.exp(a))
        if fn == "log":
            return math.log(a)
        return math.sqrt(a)
    except (ValueError, OverflowError):
        raise Undefined(fn) from None
