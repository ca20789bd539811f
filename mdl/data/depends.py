"""What a symbol's binding uses."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.free import walk
from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, ParamSymbol, SetSymbol, Symbol, TypeSymbol
from mdl.semantics.typed import Expr


def expressions_of(symbol: Symbol) -> Iterator[Expr]:
    """Every expression that is evaluated to bind a symbol."""
    yield from (b.domain for b in symbol.index)
    if symbol.where is not None:
        yield symbol.where
    match symbol:
        case SetSymbol(within=within, given=given):
            yield from (e for e in (within, given.expr if given is not None else None) if e is not None)
        case ParamSymbol(within=within, given=given, default=default, bounds=bounds):
            yield from (e for e in (within, given.expr if given is not None else None, default) if e is not None)
            yield from (b.expr for b in bounds)
        case TypeSymbol(domain=domain, given=given, step=step):
            yield from (e for e in (domain, given.expr if given is not None else None, step) if e is not None)
        case LetSymbol(body=body):
            yield body


def symbols_of(expr: Expr) -> Iterator[Symbol]:
    return (e.symbol for e in walk(expr) if isinstance(e, typed.Ref))
