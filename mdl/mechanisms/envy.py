"""Parts of the outcome exchanged between two agents: what one would have in the other's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Quantity
from mdl.diagnostics import Failure
from mdl.mechanisms import rule_errors
from mdl.mechanisms.known import Known
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.tables import Envy
from mdl.semantics.model import Symbol, VarSymbol
from mdl.semantics.typed import Expected

Places = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Exchanged:
    """Outcomes in which entries of variables have changed places; `places` gives each entry's source."""

    outcomes: Outcomes
    places: Mapping[Symbol, Places]

    def variable(self, symbol: VarSymbol, positions: Positions, frame: Frame) -> Numbers | None:
        held = self.places.get(symbol)
        if held is None:
            return self.outcomes.variable(symbol, positions, frame)
        case, entry = np.divmod(np.asarray(positions), len(held))
        return self.outcomes.variable(symbol, case * len(held) + held[entry], frame)

    def expected(self, ev: Evaluator, expr: Expected, frame: Frame) -> Quantity:
        return self.outcomes.expected(ev, expr, frame)


def exchanged(known: Known) -> tuple[Envy, ...]:
    """For each agent and each other with a valuation of the same kind; Failure where parts are not alike (MDL637)."""
    reports = known.reports
    out = []
    for a in reports.profiles.audited:
        valuation = reports.valuation(a)
        for b in range(len(reports.spaces)):
            if b == a or valuation is None or reports.valuation(b) is not valuation:
                continue
            ev = known.outcomes.evaluator(irrational=known.ev.irrational)
            ev.worlds = Exchanged(known.outcomes, dict(exchanges(reports, a, b)))
            p = reports.lift.index(valuation.span)
            cases = np.arange(reports.cases)
            own = np.full(len(cases), reports.spaces[a].code)
            frame = reports.rows(len(cases), {p: cases, valuation.index[0].indices[0]: own})
            out.append(Envy(a, b, ev.number(reports.lift.at(valuation.body, p), frame)))
    return tuple(out)


def exchanges(reports: Reports, a: int, b: int) -> Iterator[tuple[Symbol, Places]]:
    """For each lifted variable with agents in its index, where each entry comes from when `a` and `b` change places."""
    first, second = reports.spaces[a].code, reports.spaces[b].code
    found = False
    for symbol in reports.instance.model.symbols.values():
        if not isinstance(symbol, VarSymbol) or not symbol.index:
            continue
        table = reports.instance.domain(symbol)
        columns = []
        for column in table.columns:
            moved = column.copy()
            moved[column == first], moved[column == second] = second, first
            columns.append(moved)
        places = table.lookup(columns)
        if int(places.min(initial=0)) < 0:
            raise Failure(rule_errors.no_exchange(symbol.name, symbol.span))
        found |= bool((places != np.arange(table.size)).any())
        yield reports.lift.of(symbol), places.astype(np.int64)
    if not found:
        raise Failure(rule_errors.no_exchange("the outcome", reports.instance.model.span))
