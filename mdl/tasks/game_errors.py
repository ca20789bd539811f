"""Errors of coalitional games with data (MDL710-729)."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span
from mdl.program.solution import NOT_FINISHED, Status


def too_many_players(name: str, players: int, most: int, seconds: float, span: Span, way_out: str) -> Diagnostic:
    """MDL710: a game too large to list."""
    took = f"about {_time(seconds)}" if seconds else f"{8 * 2**players / 2**30:.3g} GB for the worths alone"
    return Diagnostic(
        "MDL710",
        f"`{name}` has {players} players, so 2^{players} = {2**players:,} coalitions to list",
        span,
        f"at most {most} players",
        way_out,
        notes=(f"listing them would take {took}",),
    )


def _time(seconds: float) -> str:
    for unit, size in (("years", 3.15e7), ("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def empty_coalition(name: str, worth: str, span: Span) -> Diagnostic:
    """MDL711: nobody is worth something."""
    return Diagnostic(
        "MDL711",
        f"in `{name}` the coalition of nobody is worth {worth}, not 0",
        span,
        "not 0 for the empty coalition",
        "subtract what is there without anybody, or write `if card(S) == 0 then 0 else ...`",
    )


def no_players(name: str, span: Span) -> Diagnostic:
    """MDL712: a game without players."""
    return Diagnostic("MDL712", f"`{name}` has no players", span, "an empty set", "give the set its members")


def no_outcome(name: str, coalition: str, status: Status, span: Span) -> Diagnostic:
    """MDL713: the rule has no optimum for a coalition, or none was found."""
    way = "let every coalition do nothing, or give the worths by a formula"
    return Diagnostic(
        "MDL713",
        f"in `{name}` the coalition {coalition} has no worth: its program is {status.value}",
        span,
        "no optimum with only these agents",
        "a longer --time-limit, or worths by a formula" if status in NOT_FINISHED else way,
    )


def unknown_player(player: str, game: str, span: Span) -> Diagnostic:
    """MDL714: a payoff or answer of somebody who does not play."""
    return Diagnostic("MDL714", f"`{player}` is no player of `{game}`", span, "no player of this name", "name a player")


def missing_payoff(players: list[str], game: str, span: Span) -> Diagnostic:
    """MDL715: a payoff that leaves somebody out."""
    listed = ", ".join(f"`{p}`" for p in players[:5]) + ("" if len(players) <= 5 else f" and {len(players) - 5} more")
    return Diagnostic(
        "MDL715",
        f"the payoff does not say what {listed} gets in `{game}`",
        span,
        "not everybody's payoff",
        "give every player a payoff, 0 where it is nothing",
    )


def empty_core(name: str, what: str, span: Span) -> Diagnostic:
    """MDL716: something asked of the core of a game whose core is empty."""
    return Diagnostic(
        "MDL716",
        f"the core of `{name}` is empty, so it has no {what}",
        span,
        "nothing in the core",
        f"`check core of {name};` proves it; `find least_core of {name};` comes nearest",
    )


def no_imputation(name: str, span: Span) -> Diagnostic:
    """MDL717: no payoff gives everybody what it has alone."""
    return Diagnostic(
        "MDL717",
        f"in `{name}` the players have more alone than all together, so there is no imputation and no nucleolus",
        span,
        "over the imputations",
        f"`find prenucleolus of {name};` asks for no such payoff",
    )


def too_many_corners(name: str, players: int, most: int, span: Span) -> Diagnostic:
    """MDL718: corners of the core of a large game."""
    return Diagnostic(
        "MDL718",
        f"the core of `{name}` with {players} players may have {players}! corners",
        span,
        f"at most {most} players",
        f"`find core_range of {name};` gives each player's least and greatest payoff in the core",
    )


def not_a_program(what: str, name: str, span: Span) -> Diagnostic:
    """MDL719: an answer that no single program gives."""
    return Diagnostic(
        "MDL719",
        f"`{what} of {name}` is not one program",
        span,
        "a formula, or programs one after the other",
        f"`core of {name}` and `least_core of {name}` are linear programs; `mdl solve` answers this task",
    )


def generated_rows(name: str, players: int, what: str, span: Span) -> Diagnostic:
    """MDL734: the program of a large game as a page or a file."""
    rows = f"2^{players} = {float(2**players):.3g} rows"
    return Diagnostic(
        "MDL734",
        f"the program of `{what} of {name}` has {rows}, which are generated as needed",
        span,
        f"{players} players",
        f"`mdl solve` with `{'find' if what == 'least_core' else 'check'} {what} of {name};` says how many it took",
    )
