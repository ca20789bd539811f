"""Tables of a mechanism for its answer: transfers, outcomes, multipliers, by index and report profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.answer.answer import Key, Table, Value
from mdl.certify.outcome import Proof
from mdl.diagnostics import Failure
from mdl.irrational import quantity
from mdl.irrational.quantity import Quantity
from mdl.mechanisms.known import Known
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.search import Found
from mdl.mechanisms.unknown import Unknown
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import LetSymbol, MechanismSymbol, OutcomeSymbol, VarSymbol
from mdl.semantics.typed import Index, Ref

SHOWN = 10_000
"""Transfers of a mechanism by formula are listed up to this many."""


def columns(design: Unknown, found: Found) -> list[Table]:
    """Unknown transfers and outcomes as found."""
    assert found.point is not None
    opened = _composites(design.reports)
    out = []
    for block in design.input.columns:
        values = found.point.take(slice(block.start, block.start + len(block.labels)))
        listed = values.fractions() if found.level == "exact" else values.floats().tolist()
        keys = block.labels.keys()
        told = [tuple(opened.get(a, a) for a in key) for key in keys] if opened else keys
        out.append(Table(block.name, list(zip(told, listed, strict=True))))
    return out


def _composites(reports: Reports) -> dict[Atom, tuple[Atom, ...]]:
    """Composite types by the names that labels have for them."""
    several = (s for s in reports.spaces if len(s.components) > 1)
    return {s.name(k): s.atoms(k) for s in several for k in range(s.size)}


def multipliers(found: Found) -> list[Table]:
    """Exact multipliers of the rows of a program, by block; those that are 0 are left out."""
    if found.design is None or not isinstance(found.proof, Proof):
        return []
    out = []
    for block in found.design.program.rows:
        mine = found.proof.row_multipliers.take(slice(block.start, block.start + len(block.labels)))
        places = np.flatnonzero(arithmetic.signs(mine))
        values = mine.take(places).fractions()
        out.append(Table(block.name, list(zip(block.labels.take(places).keys(), values, strict=True))))
    return out


def transfers(reports: Reports, mechanism: MechanismSymbol, known: Known | None) -> list[Table]:
    """Transfers by formula at every report profile, by agent and profile; none where there are too many.

    Those of a family over several sets of agents have one name, and are one table.
    """
    formulas = [t for t in mechanism.transfers if t.body is not None]
    if known is None or reports.cases * len(reports.spaces) * len(formulas) > SHOWN:
        return []
    listed: dict[str, list[tuple[tuple[Key, ...], Value]]] = {}
    for transfer in formulas:
        rows = listed.setdefault(transfer.name, [])
        for a, space in enumerate(reports.spaces):
            if reports.profiles.pays_like(a) is None and (found := known.transfer(transfer, a)) is not None:
                values = _plain(found)
                rows += [((space.agent, *_profile(reports, c)), v) for c, v in enumerate(values)]
    return [Table(name, rows) for name, rows in listed.items()]


def everything_else(
    reports: Reports, mechanism: MechanismSymbol, known: Known | None, told: Sequence[Table]
) -> list[Table]:
    """Variables, lets and valuations at every report profile, where the report is the truth: index, then profile.

    None where agents are counted, or where there are too many.
    """
    if known is None or isinstance(reports.profiles, CountedProfiles):
        return []
    names = {t.name for t in told}
    out = []
    for symbol in reports.instance.model.symbols.values():
        if not isinstance(symbol, VarSymbol | LetSymbol) or symbol.name in names:
            continue
        made = _at_every_profile(reports, known, symbol) if _concerns(symbol, mechanism) else None
        if made is not None:
            out.append(made)
    return out


def _concerns(symbol: VarSymbol | LetSymbol, mechanism: MechanismSymbol) -> bool:
    """Outcome items of another rule, and variables where the outcome is a formula, are no part of a mechanism."""
    outcome = mechanism.outcome
    if isinstance(symbol, VarSymbol):
        return not isinstance(outcome, OutcomeSymbol)
    return isinstance(symbol.kind, Numeric) and (
        symbol.outcome is None or (outcome is not None and symbol.outcome == outcome.name)
    )


def _at_every_profile(reports: Reports, known: Known, symbol: VarSymbol | LetSymbol) -> Table | None:
    table = reports.instance.domain(symbol)
    if reports.cases * table.size > SHOWN or any(base is not None for base in table.bases):
        return None
    lift, indices = reports.lift, [v for b in symbol.index for v in b.indices]
    if len(indices) != table.arity:
        return None
    p = lift.index(symbol.span)
    cases = np.repeat(np.arange(reports.cases), table.size)
    given = {v: np.tile(c, reports.cases) for v, c in zip(indices, table.columns, strict=True)}
    kind = symbol.kind if isinstance(symbol, LetSymbol) else Numeric()
    ref = Ref(symbol.span, kind, symbol, tuple(Index(v.span, v.kind, v) for v in indices))
    try:
        found = known.ev.number(lift.at(ref, p), reports.rows(len(cases), {p: cases, **given}))
    except Failure:
        return None  # it has no value at some profile, and nothing of the mechanism needs it
    keys = [(*table.member(k % table.size), *_profile(reports, k // table.size)) for k in range(len(cases))]
    return Table(symbol.name, list(zip(keys, _plain(found), strict=True)))


def _plain(found: Quantity) -> list[Value]:
    if isinstance(found, Numbers) and found.is_exact:
        return list(found.fractions())
    return list(quantity.floats(found).tolist())


def _profile(reports: Reports, case: int) -> tuple[Key, ...]:
    """The types in a case, agent by agent: composite ones as tuples; of counted agents the first and the others."""
    if isinstance(reports.profiles, CountedProfiles):
        first, scenarios = reports.profiles.audited[0], reports.profiles.scenarios(reports.profiles.audited[0])
        told = [(reports.spaces[first], case // scenarios)]
        others: tuple[Key, ...] = (reports.profiles.scenario_name(first, case % scenarios),)
    else:
        types = zip(reports.spaces, reports.profiles.types_of(case), strict=True)
        told, others = [(s, k) for s, k in types if s.components], ()
    return (*(s.atoms(k) if len(s.components) > 1 else s.atoms(k)[0] for s, k in told), *others)
