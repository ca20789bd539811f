"""Tasks on coalitional games, and what expectations may ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from time import perf_counter

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.members import member, subset_codes
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import MISSING
from mdl.answer.answer import Answer, Check, Table, Value
from mdl.answer.numerals import exact, short
from mdl.coalitions import core, vertices
from mdl.coalitions.core import Payoff
from mdl.coalitions.nucleolus import Nucleolus
from mdl.coalitions.shape import Break
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.semantics import typed
from mdl.semantics.coalitions import OF_COALITION, OF_PLAYER
from mdl.semantics.model import CoalitionSymbol, CoalitionTask, GameSymbol
from mdl.tasks import game_errors as errors
from mdl.tasks import generated
from mdl.tasks.externalities import convention
from mdl.tasks.games import listed, players_of
from mdl.tasks.results import Results
from mdl.tasks.solved_game import SolvedGame

SHOWN = 12
"""Coalitions of a proof that are written into one line."""


def answer(instance: Instance, task: CoalitionTask, text: str, results: Results) -> Answer:
    """Raises Failure (MDL710-718) where the game or what is asked of it does not exist."""
    players = generated.too_large(instance, task.game)
    if players is not None and task.what in generated.ANSWERED:
        return generated.answer(instance, task, players, text, results)
    started = perf_counter()
    solved = solved_game(instance, task.game, results)
    compiled = perf_counter() - started
    started = perf_counter()
    made = Answer(text, "find" if task.find else "check", compile_seconds=compiled)
    if isinstance(task.game, CoalitionSymbol):
        made.notes += convention(instance.model, task.game)
    if not solved.game.exact:
        made.notes.append(
            f"worths come from a solver or an irrational function: those closer than "
            f"{short(float(solved.game.tolerance))} count as equal"
        )
    if task.find:
        _find(solved, task, made)
    else:
        made.checks.append(_check(instance, solved, task, made))
    made.solve_seconds = perf_counter() - started
    return made


def solved_game(instance: Instance, symbol: GameSymbol, results: Results) -> SolvedGame:
    """The game of a symbol with what is known of it, made once."""
    held = results.games.get(symbol)
    if held is None:
        players = players_of(instance, symbol)
        held = SolvedGame(symbol, players, listed(instance, symbol, results, players))
        results.games[symbol] = held
    assert isinstance(held, SolvedGame)
    return held


# ---- checks --------------------------------------------------------------------------------------------


def _check(instance: Instance, solved: SolvedGame, task: CoalitionTask, made: Answer) -> Check:
    match task.what:
        case "core" | "balanced":
            return _core(solved, task.what, made)
        case "convex":
            return _shape(solved, task.what, solved.not_convex)
        case "superadditive":
            return _shape(solved, task.what, solved.not_superadditive)
        case _:
            return _in_core(solved, _payoff(instance, solved, task), made)


def _core(solved: SolvedGame, what: str, made: Answer) -> Check:
    found = solved.core
    if not solved.core_is_empty:
        made.values.append(payoff_table(solved, "payoff", core.core(solved.not_empty).payoff))
        return Check(what, "holds", solved.level)
    made.values.append(Table("weights", [((solved.game.coalition(m),), w) for m, w in found.weights]))
    total = solved.told(found.gap + solved.game.gain(solved.game.everyone))
    asks, all_have = number(total), number(solved.told(solved.game.gain(solved.game.everyone)))
    parts = [f"{exact(w)} * {number(solved.told(solved.game.gain(m)))}" for m, w in found.weights[:SHOWN]]
    asked = " + ".join([*parts, "..."] if len(found.weights) > SHOWN else parts)
    verb = "pay" if solved.symbol.cost else "have"
    witness = (
        f"with these weights, which sum to 1 for every player, coalitions {verb} {asked} = {asks} by themselves, "
        f"and all together {verb} {all_have}: off by {number(_plain(solved, found.gap))}"
    )
    return Check(what, "fails", solved.level, float(found.gap), witness)


def _shape(solved: SolvedGame, what: str, found: Break | None) -> Check:
    if found is None:
        return Check(what, "holds", solved.level)
    game = solved.game
    one, other = found.first, found.second

    def told(mask: int) -> str:
        return f"{game.name}({game.coalition(mask)}) = {number(solved.told(game.gain(mask)))}"

    parts = [told(one), told(other), told(one | other)]
    if one & other:
        parts.append(told(one & other))
    witness = f"{', '.join(parts)}: off by {number(solved.told(found.violation * game.sign))}"
    return Check(what, "fails", solved.level, float(found.violation), witness)


def _payoff(instance: Instance, solved: SolvedGame, task: CoalitionTask) -> Payoff:
    """The payoff of `check in_core`, as gains in the order of the players."""
    ev = instance.evaluator()
    given: dict[int, Fraction] = {}
    level = True
    for key, value in task.payoff:
        found = ev.number(value, ev.root)
        assert isinstance(found, Numbers)
        level &= found.is_exact
        given[_player(ev, solved, key, ev.root)[0]] = solved.game.sign * found.fractions()[0]
    missing = [str(p) for k, p in enumerate(solved.players.names) if k not in given]
    if missing:
        raise Failure(errors.missing_payoff(missing, solved.symbol.name, task.span))
    return tuple(given[k] for k in range(solved.players.size))


def _in_core(solved: SolvedGame, payoff: Payoff, made: Answer) -> Check:
    game = solved.game
    left = game.gain(game.everyone) - sum(payoff)
    if abs(left) > game.tolerance:
        shared, have = number(solved.told(sum(payoff, Fraction(0)))), number(solved.told(game.gain(game.everyone)))
        witness = f"the payoffs sum to {shared}, and all together have {have}"
        return Check("in_core", "fails", solved.level, float(abs(left)), witness)
    mask, excess = core.most_unhappy(game, payoff)
    if excess <= game.tolerance:
        nearest = f"the least content coalition is {game.coalition(mask)}" if mask else ""
        spare = f", {number(solved.told(-excess * game.sign))} better off than alone" if mask else ""
        return Check("in_core", "holds", solved.level, witness=f"{nearest}{spare}" or None)
    alone = number(solved.told(game.gain(mask)))
    given = number(solved.told(game.gain(mask) - excess))
    verb = "would pay" if solved.symbol.cost else "can have"
    what = "is asked for" if solved.symbol.cost else "is given"
    witness = f"{game.coalition(mask)} {verb} {alone} by itself and {what} {given}"
    return Check("in_core", "fails", solved.level, float(excess), witness)


# ---- finds ---------------------------------------------------------------------------------------------


def _find(solved: SolvedGame, task: CoalitionTask, made: Answer) -> None:
    match task.what:
        case "least_core":
            _least_core(solved, made)
        case "nucleolus" | "prenucleolus":
            found = solved.nucleolus(task.span) if task.what == "nucleolus" else solved.prenucleolus
            made.values.append(payoff_table(solved, task.what, found.payoff))
            made.checks.append(Check("Kohlberg", "holds", solved.level, witness=levels_text(solved, found)))
        case "shapley":
            made.values.append(payoff_table(solved, "shapley", solved.shapley))
        case "banzhaf":
            made.values.append(payoff_table(solved, "banzhaf", solved.banzhaf))
        case "core_range":
            found_range = solved.core_range(task.span)
            low, high = (
                tuple(r[0] for r in found_range),
                tuple(r[1] for r in found_range),
            )
            if solved.symbol.cost:
                low, high = high, low
            made.values.append(payoff_table(solved, "core_min", low))
            made.values.append(payoff_table(solved, "core_max", high))
        case _:
            _vertices(solved, task, made)


def _least_core(solved: SolvedGame, made: Answer) -> None:
    found = solved.least_core
    game = solved.game
    if found.levels:
        level = found.levels[0]
        made.objective = float(level.excess)
        made.values.append(Table("excess", [((), _plain(solved, level.excess))]))
        made.values.append(payoff_table(solved, "payoff", found.payoff))
        made.values.append(Table("weights", [((game.coalition(m),), w) for m, w in level.weights]))
    else:
        made.values.append(payoff_table(solved, "payoff", found.payoff))


def _vertices(solved: SolvedGame, task: CoalitionTask, made: Answer) -> None:
    if solved.players.size > vertices.MOST_PLAYERS:
        size, most = solved.players.size, vertices.MOST_PLAYERS
        raise Failure(errors.too_many_corners(solved.symbol.name, size, most, task.span))
    if solved.core_is_empty:
        raise Failure(errors.empty_core(solved.symbol.name, "corners", task.span))
    corners = vertices.core_vertices(solved.not_empty)
    rows: list[tuple[tuple[str | int | Fraction, ...], Value]] = []
    for k, corner in enumerate(sorted(corners, key=lambda c: [game_sign(solved) * v for v in c])):
        rows += [((k + 1, name), solved.told(v)) for name, v in zip(solved.players.names, corner, strict=True)]
    made.values.append(Table("corner", rows))
    made.message = f"{len(corners)} corner{'' if len(corners) == 1 else 's'}"


def game_sign(solved: SolvedGame) -> int:
    return solved.game.sign


def payoff_table(solved: SolvedGame, name: str, payoff: Sequence[Fraction]) -> Table:
    return Table(name, [((p,), solved.told(x)) for p, x in zip(solved.players.names, payoff, strict=True)])


def levels_text(solved: SolvedGame, found: Nucleolus) -> str:
    """The certificate in a line: the excess of each level, and the balanced coalitions that have it."""
    parts = []
    for level in found.levels[:SHOWN]:
        coalitions = [solved.game.coalition(m) for m, _ in level.weights[:SHOWN]]
        more = ", ..." if len(level.weights) > SHOWN else ""
        held = [f"{solved.players.names[k]} as alone" for k, _ in level.floors]
        parts.append(f"{number(_plain(solved, level.excess))} for {', '.join([*coalitions, *held])}{more}")
    if len(found.levels) > SHOWN:
        parts.append(f"{len(found.levels) - SHOWN} more levels")
    return "excess " + "; ".join(parts) if parts else "one payoff only"


def _plain(solved: SolvedGame, value: Fraction) -> Fraction | float:
    return value if solved.game.exact else float(value)


def number(value: Fraction | float) -> str:
    return exact(value) if isinstance(value, Fraction) else short(value)


# ---- expectations --------------------------------------------------------------------------------------


def word(instance: Instance, expr: typed.Attribute, results: Results) -> str:
    """`v.core`: empty or nonempty; `v.convex`: yes or no."""
    assert isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, GameSymbol)
    empty = generated.core_is_empty(instance, expr.base.symbol, expr.name, results)
    if empty is not None:
        return {"core": ("nonempty", "empty"), "balanced": ("yes", "no")}[expr.name][empty]
    solved = solved_game(instance, expr.base.symbol, results)
    if expr.name == "core":
        return "empty" if solved.core_is_empty else "nonempty"
    broken = {
        "balanced": lambda: solved.core_is_empty,
        "convex": lambda: solved.not_convex is not None,
        "superadditive": lambda: solved.not_superadditive is not None,
    }[expr.name]()
    return "no" if broken else "yes"


def in_rationals(instance: Instance, expr: typed.Attribute, results: Results) -> bool:
    """Whether what `word` says is exact: the game is listed, and its worths are no results of rounding."""
    assert isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, GameSymbol)
    symbol = expr.base.symbol
    return generated.too_large(instance, symbol) is None and solved_game(instance, symbol, results).game.exact


def value(instance: Instance, expr: typed.Attribute, frame: Frame, ev: Evaluator, results: Results) -> Numbers:
    """`v.least_core`, `v.nucleolus[a]`, `v.worth[{a, b}]`, one a row of the frame."""
    assert isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, GameSymbol)
    large = generated.number(instance, expr.base.symbol, expr.name, results)
    if large is not None:
        return Numbers.inexact([large] * frame.size)
    solved = solved_game(instance, expr.base.symbol, results)
    if expr.name in OF_PLAYER:
        payoff = _of_player(solved, expr.name, expr.span)
        found = [solved.game.sign * payoff[k] for k in _player(ev, solved, expr.args[0], frame)]
    elif expr.name in OF_COALITION:
        codes = subset_codes(ev, expr.args[0], frame, solved.players.domain)
        if (codes == MISSING).any():
            raise Failure(errors.unknown_player(expr.args[0].span.text, solved.symbol.name, expr.args[0].span))
        weights = dict(solved.core.weights) if expr.name == "weight" else {}
        found = [solved.game.worth(int(m)) if expr.name == "worth" else weights.get(int(m), Fraction(0)) for m in codes]
    else:
        levels = solved.least_core.levels
        one = solved.core.gap if expr.name == "gap" else levels[0].excess if levels else Fraction(0)
        found = [one] * frame.size
    return Numbers.of(found) if solved.game.exact else Numbers.inexact([float(f) for f in found])


def _of_player(solved: SolvedGame, name: str, span: Span) -> Payoff:
    match name:
        case "nucleolus":
            return solved.nucleolus(span).payoff
        case "prenucleolus":
            return solved.prenucleolus.payoff
        case "shapley":
            return solved.shapley
        case "banzhaf":
            return solved.banzhaf
        case _:
            least = (name == "core_min") != solved.symbol.cost
            return tuple(r[0] if least else r[1] for r in solved.core_range(span))


def _player(ev: Evaluator, solved: SolvedGame, expr: typed.Expr, frame: Frame) -> list[int]:
    """Position of the player that an expression names on each row."""
    places = solved.players.domain.lookup(member(ev, expr, frame).codes)
    if len(places) and int(places.min()) < 0:
        raise Failure(errors.unknown_player(expr.span.text, solved.symbol.name, expr.span))
    return [int(p) for p in places]
