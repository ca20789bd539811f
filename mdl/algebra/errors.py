"""What can go wrong when an expression meets data, one constructor an error."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.algebra.arithmetic import Fault
from mdl.algebra.atoms import Atom
from mdl.algebra.domain import SUBSETS_LIMIT, Domain, member_name
from mdl.algebra.numerals import shown
from mdl.diagnostics import Diagnostic, Label, Span
from mdl.diagnostics.similar import nearest
from mdl.semantics.model import Symbol

_FAULTS = {
    "zero": (
        "MDL340",
        "division by zero",
        "the divisor is 0 here",
        "guard it with `if ... then ... else ...` or `where`",
    ),
    "nought": (
        "MDL341",
        "0 divided by 0 has no value",
        "0/0 here",
        "guard it with `if ... then ... else ...` or `where`",
    ),
    "log": (
        "MDL342",
        "log of a number that is not positive",
        "log needs a positive number",
        "check the data behind it",
    ),
    "sqrt": ("MDL343", "sqrt of a negative number", "sqrt needs a number at least 0", "check the data behind it"),
    "power": (
        "MDL344",
        "a negative number to a power that is not an integer",
        "no real value",
        "make the base nonnegative or the exponent an integer",
    ),
    "overflow": ("MDL345", "a number too large for floating point", "larger than 1.8e308", "scale the data"),
    "exp": ("MDL345", "exp of a number too large", "larger than 1.8e308", "scale the data"),
    "undecided": (
        "MDL357",
        "a number too close to 0 to tell its sign",
        "0 to 600 digits, and not seen to be 0",
        "write equal parts in the same way, so that they cancel",
    ),
    "empty": ("MDL346", "reduction over an empty set", "min, max and mean need at least one member", ""),
}


def fault(found: Fault, span: Span, members: str) -> Diagnostic:
    """An arithmetic fault at `members` (`i = u1`, or empty where no index is in scope)."""
    code, message, label, help_ = _FAULTS[found.what]
    if found.value is not None:
        label = f"{label}, this is {shown(found.value)}"
    if found.what == "empty":
        help_ = "give the set a member, or guard it with `if card(...) > 0 then ... else ...`"
    return Diagnostic(code, message + _at(members), span, label, help_)


def _at(members: str) -> str:
    return f" at {members}" if members else ""


def not_in_index(symbol: Symbol, member: Sequence[Atom], domain: Domain, span: Span, members: str) -> Diagnostic:
    """A reference to an entry that the symbol does not have."""
    name = f"{symbol.name}[{', '.join(map(str, member))}]"
    notes = []
    if domain.size == 0:
        notes.append(f"the index set of `{symbol.name}` is empty")
    help_ = "guard it with `where` or `if`, or add the member"
    if domain.arity == 1 and domain.size <= 10_000 and isinstance(member[0], str):
        near = nearest(member[0], [str(m[0]) for m in domain.members()])
        if near is not None:
            help_ = f"did you mean `{near}`?"
    return Diagnostic(
        "MDL347",
        f"there is no `{name}`{_at(members)}",
        span,
        f"{member_name(member)} is not in the index set of `{symbol.name}`",
        help_,
        labels=(Label(symbol.span, f"`{symbol.name}` is declared here"),),
        notes=tuple(notes),
    )


def not_a_number(member: Atom, span: Span, members: str) -> Diagnostic:
    return Diagnostic(
        "MDL348",
        f"the member `{member}` is not a number{_at(members)}",
        span,
        "used as a number",
        "use a param with a value for each member instead",
    )


def not_whole(value: str, span: Span, members: str) -> Diagnostic:
    return Diagnostic("MDL349", f"a range needs integers, this end is {value}{_at(members)}", span, f"{value}")


def too_many_subsets(size: int, span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL350",
        f"`subsets` of a set of {size} members: more than 2^{SUBSETS_LIMIT} subsets",
        span,
        f"2^{size} subsets",
        f"use a set of at most {SUBSETS_LIMIT} members",
    )


def too_large(rows: int, span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL351",
        f"an index set of {rows:,} members does not fit in memory",
        span,
        "too large",
        "restrict the index sets",
    )


def not_known(symbol: Symbol, span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL352",
        f"the value of `{symbol.name}` is not known here",
        span,
        "known only after solving",
        "use data here (a param, a set or an index)",
        labels=(Label(symbol.span, f"`{symbol.name}` is declared here"),),
    )


def condition_on_variables(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL353",
        "a condition may not depend on variables",
        span,
        "its truth is known only after solving",
        "compare data here; for a choice that is part of the problem declare a `binary` variable",
    )


def no_value(symbol: Symbol, span: Span) -> Diagnostic:
    """A param or type that no data was given for."""
    return Diagnostic(
        "MDL354",
        f"`{symbol.name}` has no values",
        span,
        "needed here",
        f"give them with `:=`, a `data` statement or `--data` (`{symbol.name}` is in the model without values)",
        labels=(Label(symbol.span, f"`{symbol.name}` is declared here"),),
    )


def repeated_member(member: Sequence[Atom], span: Span, members: str) -> Diagnostic:
    return Diagnostic(
        "MDL355", f"the member `{member_name(member)}` stands twice in a set{_at(members)}", span, "written twice here"
    )


def not_a_subset(span: Span, member: Sequence[Atom], members: str) -> Diagnostic:
    return Diagnostic(
        "MDL356",
        f"the set has the member `{member_name(member)}`, which the base set has not{_at(members)}",
        span,
        "not a subset of the set that the index ranges over",
    )


def later(what: str, span: Span) -> Diagnostic:
    return Diagnostic("MDL910", f"{what} cannot be evaluated by this version", span, "not supported yet")
