"""Priors: exact probabilities of types and of profiles, checked to add up to 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.mechanisms import errors
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import Component, TypeSpace, text
from mdl.semantics.model import PriorSymbol, TypeSymbol
from mdl.syntax import tree

Weights = list[Fraction]


@dataclass(slots=True, eq=False)
class Prior:
    """`joint` holds a probability for every profile of Profiles, or `own` one list an agent (independent types).

    `missing` is a type without a prior: then nothing can be expected.
    """

    own: tuple[Weights, ...] | None
    joint: Numbers | None
    missing: TypeSymbol | None = None

    @property
    def known(self) -> bool:
        return self.missing is None and (self.own is not None or self.joint is not None)

    @property
    def independent(self) -> bool:
        return self.own is not None

    def weights(self, profiles: Profiles) -> Numbers | None:
        """Probability of each case, exact, shape (cases,)."""
        if not self.known:
            return None
        if self.joint is not None:
            return self.joint
        assert self.own is not None
        if isinstance(profiles, CountedProfiles):
            return _counted(profiles, self.own[profiles.members[0]])
        found = Numbers.constant(1, 1)
        for own in self.own:
            mine = Numbers.of(own)
            size = len(found) * len(own)
            found = arithmetic.mul(found.take(np.arange(size) // len(own)), mine.take(np.arange(size) % len(own)))
        return found


def _counted(profiles: CountedProfiles, own: Weights) -> Numbers:
    """Of one agent's type and the counts of the others: a multinomial."""
    people = len(profiles.members) - 1
    others = [
        Fraction(factorial(people), prod(factorial(n) for n in row)) * prod(p**n for p, n in zip(own, row, strict=True))
        for row in profiles.counts.tolist()
    ]
    return Numbers.of([mine * other for mine in own for other in others])


def prior_of(instance: Instance, spaces: Sequence[TypeSpace]) -> Prior:
    """The prior of a file; of a file without one, an unknown one.  Raises Failure (MDL610 to MDL615)."""
    model = instance.model
    joint = next((p for p in model.priors if p.of is None), None)
    if joint is not None:
        return Prior(None, _joint(instance, joint, spaces))
    by_type = {p.of: p for p in model.priors if p.of is not None}
    missing = next((c.symbol for s in spaces for c in s.components if c.symbol not in by_type), None)
    if missing is not None or not by_type:
        return Prior(None, None, missing)
    wrong: list[Diagnostic] = []
    entries: dict[tuple[TypeSymbol, int], Weights] = {}
    for symbol, prior in by_type.items():
        try:
            entries.update(((symbol, k), w) for k, w in _marginals(instance, prior, spaces))
        except Failure as failure:
            wrong.extend(failure.diagnostics)
    if wrong:
        raise Failure(wrong)
    return Prior(tuple(_of_agent(s, entries) for s in spaces), None)


def _of_agent(space: TypeSpace, entries: dict[tuple[TypeSymbol, int], Weights]) -> Weights:
    found = [Fraction(1)]
    for c in space.components:
        found = [a * b for a in found for b in entries[c.symbol, c.entry]]
    return found


# ---- one type ------------------------------------------------------------------------------------------


def _marginals(instance: Instance, prior: PriorSymbol, spaces: Sequence[TypeSpace]) -> Iterator[tuple[int, Weights]]:
    """Entry of the type's index table, and the probabilities of its values."""
    assert prior.of is not None
    mine = [c for s in spaces for c in s.components if c.symbol is prior.of]
    if prior.distribution is None:
        yield from ((c.entry, [Fraction(1, c.size)] * c.size) for c in mine)
        return
    frame = instance.frame(prior) if prior.index else instance.frame(prior.of)
    keys = [_atom(key) for key, _ in prior.distribution]
    columns = [instance.data.number(value, frame) for _, value in prior.distribution]
    lists = [column.fractions() for column in columns]
    table = instance.domain(prior.of)
    for c in mine:
        member = ", ".join(text(a) for a in table.member(c.entry))
        given = [(key, lists[k][c.entry], prior.distribution[k][0].span) for k, key in enumerate(keys)]
        yield c.entry, _weights(prior, member, c, given)


