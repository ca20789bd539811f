"""Runs tasks in order and yields an answer for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from mdl.algebra.absence import Absence
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.free import needed_lets
from mdl.algebra.numbers import Numbers
from mdl.answer import tables
from mdl.answer.answer import Answer, Check, Table
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.lowering.errors import Infeasible
from mdl.program.solution import SolverOptions, Status, Stopped
from mdl.semantics import typed
from mdl.semantics.model import (
    CoalitionTask,
    ExpectTask,
    LetSymbol,
    MechanismTask,
    OutcomeSymbol,
    PointTask,
    RowSymbol,
    RuleSymbol,
    SolveTask,
    Symbol,
    Task,
    VarSymbol,
)
from mdl.semantics.walks import walk
from mdl.tasks.claims import judge
from mdl.tasks.results import Results, Solved


def run(
    instance: Instance,
    tasks: Iterable[Task],
    options: SolverOptions,
    *,
    via_pyomo: bool = False,
    front_seconds: float = 0.0,
    point: str | None = None,
    full: bool = False,
    certificate: bool = False,
) -> Iterator[Answer]:
    """Answers in the order of the tasks; a task that is refused answers with the reason."""
    results = Results(instance, options, via_pyomo, point, full=full, certificate=certificate)
    for task in tasks:
        answer = _answer(instance, task, results)
        answer.compile_seconds += front_seconds
        yield answer
        if answer.status is Status.INTERRUPTED:
            return


def _answer(instance: Instance, task: Task, results: Results) -> Answer:
    text = task_text(task)
    if isinstance(task, ExpectTask):
        return _expect(instance, task, results)
    if isinstance(task, PointTask):
        return _check_kkt(instance, task, results)
    try:
        if isinstance(task, MechanismTask):
            from mdl.tasks.mechanisms import answer as answer_mechanism

            return answer_mechanism(instance, task, text, results)
        if isinstance(task, CoalitionTask):
            from mdl.tasks.coalitions import answer as answer_game

            return answer_game(instance, task, text, results)
        if task.kkt:
            return _kkt(instance, task, text, results)
        if isinstance(task.rule, OutcomeSymbol):
            return _formula(instance, task, text)
        assert isinstance(task.rule, RuleSymbol)
        return _solve(instance, task, task.rule, text, results)
    except Failure as failure:
        return _refused(text, failure)


def _refused(text: str, failure: Failure) -> Answer:
    first, *rest = failure.diagnostics
    status = failure.status if isinstance(failure, Stopped) else None
    return Answer(
        text, "refused", status=status, refused=first, notes=[d.message for d in rest], diagnostics=tuple(rest)
    )


def _solve(instance: Instance, task: SolveTask, rule: RuleSymbol, text: str, results: Results) -> Answer:
    solved = results.solve(rule, absence_of(instance, task))
    results.latest = solved
    solution = solved.solution
    answer = Answer(
        text,
        "solve",
        status=solution.status,
        solver=solution.solver,
        message=solution.message,
        objective=solution.objective,
        compile_seconds=solved.compile_seconds,
        solve_seconds=solution.seconds,
        diagnostics=solved.why_not,
    )
    if solved.lowered is None:
        return answer
    program = solved.lowered.program
    answer.program = tables.size_of(program)
    answer.notes = list(solved.lowered.notes)
    answer.values = tables.variables(program, solution)
    if solution.values is not None:
        found, missing = lets_at(point_evaluator(instance, solved, results), instance)
        answer.values += found
        answer.notes += missing
    answer.duals = tables.duals(program, solution) + tables.multipliers(program, solution)
    if program.followers:
        from mdl.tasks.followers import best_answers

        answer.checks = best_answers(solved.lowered, solution, results.options)
    return answer


def _asks_point(task: ExpectTask) -> bool:
    """Whether a claim is about a point that a rule has to be solved for."""
    asked = [task.claim, *(let.body for let in needed_lets(task.claim))]
    return any(_of_point(e) for expr in asked for e in walk(expr))


def _of_point(e: typed.Expr) -> bool:
    base = e.base if isinstance(e, typed.Attribute) else e
    symbol = base.symbol if isinstance(base, typed.Ref) else None
    return isinstance(symbol, VarSymbol | RowSymbol | RuleSymbol)


def _check_kkt(instance: Instance, task: PointTask, results: Results) -> Answer:
    from mdl.tasks.kkt_point import check_point

    text = f"check kkt of {task.syntax.target.name}"
    try:
        return check_point(instance, task.syntax, text, results.point)
    except Infeasible as found:
        return Answer(text, "check", status=Status.INFEASIBLE, diagnostics=found.diagnostics)
    except Failure as failure:
        return _refused(text, failure)


def _kkt(instance: Instance, task: SolveTask, text: str, results: Results) -> Answer:
    from mdl.tasks.kkt import solve_kkt

    assert isinstance(task.rule, RuleSymbol)
    answer, solved = solve_kkt(task.rule, absence_of(instance, task), text, results)
    results.latest = solved
    if solved.lowered is not None and solved.solution.values is not None and answer.checks:
        answer.values = tables.variables(solved.lowered.program, solved.solution)
        found, missing = lets_at(point_evaluator(instance, solved, results), instance)
        answer.values += found
        answer.notes += missing
    return answer


def _formula(instance: Instance, task: SolveTask, text: str) -> Answer:
    started = perf_counter()
    ev = instance.evaluator(absence=absence_of(instance, task))
    found, missing = lets_at(ev, instance)
    return Answer(text, "formula", values=found, notes=missing, solve_seconds=perf_counter() - started)


def _expect(instance: Instance, task: ExpectTask, results: Results) -> Answer:
    text = task_text(task)
    try:
        if results.latest is None and _asks_point(task):
            _solve_the_only_rule(instance, task, results)
        ev = point_evaluator(instance, results.latest, results)
        return Answer(text, "expect", checks=[judge(task, ev, results)])
    except Failure as failure:
        why_not = failure.diagnostics[0].message
        check = Check(text, "undecided", "numeric", witness=why_not, why=task.why)
        return Answer(text, "expect", status=failure.status if isinstance(failure, Stopped) else None, checks=[check])


def _solve_the_only_rule(instance: Instance, task: ExpectTask, results: Results) -> None:
    """An expectation before any `solve`: clear what is meant where there is one rule."""
    rules = [s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol)]
    if len(rules) == 1:
        results.latest = results.solve(rules[0])


def point_evaluator(instance: Instance, solved: Solved | None, results: Results) -> Evaluator:
    """Evaluates expressions of the file at the latest point."""
    values: dict[Symbol, Numbers] = {}
    absence = None
    if solved is not None and solved.lowered is not None and solved.solution.values is not None:
        values = dict(solved.lowered.values(solved.solution))
        absence = solved.lowered.absence
    return instance.evaluator(values=values, solved=results, absence=absence)


def lets_at(ev: Evaluator, instance: Instance) -> tuple[list[Table], list[str]]:
    """Every let and valuation at a point; one that has no value there is named in a note."""
    found: list[Table] = []
    missing: list[str] = []
    for symbol in instance.model.symbols.values():
        if isinstance(symbol, LetSymbol):
            try:
                found.append(tables.of_symbol(instance, symbol, ev.table(symbol)))
            except Failure as failure:
                missing.append(f"{symbol.name} has no value here: {failure.diagnostics[0].message}")
    return found, missing


def absence_of(instance: Instance, task: SolveTask) -> Absence | None:
    """The absence that `solve R without a;` or `solve R with only S;` names."""
    ev = instance.evaluator()
    if task.without is not None:
        agent = task.without
        return ev.absent_frame(typed.Without(agent.span, agent.kind, agent, agent), ev.root).absence
    if task.only is not None:
        agents = task.only
        return ev.absent_frame(typed.WithOnly(agents.span, agents.kind, agents, agents), ev.root).absence
    return None


def task_text(task: Task) -> str:
    """The task as written, on one line, without its semicolon."""
    text = " ".join(task.span.text.split()).rstrip("; ")
    if isinstance(task, SolveTask) and task.kkt and "kkt" not in text:
        return f"solve kkt of {text}"
    return text
