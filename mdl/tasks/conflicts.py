"""Which requirements of a mechanism conflict: a smallest set, found from a proof of impossibility.

The proof names rows, and so requirements.  Each of these is then left out in turn; what is impossible without it is
asked again, until without any one of them the others can be met.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

from mdl.algebra import arithmetic
from mdl.certify.outcome import Refutation
from mdl.mechanisms.design.build import FAMILIES, IMPLIED
from mdl.mechanisms.search import Found, search
from mdl.mechanisms.unknown import Unknown, unknown
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import Property

PATIENCE = 5.0
"""Seconds that a search may have taken for its requirements to be tried one by one."""


@dataclass(slots=True, eq=False)
class Conflict:
    """Properties that cannot hold together, with the search that says so.

    `smallest`: the others can be met without any one of them.
    """

    properties: tuple[str, ...]
    smallest: bool
    design: Unknown
    found: Found

    def line(self) -> str:
        """`bayesian_ic, interim_ir and ex_ante_budget_balance cannot hold together; ...`."""
        *first, last = self.properties
        if not first:
            return f"{last} cannot hold"
        more = "; without any one of them the others can" if self.smallest else ""
        return f"{', '.join(first)} and {last} cannot hold together{more}"


def conflict(design: Unknown, found: Found, options: SolverOptions) -> Conflict | None:
    """None where the file's own constraints have no outcome, or no requirement is named."""
    names = used(design, found)
    held = [p for p in design.mechanism.require if p.name in names]
    if not held:
        return None
    if found.compile_seconds + found.solve_seconds > PATIENCE:
        return Conflict(tuple(p.name for p in held), False, design, found)
    sure = True
    for p in list(held):
        if p not in held or len(held) == 1:
            continue
        fewer = [q for q in held if q is not p]
        trial = _with(design, fewer)
        answer = search(trial, options)
        if answer.status is Status.INFEASIBLE and (names := used(trial, answer)):
            held, design, found = [q for q in fewer if q.name in names], trial, answer
        else:
            sure = sure and answer.status is Status.OPTIMAL
    return Conflict(tuple(p.name for p in held), sure, design, found)


def _with(design: Unknown, require: list[Property]) -> Unknown:
    """The same with these requirements alone, and nothing to optimise."""
    mechanism = copy(design.mechanism)
    mechanism.require, mechanism.soften, mechanism.goal, mechanism.shortfall = tuple(require), (), None, False
    return unknown(design.reports, design.outcomes, mechanism)


def used(design: Unknown, found: Found) -> frozenset[str]:
    """The requirements whose rows a proof of impossibility uses; empty without one."""
    required = [p.name for p in design.mechanism.require]
    if found.contradiction is not None:
        rows = {step.row for step in found.contradiction.steps}
        hard = [(prop, short) for prop, short, _ in FAMILIES if prop in required]
        return frozenset(next(prop for prop, name in hard if name == row) for row in rows)
    if found.design is None or not isinstance(found.proof, Refutation):
        return frozenset()
    names, weights = _properties(design), found.proof.row_weights
    out = set()
    for block in found.design.program.rows:
        part = weights.take(slice(block.start, block.start + len(block.labels)))
        if block.name in names and arithmetic.signs(part).any():
            out.add(names[block.name])
    return frozenset(out & set(required))


def _properties(design: Unknown) -> dict[str, str]:
    """The property that each family of rows is of, as building names them."""
    required = {p.name for p in design.mechanism.require}
    wanted = required | {p.name for p in design.mechanism.soften}
    taken = {r.name for r in design.input.rows}
    out: dict[str, str] = {}
    for prop, short, _ in FAMILIES:
        if prop in wanted and not required.intersection(IMPLIED.get(prop, ())):
            name = short if short not in taken else prop
            while name in taken:
                name += "_"
            taken.add(name)
            out[name] = prop
    return out
