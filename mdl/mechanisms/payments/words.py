"""Why there are no payments, in the words of the file, and as a certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from math import gcd, lcm
from typing import Any

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.certify.document import cycle_document, document
from mdl.certify.outcome import Refutation
from mdl.irrational import quantity
from mdl.irrational.quantity import Quantity
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.payments.extreme import Contradiction, Step
from mdl.mechanisms.payments.separable import unknown_of
from mdl.program.exact import from_entries
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Rows
from mdl.program.sparse import SparseRows

BASE = "nothing"
"""The payment of 0 that participation and subsidies are measured from."""


def words(found: Contradiction, design: DesignInput, most: int = 40) -> list[str]:
    """Lines of text, without full stops; of a long list the first `most` and how many more there are."""
    lines = [_line(s, design) for s in found.steps]
    if len(lines) > most + 1:
        lines = [*lines[:most], f"  and {len(lines) - most} more"]
    return [_head(found, design), *lines, f"sum: 0 <= {_value(found.total)}"]


def _head(found: Contradiction, design: DesignInput) -> str:
    if found.kind == "cycle":
        first = found.steps[0]
        table = design.agents[first.agent].table
        if len(found.steps) == 1:
            true, report = table.type_name(first.true), table.type_name(first.report)
            where = _given(first, design)
            return f"what is to be found cannot keep {table.name} from reporting {report} instead of {true}{where}"
        reports = " -> ".join(table.type_name(k) for k in _around(found))
        where = _given(first, design)
        return f"cyclic monotonicity is broken: {table.name} {reports}{where}; these add up to less than 0"
    if found.kind == "floor":
        first = found.steps[0]
        name = design.agents[first.agent].table.name
        return f"{name} cannot be asked to pay 0 or more{_given(first, design)}: these add up to less than 0"
    last = found.steps[-1]
    at = "on average" if last.scenario < 0 else f"at {design.names.said.name('', last.scenario)[1:-1]}"
    return f"even the largest payments do not cover the budget {at}: these add up to less than 0"


def _around(found: Contradiction) -> list[int]:
    """The reports of a cycle in the order of the lies, the first again at the end."""
    onward = {s.true: s.report for s in found.steps}
    out = [found.steps[0].true]
    while len(out) <= len(onward):
        out.append(onward[out[-1]])
    return out


def _given(step: Step, design: DesignInput) -> str:
    if step.scenario < 0:
        return " (in expectation)"
    name = design.agents[step.agent].table.scenario_name(step.scenario)
    return f" where {name}" if name else ""


def row_name(step: Step, design: DesignInput) -> str:
    """`ic[a: 3 -> 2 | b=1]`, as in the program of the design."""
    if step.row == "budget":
        return "budget" if step.scenario < 0 else design.names.said.name("budget", step.scenario)
    table = design.agents[step.agent].table
    own = table.type_name(step.true)
    inside = f"{table.name}: {own} -> {table.type_name(step.report)}" if step.row == "ic" else f"{table.name}: {own}"
    others = "" if step.scenario < 0 else table.scenario_name(step.scenario)
    return f"{step.row}[{inside} | {others}]" if others else f"{step.row}[{inside}]"


def _line(step: Step, design: DesignInput) -> str:
    times = "" if step.times == 1 else f"{shown(Fraction(step.times))} times "
    return f"  {times}{row_name(step, design)}: {_sum(step, design)} <= {_value(step.bound)}"


def _sum(step: Step, design: DesignInput) -> str:
    """The left-hand side, of unknowns; what is known of payments is on the other side."""
    if step.row == "budget":
        return "-(all payments)" if step.scenario < 0 else "-(all payments of this profile)"
    (own, sign), (lie, _) = (_unknown(step.agent, k, step.scenario, design) for k in (step.true, step.report))
    match step.row:
        case "ic" if own == lie:
            return "0"
        case "ic":
            return f"{own} - {lie}" if sign > 0 else f"{lie} - {own}"
        case "ir":
            return own if sign > 0 else f"-{own}"
        case _:
            return f"-{own}" if sign > 0 else own


def _unknown(agent: int, report: int, scenario: int, design: DesignInput) -> tuple[str, int]:
    """`t[a; 3, 1]`, or `expected pay[a: 3]` where only expectations matter, and its sign in the payment."""
    held = design.agents[agent]
    if scenario < 0:
        return f"expected pay[{held.table.name}: {held.table.type_name(report)}]", 1
    found = unknown_of(held)
    assert not isinstance(found, str)
    place = int(found.column[report, scenario])
    block = next(c for c in design.columns if c.start <= place < c.start + len(c.labels))
    return block.labels.name(block.name, place - block.start), found.sign


def _value(q: Quantity) -> str:
    if isinstance(q, Numbers) and q.is_exact:
        return shown(q.fractions()[0])
    return f"{float(quantity.floats(q)[0]):.12g}"


# ---- certificates --------------------------------------------------------------------------------------


def certificate(
    found: Contradiction, design: DesignInput, model: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """A file that `python -m mdl.certificate` checks; None where the numbers are no rationals."""
    if found.level != "exact":
        return None
    if found.kind != "budget":
        return cycle_document(list(_edges(found, design)), _head(found, design), model)
    return _budget_document(found, design, model)


def _edges(found: Contradiction, design: DesignInput) -> Iterator[tuple[str, str, Fraction, str]]:
    """u(to) - u(from) <= weight: what is paid at a report, less what it is compared with, in a closed walk."""
    held = []
    for step in found.steps:
        own, lie = (_unknown(step.agent, k, step.scenario, design)[0] for k in (step.true, step.report))
        start, to = {"ic": (lie, own), "ir": (BASE, own), "no_subsidy": (own, BASE)}[step.row]
        held.append((start, to, _rational(step.bound), row_name(step, design)))
    onward = {start: edge for edge in held for start in edge[:1]}
    at = held[0]
    for _ in held:
        yield at
        at = onward[at[1]]


def _rational(q: Quantity) -> Fraction:
    assert isinstance(q, Numbers)
    return q.fractions()[0]


def _budget_document(found: Contradiction, design: DesignInput, model: Mapping[str, str] | None) -> dict[str, Any]:
    """The rows of a contradiction alone, over the payments that they name, with their weights (upper bounds: < 0)."""
    steps = sorted(found.steps, key=lambda s: ("ic", "ir", "no_subsidy", "budget").index(s.row))
    names, entries = _entries(steps, design)
    rows, at = [], 0
    for kind, group in groupby(steps, key=lambda s: s.row):
        block = list(group)
        held = [(r - at, c, v) for r, c, v in entries if at <= r < at + len(block)]
        linear = from_entries(
            np.array([r for r, _, _ in held]), np.array([c for _, c, _ in held]), Numbers.of([v for _, _, v in held]),
            len(block), len(names),
        )  # fmt: skip
        bound = Bound(Numbers.of([_rational(s.bound) for s in block]))
        rows.append(Rows(kind, _labels([row_name(s, design) for s in block]), at, "<=", None, bound, linear))
        at += len(block)
    objective = Objective("nothing", True, Numbers.constant(0, 1), SparseRows.empty(1, len(names)))
    program = Program(design.name, _columns(names), tuple(rows), objective)
    times = [Fraction(s.times) for s in steps]
    unit = lcm(*(t.denominator for t in times))
    common = gcd(*(int(t * unit) for t in times))
    weights = Numbers.of([-t * unit / common for t in times])
    gap = -_rational(found.total) * unit / common
    return document(program, Refutation(gap, weights, Numbers.constant(0, len(names)), False), model)


def _entries(steps: Sequence[Step], design: DesignInput) -> tuple[list[str], list[tuple[int, int, Fraction]]]:
    """The unknowns that the steps name, as parts of payments, and entries (row, column, value)."""
    places: dict[str, int] = {}
    entries: list[tuple[int, int, Fraction]] = []
    sums: dict[int, Fraction] = {}
    for k, step in enumerate(steps):
        ends = {"ic": [(step.true, 1), (step.report, -1)], "ir": [(step.true, 1)]}.get(step.row, [])
        for report, sign in ends:
            name, own = _unknown(step.agent, report, step.scenario, design)
            place = places.setdefault(name, len(places))
            entries.append((k, place, Fraction(sign * own)))
            sums[place] = sums.get(place, Fraction(0)) + sign * own * step.times
    # the budget has the payments as often as the rows before it, with their weights, bound them
    entries += [(len(steps) - 1, place, -total) for place, total in sums.items() if total]
    return list(places), entries


def _columns(names: Sequence[str]) -> tuple[Columns, ...]:
    """In blocks: `t[a; 3, 1]` and `t[b; 3, 1]` are of one."""
    out, at = [], 0
    for block, group in groupby(names, key=lambda n: n.split("[", 1)[0]):
        held = list(group)
        out.append(Columns(block, _labels(held), at, None, None))
        at += len(held)
    return tuple(out)


def _labels(names: Sequence[str]) -> Labels:
    """From names with their block: `ic[a: 3 -> 2]`; a scalar has no bracket."""
    if len(names) == 1 and "[" not in names[0]:
        return Labels.scalar()
    return Labels.of([(n.split("[", 1)[1][:-1],) for n in names])
