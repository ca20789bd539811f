"""What expectations ask of a mechanism: `M.objective`, `M.pay[a, 3, 1]`, `M.dominant_ic`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.atoms import Atom
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members, Segments
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.irrational import quantity
from mdl.mechanisms import errors as report_errors
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.spaces import text
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import LetSymbol, MechanismSymbol, Property, Symbol, VarSymbol
from mdl.tasks import mechanism_errors as errors
from mdl.tasks.mechanisms import Mechanisms, Studied, in_words, mechanisms
from mdl.tasks.results import Results


def word(instance: Instance, expr: typed.Attribute, results: Results) -> tuple[str, str]:
    """The answer in words, `holds` or `infeasible`, and its level."""
    held, studied = _studied(instance, expr, results)
    if expr.name == "status":
        if studied.found is None:
            raise Failure(errors.not_found_yet(studied.mechanism.name, False, expr.span))
        return studied.found.status.value, studied.found.level
    with in_words(held.reports):
        (verdict,) = held.audit(studied, [Property(expr.name, expr.span)], expr.span)
    return verdict.verdict, verdict.level


def value(instance: Instance, expr: typed.Attribute, frame: Frame, ev: Evaluator, results: Results) -> Numbers:
    """A number, one a row of the frame; exact where it is rational and known exactly."""
    held, studied = _studied(instance, expr, results)
    with in_words(held.reports):
        return _value(held, studied, expr, frame, ev)


def _value(held: Mechanisms, studied: Studied, expr: typed.Attribute, frame: Frame, ev: Evaluator) -> Numbers:
    match expr.name:
        case "objective" if not expr.args:
            return _repeated(_objective(studied, expr.span), frame.size)
        case "revenue" if not expr.args:
            return _repeated(_revenue(held, studied, expr.span), frame.size)
        case "violation":
            assert isinstance(expr.args[0], typed.Member)
            (verdict,) = held.audit(studied, [Property(str(expr.args[0].value), expr.args[0].span)], expr.span)
            if verdict.level != "exact" or verdict.violation == inf:
                return _repeated(Numbers.inexact([float(verdict.violation)]), frame.size)
            return _repeated(Numbers.of([Fraction(verdict.violation)]), frame.size)
    held.table(studied, expr.span)
    found = arithmetic.concat([_at(held, studied, expr, row, ev) for row in _rows(expr, frame, ev)])
    return _as_found(studied, found)


def _as_found(studied: Studied, value: Numbers) -> Numbers:
    """What was found within a tolerance are rationals, and yet not the exact ones."""
    exact = studied.found is None or studied.found.level == "exact"
    return value if exact else Numbers.inexact(value.floats())


def _studied(instance: Instance, expr: typed.Attribute, results: Results) -> tuple[Mechanisms, Studied]:
    assert isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, MechanismSymbol)
    held = mechanisms(instance, results)
    return held, held.of(expr.base.symbol)


def _repeated(one: Numbers, size: int) -> Numbers:
    return one.take(np.zeros(size, dtype=np.int64))


def _objective(studied: Studied, span: Span) -> Numbers:
    found = studied.found
    if found is None or found.objective is None:
        raise Failure(errors.not_found_yet(studied.mechanism.name, found is not None, span))
    return _as_found(studied, found.objective)


def _revenue(held: Mechanisms, studied: Studied, span: Span) -> Numbers:
    table = held.table(studied, span)
    if table.weight is None:
        missing = held.reports.prior.missing
        raise Failure(report_errors.no_prior("`revenue`", "theta" if missing is None else missing.name, span))
    agents = len(table.names)
    assert table.pays is not None
    weights = arithmetic.concat([table.weight] * agents)
    paid = quantity.scale(table.pays, weights)
    total = quantity.numbers(quantity.total(paid, Segments(np.zeros(agents * table.cases, dtype=np.int64), 1)))
    return _as_found(studied, total)


# ---- answers at a profile ------------------------------------------------------------------------------


def _rows(expr: typed.Attribute, frame: Frame, ev: Evaluator) -> list[tuple[Atom, ...]]:
    """The arguments on each row, tuples opened."""
    columns: list[list[Atom]] = []
    for arg in _opened(expr.args):
        found = ev.value(arg, frame)
        if isinstance(found, Members):
            columns += [ev.store.universe.atoms(codes) for codes in found.codes]
        else:
            assert isinstance(found, Numbers)
            columns.append([f.numerator if f.denominator == 1 else f for f in found.fractions()])
    if not columns:
        return [()] * frame.size
    return list(zip(*columns, strict=True))


def _opened(args: Sequence[typed.Expr]) -> Iterator[typed.Expr]:
    """Composite types may be written as they are printed, `(1, 0.5)`."""
    for arg in args:
        if isinstance(arg, typed.TupleExpr):
            yield from _opened(arg.items)
        else:
            yield arg


def _at(held: Mechanisms, studied: Studied, expr: typed.Attribute, args: tuple[Atom, ...], ev: Evaluator) -> Numbers:
    reports, mechanism = held.reports, studied.mechanism
    adjustment = next((t for t in mechanism.adjustments if t.name == expr.name), None)
    transfers = [t for t in (*mechanism.transfers, *mechanism.adjustments) if t.name == expr.name]
    symbol = reports.instance.model.symbols.get(expr.name)
    if not transfers and expr.name not in ("pay", "utility", "value"):
        assert isinstance(symbol, LetSymbol | VarSymbol)
        return _of_symbol(held, studied, symbol, args, expr.span)
    agent = next((a for a, s in enumerate(reports.spaces) if s.agent == args[0]), None)
    if agent is None:
        raise Failure(errors.no_agent(text(args[0]), [text(s.agent) for s in reports.spaces], expr.span))
    if adjustment is not None and len(args) > 1:
        types = _types(reports, args[1:], expr.span, skipping=agent)
    else:
        types = _types(reports, args[1:], expr.span)
    who, case = reports.profiles.locate(types, agent)
    assert studied.known is not None
    at = np.array([case])
    if transfers:  # of a family one a valuation, over other agents each
        found = next((f for t in transfers if (f := studied.known.transfer(t, who)) is not None), None)
        if found is None:
            raise Failure(errors.no_transfer(expr.name, text(args[0]), expr.span))
        return quantity.numbers(quantity.take(found, at))
    pay = quantity.take(studied.known.payment(who), at)
    if expr.name == "pay":
        return quantity.numbers(pay)
    worth = studied.known.utilities.at_profiles(who, at, at)
    return quantity.numbers(worth if expr.name == "value" else quantity.sub(worth, pay))


def _of_symbol(
    held: Mechanisms, studied: Studied, symbol: LetSymbol | VarSymbol, args: tuple[Atom, ...], span: Span
) -> Numbers:
    """A let, variable or outcome item at a report profile."""
    reports = held.reports
    indices = [v for b in symbol.index for v in b.indices]
    types = _types(reports, args[len(indices) :], span)
    if isinstance(reports.profiles, CountedProfiles) and indices:
        raise Failure(errors.counted_entry(symbol.name, span))
    _, case = reports.profiles.locate(types, reports.profiles.audited[0])
    assert studied.known is not None
    p = reports.lift.index(span)
    universe = reports.instance.store.universe
    given = {p: np.array([case])}
    codes = [np.array([universe.code(a)], dtype=np.int32) for a in args[: len(indices)]]
    domain = reports.instance.domain(symbol)
    if codes and len(codes) == domain.arity and not domain.contains(codes)[0]:
        raise Failure(errors.no_entry(symbol.name, ", ".join(map(text, args[: len(indices)])), span))
    given |= {v: code.astype(np.int64) for v, code in zip(indices, codes, strict=False)}
    refs = tuple(typed.Index(span, v.kind, v) for v in indices)
    ref = typed.Ref(span, symbol.kind if isinstance(symbol, LetSymbol) else Numeric(), symbol, refs)
    found = studied.known.ev.number(reports.lift.at(ref, p), reports.rows(1, given))
    return quantity.numbers(found)


def _types(reports: Reports, values: Sequence[Atom], span: Span, skipping: int | None = None) -> list[int]:
    """Each agent's type in a profile written out, or in the realised one."""
    out, at = [], 0
    for a, space in enumerate(reports.spaces):
        if a == skipping:
            out.append(0)
            continue
        if not values and space.components:
            mine = tuple(_realised(reports, c.symbol, c.entry, span) for c in space.components)
        else:
            mine = tuple(values[at : at + len(space.components)])
            at += len(space.components)
        found = space.find(mine) if len(mine) == len(space.components) else None
        if found is None:
            raise Failure(report_errors.unlisted_profile(span, f"({', '.join(text(v) for v in values or mine)})"))
        out.append(found)
    if at < len(values):
        raise Failure(report_errors.unlisted_profile(span, f"({', '.join(text(v) for v in values)})"))
    return out


def _realised(reports: Reports, symbol: Symbol, entry: int, span: Span) -> Atom:
    values = reports.instance.store.values.get(symbol)
    if values is None:
        raise Failure(report_errors.no_realised(symbol.name, span))
    if isinstance(values, Members):
        return reports.instance.store.universe.atom(int(values.codes[0][entry]))
    found = values.take(np.array([entry])).fractions()[0]
    return found.numerator if found.denominator == 1 else found
