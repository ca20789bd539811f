"""What typed expressions depend on: indices, data, lets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, ParamSymbol, RuleSymbol, TransferSymbol, TypeSymbol, VarSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.semantics.walks import children as children
from mdl.semantics.walks import walk as walk


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
        if isinstance(expr, typed.Expected) and expr.profile is not None:
            below -= {expr.profile}
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
        or (isinstance(e, typed.Ref) and isinstance(e.symbol, VarSymbol | RuleSymbol | TransferSymbol))
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
