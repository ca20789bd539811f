"""From an environment over reports and what is required to a linear program, in the names of the file.

design = build(given)                       # or build(given, selection) with some of the incentive rows
design.program                              # a Program: LP, or MIP where the outcome is integer
design.pays(x), design.values(x), ...       # the way back, see back.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import terms
from mdl.lowering.classify import classified
from mdl.mechanisms.design import errors, incentive, participation, whole
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.block import Block, rows_of, settled, shortfalls, to_rows
from mdl.mechanisms.design.input import DesignInput, Wanted
from mdl.mechanisms.design.selection import ALL, Selection
from mdl.mechanisms.design.size import LIMIT, size_of
from mdl.program.program import Columns, Objective, Program, Rows
from mdl.program.sparse import SparseRows

Maker = Callable[[DesignInput, Wanted, Selection, str], Block]

FAMILIES: tuple[tuple[str, str, Maker], ...] = (
    ("dominant_ic", "ic", lambda g, w, s, n: incentive.dominant(g, s, w, n)),
    ("bayesian_ic", "ic", lambda g, w, s, n: incentive.bayesian(g, s, w, n)),
    ("ex_post_ir", "ir", lambda g, w, s, n: participation.ex_post(g, w, n)),
    ("interim_ir", "ir", lambda g, w, s, n: participation.interim(g, w, n)),
    ("ex_ante_ir", "ir", lambda g, w, s, n: participation.ex_ante(g, w, n)),
    ("strong_budget_balance", "budget", lambda g, w, s, n: whole.budget(g, w, n, True)),
    ("weak_budget_balance", "budget", lambda g, w, s, n: whole.budget(g, w, n, False)),
    ("ex_ante_budget_balance", "budget", lambda g, w, s, n: whole.expected_budget(g, w, n)),
    ("efficient", "efficient", lambda g, w, s, n: whole.efficient(g, w, n)),
    ("no_subsidy", "no_subsidy", lambda g, w, s, n: participation.no_subsidy(g, w, n)),
    ("envy_free", "envy", lambda g, w, s, n: whole.envy_free(g, w, n)),
)
"""Property, name of its rows, and what makes them.  Where two properties want one name, as `dominant_ic` and
`bayesian_ic` do, the first has it and the second is called by its own: `bayesian_ic[a: 3 -> 2]`."""

IMPLIED = {
    "bayesian_ic": ("dominant_ic",),
    "interim_ir": ("ex_post_ir",),
    "ex_ante_ir": ("ex_post_ir", "interim_ir"),
    "weak_budget_balance": ("strong_budget_balance",),
    "ex_ante_budget_balance": ("strong_budget_balance", "weak_budget_balance"),
}
"""A property and those that imply it for every prior: where one of them is required, it needs no rows."""

EXPECTED = frozenset({"bayesian_ic", "interim_ir", "ex_ante_ir", "ex_ante_budget_balance"})


def build(given: DesignInput, selection: Selection = ALL, limit: int = LIMIT) -> Design:
    """The program of a design, with the incentive rows of `selection`.

    Raises Failure where it would be too large (MDL671, before anything of its size is allocated), a truthful
    report breaks a bound (MDL676), or a prior or an optimum is missing (MDL673, MDL674).
    """
    _refuse(given)
    size = size_of(given, selection)
    if size.bytes > limit:
        raise Failure([errors.too_large(size.rows, size.columns, size.nonzeros, size.bytes, limit, given.span)])
    notes = list(given.notes)
    blocks = [b for made in _families(given, selection, notes) if (b := _kept(made, notes)) is not None]
    held, columns, costs = _softened(given, blocks)
    width = sum(len(c.labels) for c in columns)
    rows, height = [_wide(r, width) for r in given.rows], sum(len(r.labels) for r in given.rows)
    for block in held:
        rows.append(to_rows(block, height, width))
        height += len(block.labels)
    program = Program(given.name, columns, tuple(rows), _objective(given, costs, width))
    return Design(classified(program, (), ()), given, selection, tuple(notes))


def _refuse(given: DesignInput) -> None:
    known = {p for p, _, _ in FAMILIES}
    wrong: list[Diagnostic] = []
    for w in given.wanted:
        if w.name not in known:
            wrong.append(errors.unknown_property(w.name, w.span))
        elif w.name in EXPECTED and given.weight is None:
            wrong.append(errors.needs_prior(f"`{w.name}`", w.span))
        elif w.name == "efficient" and given.optimum is None:
            wrong.append(errors.needs_optimum(w.span))
    if given.goal.shortfall and given.weight is None:
        wrong.append(errors.needs_prior("the expected shortfall", given.goal.span))
    wrong.extend(_broken_truths(given))
    if wrong:
        raise Failure(wrong)


def _broken_truths(given: DesignInput) -> Iterator[Diagnostic]:
    for agent in given.agents:
        table = agent.table
        if table.broken is None:
            continue
        held = np.asarray(table.broken).reshape(table.types, table.types, table.scenarios)
        found = np.argwhere(held[np.arange(table.types), np.arange(table.types)])
        if len(found):
            t, s = found[0].tolist()
            yield errors.truth_breaks(
                str(table.name), table.type_name(t), table.scenario_name(s), len(found), given.span
            )


def _families(given: DesignInput, selection: Selection, notes: list[str]) -> Iterator[Block]:
    """The blocks of all properties, in the order of FAMILIES; each name once."""
    taken: set[str] = {r.name for r in given.rows}
    for prop, short, make in FAMILIES:
        asked = [w for w in given.wanted if w.name == prop]
        if not asked:
            continue
        stronger = [w.name for w in given.wanted if w.name in IMPLIED.get(prop, ()) and not w.soft]
        if stronger:
            notes.append(f"{prop} has no rows: {stronger[0]} implies it")
            continue
        # required and softened at once is required
        wanted = next((w for w in asked if not w.soft), asked[0])
        name = short if short not in taken else prop
        while name in taken:
            name += "_"
        taken.add(name)
        yield make(given, wanted, selection, name)


def _kept(block: Block, notes: list[str]) -> Block | None:
    left, gone = settled(block)
    if gone:
        one = gone == 1
        which = f"a row of {block.name} holds" if one else f"{gone:,} rows of {block.name} hold"
        notes.append(f"{which} whatever is chosen, and {'is' if one else 'are'} left out")
    return left


def _softened(
    given: DesignInput, blocks: list[Block]
) -> tuple[list[Block], tuple[Columns, ...], list[tuple[int, Numbers | None, int]]]:
    """All rows and columns, and what a unit of each shortfall costs: (first column, weights, number)."""
    columns, width = list(given.columns), given.width
    held: list[Block] = []
    costs: list[tuple[int, Numbers | None, int]] = []
    for block in blocks:
        if not block.soft:
            held.append(block)
            continue
        made, missed = shortfalls(block, width)
        held.extend(made)
        columns.append(missed)
        costs.append((width, block.weight, len(missed.labels)))
        width += len(missed.labels)
    return held, tuple(columns), costs


def _wide(rows: Rows, width: int) -> Rows:
    held = rows.linear
    assert not rows.nonlinear, "a design is linear in what is to be found"
    if held.width == width:
        return rows
    return replace(rows, linear=SparseRows(held.starts, held.columns, held.coefficients, width))


def _objective(given: DesignInput, costs: list[tuple[int, Numbers | None, int]], width: int) -> Objective:
    goal = given.goal
    body = goal.terms if goal.terms is not None else terms.of(terms.zeros(1))
    linear = rows_of(body, width)
    if goal.shortfall and costs:
        parts, places = [linear.coefficients], [linear.columns]
        for start, weight, size in costs:
            assert weight is not None
            held = arithmetic.neg(weight) if goal.maximize else weight
            some = np.flatnonzero(arithmetic.signs(held) != 0)
            parts.append(held.take(some))
            places.append((start + some).astype(np.int32))
            assert len(held) == size
        columns = np.concatenate(places)
        linear = SparseRows(np.array([0, len(columns)]), columns, arithmetic.concat(parts), width)
    return Objective(goal.name, goal.maximize, body.constant, linear, span=goal.span)
