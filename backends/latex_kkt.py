"""The KKT conditions of a rule as a LaTeX document, one indexed line a family, as in `latex.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mdl.algebra.differentiate import Unwritable
from mdl.backends import errors
from mdl.backends import latex_names as names
from mdl.backends.latex import data, definitions, letters, reached
from mdl.backends.latex_document import align, document
from mdl.backends.latex_text import Printer
from mdl.diagnostics import Failure
from mdl.lowering.kkt_families import Family, MultiplierSymbol, families
from mdl.semantics.model import Model, RowSymbol, RuleSymbol, Symbol, VarSymbol

PARTS = {
    "stationarity": "Stationarity",
    "primal": "Primal feasibility",
    "dual": "Dual feasibility",
    "complementarity": "Complementarity",
}


class KktPrinter(Printer):
    r"""Multipliers of rows as `\lambda^{\mathrm{link}}_{l}`, of bounds as `\underline{\mu}^{x}_{i}`."""

    def symbol(self, symbol: Symbol, indices: Iterable[str]) -> str:
        if not isinstance(symbol, MultiplierSymbol):
            plain, _, made = symbol.name.partition(".")
            text = Printer.symbol(self, replace(symbol, name=plain) if made else symbol, indices)
            return f"{{{text}}}^{{{names.upright(made)}}}" if made else text
        letter = {"lower": r"\underline{\lambda}", "upper": r"\overline{\lambda}"}.get(symbol.side, r"\lambda")
        if symbol.of == symbol.base:
            letter = r"\lambda"
        above = names.upright(symbol.base.replace("_", " "))
        below = ", ".join(indices)
        return f"{letter}^{{{above}}}" + (f"_{{{below}}}" if below else "")


def write(model: Model, rule: RuleSymbol) -> str:
    """A whole document.  Raises Failure (MDL590) where a family has no single line."""
    try:
        found = families(model, rule)
    except Unwritable as why:
        raise Failure(errors.no_single_line(why.why, why.span)) from why
    rows = [s for s in model.symbols.values() if isinstance(s, RowSymbol)]
    used = reached([rule, *rows, *(s for s in model.symbols.values() if isinstance(s, VarSymbol))])
    printer = KktPrinter(letters(model.symbols.values()))
    lines: list[str] = []
    for kind, heading in PARTS.items():
        part = [f for f in found if f.kind == kind]
        if part:
            lines += [rf"\paragraph{{{heading}}}", *align(written(part, printer))]
    where = list(definitions(model, used, printer))
    if where:
        lines += ["where", *align(where)]
    lines += data(used, printer)
    return document(f"{model.title or model.name}: KKT conditions of {rule.name}", lines)


def written(part: Iterable[Family], printer: Printer) -> Iterator[str]:
    r"""`left &= right && \forall\, i \in I`."""
    signs = {"==": "=", "<=": r"\le", ">=": r"\ge"}
    for f in part:
        (op, right), *more = f.body.rest
        text = f"{printer(f.body.first)} &{signs[op]} {printer(right)}"
        text += "".join(f" {signs[o]} {printer(e)}" for o, e in more)
        which = rf"\forall\, {printer.ranges(f.index, f.where)}" if f.index else ""
        yield f"{text} && {which}".rstrip()
