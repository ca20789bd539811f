"""What can be wrong with data, one constructor an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Label, Span
from mdl.diagnostics.similar import nearest
from mdl.semantics.model import CoalitionTable, Symbol

ENDINGS = ".csv, .tsv, .json, .toml, .xlsx, .parquet"
ADD = "add the missing values, or declare a `default`"


def _declared(symbol: Symbol) -> Label:
    return Label(symbol.span, f"`{symbol.name}` is declared here")


def _entry(symbol: Symbol, member: Sequence[object]) -> str:
    return f"{symbol.name}[{', '.join(map(str, member))}]" if member else symbol.name


def _at(place: Place | None) -> str:
    return f" ({place.words})" if place is not None and place.words else ""


# ---- files ---------------------------------------------------------------------------------------


def no_file(name: str, folder: Path, span: Span | None, names: Iterable[str]) -> Diagnostic:
    near = nearest(Path(name).name, names)
    help_ = f"did you mean `{near}`?" if near else f"a path is taken from the folder of the model, {folder}"
    return Diagnostic("MDL300", f"there is no data file `{name}`", span, "not found", help_)


def unreadable(name: str, why: str, span: Span | None) -> Diagnostic:
    return Diagnostic("MDL301", f"the data file `{name}` cannot be read: {why}", span, "", "check the file")


def unknown_ending(name: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL302",
        f"the kind of the data file `{name}` is not known from its ending",
        span,
        "",
        f"endings that are read: {ENDINGS}",
    )


def needs_package(name: str, package: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL303",
        f"reading `{name}` needs the package `{package}`, which is not installed",
        span,
        "",
        f"`pip install {package}`, or convert the file to CSV",
    )


def malformed(name: str, why: str, span: Span | None) -> Diagnostic:
    return Diagnostic("MDL304", f"`{name}` is malformed: {why}", span, "here", "correct the file")


def ragged(name: str, row: int, found: int, wanted: int, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL305",
        f"row {row} of `{name}` has {found} cells, the header has {wanted}",
        span,
        f"{found} cells",
        "give every row a cell for each column; quote a cell that contains the separator",
    )


def no_column(name: str, column: str, names: Sequence[str], span: Span, header: Place) -> Diagnostic:
    near = nearest(column, names)
    listed = ", ".join(f"`{n}`" for n in names[:12])
    labels = (Label(header.span, "columns are named here"),) if header.span is not None else ()
    return Diagnostic(
        "MDL306",
        f"`{name}` has no column `{column}`",
        span,
        "no column of this name",
        f"did you mean `{near}`?" if near else f"its columns are {listed}" if listed else "the file has no columns",
        labels,
    )


def column_twice(name: str, column: str, span: Span | None) -> Diagnostic:
    return Diagnostic("MDL307", f"`{name}` has two columns `{column}`", span, "named twice", "rename one of them")


# ---- cells ---------------------------------------------------------------------------------------


def not_a_number(symbol: Symbol, text: str, why: str, place: Place, more: int = 0) -> Diagnostic:
    shown = f"`{text}` is {why}" if text else why
    return Diagnostic(
        "MDL310",
        f"`{symbol.name}` needs a number: {shown}{_at(place)}{_more(more)}",
        place.span,
        why,
        "",
        (_declared(symbol),),
    )


def not_a_member(symbol: Symbol, text: str, why: str, place: Place, more: int = 0) -> Diagnostic:
    shown = f"`{text}` is {why}" if text else why
    return Diagnostic(
        "MDL311",
        f"`{symbol.name}` needs a member of a set: {shown}{_at(place)}{_more(more)}",
        place.span,
        why,
        "",
        (_declared(symbol),),
    )


def wrong_shape(symbol: Symbol, found: str, wanted: str, place: Place) -> Diagnostic:
    return Diagnostic(
        "MDL312",
        f"the data for `{symbol.name}` is {found}, it must be {wanted}{_at(place)}",
        place.span,
        f"{found}",
        f"give {wanted}",
        (_declared(symbol),),
    )


# ---- rows ----------------------------------------------------------------------------------------


def unknown_key(
    symbol: Symbol, member: Sequence[object], place: Place, known: Iterable[str], more: int, index_name: str
) -> Diagnostic:
    near = nearest(str(member[0]), known) if len(member) == 1 else None
    what = index_name or f"the index set of `{symbol.name}`"
    return Diagnostic(
        "MDL313",
        f"data for `{_entry(symbol, member)}`, but {_member(member)} is not in {what}{_at(place)}{_more(more)}",
        place.span,
        "no such member",
        f"did you mean `{near}`?" if near else "remove the row, or add the member to the set",
        (_declared(symbol),),
    )


def _member(member: Sequence[object]) -> str:
    return f"`{member[0]}`" if len(member) == 1 else f"({', '.join(map(str, member))})"


def _more(more: int) -> str:
    return f", and {more} more like it" if more else ""


def key_twice(symbol: Symbol, member: Sequence[object], place: Place, first: Place, more: int) -> Diagnostic:
    labels = [_declared(symbol)]
    if first.span is not None:
        labels.insert(0, Label(first.span, "given first here"))
    notes = () if first.span is not None or not first.words else (f"given first in {first.words}",)
    return Diagnostic(
        "MDL314",
        f"`{_entry(symbol, member)}` is given twice{_at(place)}{_more(more)}",
        place.span,
        "given again here",
        "keep one of the two",
        tuple(labels),
        notes,
    )


def missing_entries(symbol: Symbol, members: Sequence[Sequence[object]], count: int, place: Place) -> Diagnostic:
    listed = ", ".join(f"`{_entry(symbol, m)}`" for m in members)
    more = count - len(members)
    return Diagnostic(
        "MDL315",
        f"no value for {listed}{f' and {more} more' if more else ''}{_at(place)}",
        place.span,
        "incomplete",
        "give every coalition its worth" if isinstance(symbol, CoalitionTable) else ADD,
        (_declared(symbol),),
    )


def member_twice(symbol: Symbol, member: Sequence[object], place: Place, more: int = 0) -> Diagnostic:
    return Diagnostic(
        "MDL316",
        f"the member {_member(member)} stands twice in `{symbol.name}`{_at(place)}{_more(more)}",
        place.span,
        "again here",
        "a set has each member once: remove one",
        (_declared(symbol),),
    )


def not_within(
    symbol: Symbol,
    entry: Sequence[object],
    member: Sequence[object],
    within: str,
    place: Place,
    near: str | None,
    more: int = 0,
) -> Diagnostic:
    owner = f"`{_entry(symbol, entry)}`"
    return Diagnostic(
        "MDL317",
        f"{_member(member)} of {owner} is not in {within}{_at(place)}{_more(more)}",
        place.span,
        f"not in {within}",
        f"did you mean `{near}`?" if near else f"use a member of {within}, or add this one to it",
        (_declared(symbol),),
    )


# ---- values --------------------------------------------------------------------------------------


def out_of_bounds(
    symbol: Symbol, entry: Sequence[object], value: str, op: str, limit: str, place: Place, more: int = 0
) -> Diagnostic:
    return Diagnostic(
        "MDL320",
        f"`{_entry(symbol, entry)}` is {value}, it must be {op} {limit}{_at(place)}{_more(more)}",
        place.span,
        f"{value} is not {op} {limit}",
        "correct the value, or the bound in the declaration",
        (_declared(symbol),),
    )


def not_integer(symbol: Symbol, entry: Sequence[object], value: str, place: Place, more: int = 0) -> Diagnostic:
    return Diagnostic(
        "MDL321",
        f"`{_entry(symbol, entry)}` is {value}, it must be an integer{_at(place)}{_more(more)}",
        place.span,
        f"{value} is no integer",
        "correct the value, or declare the param without `integer`",
        (_declared(symbol),),
    )


def not_in_domain(
    symbol: Symbol, entry: Sequence[object], value: str, place: Place, domain: Span, more: int = 0
) -> Diagnostic:
    return Diagnostic(
        "MDL322",
        f"`{_entry(symbol, entry)}` is {value}, which is not in its domain{_at(place)}{_more(more)}",
        place.span,
        "not in the domain",
        "correct the value, or the domain",
        (Label(domain, "the domain"),),
    )


def no_data(symbol: Symbol, what: str) -> Diagnostic:
    example = f"{symbol.name}{'[...]' if symbol.index else ''}"
    return Diagnostic(
        "MDL323",
        f"no data for {what} `{symbol.name}`",
        symbol.span,
        "declared without a value",
        f'give it a value with `:=`, read it with `data "FILE" : {example} = COLUMN;`, or pass --data FILE.json',
    )


def not_constant(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL324",
        "data by key holds numbers and members, no expressions",
        span,
        "not a plain value",
        "write the number, or define the param by a formula: `param p[i in S] = ...;`",
    )


def bad_arithmetic(why: str, span: Span) -> Diagnostic:
    return Diagnostic("MDL325", f"{why} in a value", span, why)


# ---- --data and --set ----------------------------------------------------------------------------


def unknown_override(name: str, known: Iterable[str], place: Place) -> Diagnostic:
    near = nearest(name, known)
    return Diagnostic(
        "MDL330",
        f"the model declares no set, param or type `{name}`{_at(place)}",
        place.span,
        "no such name in the model",
        f"did you mean `{near}`?" if near else "remove it, or declare it in the model",
    )


def cannot_replace(symbol: Symbol, given: Span, place: Place) -> Diagnostic:
    return Diagnostic(
        "MDL331",
        f"`{symbol.name}` is defined with `=`, which data cannot replace{_at(place)}",
        place.span,
        "defined in the model",
        "write `:=` in the model to let data replace it",
        (Label(given, "defined here"),),
    )


def not_data(name: str, what: str, place: Place) -> Diagnostic:
    return Diagnostic(
        "MDL332", f"`{name}` is a {what}: data gives sets, params and types{_at(place)}", place.span, f"a {what}"
    )


def set_needs_scalar(symbol: Symbol, place: Place) -> Diagnostic:
    return Diagnostic(
        "MDL333",
        f"`--set` gives one number or member, `{symbol.name}` has an index or is a set",
        place.span,
        "not a scalar",
        "pass the values in a file: --data FILE.json",
        (_declared(symbol),),
    )


def bad_set(text: str, span: Span) -> Diagnostic:
    return Diagnostic("MDL334", f"`--set` needs NAME=VALUE, this is `{text}`", span, "no `=`", "write --set n=5")


def given_twice(name: str, place: Place, first: Place) -> Diagnostic:
    labels = (Label(first.span, "given first here"),) if first.span is not None else ()
    return Diagnostic(
        "MDL335", f"`{name}` is given twice{_at(place)}", place.span, "given again", "keep one of the two", labels
    )


def unknown_override_ending(name: str) -> Diagnostic:
    return Diagnostic(
        "MDL336",
        f"`--data` reads .json and .toml files that bind names to values, not `{name}`",
        None,
        "",
        f'for a table write in the model: data "{name}" : ... ;',
    )
