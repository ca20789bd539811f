"""What becomes of outsiders in the worth of a coalition, said where it matters.

The literature has several conventions for games with externalities: outsiders do what is worst for the
coalition (alpha), react as best they can for themselves (gamma), or take no part.  A game of a rule, and
`RULE with only S`, follow the last, the absent-agent rule of the language.  A formula may follow any other.
"""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.free import needed_lets, walk
from mdl.semantics import typed
from mdl.semantics.model import CoalitionSymbol, LetSymbol, Model, RuleSymbol, Symbol, TypeSymbol, VarSymbol
from mdl.semantics.typed import Expr, IndexVar


def convention(model: Model, game: CoalitionSymbol) -> list[str]:
    """Notes on the convention, where a valuation depends on other agents."""
    by_rule = game.rule is not None
    parts = list(walk(game.body)) if game.body is not None else []
    names_rule = any(isinstance(e, typed.Ref) and isinstance(e.symbol, RuleSymbol) for e in parts)
    if not by_rule and not names_rule:
        return []
    affected = [s for s in model.symbols.values() if isinstance(s, LetSymbol) and s.role == "valuation"]
    others = sorted({name for s in affected for name in outsiders(s)})
    if not others:
        return []
    listed = ", ".join(f"`{n}`" for n in others)
    notes = [
        f"valuations depend on other agents through {listed}; outsiders take no part (the absent-agent rule): "
        "their variables are 0 or what `absent` says, their types stay as they are"
    ]
    if names_rule and _with_everyone(parts):
        notes.append("the formula also takes the rule with other agents present: two conventions in one game")
    return notes


def _with_everyone(parts: list[Expr]) -> bool:
    """Whether a rule's value stands in the formula outside every `with only`."""
    inside = {id(e) for p in parts if isinstance(p, typed.WithOnly) for e in walk(p.body)}
    return any(isinstance(e, typed.Ref) and isinstance(e.symbol, RuleSymbol) and id(e) not in inside for e in parts)


def outsiders(valuation: LetSymbol) -> Iterator[str]:
    """Variables and types of other agents that a valuation depends on."""
    own = {v for b in valuation.index for v in b.indices}
    yield from _foreign(valuation.body, own)
    for let in needed_lets(valuation.body):
        yield from _foreign(let.body, {v for b in let.index for v in b.indices})


def _foreign(body: Expr, own: set[IndexVar]) -> Iterator[str]:
    for e in walk(body):
        if isinstance(e, typed.Ref) and isinstance(e.symbol, VarSymbol | TypeSymbol) and _of_agents(e.symbol):
            used = {a.index for a in e.args if isinstance(a, typed.Index)}
            if not used & own:
                yield e.symbol.name


def _of_agents(symbol: Symbol) -> bool:
    return bool(symbol.index)
