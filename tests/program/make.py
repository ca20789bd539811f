"""Programs written by hand, for the tests of everything that takes a Program."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isinf

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass, Rows
from mdl.program.sparse import SparseRows

Number = int | float | Fraction
Side = Sequence[Number | None] | Number | None
"""One side of a block: a value each, one for all, or None (or an infinity) for no bound."""


def numbers(values: Sequence[Number]) -> Numbers:
    """Exact; a float is the rational it is."""
    return Numbers.of([Fraction(v) for v in values])


def sparse(dense: Sequence[Sequence[Number]], width: int | None = None) -> SparseRows:
    """From rows written out, zeros dropped; `width` is needed only where there is no row."""
    rows = [[(c, v) for c, v in enumerate(row) if v != 0] for row in dense]
    starts = np.cumsum([0] + [len(row) for row in rows])
    columns = np.array([c for row in rows for c, _ in row], dtype=np.int32)
    wide = len(dense[0]) if width is None else width
    return SparseRows(starts, columns, numbers([v for row in rows for _, v in row]), wide)


def identity(size: int, width: int | None = None, start: int = 0) -> SparseRows:
    """Row k is column `start + k`."""
    places = np.arange(start, start + size, dtype=np.int32)
    return SparseRows(np.arange(size + 1), places, Numbers.constant(1, size), size if width is None else width)


def bound(side: Side, size: int) -> Bound | None:
    values = [side] * size if side is None or isinstance(side, (int, float, Fraction)) else list(side)
    finite = [v is not None and not (isinstance(v, float) and isinf(v)) for v in values]
    if size and not any(finite):
        return None
    held = numbers([v if f and v is not None else 0 for v, f in zip(values, finite, strict=True)])
    return Bound(held, None if all(finite) else np.array(finite))


def labels(size: int) -> Labels:
    return Labels((range(1, size + 1),), (np.arange(size),), size)


def columns(
    size: int,
    lower: Side = None,
    upper: Side = None,
    *,
    name: str = "x",
    start: int = 0,
    domain: Domain = Domain.CONTINUOUS,
    initial: Sequence[float] | None = None,
) -> Columns:
    point = None if initial is None else np.array(initial, dtype=np.float64)
    return Columns(name, labels(size), start, bound(lower, size), bound(upper, size), domain, initial=point)


def rows(
    linear: SparseRows,
    lower: Side = None,
    upper: Side = None,
    *,
    name: str = "r",
    start: int = 0,
    nonlinear: tuple[tuple[SparseRows, int], ...] = (),
) -> Rows:
    low, high = bound(lower, linear.rows), bound(upper, linear.rows)
    both = low is not None and high is not None
    equal = both and low.values.fractions() == high.values.fractions()
    relation = "==" if equal else "range" if both else ">=" if high is None else "<="
    return Rows(name, labels(linear.rows), start, relation, low, high, linear, nonlinear)


def linear(
    cost: Sequence[Number],
    matrix: Sequence[Sequence[Number]] = (),
    row_lower: Side = None,
    row_upper: Side = None,
    lower: Side = 0,
    upper: Side = None,
    *,
    maximize: bool = False,
    constant: Number = 0,
    domain: Domain = Domain.CONTINUOUS,
) -> Program:
    """min or max cost'x + constant, row_lower <= matrix x <= row_upper, lower <= x <= upper."""
    width = len(cost)
    return Program(
        name="linear",
        columns=(columns(width, lower, upper, domain=domain),) if width else (),
        rows=(rows(sparse(matrix, width), row_lower, row_upper),) if len(matrix) else (),
        objective=Objective("cost", maximize, numbers([constant]), sparse([cost], width)),
        kind=ProgramClass.LP if domain is Domain.CONTINUOUS else ProgramClass.MIP,
    )


def quadratic(
    hessian: Sequence[Sequence[Number]],
    cost: Sequence[Number],
    matrix: Sequence[Sequence[Number]] = (),
    row_lower: Side = None,
    row_upper: Side = None,
    lower: Side = None,
    upper: Side = None,
    *,
    maximize: bool = False,
    constant: Number = 0,
    kind: ProgramClass = ProgramClass.QP,
) -> Program:
    """min or max x'Hx/2 + cost'x + constant, H symmetric: squares on the diagonal, products off it."""
    base = linear(cost, matrix, row_lower, row_upper, lower, upper, maximize=maximize, constant=constant)
    width = len(cost)
    entries = [(i, j, Fraction(hessian[i][j])) for i in range(width) for j in range(i) if hessian[i][j] != 0]
    nodes: list[Node] = [
        Affine(width, Numbers.constant(0, width), identity(width), ()),
        Power(width, 0, Numbers.constant(2, width)),
    ]
    terms = [(sparse([[Fraction(hessian[i][i]) / 2 for i in range(width)]]), 1)]
    if entries:
        size = len(entries)
        for side in (0, 1):
            picked = [[int(entry[side] == c) for c in range(width)] for entry in entries]
            nodes.append(Affine(size, Numbers.constant(0, size), sparse(picked), ()))
        nodes.append(Product(size, 2, 3))
        terms.append((sparse([[v for _, _, v in entries]]), 4))
    objective = Objective("cost", maximize, base.objective.constant, base.objective.linear, tuple(terms))
    return Program("quadratic", base.columns, base.rows, objective, tuple(nodes), kind=kind)


def utility(
    users: int, links: int | None = None, *, seed: int = 1, each: int = 3, local: bool = True, quadratic: bool = False
) -> Program:
    """Network utility: max sum weight log(1 + x) (or weight x - x^2/2), `each` links a user, capacity rows.

    Local: the links of a user lie near each other, so that factors stay sparse; else anywhere.
    """
    links = max(each, users // 10) if links is None else links
    random = np.random.default_rng(seed)
    weight = random.integers(10, 31, users)
    used = paths(users, links, each, local, random)
    load = np.bincount(used.ravel(), minlength=links)
    capacity = random.integers(5, 16, links) * np.maximum(load, 1)
    order = np.argsort(used.ravel(), kind="stable")
    starts = np.concatenate(([0], np.cumsum(load)))
    matrix = SparseRows(starts, (order // each).astype(np.int32), Numbers.constant(1, users * each), users)
    inner = Affine(users, Numbers.constant(0 if quadratic else 1, users), identity(users), ())
    outer = Power(users, 0, Numbers.constant(2, users)) if quadratic else Apply(users, Function.LOG, 0)
    row = SparseRows(np.array([0, users]), np.arange(users, dtype=np.int32), Numbers.exact(weight, 10), users)
    halves = SparseRows(row.starts, row.columns, Numbers.constant(Fraction(-1, 2), users), users)
    ceiling = Bound(Numbers.exact(capacity, 10))
    return Program(
        name="utility",
        columns=(columns(users, 0),),
        rows=(Rows("capacity", labels(links), 0, "<=", None, ceiling, matrix),),
        objective=Objective(
            "welfare",
            True,
            Numbers.constant(0, 1),
            row if quadratic else SparseRows.empty(1, users),
            (((halves if quadratic else row), 1),),
        ),
        nodes=(inner, outer),
        kind=ProgramClass.QP if quadratic else ProgramClass.CONVEX,
    )


def paths(users: int, links: int, each: int, local: bool, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """`each` distinct links of every user, shape (users, each)."""
    first = np.arange(users) * links // users if local else random.integers(0, links, users)
    gaps = random.integers(1, 3 if local and links > 2 * each else max(2, links // each), (users, each))
    return (first[:, None] + np.cumsum(gaps, axis=1) - gaps[:, :1]) % links
