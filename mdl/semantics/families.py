"""Families of mechanisms: `vcg(R)`, `agv(R)`, `mep(R)` and `pay_as_bid(R)` as formulas for the transfers.

A family pays by `pay`, from the agent, one transfer for each valuation of the file, over that valuation's agents;
with `v_i` for `valuation[i]` at the reported profile:

vcg         (R without i) - (R - v_i)                  R maximised, the Clarke payment; R - (R without i) + v_i
                                                       where R is minimised;
            sum(j != i) (v_j without i) - sum(j != i) v_j
                                                       R an outcome formula (multi_party_learning.txt, definition 8)
agv         (sum(j != i) e_j) / (n - 1) - e_i          e_i = expected(sum(j != i) v_j given the types of i), n agents:
                                                       the expected externality, budget balanced (thesis, eq. (5.36))
mep         v_i - (v_i without i)                      maximal exploitation (multi_party_learning.txt, definition 10)
pay_as_bid  v_i
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from mdl.diagnostics import Span
from mdl.semantics import additive, task_errors, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import Context
from mdl.semantics.kinds import Element, Kind, Numeric, Truth
from mdl.semantics.model import LetSymbol, MechanismSymbol, OutcomeSymbol, RuleSymbol, TransferSymbol, TypeSymbol
from mdl.semantics.rules import rule
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.semantics.walks import rebuilt
from mdl.syntax import statement_tree, tree

NAMES = ("pay", "p", "payment", "transfer")
"""What a family's transfer is called: the first of these that the file does not declare."""


def family(ctx: Context, node: statement_tree.MechanismDecl, call: tree.Expr) -> MechanismSymbol:
    """The symbol of `mechanism M = FAMILY(RULE);`, with its transfers as formulas; their spans are the call's."""
    made = MechanismSymbol(node.name.name, node.name.span, (), None, "", None, (), (), None, (), (), True, None, False)
    if not isinstance(call, tree.Call):
        ctx.report(task_errors.family_shape(node.name.name, call.span))
        return made
    made.family = call.fn.name
    if made.family not in FORMULAS:
        near, _ = ctx.suggestion(made.family, list(FORMULAS))
        ctx.report(task_errors.unknown_family(made.family, call.fn.span, near, tuple(FORMULAS)))
    if len(call.args) != 1 or not isinstance(call.args[0], tree.Name):
        ctx.report(task_errors.family_shape(node.name.name, call.span))
        return made
    made.outcome = rule(ctx, call.args[0], f"`{made.family}`")
    formula = FORMULAS.get(made.family)
    if made.outcome is None or formula is None:
        return made
    if not ctx.valuations:
        ctx.report(wrong.no_valuation(made.family, call.span))
    elif made.family == "vcg" and isinstance(made.outcome, RuleSymbol) and not _fits(ctx, made.outcome, call.span):
        return made
    name = next((n for n in NAMES if n not in ctx.declared), "transfer_")
    build = _Build(call.span, tuple(ctx.valuations), made.outcome, _types(ctx))
    made.transfers = tuple(build.transfer(name, v, formula) for v in build.valuations if v.index)
    return made


def _types(ctx: Context) -> tuple[TypeSymbol, ...]:
    return tuple(s for s in ctx.symbols.values() if isinstance(s, TypeSymbol))


def _fits(ctx: Context, chosen: RuleSymbol, span: Span) -> bool:
    """Whether `R - valuation[i]` is what the others have of R."""
    weight = -1 if chosen.sense == "minimize" else 1
    misfit = additive.misfit(chosen.body, ctx.valuations, weight)
    if misfit is None:
        return True
    name = misfit.valuation.name.partition("[")[0]
    binder = misfit.valuation.index[0] if misfit.valuation.index else None
    over = " ".join(binder.domain.span.text.split()) if binder is not None else "AGENTS"
    form = f"{'-' if weight < 0 else ''}sum(i in {over}) {name}[i]"
    shown = misfit.valuation.name if "[" in misfit.valuation.name else f"{name}[i]"
    ctx.report(wrong.not_additive("vcg", shown, chosen.name, span, misfit.why, misfit.span, form))
    return False


# ---- typed formulas ------------------------------------------------------------------------------------


