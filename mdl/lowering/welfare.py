"""A centralized problem: the variables, the rows and one objective of a model with its data, as a Program.

lowered = lower(instance, rule)                      # or lower(instance, rule, absence=...)
lowered.program                                      # with its class, its proof and warnings
lowered.values(solution), lowered.dual(row, solution), ...   # the way back, see back.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mdl.algebra import convexity
from mdl.algebra.absence import Absence
from mdl.algebra.curvature import Analysis
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.free import needed_lets, walk
from mdl.algebra.proof import Requirement
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import bounds, drafts, finish, positions, terms
from mdl.lowering.back import Lowered
from mdl.lowering.bounds import Variable
from mdl.lowering.builder import Builder, faults
from mdl.lowering.classify import classified
from mdl.lowering.columns import ColumnTable
from mdl.lowering.drafts import Draft
from mdl.lowering.errors import Infeasible
from mdl.lowering.facts import InstanceFacts
from mdl.lowering.finish import Assembly
from mdl.lowering.lift import Unlifted
from mdl.lowering.terms import Terms
from mdl.program.program import Program
from mdl.semantics import typed
from mdl.semantics.model import FollowerSymbol, LetSymbol, RowSymbol, RuleSymbol, Symbol, VarSymbol
from mdl.semantics.typed import Expr

__all__ = ["Infeasible", "Lowered", "lower"]


def lower(instance: Instance, rule: RuleSymbol, absence: Absence | None = None) -> Lowered:
    """The program of one rule, with the agents of `absence` not taking part.

    All rows of the model apply to every rule, and so do its followers (see leader.py).  Raises Failure with
    every error found: expressions that cannot be lowered (MDL410, 411), integer variables among nonlinear
    expressions (MDL402), data errors met on the way; Infeasible where rows or bounds without variables are
    false (MDL420, 421).
    """
    model = instance.model
    builder = Builder(ColumnTable(), Analysis(InstanceFacts(instance), absent=absence is not None))
    followers = [s for s in model.symbols.values() if isinstance(s, FollowerSymbol)]
    if followers:
        builder.lifts = Unlifted(builder.columns, builder.nodes)
    ev = instance.evaluator(symbolic=builder, absence=absence)
    variables = bounds.declared(ev, builder, (s for s in model.symbols.values() if isinstance(s, VarSymbol)))
    rows = [s for s in model.symbols.values() if isinstance(s, RowSymbol)]

    apart = extreme_lets(model.symbols.values())

    def evaluator_of(body: Expr) -> Evaluator:
        return instance.evaluator(symbolic=builder, absence=absence) if uses_any(body, apart) else ev

    wrong: list[Diagnostic] = []
    false: list[Diagnostic] = []
    made: list[Draft] = []
    for v in variables:
        with collected(wrong):
            false.extend(bounds.bounded(ev, v))
    for row in rows:
        builder.epigraphs.origin = row.name
        with collected(wrong):
            made.extend(drafts.of_row(evaluator_of(row.body), row))
    builder.epigraphs.origin = rule.name
    goal = terms.of(terms.zeros(1))
    with collected(wrong):
        own = evaluator_of(rule.body)
        goal = terms.of(own.number(rule.body, own.root))
    analysis = Analysis(InstanceFacts(instance, builder.observed), absent=absence is not None)
    needs = list(requirements(analysis, rule, rows))
    wrong.extend(misplaced(needs))
    if wrong:
        raise Failure(wrong)

    assembly = Assembly(builder)
    helpers = (*map(drafts.of_epigraph, builder.epigraphs.made), *map(drafts.of_lift, builder.lifts.made))
    for draft in (*made, *helpers):
        assembly.add(draft)
    if false or assembly.wrong:
        raise Infeasible([*false, *assembly.wrong])
    program = built(instance, rule, builder, variables, assembly, goal)
    integers = [v.symbol for v in variables if v.symbol.domain != "continuous"]
    lowered = Lowered(
        classified(program, needs, integers),
        instance,
        absence,
        {v.symbol: v for v in variables},
        tuple(assembly.placed),
        tuple(builder.epigraphs.made),
        tuple(builder.lifts.made),
        tuple(assembly.notes),
    )
    if followers:
        from mdl.lowering.leader import with_followers

        return with_followers(lowered, followers)
    return lowered


@contextmanager
def collected(wrong: list[Diagnostic]) -> Iterator[None]:
    """What a step reports is kept, so that all errors of a model are told together."""
    try:
        yield
    except Failure as failure:
        wrong.extend(d for d in failure.diagnostics if d not in wrong)


def uses_any(body: Expr, lets: frozenset[LetSymbol]) -> bool:
    """Whether an expression uses one of these lets, directly or through others."""
    return bool(lets) and not lets.isdisjoint(needed_lets(body))


def extreme_lets(symbols: Iterable[Symbol]) -> frozenset[LetSymbol]:
    """Lets with a max, min or abs in them: each row that uses one needs columns of its own for it."""
    lets = (s for s in symbols if isinstance(s, LetSymbol))
    return frozenset(s for s in lets if any(_is_extreme(e) for e in walk(s.body)))


def _is_extreme(e: Expr) -> bool:
    return isinstance(e, typed.Call | typed.Reduce) and (e.fn if isinstance(e, typed.Call) else e.op) in (
        "max",
        "min",
        "abs",
    )


# ---- convexity -----------------------------------------------------------------------------------------


def requirements(analysis: Analysis, rule: RuleSymbol, rows: Iterable[RowSymbol]) -> Iterator[Requirement]:
    """What convexity needs, the objective's condition first."""
    yield convexity.of_rule(analysis, rule)
    for row in rows:
        yield from convexity.of_row(analysis, row)


def misplaced(needs: Iterable[Requirement]) -> Iterator[Diagnostic]:
    for need in needs:
        yield from positions.misplaced(need.name, zip(need.sides, need.directions, strict=True), need.span)


# ---- assembly ------------------------------------------------------------------------------------------


def built(
    instance: Instance,
    rule: RuleSymbol,
    builder: Builder,
    variables: Iterable[Variable],
    assembly: Assembly,
    goal: Terms,
) -> Program:
    with faults(rule.body):
        held = finish.objective(builder, rule, goal)
    width = builder.columns.width
    nodes, objective, rows = finish.pruned(builder.nodes, held, assembly.rows, width)
    columns = [v.columns for v in variables if v.columns is not None]
    columns += [finish.epigraph_columns(e) for e in builder.epigraphs.made]
    columns += [finish.lift_columns(made) for made in builder.lifts.made]
    columns.sort(key=lambda c: c.start)
    return Program(instance.model.name, tuple(columns), rows, objective, nodes)
