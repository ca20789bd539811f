"""Random graphs say the same through every form: our evaluation, the ConcreteModel, the script, and read back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from mdl.algebra.numbers import Numbers
from mdl.backends.pyomo_model import assemble
from mdl.backends.pyomo_reader import read
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.sparse import SparseRows
from tests.backends.test_pyomo_script import model_of
from tests.program import make

WIDTH, SIZE = 3, 2

coefficients = some.sampled_from([-2, -1, 0, 0, 0, 1, 3, Fraction(1, 3)])


@some.composite
def maps(draw: Any, rows: int, width: int) -> SparseRows:
    return make.sparse([[draw(coefficients) for _ in range(width)] for _ in range(rows)], width)


@some.composite
def nodes(draw: Any) -> tuple[Node, ...]:
    made: list[Node] = [Affine(SIZE, Numbers.of([2, 1]), draw(maps(SIZE, WIDTH)), ())]
    for place in range(1, draw(some.integers(2, 9))):
        earlier = some.integers(0, place - 1)
        kind = draw(some.sampled_from(["affine", "apply", "power", "product"]))
        if kind == "affine":
            inner = tuple((draw(maps(SIZE, SIZE)), k) for k in sorted(draw(some.sets(earlier, max_size=2))))
            constant = Numbers.of([draw(coefficients) for _ in range(SIZE)])
            made.append(Affine(SIZE, constant, draw(some.none() | maps(SIZE, WIDTH)), inner))
        elif kind == "apply":
            made.append(Apply(SIZE, draw(some.sampled_from(list(Function))), draw(earlier)))
        elif kind == "power":
            exponents = [draw(some.sampled_from([2, 3, -1, Fraction(1, 2), 1, 0])) for _ in range(SIZE)]
            made.append(Power(SIZE, draw(earlier), Numbers.of(exponents)))
        else:
            made.append(Product(SIZE, draw(earlier), draw(earlier)))
    return tuple(made)


@some.composite
def programs(draw: Any) -> Program:
    held = draw(nodes())
    places = some.integers(0, len(held) - 1)
    goal = Objective(
        "goal",
        draw(some.booleans()),
        Numbers.of([draw(coefficients)]),
        draw(maps(1, WIDTH)),
        ((draw(maps(1, SIZE)), draw(places)),),
    )
    rows = make.rows(draw(maps(2, WIDTH)), -5, [None, 5], nonlinear=((draw(maps(2, SIZE)), draw(places)),))
    return Program("random", (make.columns(WIDTH),), (rows,), goal, held, kind=ProgramClass.NLP)


@given(programs())
@settings(max_examples=80, deadline=None)
def test_four_forms_agree(program: Program) -> None:
    functions = Functions(program)
    x = np.array([0.7, 1.3, 0.45])
    with np.errstate(all="ignore"):
        goal, bodies = functions.objective(x), functions.rows(x)
        everywhere = np.concatenate([np.ravel(v) for v in functions.values(x)])
    assume(np.isfinite(everywhere).all() and np.abs(everywhere).max() < 1e6)
    held, script = assemble(program), model_of(program)
    close = {"rel": 1e-8, "abs": 1e-8}
    for m in (held.model, script):
        for variable, value in zip(m.x.values(), x, strict=True):
            variable.set_value(value)
        assert pyo.value(m.goal) == pytest.approx(goal, **close)
        assert [pyo.value(m.r[k].body) for k in m.r] == pytest.approx(bodies.tolist(), **close)
    back = read(held.model)
    again = Functions(back.program)
    assert again.objective(x) == pytest.approx(goal, **close)
    sides = back.program.rows[0].lower
    assert sides is not None
    # Constants of the bodies have gone to the sides: the slack is the same.
    assert (again.rows(x) - sides.values.floats()).tolist() == pytest.approx((bodies + 5).tolist(), **close)
