"""An objective with its constraints as a LaTeX document, one indexed line a family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdl.backends import latex_names as names
from mdl.backends.latex_document import align, document
from mdl.backends.latex_text import LETTERS, Printer, walk
from mdl.semantics import typed
from mdl.semantics.model import (
    FollowerSymbol,
    LetSymbol,
    Model,
    Owned,
    ParamSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    Symbol,
    TypeSymbol,
    VarSymbol,
)


def write(model: Model, rule: RuleSymbol) -> str:
    """A whole document.  It reads as the file does: data stay symbols, so it needs no data."""
    rows = [s for s in model.symbols.values() if isinstance(s, RowSymbol)]
    below = [s for s in model.symbols.values() if isinstance(s, FollowerSymbol)]
    used = reached([rule, *rows, *below, *(r for f in below for r in f.rows)])
    printer = Printer(letters(model.symbols.values()))
    lines = list(align([*program(rule, rows, used, printer), *(line for f in below for line in follower(f, printer))]))
    where = list(definitions(model, used, printer))
    if where:
        lines += ["where", *align(where)]
    return document(model.title or model.name, [*lines, *data(used, printer)])


# ---- the parts -----------------------------------------------------------------------------------


def program(rule: RuleSymbol, rows: list[RowSymbol], used: list[Symbol], printer: Printer) -> Iterator[str]:
    """Columns: what to do, the body, for which indices, the name of the family."""
    sign = r"\max" if rule.sense == "maximize" else r"\min"
    yield rf"{sign} \quad & {printer(rule.body)} && && (\text{{{names.words(rule.name)}}})"
    to = r"\text{s.t.} \quad"
    for row in rows:
        yield rf"{to} & {printer(row.body)} && {for_all(row, printer)} && (\text{{{names.words(row.name)}}})"
        to = ""
    for symbol in used:
        if isinstance(symbol, VarSymbol):
            yield f"{to} & {bounds(symbol, printer)} && {for_all(symbol, printer)} &&"
            to = ""


def follower(symbol: FollowerSymbol, printer: Printer) -> Iterator[str]:
    """`q is among the best answers of` its own problem, with its rows below."""
    owned = ", ".join(printer.symbol(o.variable, _owned(o, printer)) for o in symbol.own)
    sign = r"\arg\max" if symbol.sense == "maximize" else r"\arg\min"
    name = names.words(symbol.name)
    yield rf"& {owned} \in {sign} \quad {printer(symbol.body)} && {for_all(symbol, printer)} && (\text{{{name}}})"
    to = r"\qquad \text{s.t.} \quad"
    for row in symbol.rows:
        yield rf"& {to} {printer(row.body)} && {for_all(row, printer)} && (\text{{{names.words(row.name)}}})"
        to = r"\qquad"


def _owned(held: Owned, printer: Printer) -> list[str]:
    return [r"\cdot" if index is None else printer.index(index) for index in held.args]


def bounds(variable: VarSymbol, printer: Printer) -> str:
    """`x_i \\ge 0`, `0 \\le x_i \\le c_i`, `x_i \\in \\{0, 1\\}`; free ones are real."""
    own = declared(variable, printer)
    below = [b for b in variable.bounds if b.op in (">=", ">")]
    above = [b for b in variable.bounds if b.op not in (">=", ">")]
    signs = {"<=": r"\le", "<": "<", ">=": r"\le", ">": "<", "==": "="}
    fields = {"integer": r" \in \mathbb{Z}", "binary": r" \in \{0, 1\}", "continuous": ""}
    domain = fields[variable.domain]
    if not above and len(below) == 1:
        sign = r"\ge" if below[0].op == ">=" else ">"
        text = f"{own} {sign} {printer(below[0].expr)}"
        return f"{text}, \\ {own}{domain}" if domain else text
    left = "".join(f"{printer(b.expr)} {signs[b.op]} " for b in below)
    right = "".join(f" {signs[b.op]} {printer(b.expr)}" for b in above)
    if not left and not right:
        return own + (domain or r" \in \mathbb{R}")
    return left + own + right + (f", \\ {own}{domain}" if domain else "")


def definitions(model: Model, used: list[Symbol], printer: Printer) -> Iterator[str]:
    """Lets, and sets and params given by formula, each after what it uses."""
    places = {id(s): k for k, s in enumerate(model.order)}
    for symbol in sorted(used, key=lambda s: places.get(id(s), len(places))):
        body = formula(symbol)
        if body is not None:
            yield rf"{declared(symbol, printer)} &= {printer(body)} && {for_all(symbol, printer)}"


def formula(symbol: Symbol) -> typed.Expr | None:
    if isinstance(symbol, LetSymbol):
        return symbol.body
    if isinstance(symbol, (SetSymbol, ParamSymbol)) and symbol.given is not None and not symbol.given.replaceable:
        return symbol.given.expr
    return None


def data(used: list[Symbol], printer: Printer) -> Iterator[str]:
    """What the data gives: sets, agents, parameters, private types."""
    kinds: dict[str, list[str]] = {}
    for symbol in used:
        if formula(symbol) is None and isinstance(symbol, (SetSymbol, ParamSymbol, TypeSymbol)):
            title = "Parameters" if isinstance(symbol, ParamSymbol) else "Private types"
            if isinstance(symbol, SetSymbol):
                title = "Agents" if symbol.agents else "Sets"
            quantifier = for_all(symbol, printer)
            text = declared(symbol, printer) + (f" \\ ({quantifier})" if quantifier else "")
            kinds.setdefault(title, []).append(f"${text}$")
    for title in ("Agents", "Sets", "Private types", "Parameters"):
        if title in kinds:
            yield rf"\paragraph{{{title}}} {', '.join(kinds[title])}."


def declared(symbol: Symbol, printer: Printer) -> str:
    """With its own indices."""
    return printer.symbol(symbol, [printer.index(i) for b in symbol.index for i in b.indices])


def for_all(symbol: Symbol, printer: Printer) -> str:
    return rf"\forall\, {printer.ranges(symbol.index, symbol.where)}" if symbol.index else ""


# ---- which symbols, which letters ----------------------------------------------------------------


def reached(roots: Iterable[Symbol]) -> list[Symbol]:
    """All that these are made of, in the order found; definitions by data are not followed."""
    found: dict[int, Symbol] = {}
    left = list(roots)
    while left:
        symbol = left.pop(0)
        if id(symbol) in found:
            continue
        found[id(symbol)] = symbol
        for node in walk(parts(symbol)):
            if isinstance(node, typed.Ref):
                left.append(node.symbol)
    return list(found.values())


def parts(symbol: Symbol) -> tuple[object, ...]:
    """Expressions that a reader meets in this symbol."""
    held: list[object] = [symbol.index, symbol.where, formula(symbol)]
    if isinstance(symbol, (RowSymbol, RuleSymbol, FollowerSymbol)):
        held.append(symbol.body)
    if isinstance(symbol, VarSymbol):
        held += [b.expr for b in symbol.bounds]
    return tuple(held)


def letters(symbols: Iterable[Symbol]) -> dict[int, str]:
    """For indices without a name: the letter that others give to an index over the same set, else i, j, k, ..."""
    usual: dict[int, str] = {}
    every = list(symbols)
    for node in walk(tuple(p for s in every for p in parts(s))):
        if isinstance(node, typed.Binder) and isinstance(node.domain, typed.Ref) and len(node.indices) == 1:
            name = node.indices[0].name
            if name and not node.domain.args:
                usual.setdefault(id(node.domain.symbol), name)
    out: dict[int, str] = {}
    for symbol in every:
        taken = {i.name for b in symbol.index for i in b.indices}
        for binder in symbol.index:
            for index in binder.indices:
                if not index.name:
                    own = usual.get(id(binder.domain.symbol), "") if isinstance(binder.domain, typed.Ref) else ""
                    letter = own if own and own not in taken else next(c for c in LETTERS if c not in taken)
                    taken.add(letter)
                    out[id(index)] = names.name(letter)[0]
    return out
