"""How large the program of a design would be, before anything of its size is allocated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.design.selection import ALL, Selection

LIMIT = 2**33
"""Bytes."""

PER_NONZERO = 3 * 12
"""Bytes: column and coefficient in the Program, in the arrays for the solver, and in the solver."""

PER_ROW, PER_COLUMN = 100, 150
"""Bytes of bounds, starts and names, likewise."""


@dataclass(slots=True, frozen=True)
class Size:
    rows: int
    columns: int
    nonzeros: int

    @property
    def bytes(self) -> int:
        """At the time when the solver has its own copy."""
        return PER_NONZERO * self.nonzeros + PER_ROW * self.rows + PER_COLUMN * self.columns


def size_of(given: DesignInput, selection: Selection = ALL) -> Size:
    """An upper bound, up to rounding, from the sizes of the forms."""
    wanted = {w.name for w in given.wanted}
    rows = sum(len(r.labels) for r in given.rows)
    nonzeros: float = sum(r.linear.nonzeros for r in given.rows)
    columns = given.width
    for k, agent in enumerate(given.agents):
        table = agent.table
        cells = table.types * table.scenarios
        pay = agent.pay.nonzeros / max(agent.pay.size, 1)
        entries = pay + (0 if agent.value is None else agent.value.nonzeros / max(agent.value.size, 1))
        if "dominant_ic" in wanted or "bayesian_ic" in wanted:
            pairs = len(selection.pairs_of(k, table))
            if "dominant_ic" in wanted:
                lies = pairs * table.scenarios + len(selection.triples.get(k, ()))
                rows, nonzeros = rows + lies, nonzeros + 2 * entries * lies
            if "bayesian_ic" in wanted:
                rows, nonzeros = rows + pairs, nonzeros + 2 * entries * pairs * table.scenarios
        for name, count in (("ex_post_ir", cells), ("interim_ir", table.types), ("ex_ante_ir", 1)):
            if name in wanted:
                rows, nonzeros = rows + count, nonzeros + entries * cells
        if "no_subsidy" in wanted:
            rows, nonzeros = rows + cells, nonzeros + pay * cells
    rows, nonzeros = _of_profiles(given, wanted, rows, nonzeros)
    # a softened family has at most as many columns as the whole program rows
    columns += rows if any(w.soft for w in given.wanted) else 0
    return Size(rows, columns, int(nonzeros))


def _of_profiles(given: DesignInput, wanted: set[str], rows: int, nonzeros: float) -> tuple[int, float]:
    """With the rows about the profile as a whole."""
    every = sum(
        a.pay.nonzeros / max(a.pay.size, 1) + (0 if a.value is None else a.value.nonzeros / max(a.value.size, 1))
        for a in (given.agents[s.agent] for s in given.shares)
    )
    for name in ("strong_budget_balance", "weak_budget_balance", "efficient"):
        if name in wanted:
            rows, nonzeros = rows + given.cases, nonzeros + every * given.cases
    if "ex_ante_budget_balance" in wanted:
        rows, nonzeros = rows + 1, nonzeros + every * given.cases
    if "envy_free" in wanted:
        pairs = len(given.envied)
        rows, nonzeros = rows + pairs * given.cases, nonzeros + pairs * given.cases * 2 * every
    return rows, nonzeros


def estimate(types: Sequence[int], properties: Iterable[str], pay: float = 1, value: float = 0) -> Size:
    """From numbers of types alone, before profiles are listed: all rows, every misreport allowed.

    `pay` and `value` are the unknowns in one agent's payment and in its valuation (0: the outcome is fixed) at one
    profile.
    """
    wanted, cases = set(properties), prod(types)
    rows, nonzeros = 0, 0.0
    for size in types:
        lies, pairs = cases * (size - 1), size * (size - 1)
        if "dominant_ic" in wanted:
            rows, nonzeros = rows + lies, nonzeros + 2 * (pay + value) * lies
        if "bayesian_ic" in wanted:
            rows, nonzeros = rows + pairs, nonzeros + 2 * (pay + value) * lies
        for name, count in (("ex_post_ir", cases), ("no_subsidy", cases), ("interim_ir", size), ("ex_ante_ir", 1)):
            if name in wanted:
                rows, nonzeros = rows + count, nonzeros + (pay + value) * cases
    for name in ("strong_budget_balance", "weak_budget_balance", "efficient"):
        if name in wanted:
            rows, nonzeros = rows + cases, nonzeros + (pay + value) * cases * len(types)
    return Size(rows, int((pay + value) * cases * len(types)), int(nonzeros))
