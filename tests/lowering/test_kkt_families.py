"""The conditions by symbols against the KKT program by numbers, at random points; and as people read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.differentiate import Unwritable
from mdl.algebra.numbers import Numbers
from mdl.answer.typed_text import line, lines
from mdl.data.bind import bind
from mdl.data.instance import Instance
from mdl.diagnostics import Source
from mdl.lowering.kkt_families import Family, MultiplierSymbol, families
from mdl.program.evaluation import Evaluation
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import LetSymbol, RuleSymbol, Symbol, VarSymbol

MODELS = Path(__file__).parents[2] / "models"

EVERYTHING = """
model everything;
set S := {a, b, c};
set T[i in S] in S := {a: {b, c}, b: {a}, c: {a, b, c}};
set E in S * S := {(a, b), (b, c), (c, a), (a, a)};
set back[j in S] = {i in S where j in T[i]};
param w[S, S] := {(a, a): 1, (a, b): 2, (a, c): -1, (b, a): 3, (b, b): 1, (b, c): 2, (c, a): 1, (c, b): 4, (c, c): 2};
param n := 3;
var x[S] >= 0.5, <= 5;
var y[i in S, j in T[i]] >= 0;
var z >= 1;
let sums[i in S] = sum(j in T[i]) w[i, j] * y[i, j];
subject to one[i in S]: x[i]^2 + sums[i] <= 9 + z;
subject to two[(i, j) in E where i != j]: 1 <= w[i, j] * x[i] - x[j] / 2 + z <= 40;
subject to three: 2 >= x[a] * z - sqrt(x["b"]) - 100;
subject to four[j in S]: sum(i in back[j] where i != j) exp(x[i] / 10) - z == 0;
subject to five: sum((i, j) in E) w[i, j] * x[j] >= -50;
subject to six[t in 1..n]: t * z >= (if t > 1 then x[c] else 2 * x[a]) - 70;
maximize goal: sum(i in S) (log(1 + x[i] + z) - 3 * x[i]^-1) - (sum(i in S, j in T[i]) y[i, j])^2 / z
    - sum(i in S) sums[i]^2 + x[b] * 4;
"""


def loaded(text: str) -> tuple[Instance, RuleSymbol]:
    instance = bind(driver.understand(Source("test.mdl", text)), Path())
    return instance, next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))


def compare(instance: Instance, rule: RuleSymbol) -> int:
    """Every stationarity family at a random point: left - right by the file's evaluator and the program."""
    kkt = driver.kkt_of(driver.compile_rule(instance, rule).program)
    found, program = families(instance.model, rule), kkt.program
    point = np.random.default_rng(3).uniform(1.0, 2.0, program.width)
    held = {c.name: point[c.start : c.start + len(c.labels)] for c in program.columns}
    rows = Evaluation(program).rows(point)
    seen = 0
    for family in found:
        if family.kind != "stationarity":
            continue
        block = next(b for b in program.rows if b.name == family.name)
        assert block.lower is not None
        expected = rows[block.start : block.start + len(block.labels)] - block.lower.values.floats()
        np.testing.assert_allclose(value(instance, family, held), expected, rtol=1e-9, atol=1e-9)
        seen += 1
    return seen


def value(instance: Instance, family: Family, held: dict[str, np.ndarray]) -> np.ndarray:
    ((_, right),) = family.body.rest
    body = typed.Add(family.body.span, Numeric(), (family.body.first, typed.Neg(right.span, Numeric(), right)))
    let = LetSymbol("off", body.span, family.index, family.where, Numeric(), body, "let")
    values: dict[Symbol, Numbers] = {}
    for node in everything(body):
        if isinstance(node, typed.Ref) and isinstance(node.symbol, VarSymbol):
            values[node.symbol] = Numbers.inexact(held[node.symbol.name])
    for symbol in instance.model.symbols.values():
        if isinstance(symbol, VarSymbol):
            values[symbol] = Numbers.inexact(held[symbol.name])
    return instance.evaluator(values=values).table(let).floats()


def everything(e: typed.Expr) -> list[typed.Expr]:
    from mdl.algebra.free import walk

    return list(walk(e))


def test_every_form_is_differentiated_as_the_program_is() -> None:
    assert compare(*loaded(EVERYTHING)) == 3


@pytest.mark.parametrize(
    "name",
    ["unicast", "multicast_network", "public_good", "local_public_goods", "kelly", "walrasian", "lindahl", "smart_grid",
     "transport", "procurement_flow", "kkt/screening", "kkt/ranges", "kkt/public_good", "kkt/multicast"],
)  # fmt: skip
def test_models(name: str) -> None:
    instance = driver.load(MODELS / f"{name}.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    assert compare(instance, rule) >= 1


def test_the_papers_form_of_unicast() -> None:
    """Thesis (1.4): every family in one line."""
    instance = driver.load(MODELS / "unicast.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    assert list(lines(families(instance.model, rule))) == [
        "  stationarity",
        "    stationarity[x[i]]: theta[i]/(1 + x[i]) == sum(l in route[i]) alpha[i,l]*dual[link[l]]"
        " + dual[x.lower[i]]  for i in USER",
        "  primal feasibility",
        "    link[l]: sum(i in users[l]) alpha[i,l]*x[i] <= capacity[l]  for l in LINK",
        "  dual feasibility",
        "    dual[link[l]] >= 0  for l in LINK",
        "    dual[x.lower[i]] <= 0  for i in USER",
        "  complementarity",
        "    complementarity[link[l]]: dual[link[l]]*(sum(i in users[l]) alpha[i,l]*x[i] - capacity[l]) == 0"
        "  for l in LINK",
        "    complementarity[x.lower[i]]: dual[x.lower[i]]*x[i] == 0  for i in USER",
    ]


def test_a_maximum_gives_equation_2_6() -> None:
    instance = driver.load(MODELS / "multicast.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    made = {f.name: line(f) for f in families(instance.model, rule)}
    assert made["stationarity[link.max]"] == (
        "stationarity[link.max[k]]: 0 == dual[link] - sum(i in member[k]) dual[link.max[k,i]]  for k in GROUP"
    )


def test_indices_in_scope_have_different_names() -> None:
    instance, rule = loaded(
        "model m; set S := {a, b}; var x[i in S]; subject to r[i in S, j in S where i != j]: x[i] - x[j] <= 1;"
        " maximize g: -(sum(i in S) x[i])^2;"
    )
    (first, *_) = families(instance.model, rule)
    assert line(first) == (
        "stationarity[x[i]]: -2*sum(j in S) x[j] == sum(j in S where i != j) dual[r[i,j]]"
        " - sum(j in S where j != i) dual[r[j,i]]  for i in S"
    )
    compare(instance, rule)


def test_what_has_no_single_line_says_why() -> None:
    instance, rule = loaded("model m; var x >= 0, <= 2; var y >= 0; subject to r: max(x, y) <= 1; maximize g: x + y;")
    with pytest.raises(Unwritable, match="max"):
        families(instance.model, rule)


def test_multipliers_are_those_of_the_program() -> None:
    instance, rule = loaded(EVERYTHING)
    names = {f.name for f in families(instance.model, rule) if f.kind == "dual"}
    program = driver.kkt_of(driver.compile_rule(instance, rule).program).program
    signed = {program.columns[c.columns].name for c in program.complementarities}
    assert names == signed
    assert MultiplierSymbol.__mro__[1] is VarSymbol
