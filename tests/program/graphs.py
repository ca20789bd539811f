"""Random Programs for property tests."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.sparse import SparseRows
from tests.program.make import columns, numbers, rows, sparse

COEFFICIENTS = [Fraction(v) for v in (0, 0, 0, 1, 1, -1, 2, -3)] + [Fraction(1, 3), Fraction(-5, 2)]


@st.composite
def matrices(draw: st.DrawFn, height: int, width: int, positive: bool = False) -> SparseRows:
    values = st.sampled_from([abs(c) for c in COEFFICIENTS] if positive else COEFFICIENTS)
    row = st.lists(values, min_size=width, max_size=width)
    return sparse(draw(st.lists(row, min_size=height, max_size=height)), width)


@st.composite
def polynomials(draw: st.DrawFn) -> Program:
    """Sums, products, powers 0 to 3 of up to four variables, nested."""
    width, size = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    nodes: list[Node] = [Affine(size, draw(constants(size)), draw(matrices(size, width)), ())]
    for _ in range(draw(st.integers(0, 4))):
        earlier = st.integers(0, len(nodes) - 1)
        which = draw(st.sampled_from(["affine", "power", "product"]))
        if which == "affine":
            nodes.append(draw(affines(nodes, size, width)))
        elif which == "power":
            exponents = draw(st.lists(st.sampled_from([2, 2, 1, 0, 3]), min_size=size, max_size=size))
            nodes.append(Power(size, draw(earlier), numbers(exponents)))
        else:
            nodes.append(Product(size, draw(earlier), draw(earlier)))
    return draw(programs(nodes, size, width))


@st.composite
def smooth(draw: st.DrawFn) -> Program:
    """Every function, nested, defined with all derivatives where the variables are positive."""
    width, size = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    one = Numbers.constant(1, size)
    nodes: list[Node] = [Affine(size, one, draw(matrices(size, width, positive=True)), ())]
    positive = [0]
    for _ in range(draw(st.integers(1, 5))):
        inside = draw(st.sampled_from(positive))
        which = draw(st.sampled_from(["apply", "power", "product", "sum", "affine"]))
        if which == "apply":
            function = draw(st.sampled_from([f for f in Function if f is not Function.EXP]))
            nodes.append(Apply(size, function, inside))
            if function is not Function.LOG:
                positive.append(len(nodes) - 1)
        elif which == "power":
            powers = [Fraction(v) for v in (0, 1, 2, 3, -1, -2)] + [Fraction(1, 2), Fraction(5, 3), Fraction(-1, 2)]
            exponents = draw(st.lists(st.sampled_from(powers), min_size=size, max_size=size))
            nodes.append(Power(size, inside, numbers(exponents)))
            positive.append(len(nodes) - 1)
        elif which == "product":
            nodes.append(Product(size, inside, draw(st.sampled_from(positive))))
            positive.append(len(nodes) - 1)
        elif which == "sum":
            parts = tuple((draw(matrices(size, nodes[k].size, positive=True)), k) for k in draw(subsets(positive)))
            nodes.append(Affine(size, one, draw(matrices(size, width, positive=True)), parts))
            positive.append(len(nodes) - 1)
        else:
            nodes.append(draw(affines(nodes, size, width)))
            if draw(st.booleans()):
                nodes.append(Apply(size, Function.EXP, _damped(nodes, size, width)))
    return draw(programs(nodes, size, width))


def _damped(nodes: list[Node], size: int, width: int) -> int:
    """A small multiple of the variables, so that exp of it stays moderate."""
    dense = [[Fraction(1 + (r + c) % 3, 8) for c in range(width)] for r in range(size)]
    nodes.append(Affine(size, Numbers.constant(-1, size), sparse(dense, width), ()))
    return len(nodes) - 1


@st.composite
def affines(draw: st.DrawFn, nodes: list[Node], size: int, width: int) -> Affine:
    parts = tuple((draw(matrices(size, nodes[k].size)), k) for k in draw(subsets(list(range(len(nodes))))))
    variables = draw(matrices(size, width)) if draw(st.booleans()) else None
    return Affine(size, draw(constants(size)), variables, parts)


def subsets(places: list[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True)


def constants(size: int) -> st.SearchStrategy[Numbers]:
    return st.lists(st.sampled_from(COEFFICIENTS), min_size=size, max_size=size).map(numbers)


@st.composite
def programs(draw: st.DrawFn, nodes: list[Node], size: int, width: int) -> Program:
    """An objective and two blocks of rows over some of the nodes, the last one among them."""

    def parts(height: int) -> tuple[tuple[SparseRows, int], ...]:
        used = sorted({len(nodes) - 1, draw(st.integers(0, len(nodes) - 1))})
        return tuple((draw(matrices(height, nodes[k].size)), k) for k in used)

    first = rows(draw(matrices(2, width)), None, 1, nonlinear=parts(2))
    second = rows(draw(matrices(1, width)), 0, None, name="s", start=2, nonlinear=parts(1))
    goal = Objective("goal", draw(st.booleans()), numbers([7]), draw(matrices(1, width)), parts(1))
    block = columns(width, 0)
    return Program("random", (block,), (first, second), goal, tuple(nodes), kind=ProgramClass.NLP)
