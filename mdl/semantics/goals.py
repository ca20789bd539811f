"""The objective of a mechanism: an expectation, a sum over report profiles, or the expected shortfall."""

from __future__ import annotations

from mdl.diagnostics import Label, Span
from mdl.semantics import expressions, mentions, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import EMPTY, Context
from mdl.semantics.kinds import Numeric, Unknown
from mdl.semantics.model import LetSymbol, MechanismSymbol, ParamSymbol, SetSymbol, Symbol
from mdl.semantics.typed import Expr
from mdl.semantics.walks import walk
from mdl.syntax import statement_tree, tree

SHORTFALL = "shortfall"
FORM = "minimize expected shortfall;"


def goal(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    """Fill in `maximize`, `goal` and `shortfall`; `soften` and the shortfall go together."""
    found = [item for item in node.items if isinstance(item, statement_tree.MechanismObjective)]
    for again in found[1:]:
        ctx.report(wrong.item_twice("objective", again.span, found[0].span))
    for item in found[:1]:
        made.maximize = item.sense == "maximize"
        if _names_shortfall(ctx, item.body):
            made.shortfall = True
            _shortfall(ctx, made, item)
        else:
            made.goal = _expectation(ctx, expressions.number(ctx, EMPTY, item.body))
    if made.soften and not made.shortfall:
        labels = tuple(Label(item.span, "this objective does not pay for it") for item in found[:1])
        repair = f"make the objective `{FORM}`" if found else f"add `{FORM}`"
        place = made.soften[0].span
        ctx.report(wrong.shortfall("softened properties have no price", place, "broken for free", repair, labels))


def _names_shortfall(ctx: Context, body: tree.Expr) -> bool:
    if SHORTFALL in ctx.declared:
        return False
    return any(name.name == SHORTFALL for name in mentions.in_expression(body))


def _shortfall(ctx: Context, made: MechanismSymbol, item: statement_tree.MechanismObjective) -> None:
    alone = isinstance(item.body, tree.Expected) and not item.body.given and isinstance(item.body.body, tree.Name)
    if not alone or made.maximize:
        message = "the shortfall is minimised, in expectation and alone"
        ctx.report(wrong.shortfall(message, item.span, "not such an objective", f"write `{FORM}`"))
    elif not made.soften:
        message = "nothing is softened, so there is no shortfall"
        repair = "add `soften ex_post_ir, weak_budget_balance;`, or another objective"
        ctx.report(wrong.shortfall(message, item.span, "always 0", repair))


# ---- expectations --------------------------------------------------------------------------------------


def _expectation(ctx: Context, e: Expr) -> Expr:
    """`expected a + 2 * expected b` as one expectation; an objective without `expected` stays as it is."""
    stands = next((x for x in walk(e) if isinstance(x, typed.Expected) and not x.given), None)
    if stands is None or isinstance(e.kind, Unknown):
        return e
    if isinstance(e, typed.Expected):
        return e
    try:
        return typed.Expected(e.span, Numeric(), _opened(ctx, e), ())
    except _MixedError as mixed:
        ctx.report(wrong.goal_mixed(mixed.span, stands.span))
        return Expr(e.span, Unknown())


class _MixedError(Exception):
    """A part of an objective is no expectation."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


def _opened(ctx: Context, e: Expr) -> Expr:
    """The body of one expectation that is worth `e`."""
    match e:
        case typed.Expected(given=()):
            return e.body
        case typed.Neg(arg=arg):
            return typed.Neg(e.span, e.kind, _opened(ctx, arg))
        case typed.Add(terms=terms):
            return typed.Add(e.span, e.kind, tuple(_opened(ctx, t) for t in terms))
        case typed.Mul(factors=factors) if sum(not _constant(ctx, f) for f in factors) == 1:
            opened = tuple(f if _constant(ctx, f) else _opened(ctx, f) for f in factors)
            return typed.Mul(e.span, e.kind, opened)
        case typed.Div(numerator=top, denominator=below) if _constant(ctx, below):
            return typed.Div(e.span, e.kind, _opened(ctx, top), below)
    if _constant(ctx, e):
        return e
    raise _MixedError(e.span)


def _constant(ctx: Context, e: Expr) -> bool:
    """Whether an expression is the same at every report profile."""
    return all(not isinstance(x, typed.Expected) for x in walk(e)) and all(
        _fixed(ctx, x.symbol) for x in walk(e) if isinstance(x, typed.Ref)
    )


def _fixed(ctx: Context, symbol: Symbol) -> bool:
    if isinstance(symbol, LetSymbol):
        return not ctx.let_uses.get(symbol)
    return isinstance(symbol, ParamSymbol | SetSymbol)
