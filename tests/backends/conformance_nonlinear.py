"""Nonlinear problems with answers worked out by hand (conformance.py)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.solution import Status
from mdl.program.sparse import SparseRows
from tests.backends.conformance_case import NONE_KNOWN, Ability, Case
from tests.program.make import columns, identity, numbers, rows, sparse, utility


def _kelly() -> Program:
    """One user over two unit links, one on each (Kelly 1997): max sum of log rates."""
    nodes: tuple[Node, ...] = (
        Affine(3, Numbers.constant(0, 3), identity(3), ()),
        Apply(3, Function.LOG, 0),
    )
    goal = Objective("welfare", True, numbers([0]), SparseRows.empty(1, 3), ((sparse([[1, 1, 1]]), 1),))
    links = rows(sparse([[1, 1, 0], [1, 0, 1]]), None, 1)
    return Program("kelly", (columns(3, 0),), (links,), goal, nodes, kind=ProgramClass.CONVEX)


def _wide(width: int) -> Program:
    """max log(sum x) - sum x_k / width over 0 <= x <= 2: the sum is `width`."""
    one = SparseRows(np.array([0, width]), np.arange(width), Numbers.constant(1, width), width)
    cost = SparseRows(one.starts, one.columns, Numbers.constant(Fraction(-1, width), width), width)
    nodes: tuple[Node, ...] = (Affine(1, Numbers.constant(0, 1), one, ()), Apply(1, Function.LOG, 0))
    goal = Objective("value", True, numbers([0]), cost, ((sparse([[1]]), 1),))
    return Program("wide", (columns(width, 0, 2),), (), goal, nodes, kind=ProgramClass.CONVEX)


def _disc(maximize: bool, kind: ProgramClass) -> Program:
    """max or min a + b on a^2 + b^2 <= 2."""
    nodes: tuple[Node, ...] = (
        Affine(2, Numbers.constant(0, 2), identity(2), ()),
        Power(2, 0, Numbers.constant(2, 2)),
    )
    disc = rows(SparseRows.empty(1, 2), None, 2, nonlinear=((sparse([[1, 1]]), 1),))
    goal = Objective("sum", maximize, numbers([0]), sparse([[1, 1]]))
    return Program("disc", (columns(2),), (disc,), goal, nodes, kind=kind)


def _product() -> Program:
    """max x y on x + y <= 2: not concave, yet (1, 1) is the only local optimum with x, y > 0."""
    nodes: tuple[Node, ...] = (
        Affine(1, Numbers.constant(0, 1), sparse([[1, 0]]), ()),
        Affine(1, Numbers.constant(0, 1), sparse([[0, 1]]), ()),
        Product(1, 0, 1),
    )
    goal = Objective("product", True, numbers([0]), SparseRows.empty(1, 2), ((sparse([[1]]), 2),))
    return Program("product", (columns(2, 0),), (rows(sparse([[1, 1]]), None, 2),), goal, nodes, kind=ProgramClass.NLP)


def _every_function() -> Program:
    """min exp(a) + 1/b - sqrt(c) + d^(3/2), a >= -1, b <= 2, c <= 4, d >= 1: each at its bound."""
    names = [Function.EXP, Function.RECIPROCAL, Function.SQRT]
    nodes: list[Node] = []
    terms = []
    for k, function in enumerate(names):
        nodes += [Affine(1, Numbers.constant(0, 1), sparse([[int(c == k) for c in range(4)]]), ())]
        nodes += [Apply(1, function, len(nodes) - 1)]
        terms.append((sparse([[-1 if function is Function.SQRT else 1]]), len(nodes) - 1))
    nodes += [Affine(1, Numbers.constant(0, 1), sparse([[0, 0, 0, 1]]), ())]
    nodes += [Power(1, len(nodes) - 1, numbers([Fraction(3, 2)]))]
    terms.append((sparse([[1]]), len(nodes) - 1))
    goal = Objective("cost", False, numbers([0]), SparseRows.empty(1, 4), tuple(terms))
    block = columns(4, [-1, Fraction(1, 10), 0, 1], [None, 2, 4, None])
    return Program("functions", (block,), (), goal, tuple(nodes), kind=ProgramClass.CONVEX)


def _log_of_free() -> Program:
    """max log(x) - x with x free: defined only for x > 0, optimum -1 at 1."""
    nodes: tuple[Node, ...] = (Affine(1, Numbers.constant(0, 1), identity(1), ()), Apply(1, Function.LOG, 0))
    goal = Objective("value", True, numbers([0]), sparse([[-1]]), ((sparse([[1]]), 1),))
    return Program("free", (columns(1),), (), goal, nodes, kind=ProgramClass.CONVEX)


def _infeasible_disc() -> Program:
    disc = _disc(True, ProgramClass.CONVEX)
    far = rows(sparse([[1, 1]]), 3, None, name="far", start=1)
    return replace(disc, rows=(*disc.rows, far))


def convex_cases() -> list[Case]:
    convex = Ability.CONVEX
    return [
        Case(
            "Kelly's network",
            convex,
            _kelly(),
            objective=float(np.log(1 / 3) + 2 * np.log(2 / 3)),
            values=[1 / 3, 2 / 3, 2 / 3],
            row_duals=[1.5, 1.5],
            column_duals=[0, 0, 0],
            moves=True,
        ),
        Case(
            "farthest point of a disc",
            convex,
            _disc(True, ProgramClass.CONVEX),
            objective=2,
            values=[1, 1],
            row_duals=[0.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "farthest point of a disc, minimised",
            convex,
            _disc(False, ProgramClass.CONVEX),
            objective=-2,
            values=[-1, -1],
            row_duals=[-0.5],
            column_duals=[0, 0],
            moves=True,
        ),
        Case(
            "every function at its bound",
            convex,
            _every_function(),
            objective=float(np.exp(-1) + 0.5 - 2 + 1),
            values=[-1, 2, 4, 1],
            # d objective / d bound: e^-1, -1/4, -1/4, 3/2
            column_duals=[float(np.exp(-1)), -0.25, -0.25, 1.5],
            moves=True,
        ),
        Case("log of a free variable", convex, _log_of_free(), objective=-1, values=[1]),
        Case(
            "a wide argument",
            convex,
            _wide(300),
            objective=float(np.log(300) - 1),
            column_duals=[0] * 300,
        ),
        Case("infeasible", convex, _infeasible_disc(), NONE_KNOWN),
        Case("network utility", convex, utility(60)),
        Case("network utility over random links", convex, utility(60, local=False, seed=4)),
    ]


def nonlinear_cases() -> list[Case]:
    local = frozenset({Status.LOCAL})
    return [
        Case(
            "product of two variables",
            Ability.NLP,
            _product(),
            local,
            objective=1,
            values=[1, 1],
            row_duals=[1],
            column_duals=[0, 0],
        ),
        Case("convex, but not proved", Ability.NLP, _disc(True, ProgramClass.NLP), local, objective=2, values=[1, 1]),
    ]
