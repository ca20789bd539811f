"""Typed expressions as LaTeX mathematics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import pairwise

from mdl.backends import latex_names as names
from mdl.semantics import typed
from mdl.semantics.model import SetSymbol, Symbol

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a text binds; POWER is what may be a factor but not the base of a power."""

RELATIONS = {
    "<": "<",
    "<=": r"\le",
    ">": ">",
    ">=": r"\ge",
    "==": "=",
    "!=": r"\ne",
    "in": r"\in",
    "not in": r"\notin",
}
SET_SIGNS = {"|": r"\cup", "&": r"\cap", "\\": r"\setminus", "*": r"\times"}
REDUCTIONS = {"sum": r"\sum", "prod": r"\prod", "min": r"\min", "max": r"\max", "mean": r"\operatorname*{mean}"}
LETTERS = "ijklmnpqrs"


@dataclass(slots=True, frozen=True)
class Tex:
    text: str
    binds: int = ATOM
    open_end: bool = False
    """Ends in a sum's body, so that nothing may follow it in a product."""

    def within(self, least: int) -> str:
        return self.text if self.binds >= least else rf"\left({self.text}\right)"


@dataclass(slots=True, eq=False)
class Printer:
    """`letters` are the names of indices that the file leaves without one, by the index's identity."""

    letters: dict[int, str] = field(default_factory=dict)

    def __call__(self, expr: typed.Expr) -> str:
        return self.tex(expr).text

    def tex(self, expr: typed.Expr) -> Tex:
        match expr:
            case typed.Number():
                return Tex(names.number(expr.value)) if expr.value >= 0 else Tex(f"-{names.number(expr.value)}", SUM)
            case typed.Member():
                return Tex(str(expr.value) if isinstance(expr.value, int) else names.upright(expr.value))
            case typed.Index():
                return Tex(self.index(expr.index))
            case typed.Ref():
                return Tex(self.symbol(expr.symbol, [self(a) for a in expr.args]))
            case typed.Attribute():
                return Tex(rf"{self.tex(expr.base).within(POWER)}.{names.upright(expr.name)}", POWER)
            case typed.Without() | typed.WithOnly() | typed.Expected():
                return self.absence(expr)
            case typed.Compare() | typed.Logic() | typed.Not():
                return self.condition(expr)
            case typed.Neg() | typed.Add() | typed.Mul() | typed.Div() | typed.Pow() | typed.Call() | typed.If():
                return self.arithmetic(expr)
            case typed.Reduce():
                return self.reduction(expr)
        return self.set(expr)

    # ---- names ----

    def index(self, index: typed.IndexVar) -> str:
        if id(index) in self.letters:
            return self.letters[id(index)]
        base, below = names.name(index.name)
        return f"{base}_{{{below}}}" if below else base

    def symbol(self, symbol: Symbol, indices: Iterable[str]) -> str:
        base, below = names.name(symbol.name, "mathrm" if isinstance(symbol, SetSymbol) else "mathit")
        parts = [p for p in (below, *indices) if p]
        return f"{base}_{{{', '.join(parts)}}}" if parts else base

    # ---- arithmetic ----

    def arithmetic(self, expr: typed.Expr) -> Tex:
        match expr:
            case typed.Neg():
                return Tex(f"-{self.tex(expr.arg).within(PRODUCT)}", SUM)
            case typed.Add():
                return Tex(self.total(expr.terms), SUM)
            case typed.Mul():
                return self.product(expr.factors)
            case typed.Div():
                return Tex(rf"\frac{{{self(expr.numerator)}}}{{{self(expr.denominator)}}}", POWER)
            case typed.Pow():
                return Tex(f"{self.tex(expr.base).within(ATOM)}^{{{self(expr.exponent)}}}", POWER)
            case typed.Call():
                return self.call(expr)
            case typed.If():
                condition = self(expr.condition)
                return Tex(
                    rf"\begin{{cases}} {self(expr.then)} & \text{{if }} {condition} \\ "
                    rf"{self(expr.otherwise)} & \text{{otherwise}} \end{{cases}}",
                    SUM,
                )
        raise AssertionError(type(expr).__name__)

    def total(self, terms: tuple[typed.Expr, ...]) -> str:
        out = ""
        for term in terms:
            minus = isinstance(term, typed.Neg)
            held = self.tex(term.arg if isinstance(term, typed.Neg) else term)
            if not minus and isinstance(term, typed.Number) and term.value < 0:
                minus, held = True, Tex(names.number(term.value))
            text = held.within(PRODUCT)
            out += (" - " if minus else " + ") + text if out else ("-" if minus else "") + text
        return out

    def product(self, factors: tuple[typed.Expr, ...]) -> Tex:
        """Signs go to the front; a sum sign may stand last only."""
        minus = sum(isinstance(f, typed.Neg) for f in factors) % 2 == 1
        held = [self.tex(f.arg if isinstance(f, typed.Neg) else f) for f in factors]
        last = held[-1].within(PRODUCT)
        texts = [t.within(ATOM if t.open_end else PRODUCT) for t in held[:-1]] + [last]
        out = texts[0]
        for left, right in pairwise(texts):
            digit = right[0].isdigit() or (right.startswith(r"\frac{") and left[-1].isdigit())
            out += (r" \cdot " if digit else r" \, " if "mathit" in left and "mathit" in right else " ") + right
        return Tex(f"-{out}", SUM) if minus else Tex(out, PRODUCT, held[-1].open_end)

    def call(self, expr: typed.Call) -> Tex:
        inside = ", ".join(self(a) for a in expr.args)
        match expr.fn:
            case "sqrt":
                return Tex(rf"\sqrt{{{inside}}}")
            case "abs" | "card":
                return Tex(rf"\left|{inside}\right|")
            case "log" | "exp":
                return Tex(rf"\{expr.fn}\left({inside}\right)", POWER)
            case "min" | "max":
                return Tex(rf"\{expr.fn}\left\{{{inside}\right\}}", POWER)
        return Tex(rf"\operatorname{{{names.escaped(expr.fn)}}}\left({inside}\right)", POWER)

    def reduction(self, expr: typed.Reduce) -> Tex:
        below = self.ranges(expr.binders, expr.where)
        body = self.tex(expr.body).within(PRODUCT)
        return Tex(f"{REDUCTIONS[expr.op]}_{{{below}}} {body}", PRODUCT, open_end=True)

    def absence(self, expr: typed.Expr) -> Tex:
        match expr:
            case typed.Without():
                return Tex(rf"\left({self(expr.body)}\right)_{{-{self.tex(expr.agent).within(ATOM)}}}", POWER)
            case typed.WithOnly():
                return Tex(rf"\left({self(expr.body)}\right)_{{{self(expr.agents)}}}", POWER)
            case typed.Expected():
                given = rf" \mid {', '.join(self(g) for g in expr.given)}" if expr.given else ""
                return Tex(rf"\mathbb{{E}}\left[{self(expr.body)}{given}\right]", POWER)
        raise AssertionError(type(expr).__name__)

    # ---- conditions and sets ----

    def condition(self, expr: typed.Expr) -> Tex:
        match expr:
            case typed.Compare():
                rest = "".join(f" {RELATIONS[op]} {self(e)}" for op, e in expr.rest)
                return Tex(self(expr.first) + rest, SUM)
            case typed.Logic():
                sign = r" \land " if expr.op == "and" else r" \lor "
                return Tex(sign.join(self.grouped(a) for a in expr.args), SUM)
            case typed.Not():
                return Tex(rf"\lnot {self.grouped(expr.arg)}", SUM)
        raise AssertionError(type(expr).__name__)

    def grouped(self, condition: typed.Expr) -> str:
        text = self.tex(condition)
        return text.within(ATOM) if isinstance(condition, typed.Logic) else text.text

    def set(self, expr: typed.Expr) -> Tex:
        match expr:
            case typed.SetLiteral():
                return Tex(rf"\{{{', '.join(self(i) for i in expr.items)}\}}" if expr.items else r"\emptyset")
            case typed.TupleExpr():
                return Tex(f"({', '.join(self(i) for i in expr.items)})")
            case typed.Range():
                return Tex(rf"\{{{self(expr.low)}, \dots, {self(expr.high)}\}}")
            case typed.Comprehension():
                return Tex(self.comprehension(expr))
            case typed.SetOp():
                left, right = self.tex(expr.left).within(ATOM), self.tex(expr.right).within(ATOM)
                return Tex(f"{left} {SET_SIGNS[expr.op]} {right}", SUM)
            case typed.Subsets():
                return Tex(f"2^{{{self(expr.arg)}}}", POWER)
            case typed.Interval():
                return Tex(f"[{self(expr.low)}, {self(expr.high)}]")
        raise AssertionError(type(expr).__name__)

    def comprehension(self, expr: typed.Comprehension) -> str:
        condition = self(expr.where) if expr.where is not None else ""
        if len(expr.binders) == 1:
            such = rf" \mid {condition}" if condition else ""
            return rf"\{{{self.range(expr.binders[0])}{such}\}}"
        whole = ", ".join(self.index(i) for b in expr.binders for i in b.indices)
        conditions = [*(self.range(b) for b in expr.binders), condition]
        return rf"\{{({whole}) \mid {', '.join(c for c in conditions if c)}\}}"

    def ranges(self, binders: tuple[typed.Binder, ...], where: typed.Expr | None) -> str:
        r"""`i \in S, j \in T : condition`."""
        text = ", ".join(self.range(b) for b in binders)
        return f"{text} : {self(where)}" if where is not None else text

    def range(self, binder: typed.Binder) -> str:
        held = ", ".join(self.index(i) for i in binder.indices)
        return rf"{held if len(binder.indices) == 1 else f'({held})'} \in {self(binder.domain)}"


def walk(node: object) -> Iterator[typed.Expr | typed.Binder]:
    """An expression and all inside it, binders too; symbols are not entered."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, (typed.Expr, typed.Binder)) and is_dataclass(node):
        yield node
        for part in fields(node):
            if part.name not in ("span", "kind", "symbol", "index"):
                yield from walk(getattr(node, part.name))
