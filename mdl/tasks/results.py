"""What has been solved so far, and what expectations may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from mdl import driver
from mdl.algebra.absence import Absence, absence_at, signature
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.lowering.welfare import Infeasible, Lowered
from mdl.program.solution import Solution, SolverOptions, Status, no_answer
from mdl.semantics.model import MechanismSymbol, RowSymbol, RuleSymbol, Symbol, VarSymbol
from mdl.semantics.typed import Attribute, Expr, Ref

Key = tuple[RuleSymbol, tuple[object, ...]]


@dataclass(slots=True, eq=False)
class Solved:
    """One rule solved: its program and what the solver said.

    `lowered` is None where rows or bounds without variables are false: `why_not` says which, or which
    follower has no answer.
    """

    rule: RuleSymbol
    lowered: Lowered | None
    solution: Solution
    compile_seconds: float
    why_not: tuple[Diagnostic, ...] = ()


@dataclass(slots=True, eq=False)
class Results:
    """Solves rules on demand, each once; `latest` is what bare variables and duals refer to."""

    instance: Instance
    options: SolverOptions
    via_pyomo: bool = False
    point: str | None = None
    """A JSON file with the point that `check kkt of` is about."""
    known: dict[Key, Solved] = field(default_factory=dict)
    latest: Solved | None = None
    games: dict[Symbol, object] = field(default_factory=dict)
    """Coalitional games with their answers (mdl.tasks.solved_game.SolvedGame)."""
    mechanisms: object | None = None
    """The mechanisms of the instance over report profiles (mdl.tasks.mechanisms.Mechanisms)."""
    full: bool = False
    """Whether designs keep every incentive row."""
    certificate: bool = False
    """Whether answers of `find` are to carry their proof."""
    generated: dict[tuple[Symbol, str], object] = field(default_factory=dict)
    """Answers on games too large to list (mdl.coalitions.generation.Generated)."""

    def solve(self, rule: RuleSymbol, absence: Absence | None = None) -> Solved:
        key = (rule, signature(absence))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._solve(rule, absence)
        return found

    def _solve(self, rule: RuleSymbol, absence: Absence | None) -> Solved:
        started = perf_counter()
        try:
            lowered = driver.compile_rule(self.instance, rule, absence)
        except Infeasible as found:
            nowhere = Solution(Status.INFEASIBLE, "", "no values of the variables can help")
            return Solved(rule, None, nowhere, perf_counter() - started, found.diagnostics)
        compiled = perf_counter() - started
        solution = driver.solve_program(lowered.program, self.options, via_pyomo=self.via_pyomo)
        why_not: tuple[Diagnostic, ...] = ()
        if lowered.program.followers and solution.status is Status.INFEASIBLE:
            from mdl.tasks.followers import why_infeasible

            why_not = why_infeasible(lowered.program, self.options)
        return Solved(rule, lowered, solution, compiled, why_not)

    # ---- mdl.algebra.values.Solved ----

    def attribute(self, symbol: Symbol, name: str, positions: Positions, at: Expr) -> Numbers:
        """`welfare.objective`, `link[AB].dual`, `link[AB].slack`, `x[u1].reduced_cost`."""
        if isinstance(symbol, RuleSymbol):
            return Numbers.inexact(np.full(len(positions), self.objective(self.answered(symbol), at.span)))
        if self.latest is None:
            raise Failure(nothing_solved(symbol.name, at.span))
        lowered, solution = self.latest.lowered, self.latest.solution
        if lowered is None:
            raise Failure(no_value(f"{symbol.name}.{name}", solution, at.span))
        if isinstance(symbol, RowSymbol):
            values = lowered.dual(symbol, solution) if name == "dual" else lowered.slack(symbol, solution)
        else:
            assert isinstance(symbol, VarSymbol)
            values = lowered.reduced_cost(symbol, solution)
        if values is None:
            raise Failure(no_value(f"{symbol.name}.{name}", solution, at.span))
        return Numbers.inexact(values[positions])

    def answer(self, expr: Attribute, frame: Frame, ev: Evaluator) -> Numbers:
        """`v.least_core`, `v.nucleolus[a]`, `M.pay[a]`, one a row of the frame."""
        if isinstance(expr.base, Ref) and isinstance(expr.base.symbol, MechanismSymbol):
            from mdl.tasks.mechanism_answers import value as value_of_mechanism

            return value_of_mechanism(self.instance, expr, frame, ev, self)
        from mdl.tasks.coalitions import value

        return value(self.instance, expr, frame, ev, self)

    def answered(self, rule: RuleSymbol) -> Solved:
        """What `RULE.objective` and `RULE.status` refer to: the latest task where it solved this rule."""
        return self.latest if self.latest is not None and self.latest.rule is rule else self.solve(rule)

    def rule(self, symbol: Symbol, frame: Frame, at: Expr) -> Numbers:
        """Optimal value on each row of a frame, with the agents absent that the expression says.

        A rule's bare name means everyone takes part, also after a task that left somebody out.
        """
        assert isinstance(symbol, RuleSymbol)
        lowered = self.latest.lowered if self.latest is not None else None
        of_task = len(lowered.absence.restrictions) if lowered is not None and lowered.absence is not None else 0
        solved = [self.solve(symbol, absence_at(frame, k, of_task)) for k in range(frame.size)]
        return Numbers.inexact(np.array([self.objective(s, at.span) for s in solved]))

    def objective(self, solved: Solved, span: Span) -> float:
        if solved.solution.objective is None:
            raise no_answer(solved.solution.status, no_value(f"{solved.rule.name}.objective", solved.solution, span))
        return solved.solution.objective


def nothing_solved(name: str, span: Span) -> Diagnostic:
    """MDL450: an answer is asked for before anything was solved."""
    return Diagnostic(
        "MDL450",
        f"`{name}` has no value yet: nothing has been solved before this line",
        span,
        help="put `solve RULE;` before the expectation",
    )


def no_value(what: str, solution: Solution, span: Span) -> Diagnostic:
    """MDL451: the solver gave no such answer."""
    solved = solution.values is not None and not what.endswith(".objective")
    says = f"{solution.solver} says {solution.status.value}"
    why = "a program with integer variables has no duals, nor has the leader of followers" if solved else says
    return Diagnostic(
        "MDL451",
        f"`{what}` has no value: {why}",
        span,
        help="`mdl explain` says why a program is infeasible or unbounded; integer programs have no duals, and of a "
        "problem with followers only their own rows have",
    )