class _Build:
    """Typed nodes of a family, all at the place of its call."""

    def __init__(
        self,
        span: Span,
        valuations: Sequence[LetSymbol],
        outcome: RuleSymbol | OutcomeSymbol,
        types: Sequence[TypeSymbol],
    ) -> None:
        self.span, self.valuations, self.outcome, self.types = span, valuations, outcome, types

    def transfer(
        self, name: str, valuation: LetSymbol, formula: Callable[[_Build, LetSymbol, IndexVar], Expr]
    ) -> TransferSymbol:
        binder, where = self.binder("i", valuation)
        body = formula(self, valuation, binder.indices[0])
        return TransferSymbol(name, self.span, (binder,), where, "pay", body)

    def binder(self, name: str, valuation: LetSymbol) -> tuple[Binder, Expr | None]:
        """A fresh index over a valuation's agents, and the condition on it."""
        own = valuation.index[0]
        index = IndexVar(name, own.indices[0].kind, self.span)
        where = None if valuation.where is None else _renamed(valuation.where, own.indices[0], index)
        return Binder((index,), own.domain, self.span), where

    def value(self, valuation: LetSymbol, index: IndexVar) -> Expr:
        """`valuation[index]`."""
        return typed.Ref(self.span, Numeric(), valuation, (self.at(index),))

    def at(self, index: IndexVar) -> Expr:
        return typed.Index(self.span, index.kind, index)

    def rule(self) -> Expr:
        return typed.Ref(self.span, Numeric(), self.outcome, ())

    def add(self, *terms: Expr) -> Expr:
        return terms[0] if len(terms) == 1 else typed.Add(self.span, Numeric(), terms)

    def minus(self, e: Expr) -> Expr:
        return typed.Neg(self.span, Numeric(), e)

    def without(self, e: Expr, index: IndexVar) -> Expr:
        return typed.Without(self.span, Numeric(), e, self.at(index))

    def others(self, mine: LetSymbol, index: IndexVar, name: str, body: Callable[[LetSymbol, IndexVar], Expr]) -> Expr:
        """The sum of `body` over all agents but `index`, which is one of `mine`'s."""
        parts: list[Expr] = []
        for valuation in self.valuations:
            binder, where = self.binder(name, valuation)
            other = binder.indices[0]
            if valuation is mine:
                apart = typed.Compare(self.span, Truth(), self.at(other), (("!=", self.at(index)),))
                where = apart if where is None else typed.Logic(self.span, Truth(), "and", (apart, where))
            parts.append(typed.Reduce(self.span, Numeric(), "sum", (binder,), where, body(valuation, other)))
        return self.add(*parts)

    def agents(self) -> Expr:
        """How many agents there are."""
        counts: list[Expr] = []
        for valuation in self.valuations:
            binder, where = self.binder("k", valuation)
            one = typed.Number(self.span, Numeric(), Fraction(1))
            counts.append(typed.Reduce(self.span, Numeric(), "sum", (binder,), where, one))
        return self.add(*counts)

    def externality(self, mine: LetSymbol, index: IndexVar, name: str) -> Expr:
        """What the others can expect, given the types of agent `index`."""
        of_index = (t for t in self.types if _is_of(t, index.kind))
        given = tuple(typed.Ref(self.span, t.kind, t, (self.at(index),)) for t in of_index)
        return typed.Expected(self.span, Numeric(), self.others(mine, index, name, self.value), given)


def _is_of(symbol: TypeSymbol, agent: Kind) -> bool:
    """Whether a type is one of the agents that have this kind."""
    first = symbol.index[0].indices[0].kind if symbol.index else None
    if not isinstance(first, Element) or not isinstance(agent, Element):
        return False
    return first.universes is None or agent.universes is None or bool(first.universes & agent.universes)


def _renamed(e: Any, old: IndexVar, new: IndexVar) -> Any:
    """A typed expression with one index for another."""
    match e:
        case typed.Index() if e.index is old:
            return typed.Index(e.span, e.kind, new)
        case _:
            return rebuilt(e, lambda part: _renamed(part, old, new))


# ---- the families --------------------------------------------------------------------------------------


def _vcg(build: _Build, valuation: LetSymbol, i: IndexVar) -> Expr:
    if isinstance(build.outcome, OutcomeSymbol):
        would = build.others(valuation, i, "j", lambda v, j: build.without(build.value(v, j), i))
        return build.add(would, build.minus(build.others(valuation, i, "j", build.value)))
    own = build.value(valuation, i)
    alone = build.without(build.rule(), i)
    if build.outcome.sense == "minimize":
        return build.add(build.rule(), build.minus(alone), own)
    return build.add(alone, build.minus(build.add(build.rule(), build.minus(own))))


def _agv(build: _Build, valuation: LetSymbol, i: IndexVar) -> Expr:
    theirs = build.others(valuation, i, "j", lambda v, j: build.externality(v, j, "k"))
    one = typed.Number(build.span, Numeric(), Fraction(1))
    but_one = build.add(build.agents(), typed.Number(build.span, Numeric(), Fraction(-1)))
    # an agent alone has nobody to pay or to be paid by: 0 / 1
    share = typed.Div(build.span, Numeric(), theirs, typed.Call(build.span, Numeric(), "max", (but_one, one)))
    return build.add(share, build.minus(build.externality(valuation, i, "j")))


def _mep(build: _Build, valuation: LetSymbol, i: IndexVar) -> Expr:
    own = build.value(valuation, i)
    return build.add(own, build.minus(build.without(own, i)))


def _pay_as_bid(build: _Build, valuation: LetSymbol, i: IndexVar) -> Expr:
    return build.value(valuation, i)


FORMULAS: dict[str, Callable[[_Build, LetSymbol, IndexVar], Expr]] = {
    "vcg": _vcg,
    "agv": _agv,
    "mep": _mep,
    "pay_as_bid": _pay_as_bid,
}
