"""Typed expressions as text in the language's own signs: `sum(l in route[i]) alpha[i,l]*dual[link[l]]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdl.answer.numerals import exact
from mdl.lowering.kkt_families import Family
from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, Symbol
from mdl.semantics.typed import Binder, Expr

CONDITION, SUM, PRODUCT, POWER, ATOM = range(5)


def text(e: Expr) -> str:
    return show(e)[0]


def within(e: Expr, least: int) -> str:
    held, binds = show(e)
    return held if binds >= least else f"({held})"


def show(e: Expr) -> tuple[str, int]:
    """The text and how tightly it binds."""
    match e:
        case typed.Number(value=value):
            plain = exact(value)
            return plain, PRODUCT if "/" in plain else SUM if value < 0 else ATOM
        case typed.Member(value=value):
            return str(value), ATOM
        case typed.Index(index=index):
            return index.name, ATOM
        case typed.Ref(symbol=symbol, args=args):
            return named(symbol, [text(a) for a in args]), ATOM
        case typed.Neg(arg=arg):
            return f"-{within(arg, PRODUCT)}", SUM
        case typed.Add(terms=terms):
            return added(terms), SUM
        case typed.Mul(factors=factors):
            return multiplied(factors), PRODUCT
        case typed.Div(numerator=top, denominator=below):
            least = ATOM if isinstance(top, typed.Reduce) else PRODUCT  # its body would take the division in
            return f"{within(top, least)}/{within(below, POWER)}", PRODUCT
        case typed.Pow(base=base, exponent=exponent):
            return f"{within(base, ATOM)}^{within(exponent, ATOM)}", POWER
        case typed.Call(fn=fn, args=args):
            return f"{fn}({', '.join(text(a) for a in args)})", ATOM
        case typed.If(condition=c, then=a, otherwise=b):
            return f"(if {text(c)} then {text(a)} else {text(b)})", ATOM
        case typed.Reduce(op=op, binders=binders, where=where, body=body):
            return f"{op}({ranges(binders, where)}) {within(body, PRODUCT)}", PRODUCT
        case typed.Without(body=body, agent=agent):
            return f"({within(body, ATOM)} without {within(agent, ATOM)})", ATOM
        case typed.WithOnly(body=body, agents=agents):
            return f"({within(body, ATOM)} with only {within(agents, ATOM)})", ATOM
        case typed.Expected(body=body, given=given):
            kept = f" given {', '.join(text(g) for g in given)}" if given else ""
            return f"expected({text(body)}{kept})", ATOM
        case typed.Compare(first=first, rest=rest):
            return " ".join([within(first, SUM), *(f"{op} {within(x, SUM)}" for op, x in rest)]), CONDITION
        case typed.Logic(op=op, args=args):
            return f" {op} ".join(within(a, CONDITION) for a in args), CONDITION
        case typed.Not(arg=arg):
            return f"not ({text(arg)})", CONDITION
        case _:
            return shown_set(e)


def shown_set(e: Expr) -> tuple[str, int]:
    match e:
        case typed.TupleExpr(items=items):
            return f"({', '.join(text(x) for x in items)})", ATOM
        case typed.SetLiteral(items=items):
            return f"{{{', '.join(text(x) for x in items)}}}", ATOM
        case typed.Range(low=low, high=high):
            return f"{within(low, PRODUCT)}..{within(high, PRODUCT)}", SUM
        case typed.Comprehension(binders=binders, where=where):
            return f"{{{ranges(binders, where)}}}", ATOM
        case typed.SetOp(op=op, left=left, right=right):
            return f"{within(left, ATOM)} {op} {within(right, ATOM)}", SUM
        case _:
            return " ".join(e.span.text.split()), CONDITION


def named(symbol: Symbol, indices: list[str]) -> str:
    """`dual[link]` at l is `dual[link[l]]`; of several valuations each is written `valuation[i]`."""
    name, inside = symbol.name, f"[{','.join(indices)}]" if indices else ""
    if isinstance(symbol, LetSymbol) and symbol.role == "valuation":
        return f"valuation{inside}"
    return f"{name[:-1]}{inside}]" if name.endswith("]") else f"{name}{inside}"


def added(terms: Iterable[Expr]) -> str:
    out = ""
    for term in terms:
        minus = isinstance(term, typed.Neg)
        held = within(term.arg if isinstance(term, typed.Neg) else term, PRODUCT)
        sign = " - " if minus else " + "
        out += sign + held if out else ("-" if minus else "") + held
    return out


def multiplied(factors: tuple[Expr, ...]) -> str:
    """A sum may stand last only, since its body takes all that follows."""
    *front, last = factors
    parts = [within(f, ATOM if isinstance(f, typed.Reduce) else PRODUCT) for f in front]
    return "*".join([*parts, within(last, ATOM if isinstance(last, typed.Div) and front else PRODUCT)])


def ranges(binders: tuple[Binder, ...], where: Expr | None) -> str:
    held = ", ".join(one_range(b) for b in binders)
    return f"{held} where {text(where)}" if where is not None else held


def one_range(b: Binder) -> str:
    names = ", ".join(i.name for i in b.indices)
    return f"{names if len(b.indices) == 1 else f'({names})'} in {text(b.domain)}"


TITLES = {
    "stationarity": "stationarity",
    "primal": "primal feasibility",
    "dual": "dual feasibility",
    "complementarity": "complementarity",
}


def lines(found: Iterable[Family]) -> Iterator[str]:
    """A heading for each part, and a line for each family."""
    every = list(found)
    for kind, title in TITLES.items():
        part = [f for f in every if f.kind == kind]
        if part:
            yield f"  {title}"
        yield from (f"    {line(f)}" for f in part)


def line(f: Family) -> str:
    indices = [i.name for b in f.index for i in b.indices]
    name = named(Symbol(f.name, f.body.span, (), None), indices)
    which = f"  for {ranges(f.index, f.where)}" if f.index else ""
    label = "" if f.kind == "dual" else f"{name}: "
    return f"{label}{text(f.body)}{which}"
