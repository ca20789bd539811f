"""The model over report profiles: every symbol that types or outcomes enter gets the profile for a first index.

    theta[i]  becomes  theta[p, i]     x[i]  becomes  x[p, i]     a rule  becomes  a family of rules

so that the evaluator and the lowerings, which know nothing of profiles, work on all of them at once and exactly.

In a utility there are two profiles: types are those of the true one, outcomes and transfers those of the reported one
(u_i(t, t') = v_i(x(t'), t) - p_i(t'), multi_party_learning.txt section 2).  A let in which both meet is written out
in place; every other has one profile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from mdl.algebra.differentiate import substitute
from mdl.diagnostics import Failure, Span
from mdl.mechanisms import errors
from mdl.semantics import typed
from mdl.semantics.kinds import Element, SetOf, TupleOf
from mdl.semantics.model import (
    AbsentValue,
    Bound,
    LetSymbol,
    ParamSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    Symbol,
    TransferSymbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.semantics.walks import rebuilt, walk

TRUE, REPORTED = "true", "reported"


class Lift:
    """Lifted symbols, each made once; `profiles` is the set that the new index ranges over."""

    def __init__(self, span: Span) -> None:
        self.profiles = SetSymbol("profiles", span, (), None, False, Element(None), False, None, None)
        self._made: dict[Symbol, Symbol] = {}
        self._worlds: dict[LetSymbol, frozenset[str]] = {}

    # ---- symbols ----

    def of(self, symbol: Symbol) -> Symbol:
        """A symbol at one profile: its first index.  Symbols that have nothing to do with profiles stay."""
        found = self._made.get(symbol)
        if found is None:
            found = self._lifted(symbol)
            self._made.setdefault(symbol, found)
        return self._made[symbol]

    def _lifted(self, symbol: Symbol) -> Symbol:
        match symbol:
            case TypeSymbol():
                index = self._index(symbol, self.index(symbol.span))
                return ParamSymbol(
                    symbol.name, symbol.span, index, symbol.where, symbol.kind, None, (), False, None, None
                )
            case VarSymbol():
                return self._variable(symbol)
            case LetSymbol():
                p = self.index(symbol.span)
                made = LetSymbol(
                    symbol.name,
                    symbol.span,
                    self._index(symbol, p),
                    self.where(symbol.where, p),
                    symbol.kind,
                    symbol.body,
                    symbol.role,
                    symbol.outcome,
                )
                self._made[symbol] = made
                made.body = self.at(symbol.body, p)
                return made
            case RowSymbol():
                p = self.index(symbol.span)
                return RowSymbol(
                    symbol.name,
                    symbol.span,
                    self._index(symbol, p),
                    self.where(symbol.where, p),
                    self.at(symbol.body, p),
                )
            case RuleSymbol():
                p = self.index(symbol.span)
                binder = self.binder(p)
                return RuleSymbol(symbol.name, symbol.span, (binder,), None, symbol.sense, self.at(symbol.body, p))
            case TransferSymbol():
                return self._transfer(symbol)
            case _:
                return symbol

    def _variable(self, symbol: VarSymbol) -> VarSymbol:
        p = self.index(symbol.span)
        made = VarSymbol(
            symbol.name,
            symbol.span,
            self._index(symbol, p),
            self.where(symbol.where, p),
            tuple(Bound(b.op, self.at(b.expr, p), b.span) for b in symbol.bounds),
            symbol.domain,
            None if symbol.start is None else self.at(symbol.start, p),
        )
        if symbol.absent is not None:
            q = self.index(symbol.span)
            made.absent = AbsentValue((self.binder(q), *symbol.absent.indices), self.at(symbol.absent.body, q))
        return made

    def _transfer(self, symbol: TransferSymbol) -> Symbol:
        """A formula is a let; what is to be found is a variable (of `adjust` too: Unknown says where it stands)."""
        p = self.index(symbol.span)
        index = self._index(symbol, p)
        if symbol.body is None:
            return VarSymbol(symbol.name, symbol.span, index, symbol.where, (), "continuous", None)
        made = LetSymbol(
            symbol.name, symbol.span, index, self.where(symbol.where, p), symbol.body.kind, symbol.body, "transfer"
        )
        self._made[symbol] = made
        made.body = self.at(symbol.body, p)
        return made

    def _index(self, symbol: Symbol, p: IndexVar) -> tuple[Binder, ...]:
        return (self.binder(p), *symbol.index)

    def index(self, span: Span, name: str = "report") -> IndexVar:
        """A new index over the profiles; `name` is what messages call it (see rule_errors.named)."""
        return IndexVar(name, Element(None), span)

    def binder(self, p: IndexVar) -> Binder:
        domain = typed.Ref(p.span, SetOf(Element(None)), self.profiles, ())
        return Binder((p,), domain, p.span)

    def where(self, condition: Expr | None, p: IndexVar) -> Expr | None:
        return None if condition is None else self.at(condition, p)

    # ---- expressions ----

    def at(self, expr: Expr, p: IndexVar) -> Expr:
        """The expression at one profile, where types are reported and the outcome is that of the reports."""
        return self.utility(expr, p, p)

    def utility(self, expr: Expr, true: IndexVar, reported: IndexVar) -> Expr:
        """Types of profile `true`, outcomes and transfers of profile `reported`."""
        return cast(Expr, self._walk(expr, true, reported))

    def _walk(self, node: Any, true: IndexVar, reported: IndexVar) -> Any:
        if isinstance(node, typed.Ref):
            return self._reference(node, true, reported)
        if isinstance(node, typed.Expected):
            return self._expected(node, reported)
        return rebuilt(node, lambda part: self._walk(part, true, reported))

    def _reference(self, ref: typed.Ref, true: IndexVar, reported: IndexVar) -> Expr:
        args = self._walk(ref.args, true, reported)
        match ref.symbol:
            case TypeSymbol():
                return self._with(ref, true, args)
            case VarSymbol() | RuleSymbol() | TransferSymbol():
                return self._with(ref, reported, args)
            case LetSymbol() as let:
                worlds = self.worlds(let)
                if not worlds:
                    return ref if args is ref.args else replace(ref, args=args)
                if true is reported or worlds == {REPORTED}:
                    return self._with(ref, reported, args)
                if worlds == {TRUE}:
                    return self._with(ref, true, args)
                return self.utility(written_out(ref), true, reported)
            case _:
                return ref if args is ref.args else replace(ref, args=args)

    def _with(self, ref: typed.Ref, p: IndexVar, args: tuple[Expr, ...]) -> Expr:
        first = typed.Index(ref.span, p.kind, p)
        return typed.Ref(ref.span, ref.kind, self.of(ref.symbol), (first, *args))

    def _expected(self, node: typed.Expected, reported: IndexVar) -> Expr:
        """Over another profile; what is given is read at the reported one."""
        q = self.index(node.span)
        given = self._walk(node.given, reported, reported)
        return typed.Expected(node.span, node.kind, self.at(node.body, q), given, q)

    # ---- worlds ----

    def worlds(self, let: LetSymbol) -> frozenset[str]:
        """Which profiles a let needs when it stands in a utility."""
        found = self._worlds.get(let)
        if found is None:
            self._worlds[let] = frozenset()
            inside = worlds(let.body, self.worlds) | (worlds(let.where, self.worlds) if let.where else frozenset())
            found = self._worlds[let] = frozenset({REPORTED} if let.role == "outcome" and inside else inside)
        return found


def worlds(expr: Expr, of_let: Callable[[LetSymbol], frozenset[str]]) -> frozenset[str]:
    """The profiles that an expression needs in a utility."""
    out: set[str] = set()
    for e in walk(expr):
        if isinstance(e, typed.Expected):
            out.add(REPORTED)
        if isinstance(e, typed.Ref):
            match e.symbol:
                case TypeSymbol():
                    out.add(TRUE)
                case VarSymbol() | RuleSymbol() | TransferSymbol():
                    out.add(REPORTED)
                case LetSymbol() as let:
                    out |= of_let(let)
    return frozenset(out)


def written_out(ref: typed.Ref) -> Expr:
    """The body of a let at its arguments."""
    let = ref.symbol
    assert isinstance(let, LetSymbol)
    indices = [v for b in let.index for v in b.indices]
    if len(indices) != len(ref.args) or any(isinstance(v.kind, TupleOf | SetOf) for v in indices):
        raise Failure(errors.set_index(let.name, ref.span))
    return substitute(let.body, dict(zip(indices, ref.args, strict=True)))
