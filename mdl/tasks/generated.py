"""Tasks on games with too many coalitions to list: their rows are generated (mdl.coalitions.generation)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from time import perf_counter

from mdl.algebra.members import member
from mdl.algebra.numbers import Numbers
from mdl.answer.answer import Answer, Check, Table
from mdl.answer.numerals import exact, short
from mdl.coalitions import generation
from mdl.coalitions.generation import Generated
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.program.solution import Status
from mdl.semantics.model import CoalitionSymbol, CoalitionTask, GameSymbol
from mdl.tasks import game_errors as errors
from mdl.tasks.externalities import convention
from mdl.tasks.games import RULE_LIMIT, Players, players_of
from mdl.tasks.results import Results

ANSWERED = ("core", "balanced", "in_core", "least_core")
SHOWN = 12
"""Coalitions of a proof that are written into one line."""
SIMPLE = 10_000
"""Weights of larger denominators are written as decimals in that line; the table has them in full."""


def too_large(instance: Instance, symbol: GameSymbol) -> Players | None:
    """The players of a game of a rule that is not listed, else None."""
    if not isinstance(symbol, CoalitionSymbol) or symbol.rule is None:
        return None
    players = players_of(instance, symbol)
    return players if players.size > RULE_LIMIT else None


def answer(instance: Instance, task: CoalitionTask, players: Players, text: str, results: Results) -> Answer:
    """Raises Failure (MDL714, MDL715, MDL730-733) where coalitions cannot be generated."""
    started = perf_counter()
    assert isinstance(task.game, CoalitionSymbol)
    made = Answer(text, "find" if task.find else "check", notes=convention(instance.model, task.game))
    if task.what == "in_core":
        _in_core(instance, task, players, results, made)
    elif task.what == "least_core":
        found = solved(instance, task.game, "least_core", players, results)
        assert found.least is not None
        made.status, made.solver, made.objective = Status.OPTIMAL, "highs", found.least
        made.values += [Table("excess", [((), found.least)]), _payoff(found)]
        made.notes.append(effort(found))
    else:
        found = solved(instance, task.game, "core", players, results)
        made.checks.append(_core(task, found, made))
        made.notes.append(effort(found))
    made.solve_seconds = perf_counter() - started
    return made


def solved(instance: Instance, game: CoalitionSymbol, what: str, players: Players, results: Results) -> Generated:
    """The core or the least core, each found once."""
    held = results.generated.get((game, what))
    if held is None:
        find = generation.core if what == "core" else generation.least_core
        held = results.generated[game, what] = find(instance, game, players, results.options)
    assert isinstance(held, Generated)
    return held


def effort(found: Generated) -> str:
    """What was done instead of listing all coalitions."""
    rows = f"{found.rows} row{'' if found.rows == 1 else 's'}"
    solved_ = f"{found.rounds} separation program{'' if found.rounds == 1 else 's'}"
    every = 2 ** len(found.players)
    return (
        f"{rows} generated of 2^{len(found.players)} = {every:.3g} coalitions, by {solved_}; "
        f"excesses below {short(found.tolerance)} count as none"
    )


def _payoff(found: Generated) -> Table:
    return Table("payoff", [((p,), x) for p, x in zip(found.players, found.payoff, strict=True)])


def _core(task: CoalitionTask, found: Generated, made: Answer) -> Check:
    if not found.empty:
        made.values.append(_payoff(found))
        witness = (
            f"no coalition gains more than {short(max(found.bound, 0.0))} over it, as the separation program proves"
        )
        return Check(task.what, "holds", "numeric", witness=witness)
    made.values.append(Table("weights", [((found.coalition(m),), w) for m, w in found.weights]))
    worth = [(w, found.worths[m]) for m, w in found.weights if abs(found.worths[m]) > found.tolerance]
    parts = [f"{_weight(w)} * {short(v)}" for w, v in worth[:SHOWN]]
    asked = " + ".join([*parts, "..."] if len(worth) > SHOWN else parts)
    assert isinstance(task.game, CoalitionSymbol)
    verb, total = ("pay", found.worth - found.gap) if task.game.cost else ("have", found.worth + found.gap)
    witness = (
        f"with these weights, which sum to 1 for every player, coalitions {verb} {asked} = {short(total)} "
        f"by themselves, and all together {verb} {short(found.worth)}: off by {short(found.gap)}"
    )
    return Check(task.what, "fails", "numeric", found.gap, witness)


def _weight(weight: Fraction | float) -> str:
    simple = isinstance(weight, Fraction) and weight.denominator <= SIMPLE
    return exact(weight) if isinstance(weight, Fraction) and simple else short(float(weight))


# ---- expectations --------------------------------------------------------------------------------------


def core_is_empty(instance: Instance, symbol: GameSymbol, name: str, results: Results) -> bool | None:
    """For `v.core` and `v.balanced` of a game that is not listed, else None."""
    players = too_large(instance, symbol) if name in ("core", "balanced") else None
    if players is None:
        return None
    assert isinstance(symbol, CoalitionSymbol)
    return solved(instance, symbol, "core", players, results).empty


def number(instance: Instance, symbol: GameSymbol, name: str, results: Results) -> float | None:
    """For `v.least_core` of a game that is not listed, else None.

    Not for `v.gap`: the weights found prove that the core is empty, but others may ask for still more.
    """
    players = too_large(instance, symbol) if name == "least_core" else None
    if players is None:
        return None
    assert isinstance(symbol, CoalitionSymbol)
    return solved(instance, symbol, "least_core", players, results).least


# ---- a given payoff ------------------------------------------------------------------------------------


def _in_core(instance: Instance, task: CoalitionTask, players: Players, results: Results, made: Answer) -> None:
    assert isinstance(task.game, CoalitionSymbol)
    payoff = given(instance, task, players)
    found = generation.most_unhappy(instance, task.game, players, payoff, results.options)
    left = sum(payoff) - found.worth
    if abs(left) > found.tolerance:
        witness = f"the payoffs sum to {short(sum(payoff))}, and all together have {short(found.worth)}"
        made.checks.append(Check("in_core", "fails", "numeric", abs(left), witness))
    elif found.excess <= found.tolerance:
        made.checks.append(Check("in_core", "holds", "numeric", witness=f"least content: {_told(found, task)}"))
    else:
        made.checks.append(Check("in_core", "fails", "numeric", found.excess, _told(found, task)))
    made.notes.append(effort(found))


def _told(found: Generated, task: CoalitionTask) -> str:
    cost = isinstance(task.game, CoalitionSymbol) and task.game.cost
    share = sum(p for k, p in enumerate(found.payoff) if found.unhappy >> k & 1)
    alone = share - found.excess if cost else share + found.excess
    can, is_ = ("would pay", "is asked for") if cost else ("can have", "is given")
    return f"{found.coalition(found.unhappy)} {can} {short(alone)} by itself and {is_} {short(share)}"


def given(instance: Instance, task: CoalitionTask, players: Players) -> Sequence[float]:
    """The payoff of `check in_core`, in the order of the players."""
    ev = instance.evaluator()
    held: dict[int, float] = {}
    for key, value in task.payoff:
        place = int(players.domain.lookup(member(ev, key, ev.root).codes)[0])
        if place < 0:
            raise Failure(errors.unknown_player(key.span.text, task.game.name, key.span))
        found = ev.number(value, ev.root)
        assert isinstance(found, Numbers)
        held[place] = float(found.floats()[0])
    missing = [str(p) for k, p in enumerate(players.names) if k not in held]
    if missing:
        raise Failure(errors.missing_payoff(missing, task.game.name, task.span))
    return [held[k] for k in range(players.size)]
