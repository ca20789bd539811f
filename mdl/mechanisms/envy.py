"""Parts of the outcome exchanged between two agents: what one would have in the other's place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.free import walk
from mdl.algebra.values import Quantity
from mdl.diagnostics import Failure
from mdl.mechanisms import rule_errors
from mdl.mechanisms.lift import written_out
from mdl.mechanisms.reports import Reports
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Truth
from mdl.semantics.model import LetSymbol, VarSymbol
from mdl.semantics.typed import Expr
from mdl.semantics.walks import rebuilt


def exchanged(reports: Reports, ev: Evaluator, a: int, b: int) -> Quantity | None:
    """The valuation of agent `a` at each case with its part of the outcome and that of `b` exchanged; (cases,).

    None where the two have no valuation in common.  Raises Failure where the outcome has no parts (MDL637).
    """
    valuation = reports.valuation(a)
    if valuation is None or reports.valuation(b) is not valuation:
        return None
    body = _Exchange((reports.spaces[a].agent, reports.spaces[b].agent)).of(valuation.body)
    return ev.number(*reports.each_case(body, (valuation.index[0].indices[0], a)))


class _Exchange:
    """Exchanges two agents in the indices of outcome variables and outcome formulas, and nowhere else."""

    def __init__(self, agents: tuple[Any, Any]) -> None:
        self.agents, self.met = agents, False

    def of(self, body: Expr) -> Expr:
        made = cast(Expr, self._walk(body))
        if not self.met:
            raise Failure(rule_errors.no_exchange(body.span))
        return made

    def _walk(self, node: Any) -> Any:
        return self._reference(node) if isinstance(node, typed.Ref) else rebuilt(node, self._walk)

    def _reference(self, ref: typed.Ref) -> Expr:
        symbol = ref.symbol
        if isinstance(symbol, VarSymbol) or (isinstance(symbol, LetSymbol) and symbol.role == "outcome"):
            return replace(ref, args=tuple(self._moved(arg) for arg in self._walk(ref.args)))
        if isinstance(symbol, LetSymbol) and has_parts(symbol):
            return cast(Expr, self._walk(written_out(ref)))
        return replace(ref, args=self._walk(ref.args))

    def _moved(self, arg: Expr) -> Expr:
        """The other agent where the argument is one of the two."""
        if not isinstance(arg.kind, Element):
            return arg
        self.met = True
        first, second = (typed.Member(arg.span, arg.kind, agent) for agent in self.agents)
        otherwise = typed.If(arg.span, arg.kind, _equal(arg, second), first, arg)
        return typed.If(arg.span, arg.kind, _equal(arg, first), second, otherwise)


def has_parts(let: LetSymbol) -> bool:
    """Whether a let reads the outcome, directly or through other lets."""
    seen: set[LetSymbol] = {let}
    left = [let.body]
    while left:
        for e in walk(left.pop()):
            if not isinstance(e, typed.Ref):
                continue
            if isinstance(e.symbol, VarSymbol) or (isinstance(e.symbol, LetSymbol) and e.symbol.role == "outcome"):
                return True
            if isinstance(e.symbol, LetSymbol) and e.symbol not in seen:
                seen.add(e.symbol)
                left.append(e.symbol.body)
    return False


def _equal(a: Expr, b: Expr) -> Expr:
    return typed.Compare(a.span, Truth(), a, (("==", b),))
