"""From a declared coalitional game to the vector of its worths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter

import numpy as np

from mdl import driver
from mdl.algebra.absence import Absence, Restriction
from mdl.algebra.domain import SUBSETS_LIMIT, Domain
from mdl.algebra.numbers import Numbers
from mdl.algebra.set_values import on_one_row
from mdl.algebra.values import Fixed
from mdl.answer.numerals import exact, short
from mdl.coalitions.game import Game, of_numbers
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.lowering.errors import Infeasible
from mdl.program.solution import Status, no_answer
from mdl.semantics.kinds import Element
from mdl.semantics.model import CoalitionSymbol, CoalitionTable, GameSymbol, RuleSymbol, SetSymbol
from mdl.tasks import game_errors as errors
from mdl.tasks.results import Results

RULE_LIMIT = 14
"""A game of a rule with more players is not listed: each coalition is a program of its own."""


@dataclass(slots=True, frozen=True, eq=False)
class Players:
    """The players of a game, and for each agents set (by universe) the positions of its members among them."""

    domain: Domain
    names: tuple[str | int, ...]
    groups: tuple[tuple[frozenset[str], Domain], ...]

    @property
    def size(self) -> int:
        return len(self.names)

    def only(self, mask: int) -> Absence:
        """The absence of everybody outside a coalition."""
        made, at = [], 0
        for universes, members in self.groups:
            inside = [k for k in range(members.size) if mask >> (at + k) & 1]
            chosen = Domain.relation(members.universe, (members.columns[0][inside],))
            made.append(Restriction(universes, None, Fixed(chosen), None, members))
            at += members.size
        return Absence(tuple(made))


def players_of(instance: Instance, symbol: GameSymbol) -> Players:
    """Raises Failure (MDL712) where there are none."""
    groups: list[tuple[frozenset[str], Domain]] = []
    if symbol.players is not None:
        ev = instance.evaluator()
        members = on_one_row(ev.set(symbol.players, ev.root))
        groups.append((frozenset(), members))
    else:
        for found in instance.model.symbols.values():
            if isinstance(found, SetSymbol) and found.agents and found.universe:
                held = instance.set(found)
                assert isinstance(held, Domain) and isinstance(found.item, Element)
                groups.append((found.item.universes or frozenset(), held))
    names = tuple(name for _, domain in groups for (name,) in domain.members())
    if not names:
        raise Failure(errors.no_players(symbol.name, symbol.span))
    domain = groups[0][1]
    if len(groups) > 1:
        domain = Domain.relation(domain.universe, (np.concatenate([d.columns[0] for _, d in groups]),))
    return Players(domain, tuple(n if isinstance(n, int) else str(n) for n in names), tuple(groups))


def listed(instance: Instance, symbol: GameSymbol, results: Results, players: Players) -> Game:
    """All worths of a game.  Raises Failure where there are too many, or the empty coalition is worth something."""
    if isinstance(symbol, CoalitionTable):
        worth = instance.values(symbol)
        assert isinstance(worth, Numbers)
    elif symbol.rule is not None:
        worth = _of_rule(instance, symbol, symbol.rule, results, players)
    else:
        worth = _of_formula(instance, symbol, results, players)
    nobody = worth.take(slice(0, 1))
    if abs(nobody.floats()[0]) > (0 if nobody.is_exact else 1e-9 * (1 + float(np.abs(worth.floats()).max()))):
        text = exact(nobody.fractions()[0]) if nobody.is_exact else short(float(nobody.floats()[0]))
        raise Failure(errors.empty_coalition(symbol.name, text, _place(symbol)))
    if not nobody.is_exact:
        worth = Numbers.inexact(np.concatenate(([0.0], worth.floats()[1:])))
    return of_numbers(symbol.name, players.names, worth, symbol.cost)


def _place(symbol: GameSymbol) -> Span:
    body = symbol.body if isinstance(symbol, CoalitionSymbol) else None
    return body.span if body is not None else symbol.span


def _of_formula(instance: Instance, symbol: CoalitionSymbol, results: Results, players: Players) -> Numbers:
    assert symbol.body is not None
    if players.size > SUBSETS_LIMIT:
        way = "give the game by a rule: `coalition v = RULE;` generates coalitions as needed"
        raise Failure(errors.too_many_players(symbol.name, players.size, SUBSETS_LIMIT, 0.0, symbol.span, way))
    ev = instance.evaluator(solved=results)
    found = ev.number(symbol.body, ev.frame(symbol))
    assert isinstance(found, Numbers)
    return found


def _of_rule(
    instance: Instance, symbol: CoalitionSymbol, rule: RuleSymbol, results: Results, players: Players
) -> Numbers:
    """The optimum with only the members of each coalition."""
    started = perf_counter()
    everyone = (1 << players.size) - 1
    first = _optimum(instance, symbol, rule, results, players, everyone)
    if players.size > RULE_LIMIT:
        seconds = (perf_counter() - started) * 2.0**players.size
        way = "`check core`, `find least_core` and `check in_core` generate coalitions as needed; others need the list"
        raise Failure(errors.too_many_players(symbol.name, players.size, RULE_LIMIT, seconds, symbol.span, way))
    worth = [*(_optimum(instance, symbol, rule, results, players, mask) for mask in range(everyone)), first]
    proved = [value for value in worth if isinstance(value, Fraction)]
    return Numbers.of(proved) if len(proved) == len(worth) else Numbers.inexact([float(value) for value in worth])


def _optimum(
    instance: Instance, symbol: CoalitionSymbol, rule: RuleSymbol, results: Results, players: Players, mask: int
) -> Fraction | float:
    """The optimum with only the members of a coalition; a Fraction where it is proved."""
    from mdl.certify import Proof, prove

    try:
        lowered = driver.compile_rule(instance, rule, players.only(mask))
    except Infeasible:
        raise Failure(_no_outcome(symbol, players, mask, Status.INFEASIBLE)) from None
    options = replace(results.options, basis=True)
    solution = driver.solve_program(lowered.program, options, via_pyomo=results.via_pyomo)
    if solution.status not in (Status.OPTIMAL, Status.LOCAL) or solution.objective is None:
        raise no_answer(solution.status, _no_outcome(symbol, players, mask, solution.status))
    proved = prove(lowered.program, solution)
    return proved.optimum if isinstance(proved, Proof) else solution.objective


def _no_outcome(symbol: CoalitionSymbol, players: Players, mask: int, status: Status) -> Diagnostic:
    inside = ", ".join(str(p) for k, p in enumerate(players.names) if mask >> k & 1)
    return errors.no_outcome(symbol.name, "{" + inside + "}", status, symbol.span)
