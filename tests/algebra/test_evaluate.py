"""Vectorised evaluation against the row-by-row oracle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from mdl.algebra import arithmetic, join, segments
from mdl.algebra.absence import with_only, without
from mdl.algebra.domain import Domain
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


def table(instance: Instance, name: str, **options: Any) -> list[Any]:
    symbol = instance.model.symbols[name]
    assert isinstance(symbol, LetSymbol)
    held = instance.evaluator(**options).table(symbol)
    return held.tolist() if isinstance(held, np.ndarray) else list(bare(held).fractions())


def test_an_outsider_affects_others_through_its_true_type() -> None:
    # multi_party_learning.txt sec. 7.2 with alpha = 1: without i, q_i = t_i and q_j = t_j
    text = """model market "t";
    agents FIRM := {f1, f2};
    type size[FIRM] in 1..4 := {f1: 1, f2: 3};
    outcome share { model_size[i in FIRM] = sum(j in FIRM) size[j]; }
    let quality[i in FIRM] = max(model_size[i], size[i]);
    valuation[i in FIRM] = (sum(j in FIRM) quality[j]) * quality[i];
    let mep[i in FIRM] = valuation[i] - (valuation[i] without i);
    let others[i in FIRM] = (sum(j in FIRM) quality[j]) without i;
    """
    instance = instance_of(text)
    assert table(instance, "valuation") == [32, 32]
    # without f1: q = (1, 3), v_1 = 4 * 1; without f2: q = (1, 3), v_2 = 4 * 3
    assert table(instance, "mep") == [28, 20]
    assert table(instance, "others") == [3, 1]


GLOBAL = """model m "t";
agents U := {a, b, c};
set pair = U * U;
var x[U] >= 0;
var y[U, 1..2];
absent x[i] = 7;
let total = sum(i in U) x[i];
let both = sum((i, j) in pair) x[i] * x[j];
let z[i in U] = x[i] + y[i, 1] + total;
let share[i in U] = 1 / x[i] + total;
let here = sum(i in U) share[i];
subject to cap[i in U]: x[i] <= 1;
subject to edge[i in U, j in U where i != j]: x[i] <= x[j];
"""


def test_absence_of_a_whole_program_is_that_of_without() -> None:
    instance = instance_of(GLOBAL + "let t = total without b; let w[i in U] = z[i] without b; let s = both without b;")
    model = instance.model
    x, y = model.symbols["x"], model.symbols["y"]
    point = {x: Numbers.of([1, 2, 4]), y: Numbers.of([10, 20, 30, 40, 50, 60])}
    absence = without("U", instance.store.universe.codes(["b"]))
    assert table(instance, "total", values=point, absence=absence) == table(instance, "t", values=point) == [5]
    assert table(instance, "z", values=point, absence=absence) == table(instance, "w", values=point) == [16, 12, 59]
    assert table(instance, "both", values=point, absence=absence) == table(instance, "s", values=point) == [25]
    only = with_only("U", Domain.of(instance.store.universe, ["a", "c"]))
    assert table(instance, "both", values=point, absence=only) == [25]
    evaluator = instance.evaluator(absence=absence)
    cap, edge = model.symbols["cap"], model.symbols["edge"]
    kept = evaluator.present(cap)
    assert kept is not None and kept.tolist() == [0, 2]
    frame = evaluator.present_frame(edge)
    assert [frame.describe(k) for k in range(frame.size)] == ["i = a, j = c", "i = c, j = a"]


def test_a_let_is_not_evaluated_at_absent_agents_that_nothing_uses() -> None:
    text = GLOBAL.replace("absent x[i] = 7;", "")
    instance = instance_of(text)
    point = {instance.model.symbols["x"]: Numbers.of([1, 2, 4])}
    absence = without("U", instance.store.universe.codes(["b"]))
    # 1 / x[b] has no value, and here = sum over those present
    assert table(instance, "here", values=point, absence=absence) == [Fraction(5, 4) + 10]
    with pytest.raises(Failure) as caught:
        table(instance, "share", values=point, absence=absence)
    assert caught.value.diagnostics[0].code == "MDL340" and "i = b" in caught.value.diagnostics[0].message


def chain(length: int, last: str) -> str:
    links = "".join(f"let y{k}[i in U] = y{k - 1}[i] + y{k - 1}[i] - i;\n" for k in range(1, length))
    return f'model m "t"; agents U := 1..3; let y0[i in U] = i;\n{links}let out[i in U] = {last};\n'


@pytest.mark.parametrize("last", ["y499[i]", "(y499[i] without i)", "(y499[i] without 1)", "(y499[i] with only {2})"])
def test_long_chains_of_lets_neither_nest_nor_multiply(last: str) -> None:
    assert table(instance_of(chain(500, last)), "out") == [1, 2, 3]


def test_lets_may_be_conditions_and_members() -> None:
    text = 'model m "t"; set S := {a, b}; param n[S] := {a: 1, b: 2}; param next[S] in S := {a: b, b: a};'
    text += "let big[i in S] = n[i] > 1; let other[i in S] = next[i];"
    text += "let after[i in S] = if big[i] then 0 else n[other[i]];"
    instance = instance_of(text)
    assert table(instance, "big") == [False, True]
    assert table(instance, "after") == [2, 0]


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ("1 / n[i]", "MDL340", "i = b"),
        ("n[i] / n[i]", "MDL341", "i = b"),
        ("log(n[i])", "MDL342", "i = b"),
        ("sqrt(n[i] - 2)", "MDL343", "i = a"),
        ("(n[i] - 2)^0.5", "MDL344", "i = a"),
        ("exp(10^(3 * n[i]))", "MDL345", "i = a"),
        ("max(j in S where n[j] > n[i]) n[j]", "MDL346", "i = a"),
        ("sum(t in 1..3) p[t + 1]", "MDL347", "t = 3"),
        ("n[i] * name[i]", "MDL348", "i = a"),
        ("sum(k in 1..n[i] / 2) 1", "MDL349", "i = a"),
        ("x[i]", "MDL352", ""),
        ("hidden[u]", "MDL354", ""),
    ],
)
def test_errors_name_the_expression_and_the_member(body: str, code: str, where: str) -> None:
    text = 'model m "t"; set S := {a, b}; param n[S] := {a: 1, b: 0}; param p[1..3] default 0; var x[S];'
    text += (
        f"agents U := {{u}}; type hidden[U] in 1..2; param name[S] in S := {{a: a, b: b}}; let out[i in S] = {body};"
    )
    file, _ = parse(Source("m", text))
    model, problems = resolve(file)
    if code == "MDL348":
        assert problems  # names are never numbers, which is known before any data
        return
    instance = bind(model, Path())
    let = model.symbols["out"]
    assert isinstance(let, LetSymbol)
    with pytest.raises(Failure) as caught:
        instance.evaluator().table(let)
    (found,) = caught.value.diagnostics
    assert found.code == code and found.span is not None
    assert where in found.message


def test_data_is_evaluated_on_the_axes_that_it_depends_on() -> None:
    text = 'model m "t"; set S = 1..300; set T = 1..400; param p[i in S] = i; param q[j in T] = 2 * j;'
    text += "param c[i in S, j in T] = abs(p[i] - q[j]) + 0.1 * p[i] + (if j > 200 then log(j) else 0);"
    instance = instance_of(text)
    held = instance.values(instance.model.symbols["c"])
    assert isinstance(held, Numbers)
    for i, j in [(1, 1), (300, 400), (17, 201), (300, 1)]:
        wanted = abs(i - 2 * j) + 0.1 * i + (math.log(j) if j > 200 else 0)
        assert math.isclose(held.floats()[(i - 1) * 400 + j - 1], wanted, rel_tol=1e-12)


JOINS = [
    "sum(n in N where n in fam[i]) n",
    "sum(n in N where n in fam[i] and n > 1) (n + 1 / n)",
    "sum(j in U, n in N where n in fam[j] and j != i) n",
    "sum(n in N, j in U where n in fam[j] and j != i) n * t[j]",
    "sum(j in U where boss[j] == i) t[j]",
    "sum(j in U where i == boss[j]) t[j]",
    "sum(j in U where boss[i] == boss[j]) t[j]",
    "sum(e in E where head[e] == t[i]) 1",
    "sum(n in N, m in N where (n, m) in E) n * t[i]",
    "sum(n in N, m in N where (m, n) in E and m in fam[i]) n",
    "sum(n in N where (n, t[i]) in E) n",
    "sum(n in N, m in up[n] where m in fam[i]) m",
    "sum(j in U where i in {k in U where boss[k] == boss[j]}) t[j]",
    "sum(n in N where n in up[n]) n",
    "sum(n in N where 1 / (n - 1) > 0 and n in fam[i]) n",
    "sum(n in N where n in fam[i] and 1 / (n - 4) > 0) n",
]


@pytest.mark.parametrize("body", JOINS)
@pytest.mark.parametrize("from_rows", [0, 10**9])
def test_joins_are_filtered_products(body: str, from_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "WORTHWHILE", from_rows)
    for text in (body, f"({body}) without b", f"({body}) with only (U \\ {{i}})"):
        check(f"{texts.HEAD}let out[i in U] = {text};\n")


@settings(max_examples=60, deadline=None)
@given(texts.models())
def test_random_expressions_with_joins_everywhere(text: str) -> None:
    before, join.WORTHWHILE = join.WORTHWHILE, 0
    try:
        check(text)
    finally:
        join.WORTHWHILE = before


def test_a_transposed_family_does_not_need_the_product() -> None:
    text = 'model m "t"; set U = 1..60000; set L = 1..60000; set route[i in U] = {l in {i, 60001 - i}};'
    text += "set users[l in L] = {i in U where l in route[i]}; param load[l in L] = sum(i in users[l]) i;"
    instance = instance_of(text)
    held = instance.values(instance.model.symbols["load"])
    assert isinstance(held, Numbers)
    assert held.fractions()[:2] == [60001, 60001]


@settings(max_examples=100, deadline=None)
@given(texts.models())
def test_the_float_side_agrees_with_the_exact_side(text: str) -> None:
    instance = instance_of(text)
    let = instance.model.symbols["out"]
    assert isinstance(let, LetSymbol)
    exact = at_point(instance, texts.POINT)
    rough = {symbol: Numbers.inexact(held.floats()) for symbol, held in exact.items()}
    wanted, found = (evaluated(instance.evaluator(values=point), let) for point in (exact, rough))
    if wanted is not None and found is not None:  # 0 on one side may be 1e-17 on the other
        assert np.allclose(np.array(found, dtype=float), np.array(wanted, dtype=float), rtol=1e-6, atol=1e-6)
