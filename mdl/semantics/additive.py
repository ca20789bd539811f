"""Whether an objective is the sum of the agents' valuations and something without them.

The Clarke payment takes an agent's share out of an objective's value by `R - valuation[i]`: that is what the
others have of it only where each valuation enters R as one term of a sum, with weight one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mdl.diagnostics import Span
from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, SetSymbol
from mdl.semantics.typed import Expr, IndexVar
from mdl.semantics.walks import walk


@dataclass(slots=True, frozen=True)
class Misfit:
    """A valuation that is no such term: why, and where it stands."""

    valuation: LetSymbol
    why: str
    span: Span


@dataclass(slots=True, frozen=True)
class _Part:
    """A term of the objective with its weight; inside `sum(index in domain)` also these."""

    expr: Expr
    weight: Fraction
    index: IndexVar | None = None
    domain: Expr | None = None


def misfit(body: Expr, valuations: Iterable[LetSymbol], weight: int) -> Misfit | None:
    """The first valuation that does not enter `body` as `weight * sum(i in S) valuation[i]`, if any."""
    found: dict[LetSymbol, list[tuple[Fraction, Span]]] = {v: [] for v in valuations}
    uses = _uses(body, found)
    todo = [_Part(body, Fraction(1))]
    while todo:
        part = todo.pop()
        mine = _of(part.expr, uses)
        if not mine:
            continue
        if _is_term(part, found):
            assert isinstance(part.expr, typed.Ref) and isinstance(part.expr.symbol, LetSymbol)
            found[part.expr.symbol].append((part.weight, part.expr.span))
            continue
        below = _opened(part)
        if below is None:
            return Misfit(
                next(v for v in found if v in mine), "not a term of a sum over all its agents", part.expr.span
            )
        todo.extend(below)
    for valuation, terms in found.items():
        if not terms:
            return Misfit(valuation, "not in the objective", body.span)
        if len(terms) > 1:
            return Misfit(valuation, "enters more than once", terms[0][1])
        if terms[0][0] != weight:
            return Misfit(valuation, f"enters with weight {terms[0][0]}, not {weight}", terms[0][1])
    return None


def _is_term(part: _Part, found: dict[LetSymbol, list[tuple[Fraction, Span]]]) -> bool:
    """`valuation[i]` under a sum over exactly the agents that it is declared for."""
    e = part.expr
    if not isinstance(e, typed.Ref) or e.symbol not in found or e.symbol.where is not None:
        return False
    own = e.symbol.index[0].domain if e.symbol.index else None
    return _at_index(e, part.index) and _same_set(own, part.domain)


def _at_index(e: typed.Ref, index: IndexVar | None) -> bool:
    return len(e.args) == 1 and isinstance(e.args[0], typed.Index) and e.args[0].index is index


def _same_set(a: Expr | None, b: Expr | None) -> bool:
    def base(e: Expr | None) -> SetSymbol | None:
        return e.symbol if isinstance(e, typed.Ref) and not e.args and isinstance(e.symbol, SetSymbol) else None

    return base(a) is not None and base(a) is base(b)


def _opened(part: _Part) -> list[_Part] | None:
    """The parts that a part is the sum of; None where it is no sum."""
    match part.expr:
        case typed.Add(terms=terms):
            return [_Part(t, part.weight, part.index, part.domain) for t in terms]
        case typed.Neg(arg=arg):
            return [_Part(arg, -part.weight, part.index, part.domain)]
        case typed.Mul(factors=factors):
            rest = [f for f in factors if not isinstance(f, typed.Number)]
            weight = part.weight
            for f in factors:
                weight = weight * f.value if isinstance(f, typed.Number) else weight
            return [_Part(rest[0], weight, part.index, part.domain)] if len(rest) == 1 else None
        case typed.Div(numerator=top, denominator=typed.Number(value=value)) if value != 0:
            return [_Part(top, part.weight / value, part.index, part.domain)]
        case typed.Reduce(op="sum", binders=(binder,), where=None, body=body):
            if part.index is None and len(binder.indices) == 1:
                return [_Part(body, part.weight, binder.indices[0], binder.domain)]
        case typed.Ref(symbol=LetSymbol() as let, args=()) if part.index is None:
            return [_Part(let.body, part.weight)]
        case typed.Ref(symbol=LetSymbol(role="let", where=None, index=(binder,)) as let) as ref:
            if part.index is not None and _at_index(ref, part.index) and len(binder.indices) == 1:
                return [_Part(let.body, part.weight, binder.indices[0], part.domain)]
    return None


# ---- which expressions use valuations ------------------------------------------------------------------


def _uses(body: Expr, valuations: Iterable[LetSymbol]) -> dict[LetSymbol, frozenset[LetSymbol]]:
    """The valuations that each let below an expression uses, itself where it is one."""
    done: dict[LetSymbol, frozenset[LetSymbol]] = {v: frozenset((v,)) for v in valuations}
    stack = [(let, False) for let in _lets(body)]
    while stack:
        let, ready = stack.pop()
        if let in done:
            continue
        below = list(_lets(let.body))
        if ready or all(b in done for b in below):
            done[let] = frozenset[LetSymbol]().union(*(done.get(b, frozenset()) for b in below))
        else:
            stack.append((let, True))
            stack.extend((b, False) for b in below)
    return done


def _of(e: Expr, uses: dict[LetSymbol, frozenset[LetSymbol]]) -> frozenset[LetSymbol]:
    return frozenset[LetSymbol]().union(*(uses.get(let, frozenset()) for let in _lets(e)))


def _lets(e: Expr) -> Iterator[LetSymbol]:
    for x in walk(e):
        if isinstance(x, typed.Ref) and isinstance(x.symbol, LetSymbol):
            yield x.symbol