def _weights(prior: PriorSymbol, member: str, c: Component, given: Sequence[tuple[Atom, Fraction, Span]]) -> Weights:
    name = f"`{prior.name}` of {member}"
    held: dict[Atom, Fraction] = {}
    for key, value, span in given:
        if key not in c.atoms:
            raise Failure(errors.prior_unknown_value(name, text(key), "no value of this type", span))
        if key in held:
            raise Failure(errors.prior_twice(name, text(key), span))
        if value < 0:
            raise Failure(errors.prior_negative(name, shown(value), text(key), span))
        held[key] = value
    lost = [a for a in c.atoms if a not in held]
    if lost:
        raise Failure(errors.prior_missing_value(name, text(lost[0]), len(lost) - 1, prior.span))
    total = sum(held.values())
    if total != 1:
        raise Failure(errors.prior_sum(name, shown(total), "", prior.span))
    return [held[a] for a in c.atoms]


# ---- a joint table -------------------------------------------------------------------------------------


def _joint(instance: Instance, prior: PriorSymbol, spaces: Sequence[TypeSpace]) -> Numbers:
    profiles = Profiles(spaces)
    name = f"`{prior.name}`"
    if prior.distribution is None:
        return Numbers.constant(Fraction(1, profiles.cases), profiles.cases)
    wanted = sum(len(s.components) for s in spaces)
    held: dict[int, Fraction] = {}
    for key, value in prior.distribution:
        atoms = _flat(key)
        if len(atoms) != wanted:
            raise Failure(errors.prior_key(name, wanted, len(atoms), key.span))
        case = case_of(spaces, atoms)
        said = f"({', '.join(text(a) for a in atoms)})"
        if case is None:
            raise Failure(errors.prior_unknown_value(name, said, "no profile of types", key.span))
        if case in held:
            raise Failure(errors.prior_twice(name, said, key.span))
        held[case] = instance.data.number(value, instance.data.root).fractions()[0]
        if held[case] < 0:
            raise Failure(errors.prior_negative(name, shown(held[case]), said, value.span))
    lost = next((k for k in range(profiles.cases) if k not in held), None)
    if lost is not None:
        types = zip(spaces, profiles.types_of(lost), strict=True)
        said = f"({', '.join(text(a) for s, k in types for a in s.atoms(k))})"
        raise Failure(errors.prior_missing_value(name, said, profiles.cases - len(held) - 1, prior.span))
    total = sum(held.values())
    if total != 1:
        raise Failure(errors.prior_sum(name, shown(total), "", prior.span))
    return Numbers.of([held[k] for k in range(profiles.cases)])


def case_of(spaces: Sequence[TypeSpace], atoms: Sequence[Atom]) -> int | None:
    """The place among all profiles of one written out, a value a type; None where it is none."""
    found, at = 0, 0
    for s in spaces:
        k = s.find(atoms[at : at + len(s.components)])
        if k is None:
            return None
        found, at = found * s.size + k, at + len(s.components)
    return found


def _flat(key: tree.Expr) -> list[Atom]:
    if isinstance(key, tree.TupleExpr):
        return [a for item in key.items for a in _flat(item)]
    return [_atom(key)]


def _atom(key: tree.Expr) -> Atom:
    """A key as data: a name, a text, or a number written out (fractions and signs too)."""
    match key:
        case tree.Name(name=name):
            return name
        case tree.Text(value=text_):
            return text_
        case _:
            value = _number(key)
            return value.numerator if value.denominator == 1 else value


def _number(key: tree.Expr) -> Fraction:
    match key:
        case tree.Number(value=value):
            return value
        case tree.Unary(op=op, operand=operand):
            return -_number(operand) if op == "-" else _number(operand)
        case tree.Mul(first=first, rest=rest):
            out = _number(first)
            for _, below in rest:
                out /= _number(below)
            return out
        case _:
            raise AssertionError(f"{key.span.text} is no key of a prior")
