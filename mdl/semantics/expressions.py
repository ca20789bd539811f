"""Expressions that are numbers, conditions or members: operators, functions, reductions."""

from __future__ import annotations

from mdl.diagnostics import Label, Span
from mdl.semantics import agree, answers, compare, errors, expectations, references, sets, task_errors, typed
from mdl.semantics.context import Context, Scope
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Truth, TupleOf, Unknown
from mdl.syntax import tree

FUNCTIONS = {"log": 1, "exp": 1, "sqrt": 1, "abs": 1}
"""Functions of a fixed number of numbers; `min`, `max`, `card` and `subsets` have rules of their own."""


def number(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """An expression that must be a number."""
    made = expression(ctx, scope, node)
    if agree.is_number(made.kind, ctx.named):
        return made
    ctx.report(errors.number_expected(made.span, agree.describe(made.kind), isinstance(made.kind, Truth)))
    return typed.Expr(made.span, Unknown())


def condition(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """An expression that must be true or false."""
    made = expression(ctx, scope, node)
    if isinstance(made.kind, Truth | Unknown):
        return made
    ctx.report(errors.condition_expected(made.span, agree.describe(made.kind)))
    return typed.Expr(made.span, Unknown())


def data_only(ctx: Context, mark: int, what: str) -> None:
    """Report the first decision variable used since `mark` in a place that needs data, and forget them."""
    variables = [use for use in ctx.uses[mark:] if use.what == "variable"]
    if variables:
        ctx.report(task_errors.variable_in_data(what, variables[0], ctx.declared.get(variables[0].name)))
        ctx.uses[mark:] = [use for use in ctx.uses[mark:] if use.what != "variable"]


def evaluated_once(ctx: Context, mark: int, what: str) -> None:
    """Report a private type used since `mark` in a set or param, which have one value for all reports."""
    types = [use for use in ctx.uses[mark:] if use.what == "type"]
    if types:
        ctx.report(task_errors.type_evaluated_once(what, types[0], ctx.declared.get(types[0].name)))
        ctx.uses[mark:] = [use for use in ctx.uses[mark:] if use.what != "type"]


def expression(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """Any expression; the kind of the result says what it is (Unknown after a report)."""
    match node:
        case tree.Number():
            return typed.Number(node.span, Numeric(), node.value)
        case tree.Name():
            return references.name(ctx, scope, node)
        case tree.Subscript():
            return references.subscript(ctx, scope, node)
        case tree.Unary():
            return _unary(ctx, scope, node)
        case tree.Add() | tree.Mul():
            if sets.looks_like_set(ctx, scope, node):
                return sets.set_expression(ctx, scope, node)
            return _sum(ctx, scope, node) if isinstance(node, tree.Add) else _product(ctx, scope, node)
        case tree.Power():
            base, exponent = number(ctx, scope, node.base), number(ctx, scope, node.exponent)
            return typed.Pow(node.span, Numeric(), base, exponent)
        case tree.Call():
            return _call(ctx, scope, node)
        case tree.Reduce():
            return _reduce(ctx, scope, node)
        case tree.If():
            return branches(ctx, scope, node, None)
        case tree.Compare():
            return compare.chain(ctx, scope, node)
        case tree.Logic():
            parts = tuple(condition(ctx, scope, operand) for operand in node.operands)
            return typed.Logic(node.span, Truth(), node.op, parts)
        case tree.Without() | tree.WithOnly():
            return _absence(ctx, scope, node)
        case tree.Attribute():
            return answers.attribute(ctx, scope, node)
        case tree.Text():
            return typed.Member(node.span, Element(None), node.value)
        case tree.TupleExpr():
            return references.tuple_(ctx, scope, node, ())
        case tree.Expected():
            return expectations.expected(ctx, scope, node)
        case _:
            return sets.set_expression(ctx, scope, node)


def _unary(ctx: Context, scope: Scope, node: tree.Unary) -> typed.Expr:
    if node.op == "not":
        return typed.Not(node.span, Truth(), condition(ctx, scope, node.operand))
    operand = number(ctx, scope, node.operand)
    if node.op == "+":
        return operand
    if isinstance(operand, typed.Number):
        return typed.Number(node.span, Numeric(), -operand.value)
    return typed.Neg(node.span, Numeric(), operand)


def _sum(ctx: Context, scope: Scope, node: tree.Add) -> typed.Expr:
    terms = [number(ctx, scope, node.first)]
    for op, child in node.rest:
        term = number(ctx, scope, child)
        terms.append(term if op == "+" else typed.Neg(term.span, Numeric(), term))
    return typed.Add(node.span, Numeric(), tuple(terms))


def _product(ctx: Context, scope: Scope, node: tree.Mul) -> typed.Expr:
    """`a / b * c` is `(a / b) * c`: factors gather until a division closes them."""
    factors = [number(ctx, scope, node.first)]
    before = _through(Span(node.span.source, node.span.start, node.span.start), node.first.span)
    for op, child in node.rest:
        factor = number(ctx, scope, child)
        span = _through(before, child.span)
        if op == "*":
            factors.append(factor)
        else:
            factors = [typed.Div(span, Numeric(), _times(factors, before), factor)]
        before = span
    return _times(factors, node.span)


def _times(factors: list[typed.Expr], span: Span) -> typed.Expr:
    return factors[0] if len(factors) == 1 else typed.Mul(span, Numeric(), tuple(factors))


def _through(before: Span, operand: Span) -> Span:
    """What stands before an operand of a chain, the operand, and the parentheses around it, for messages."""
    text, end = before.source.text, operand.end
    for _ in range(text.count("(", before.end, operand.start)):
        closing = text.find(")", end)
        if closing < 0 or text[end:closing].strip():
            break
        end = closing + 1
    return Span(before.source, before.start, end)


def _call(ctx: Context, scope: Scope, node: tree.Call) -> typed.Expr:
    fn = node.fn.name
    if fn == "subsets":
        return sets.set_expression(ctx, scope, node)
    if fn == "card":
        if len(node.args) == 1:
            return typed.Call(node.span, Numeric(), fn, (sets.set_expression(ctx, scope, node.args[0]),))
        wrong = "1 set"
    elif fn in FUNCTIONS:
        wrong = "1 number" if len(node.args) != 1 else ""
    elif fn in ("min", "max"):
        wrong = "at least 2 numbers" if len(node.args) < 2 else ""
    else:
        near, _ = ctx.suggestion(fn, [*FUNCTIONS, "min", "max", "card", "subsets"])
        ctx.report(errors.unknown_function(fn, node.fn.span, near, ctx.declared.get(fn)))
        return typed.Expr(node.span, Unknown())
    if wrong:
        ctx.report(errors.argument_count(fn, wrong, len(node.args), node.span))
        return typed.Expr(node.span, Unknown())
    return typed.Call(node.span, Numeric(), fn, tuple(number(ctx, scope, arg) for arg in node.args))


def _reduce(ctx: Context, scope: Scope, node: tree.Reduce) -> typed.Expr:
    binders, inner = sets.binders(ctx, scope, node.bindings)
    where = sets.condition(ctx, inner, node.where)
    body = number(ctx, inner, node.body)
    ctx.closed.update({index.name: index.span for binder in binders for index in binder.indices})
    return typed.Reduce(node.span, Numeric(), node.op, binders, where, body)


def branches(ctx: Context, scope: Scope, node: tree.If, wanted: Kind | None) -> typed.Expr:
    """`if`: both sides of one kind; where a member is wanted, bare names on either side may be members."""
    mark = len(ctx.uses)
    test = condition(ctx, scope, node.condition)
    if not (ctx.answers or ctx.reports):
        data_only(ctx, mark, "the condition of `if`")
    if wanted is None:
        then, otherwise = expression(ctx, scope, node.then), expression(ctx, scope, node.otherwise)
    else:
        then = references.member(ctx, scope, node.then, wanted)
        otherwise = references.member(ctx, scope, node.otherwise, wanted)
    kind = agree.join(then.kind, otherwise.kind)
    if isinstance(kind, Numeric) and not all(agree.is_number(side.kind, ctx.named) for side in (then, otherwise)):
        kind = None
    if kind is None or isinstance(kind, SetOf | TupleOf):
        ctx.report(errors.branches_differ(node.span, agree.describe(then.kind), agree.describe(otherwise.kind)))
        kind = Unknown()
    return typed.If(node.span, kind, test, then, otherwise)


def _absence(ctx: Context, scope: Scope, node: tree.Without | tree.WithOnly) -> typed.Expr:
    body = expression(ctx, scope, node.body)
    if isinstance(body.kind, SetOf | TupleOf):
        ctx.report(errors.number_expected(body.span, agree.describe(body.kind), False))
        body = typed.Expr(body.span, Unknown())
    if isinstance(node, tree.Without):
        return typed.Without(node.span, body.kind, body, agent(ctx, scope, node.agent))
    return typed.WithOnly(node.span, body.kind, body, agents(ctx, scope, node.agents))


def agent(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """The agent after `without`."""
    mark = len(ctx.uses)
    made = references.member(ctx, scope, node, Element(frozenset(ctx.agents) or None))
    data_only(ctx, mark, "the agent left out")
    _must_be_agents(ctx, made.kind, made.span, "`without`", "agent")
    return made


def agents(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """The agents after `with only`."""
    made = sets.set_expression(ctx, scope, node, Element(frozenset(ctx.agents) or None))
    if isinstance(made.kind, SetOf):
        _must_be_agents(ctx, made.kind.item, made.span, "`with only`", "set of agents")
    return made


def _must_be_agents(ctx: Context, kind: Kind, span: Span, after: str, what: str) -> None:
    if isinstance(kind, Unknown | Numeric):
        return
    if isinstance(kind, Element) and ctx.agents and (kind.universes is None or kind.universes & ctx.agents):
        return
    labels = tuple(Label(ctx.declared[name], "agents are declared here") for name in sorted(ctx.agents)[:1])
    ctx.report(task_errors.not_an_agent(span, after, what, agree.describe(kind), labels))
