"""KKT systems as programs: against derivatives by finite differences, signs by hand, exact structure."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source
from mdl.lowering.kkt import Kkt, lower_kkt, sign_of
from mdl.program.evaluation import Evaluation
from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.program import Objective, Program, ProgramClass
from mdl.semantics.model import RuleSymbol
from tests.program.make import columns, identity, rows, sparse

MODELS = Path(__file__).parents[2] / "models"


def system(text: str, rule: str) -> Kkt:
    instance = bind(driver.understand(Source("test.mdl", text)), Path())
    found = instance.model.symbols[rule]
    assert isinstance(found, RuleSymbol)
    return lower_kkt(driver.compile_rule(instance, found).program)


def every_function() -> Program:
    """Three variables; log, exp, sqrt, reciprocal, powers, a product, nested; two nonlinear rows."""
    x = Affine(3, Numbers.of([Fraction(2), Fraction(3), Fraction(5, 2)]), identity(3), ())
    nodes = (
        x,
        Apply(3, Function.LOG, 0),
        Apply(3, Function.EXP, 1),
        Apply(3, Function.SQRT, 0),
        Apply(3, Function.RECIPROCAL, 3),
        Power(3, 0, Numbers.of([Fraction(3), Fraction(1, 2), Fraction(-2)])),
        Product(3, 1, 5),
        Affine(2, Numbers.of([1, 0]), sparse([[0, 1, 0], [0, 0, 2]]), ((sparse([[1, 2, 0], [0, 1, 1]]), 6),)),
        Apply(2, Function.SQRT, 7),
        Power(3, 0, Numbers.constant(2, 3)),
    )
    goal = Objective(
        "goal", True, Numbers.constant(7, 1), sparse([[1, 0, -1]]),
        ((sparse([[1, 1, 2]]), 2), (sparse([[3, 0, 1]]), 4), (sparse([[1, 1]]), 8), (sparse([[1, 2, 3]]), 9)),
    )  # fmt: skip
    made = rows(
        sparse([[1, 0, 0], [0, 1, 1]]), None, [9, 9], nonlinear=((sparse([[1, 1, 1], [0, 2, 0]]), 6),)
    )  # fmt: skip
    ranged = rows(sparse([[1, 1, 1]]), [0], [8], name="band", start=2, nonlinear=((sparse([[0, 1, 0]]), 4),))
    return Program("all", (columns(3, 0, [4, 5, None]),), (made, ranged), goal, nodes, (), ProgramClass.NLP)


def numeric_gradient(program: Program, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of objective - y'rows by central differences."""
    held, out = Evaluation(program), np.zeros(program.width)

    def value(at: np.ndarray) -> float:
        return held.objective(at) - float(y @ held.rows(at))

    for k in range(program.width):
        step = np.zeros(program.width)
        step[k] = 1e-6
        out[k] = (value(x + step) - value(x - step)) / 2e-6
    return out


def test_stationarity_is_the_gradient_of_the_lagrangian() -> None:
    program = every_function()
    kkt, rng = lower_kkt(program), np.random.default_rng(1)
    for _ in range(3):
        point = rng.uniform(0.2, 1.5, kkt.program.width)
        solution = kkt.split(point)
        assert solution.row_duals is not None and solution.column_duals is not None and solution.values is not None
        body = Evaluation(kkt.program).rows(point)[:3]
        bound = kkt.program.rows[0].lower
        assert bound is not None
        expected = numeric_gradient(program, solution.values, solution.row_duals) - solution.column_duals
        np.testing.assert_allclose(body - bound.values.floats(), expected, rtol=1e-6, atol=1e-6)


def test_a_multiplier_for_each_side_that_is_there_and_no_other() -> None:
    kkt = lower_kkt(every_function())
    assert [(m.name, m.side, m.sign, len(m.places)) for m in kkt.multipliers] == [
        ("r", "upper", 1, 2),
        ("band.lower", "lower", -1, 1),
        ("band.upper", "upper", 1, 1),
        ("x.lower", "lower", -1, 3),
        ("x.upper", "upper", 1, 2),
    ]
    assert [c.name for c in kkt.program.complementarities][:2] == ["complementarity[r]", "complementarity[band.lower]"]


def test_names_are_made_of_the_users() -> None:
    kkt = system(
        "model m; set L := {AB}; var x[L] >= 0; subject to link[l in L]: x[l] <= 3;"
        " maximize g: log(1 + sum(l in L) x[l]);",
        "g",
    )
    names = [b.labels.name(b.name, 0) for b in (*kkt.program.rows, *kkt.program.columns)]
    assert names == [
        "stationarity[x[AB]]", "link[AB]", "x.lower[AB]", "x[AB]", "dual[link[AB]]", "dual[x.lower[AB]]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("side", "maximize", "sign"),
    [("upper", True, 1), ("lower", True, -1), ("upper", False, -1), ("lower", False, 1), ("equal", True, 0)],
)
def test_signs_are_those_of_the_page(side: str, maximize: bool, sign: int) -> None:
    assert sign_of(side, maximize) == sign


def test_quadratic_programs_have_linear_systems() -> None:
    kkt = system("model m; var x; var y >= 0; subject to r: x + y == 2; minimize c: (x - 1)^2 + 3 * y^2 + x * y;", "c")
    assert kkt.program.linear_rows
    row = kkt.program.rows[0]
    # by x: 2 (x - 1) + y - dual
    assert row.linear.coefficients.fractions() == [2, 1, -1]
    assert row.lower is not None and row.lower.values.fractions() == [2]


def test_equal_sides_of_a_range_have_one_free_multiplier() -> None:
    kkt = system(
        "model m; set K := {a, b}; param hi[K] := {a: 1, b: 2}; var x[K]; subject to r[k in K]: 1 <= x[k] <= hi[k];"
        " minimize c: sum(k in K) x[k]^2;",
        "c",
    )
    assert [(m.name, m.side, m.sign, m.places.tolist()) for m in kkt.multipliers] == [
        ("r", "equal", 0, [0]),
        ("r.lower", "lower", 1, [1]),
        ("r.upper", "upper", -1, [1]),
    ]


def test_integers_are_refused_at_their_place() -> None:
    with pytest.raises(Failure) as caught:
        system("model m; var x >= 0, integer; subject to r: x <= 2; maximize g: x;", "g")
    (found,) = caught.value.diagnostics
    assert found.code == "MDL430" and found.span is not None and found.span.text == "x"


@pytest.mark.parametrize("name", ["unicast", "multicast", "public_good", "transport", "smart_grid", "kelly"])
def test_solutions_solve_the_system_and_the_way_back_is_total(name: str) -> None:
    instance = driver.load(MODELS / f"{name}.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    program = driver.compile_rule(instance, rule).program
    solution, kkt = driver.solve_program(program), driver.kkt_of(program)
    point = kkt.join(solution)
    back = kkt.split(point)
    np.testing.assert_allclose(back.values, solution.values)
    np.testing.assert_allclose(back.row_duals, solution.row_duals, atol=1e-9)
    np.testing.assert_allclose(back.column_duals, solution.column_duals, atol=1e-6)
    body = Evaluation(kkt.program).rows(point)
    for block in kkt.program.rows[: len(program.columns)]:
        assert block.lower is not None
        here = slice(block.start, block.start + len(block.labels))
        np.testing.assert_allclose(body[here], block.lower.values.floats(), atol=1e-6)
    covered = {(m.of_rows, int(p)) for m in kkt.multipliers for p in m.places}
    assert {p for of_rows, p in covered if of_rows} == set(range(program.height))
