"""Walks over typed expressions: children, indices that an expression depends on, lets that it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mdl.semantics import typed
from mdl.semantics.model import LaterSymbol, LetSymbol, ParamSymbol, RuleSymbol, TypeSymbol, VarSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar


def children(expr: Expr) -> tuple[Expr, ...]:
    """Direct subexpressions, binders' domains included."""
    match expr:
        case typed.Ref(args=args) | typed.Call(args=args) | typed.Logic(args=args):
            return args
        case typed.Attribute(base=base, args=args):
            return (base, *args)
        case typed.Neg(arg=arg) | typed.Not(arg=arg) | typed.Subsets(arg=arg):
            return (arg,)
        case typed.Add(terms=terms):
            return terms
        case typed.Mul(factors=factors):
            return factors
        case typed.Div(numerator=a, denominator=b) | typed.Pow(base=a, exponent=b):
            return (a, b)
        case typed.SetOp(left=a, right=b) | typed.Range(low=a, high=b) | typed.Interval(low=a, high=b):
            return (a, b)
        case typed.If(condition=c, then=a, otherwise=b):
            return (c, a, b)
        case typed.Compare(first=first, rest=rest):
            return (first, *(e for _, e in rest))
        case typed.Reduce(binders=binders, where=where, body=body):
            return (*(b.domain for b in binders), *((where,) if where is not None else ()), body)
        case typed.Comprehension(binders=binders, where=where):
            return (*(b.domain for b in binders), *((where,) if where is not None else ()))
        case typed.Without(body=a, agent=b) | typed.WithOnly(body=a, agents=b):
            return (a, b)
        case typed.Expected(body=body, given=given):
            return (body, *given)
        case typed.SetLiteral(items=items) | typed.TupleExpr(items=items):
            return items
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all below it."""
    stack = [expr]
    while stack:
        e = stack.pop()
        yield e
        stack.extend(children(e))


def bound(binders: tuple[Binder, ...]) -> set[IndexVar]:
    return {v for b in binders for v in b.indices}


class FreeIndices:
    """Indices that expressions depend on and do not bind themselves, remembered."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Expr, frozenset[IndexVar]] = {}

    def of(self, expr: Expr) -> frozenset[IndexVar]:
        found = self._known.get(expr)
        if found is None:
            found = self._known[expr] = self._of(expr)
        return found

    def _of(self, expr: Expr) -> frozenset[IndexVar]:
        if isinstance(expr, typed.Index):
            return frozenset((expr.index,))
        below = frozenset[IndexVar]().union(*(self.of(e) for e in children(expr)))
        if isinstance(expr, typed.Reduce | typed.Comprehension):
            below -= bound(expr.binders)
        return below


class DataOnly:
    """Whether an expression is made of params, types and members alone, remembered."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Expr, bool] = {}

    def of(self, expr: Expr) -> bool:
        found = self._known.get(expr)
        if found is None:
            found = self._known[expr] = self._own(expr) and all(self.of(e) for e in children(expr))
        return found

    def _own(self, expr: Expr) -> bool:
        if isinstance(expr, typed.Ref):
            return isinstance(expr.symbol, ParamSymbol | TypeSymbol)
        return not isinstance(expr, typed.Attribute | typed.Without | typed.WithOnly | typed.Expected | typed.Reduce)


def lets_in(exprs: Iterator[Expr]) -> Iterator[LetSymbol]:
    """Lets that expressions refer to; through a variable also those of its `absent` value."""
    for e in exprs:
        if isinstance(e, typed.Ref):
            if isinstance(e.symbol, LetSymbol):
                yield e.symbol
            elif isinstance(e.symbol, VarSymbol) and e.symbol.absent is not None:
                yield from lets_in(walk(e.symbol.absent.body))


def of_data(symbol: LetSymbol) -> bool:
    """Whether a let, with the lets that it uses, has a value without solving."""
    return not any(
        isinstance(e, typed.Attribute | typed.Expected)
        or (isinstance(e, typed.Ref) and isinstance(e.symbol, VarSymbol | RuleSymbol | LaterSymbol))
        for let in needed(symbol, {})
        for e in walk(let.body)
    )


def needed(symbol: LetSymbol, known: Mapping[LetSymbol, object]) -> list[LetSymbol]:
    """The let and all that it uses and that are not known yet, each after those it uses."""
    order: list[LetSymbol] = []
    done: set[LetSymbol] = set()
    stack: list[tuple[LetSymbol, bool]] = [(symbol, False)]
    while stack:
        let, ready = stack.pop()
        if ready:
            order.append(let)
        elif let not in done and let not in known:
            done.add(let)
            stack.append((let, True))
            stack.extend((used, False) for used in lets_in(walk(let.body)))
    return order


def needed_lets(body: Expr) -> Iterator[LetSymbol]:
    """The lets that an expression uses, directly or through others, each once."""
    seen: set[LetSymbol] = set()
    left = list(lets_in(walk(body)))
    while left:
        let = left.pop()
        if let not in seen:
            seen.add(let)
            yield let
            left.extend(lets_in(walk(let.body)))
