"""Typed expressions from text, with facts written out, for tests of curvature."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

from mdl.algebra.curvature import Analysis
from mdl.algebra.interval import Interval
from mdl.algebra.proof import Proof
from mdl.diagnostics import Source
from mdl.semantics.model import LetSymbol, Model, ParamSymbol, RuleSymbol, SetSymbol, Symbol
from mdl.semantics.resolve import resolve
from mdl.semantics.typed import Expr
from mdl.syntax.parse import parse

DECLARATIONS = """model m "t";
set S := {s1, s2, s3};
param p := 2; param n := -3; param z := 1; param half := 0.5;
param a[S] := {s1: 1, s2: 2, s3: 5};
param mixed[S] := {s1: -1, s2: 0, s3: 4};
var x; var y; var u >= 0; var w >= 1, <= 4; var v <= 0; var b binary; var d <= -1;
var q[S]; var r[S] >= 0; var t[S] >= 0, <= 2;
let aff = 2 * x - y + 1;
let sq = x^2;
let root = sqrt(x);
let row[i in S] = a[i] * r[i];
"""


@dataclass
class Known:
    """Facts from the data written in the declarations above, and from `seen` for products."""

    seen: dict[Expr, Interval] = field(default_factory=dict)

    def range_of(self, symbol: Symbol) -> Interval | None:
        if not isinstance(symbol, ParamSymbol):
            return None
        known = {"p": (2, 2), "n": (-3, -3), "z": (1, 1), "half": (Fraction(1, 2),) * 2, "a": (1, 5), "mixed": (-1, 4)}
        return Interval.of(*known[symbol.name]) if symbol.name in known else None

    def size_of(self, symbol: SetSymbol) -> Interval | None:
        return Interval.point(3) if symbol.name == "S" else None

    def coefficient(self, product: Expr) -> Interval | None:
        return self.seen.get(product)


def model_of(text: str) -> Model:
    file, wrong = parse(Source("test.mdl", text))
    assert not wrong, wrong
    model, meaning = resolve(file)
    assert not meaning, meaning
    return model


def expression(text: str) -> Expr:
    rule = model_of(f"{DECLARATIONS}minimize goal: {text};").symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    return rule.body


def proof(text: str, facts: Known | None = None) -> Proof:
    return Analysis(facts or Known()).of(expression(text))


def let_body(model: Model, name: str) -> Expr:
    symbol = model.symbols[name]
    assert isinstance(symbol, LetSymbol)
    return symbol.body


EVERYTHING = (-inf, inf)
