"""Vectorised evaluation against the row-by-row oracle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from mdl.algebra import arithmetic, segments
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members
from mdl.data.bind import bind
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Source
from mdl.semantics.model import LetSymbol, Model, Symbol
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse
from tests.algebra import texts
from tests.algebra.oracle import Oracle, Undefined


def model_of(text: str) -> Model:
    file, wrong = parse(Source("test.mdl", text))
    assert not wrong, wrong
    model, problems = resolve(file)
    assert not problems, [(d.message, d.span) for d in problems]
    return model


def instance_of(text: str) -> Instance:
    return bind(model_of(text), Path())


def at_point(instance: Instance, point: dict[str, dict[tuple[Any, ...], str]]) -> dict[Symbol, Numbers]:
    out: dict[Symbol, Numbers] = {}
    for name, values in point.items():
        symbol = instance.model.symbols[name]
        out[symbol] = Numbers.of([Fraction(values[key]) for key in instance.domain(symbol).members()])
    return out


def fractions_of(point: dict[str, dict[tuple[Any, ...], str]]) -> dict[str, dict[tuple[Any, ...], Fraction]]:
    return {name: {k: Fraction(v) for k, v in values.items()} for name, values in point.items()}


FUNCTIONS = {"log": arithmetic.log, "exp": arithmetic.exp, "sqrt": arithmetic.sqrt, "abs": arithmetic.absolute}


class Opaque:
    """A builder of quantities that are numbers in disguise: the evaluator must not look inside."""

    def __init__(self, point: dict[Symbol, Numbers]) -> None:
        self.point = point

    def variable(self, symbol: Any, positions: Any, at: Any) -> Any:
        return Box(self.point[symbol].take(positions))

    def add(self, terms: Sequence[Any], at: Any) -> Any:
        return Box(arithmetic.total([bare(t) for t in terms]))

    def negate(self, arg: Any, at: Any) -> Any:
        return Box(arithmetic.neg(bare(arg)))

    def multiply(self, left: Any, right: Any, at: Any) -> Any:
        return Box(arithmetic.mul(bare(left), bare(right)))

    def divide(self, left: Any, right: Any, at: Any) -> Any:
        return Box(arithmetic.div(bare(left), bare(right)))

    def power(self, base: Any, exponent: Any, at: Any) -> Any:
        return Box(arithmetic.power(bare(base), bare(exponent)))

    def call(self, fn: str, args: Sequence[Any], at: Any, frame: Any) -> Any:
        held = [bare(a) for a in args]
        if fn in ("min", "max"):
            out = held[0]
            for a in held[1:]:
                out = arithmetic.minimum(out, a) if fn == "min" else arithmetic.maximum(out, a)
            return Box(out)
        return Box(
            {"log": arithmetic.log, "exp": arithmetic.exp, "sqrt": arithmetic.sqrt, "abs": arithmetic.absolute}[fn](
                held[0]
            )
        )

    def reduce(self, op: str, body: Any, groups: Any, at: Any, child: Any) -> Any:
        return Box(segments.reduce(op, bare(body), groups))

    def take(self, arg: Any, positions: Any) -> Any:
        return Box(bare(arg).take(positions))

    def merge(self, parts: Sequence[Any], size: int, at: Any) -> Any:
        return Box(arithmetic.merge([(rows, bare(p)) for rows, p in parts], size))


class Box:
    def __init__(self, held: Numbers) -> None:
        self.held = held


def bare(value: Any) -> Numbers:
    return value.held if isinstance(value, Box) else value


def evaluated(ev: Evaluator, let: LetSymbol) -> list[Fraction | float] | None:
    try:
        held = bare(ev.table(let))
    except Failure as f:
        assert all(d.code.startswith("MDL3") and d.span is not None for d in f.diagnostics)
        return None
    except arithmetic.Fault:
        return None
    if isinstance(held, Members):
        atoms = ev.store.universe.atoms(held.codes[0])
        return [Fraction(a) for a in atoms if not isinstance(a, str)]
    return list(held.fractions()) if held.is_exact else held.floats().tolist()


def expected(model: Model, let: LetSymbol) -> list[Any] | None:
    try:
        return list(Oracle(model, fractions_of(texts.POINT)).table(let).values())
    except Undefined:
        return None
    except (OverflowError, ZeroDivisionError):
        return None


def agree(found: list[Any] | None, wanted: list[Any] | None) -> None:
    if found is None or wanted is None:
        assert found is wanted is None
        return
    assert len(found) == len(wanted)
    for f, w in zip(found, wanted, strict=True):
        if isinstance(f, Fraction) and isinstance(w, Fraction):
            assert f == w
        else:
            assert math.isclose(float(f), float(w), rel_tol=1e-7, abs_tol=1e-9)


def check(text: str) -> None:
    model = model_of(text)
    let = model.symbols["out"]
    assert isinstance(let, LetSymbol)
    wanted = expected(model, let)
    instance = bind(model, Path())
    point = at_point(instance, texts.POINT)
    found = evaluated(instance.evaluator(values=point), let)
    agree(found, wanted)
    agree(evaluated(instance.evaluator(symbolic=Opaque(point)), let), wanted)


@settings(max_examples=100, deadline=None)
@given(texts.models())
def test_random_expressions_have_the_values_of_the_oracle(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(texts.models(without=True))
def test_random_expressions_without_agents_have_the_values_of_the_oracle(text: str) -> None:
    check(text)
