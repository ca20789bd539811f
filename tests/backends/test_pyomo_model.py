"""The ConcreteModel says what the Program says: names, bounds, and values at random points."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyomo.environ as pyo
import pytest

from mdl.algebra.numbers import Numbers
from mdl.backends.pyomo_model import assemble, build
from mdl.backends.python_names import identifier, legal_names
from mdl.diagnostics import Failure
from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass, Rows
from mdl.program.sparse import SparseRows
from tests.program import make


def unicast() -> Program:
    """Thesis ch. 1, figure 6: rates of four users on two links, log utilities."""
    users = Labels.of([("u1",), ("u2",), ("u3",), ("u4",)])
    links = Labels.of([("AB",), ("BC",)])
    return Program(
        name="unicast",
        columns=(Columns("x", users, 0, Bound(Numbers.constant(0, 4)), None),),
        rows=(
            Rows(
                "link",
                links,
                0,
                "<=",
                None,
                Bound(Numbers.of([10, 6])),
                make.sparse([[1, 1, 1, 1], [1, 1, 1, 0]]),
            ),
        ),
        objective=Objective(
            "welfare", True, Numbers.of([0]), SparseRows.empty(1, 4), ((make.sparse([[1, 2, 4, 2]]), 1),)
        ),
        nodes=(
            Affine(4, Numbers.constant(1, 4), make.identity(4), ()),
            Apply(4, Function.LOG, 0),
        ),
    )


def everything() -> Program:
    """Every kind of node, shared parts, a constant part, all shapes of rows; values worked out in `by_hand`."""
    nodes = (
        Affine(2, Numbers.of([1, 2]), make.sparse([[1, 0, 2], [0, Fraction(1, 3), 0]]), ()),
        Apply(2, Function.LOG, 0),
        Apply(2, Function.EXP, 0),
        Product(2, 1, 2),
        Affine(2, Numbers.of([0, 5]), None, ((make.sparse([[1, -1], [0, 0]]), 3),)),
        Power(2, 4, Numbers.of([2, -1])),
        Apply(2, Function.SQRT, 0),
        Apply(2, Function.RECIPROCAL, 6),
    )
    rows = (
        make.rows(make.sparse([[1, 0, 1], [0, 0, 0]]), [-1, None], [4, 9], name="pair"),
        make.rows(
            make.sparse([[0, 0, 0], [0, 2, 0], [1, 1, 1]]),
            [None, 3, None],
            [7, 3, None],
            name="mixed",
            start=2,
            nonlinear=((make.sparse([[1, 2], [0, 1], [0, 0]]), 7),),
        ),
    )
    objective = Objective(
        "cost", False, Numbers.of([Fraction(1, 2)]), make.sparse([[0, 0, 3]]), ((make.sparse([[1, 4]]), 5),)
    )
    columns = (
        make.columns(2, 0, [5, None], name="x"),
        Columns("y", Labels.scalar(), 2, None, None, initial=np.array([0.25])),
    )
    return Program("everything", columns, rows, objective, nodes, kind=ProgramClass.NLP)


def by_hand(x1: float, x2: float, y: float) -> tuple[float, list[float]]:
    """Objective and row bodies of `everything`."""
    a, b = 1 + x1 + 2 * y, 2 + x2 / 3
    inner = np.log(a) * np.exp(a) - np.log(b) * np.exp(b)
    roots = 1 / np.sqrt(a), 1 / np.sqrt(b)
    rows = [x1 + y, 0.0, roots[0] + 2 * roots[1], 2 * x2 + roots[1], x1 + x2 + y]
    return 0.5 + 3 * y + inner**2 + 4 / 5, rows


def test_names_and_index_are_the_users() -> None:
    model = build(unicast())
    assert list(model.x) == ["u1", "u2", "u3", "u4"]
    assert model.x["u1"].name == "x[u1]"
    assert model.link["AB"].name == "link[AB]"
    assert model.welfare.sense == pyo.maximize
    assert model.link["BC"].upper == 6 and model.link["BC"].lower is None
    assert (model.x["u2"].lb, model.x["u2"].ub) == (0, None)


def test_values_at_random_points() -> None:
    program = everything()
    held = assemble(program)
    random = np.random.default_rng(3)
    for _ in range(5):
        point = random.uniform(0.1, 2.0, 3)
        for variable, value in zip(held.columns, point, strict=True):
            variable.set_value(value)
        objective, bodies = by_hand(*point)
        assert pyo.value(held.model.cost) == pytest.approx(objective, rel=1e-13)
        for row, body in zip(held.rows, bodies, strict=True):
            if row is not None:
                assert pyo.value(row.body) == pytest.approx(body, rel=1e-13)


def test_sides_of_rows_and_columns() -> None:
    held = assemble(everything())
    limits = [None if r is None else (pyo.value(r.lower), pyo.value(r.upper), r.equality) for r in held.rows]
    assert limits == [(-1, 4, False), (None, 9, False), (None, 7, False), (3, 3, True), None]
    assert [(v.lb, v.ub, v.value) for v in held.columns] == [(0, 5, None), (0, None, None), (None, None, 0.25)]
    assert held.model.y.name == "y"


def test_domains() -> None:
    integer = build(make.linear([1, 1], lower=0, upper=3, domain=Domain.INTEGER))
    assert integer.x[1].is_integer() and (integer.x[1].lb, integer.x[1].ub) == (0, 3)
    assert build(make.linear([1], domain=Domain.BINARY)).x[1].is_binary()


def test_shared_parts_are_written_once() -> None:
    """x -> x * x, forty times over: 2**40 leaves were it written out."""
    held = assemble(tower(40))
    assert len(list(held.model.component_objects(pyo.Expression))) == 39
    small = assemble(tower(6))
    small.columns[0].set_value(1.25)
    assert pyo.value(small.model.power) == pytest.approx(1.25**64, rel=1e-12)


def tower(height: int) -> Program:
    nodes: list[Affine | Product] = [Affine(1, Numbers.of([0]), make.identity(1), ())]
    nodes += [Product(1, k, k) for k in range(height)]
    objective = Objective("power", False, Numbers.of([0]), SparseRows.empty(1, 1), ((make.identity(1), height),))
    return Program("tower", (make.columns(1),), (), objective, tuple(nodes))


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        ("link.max", "link_max"),
        ("theta", "theta"),
        ("1st", "v_1st"),
        ("a b", "a_b"),
        ("θ", "θ"),
        ("_x", "v_x"),
        ("", "v_"),
    ],
)
def test_identifiers(name: str, legal: str) -> None:
    assert identifier(name) == legal


def test_clashes_get_a_number() -> None:
    assert legal_names(["model", "a.b", "a_b", "a b"], {"model"}) == ["model_1", "a_b", "a_b_1", "a_b_2"]


def test_names_that_pyomo_uses_itself() -> None:
    columns = (
        make.columns(1, name="model"),
        make.columns(1, name="x.max", start=1),
        make.columns(1, name="lambda", start=2),
    )
    rows = (make.rows(make.sparse([[1, 1, 1]]), 0, None, name="index"),)
    objective = Objective("name", False, Numbers.of([0]), make.sparse([[1, 2, 3]]))
    held = assemble(Program("clash", columns, rows, objective))
    assert held.names == {
        "model_1": "model",
        "x_max": "x.max",
        "lambda_1": "lambda",
        "index_1": "index",
        "name_1": "name",
    }
    assert held.model.component("x_max").doc == "x.max"
    assert held.model.component("index_1")[1].name == "index_1[1]"


def test_members_of_every_kind() -> None:
    labels = Labels.of([("a b", 1), ("it's", 2), (Fraction(1, 2), -3)])
    program = Program("members", (Columns("x", labels, 0, None, None),), (), make.linear([1, 1, 1]).objective)
    assert list(build(program).x) == [("a b", 1), ("it's", 2), (Fraction(1, 2), -3)]


def test_constant_outside_a_domain() -> None:
    nodes = (Affine(1, Numbers.of([-1]), None, ()), Apply(1, Function.LOG, 0))
    objective = Objective("o", False, Numbers.of([0]), SparseRows.empty(1, 1), ((make.identity(1), 1),))
    with pytest.raises(Failure) as failed:
        build(Program("bad", (make.columns(1),), (), objective, nodes))
    assert failed.value.diagnostics[0].code == "MDL582"
