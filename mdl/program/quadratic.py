"""Which objectives are quadratic, and their exact Hessians."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.program import exact
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Program
from mdl.program.sparse import SparseRows

Truths = npt.NDArray[np.bool_]

MOST = 50_000_000
"""Products of two variables that a node may have; a Hessian of more entries is not worth having as a matrix."""


@dataclass(slots=True, frozen=True, eq=False)
class Quadratic:
    """x'Hx/2 + linear x + constant, exactly.

    `hessian` has shape (width, width), symmetric, both triangles stored; `linear` (1, width); `constant` (1,).
    """

    hessian: SparseRows
    linear: SparseRows
    constant: Numbers

    def triangle(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any], FloatArray]:
        """Starts, rows and values of the lower triangle by columns, diagonal included (HiGHS's form)."""
        row = self.hessian.row_ids()
        kept = self.hessian.columns >= row
        starts = np.zeros(self.hessian.rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(row[kept], minlength=self.hessian.rows), out=starts[1:])
        return starts, self.hessian.columns[kept], self.hessian.coefficients.take(kept.nonzero()[0]).floats()


@dataclass(slots=True, frozen=True, eq=False)
class Forms:
    """One polynomial of degree at most 2 an element of a node, where `known`; nothing is held elsewhere.

    `square` has x_i x_j at column `i * width + j`, i <= j.
    """

    constant: Numbers
    linear: SparseRows
    square: SparseRows
    known: Truths


def quadratic_objective(program: Program) -> Quadratic | None:
    """The objective as a quadratic (also where it is linear), or None where it is not a polynomial of degree <= 2.

    None as well where its Hessian would have more than MOST entries.
    """
    width, held = program.width, program.objective
    try:
        forms = node_forms(program, [node for _, node in held.nonlinear])
        whole = Affine(1, held.constant, held.linear, held.nonlinear)
        found = _affine(whole, forms, width)
        return _quadratic(found, width) if found.known.all() else None
    except arithmetic.Fault:
        return None


def node_forms(program: Program, wanted: list[int]) -> dict[int, Forms]:
    """The forms of these nodes and of all that they are made of.  Raises arithmetic.Fault on overflow."""
    needed = reached(program.nodes, wanted)
    forms: dict[int, Forms] = {}
    for place, node in enumerate(program.nodes):
        if place in needed:
            forms[place] = _forms(node, forms, program.width)
    return forms


def reached(nodes: tuple[Node, ...], wanted: list[int]) -> set[int]:
    """These nodes and all that they refer to."""
    out: set[int] = set()
    left = list(wanted)
    while left:
        place = left.pop()
        if place not in out:
            out.add(place)
            left.extend(arguments(nodes[place]))
    return out


def arguments(node: Node) -> tuple[int, ...]:
    """Places of the nodes that this one refers to."""
    match node:
        case Affine():
            return tuple(place for _, place in node.nodes)
        case Product():
            return (node.left, node.right)
        case _:
            return (node.argument,)


def _forms(node: Node, forms: dict[int, Forms], width: int) -> Forms:
    match node:
        case Affine():
            return _affine(node, forms, width)
        case Product():
            return _product(forms[node.left], forms[node.right])
        case Power():
            return _power(forms[node.argument], node.exponent)
        case Apply():
            return _apply(forms[node.argument], node.function)


def _affine(node: Affine, forms: dict[int, Forms], width: int) -> Forms:
    constant, known = node.constant, np.ones(node.size, dtype=np.bool_)
    linear = [] if node.variables is None else [node.variables]
    square = []
    for held, place in node.nodes:
        inner = forms[place]
        unknown = ~inner.known[held.columns]
        known[held.row_ids()[unknown]] = False
        constant = arithmetic.add(constant, exact.apply(held, inner.constant))
        linear.append(exact.compose(held, inner.linear))
        square.append(exact.compose(held, inner.square))
    no_linear, no_square = SparseRows.empty(node.size, width), SparseRows.empty(node.size, width**2)
    return Forms(constant, exact.add(linear or [no_linear]), exact.add(square or [no_square]), known)


def _product(left: Forms, right: Forms) -> Forms:
    degree = _degree(left) + _degree(right)
    if int((np.diff(left.linear.starts) * np.diff(right.linear.starts)).sum()) > MOST:
        degree = degree + 2
    known = left.known & right.known & (degree <= 2)
    constant = arithmetic.mul(left.constant, right.constant)
    linear = exact.add([exact.scale(left.linear, right.constant), exact.scale(right.linear, left.constant)])
    square = exact.add(
        [
            exact.scale(left.square, right.constant),
            exact.scale(right.square, left.constant),
            exact.pairs(exact.keep_rows(left.linear, known), exact.keep_rows(right.linear, known)),
        ]
    )
    return _where_known(Forms(constant, linear, square, known))


def _power(base: Forms, exponent: Numbers) -> Forms:
    size = len(exponent)
    flat, one, two = (arithmetic.compare("==", exponent, Numbers.constant(e, size)) for e in (0, 1, 2))
    fixed = base.known & (_degree(base) == 0) & ~(flat | one | two)
    at = np.flatnonzero(fixed)
    parts = [
        (flat, _constants(Numbers.constant(1, size), base)),
        (one, base),
        (two, _product(base, base) if two.any() else base),
        (fixed, _constants(_placed(at, arithmetic.power(base.constant.take(at), exponent.take(at)), size), base)),
    ]
    return _chosen(parts, size)


def _apply(argument: Forms, function: Function) -> Forms:
    """Known only of constants."""
    fixed = argument.known & (_degree(argument) == 0)
    at = np.flatnonzero(fixed)
    held = argument.constant.take(at)
    match function:
        case Function.LOG:
            value = arithmetic.log(held)
        case Function.EXP:
            value = arithmetic.exp(held)
        case Function.SQRT:
            value = arithmetic.sqrt(held)
        case Function.RECIPROCAL:
            value = arithmetic.div(Numbers.constant(1, len(at)), held)
    return _chosen([(fixed, _constants(_placed(at, value, len(fixed)), argument))], len(fixed))


def _placed(at: npt.NDArray[np.int64], value: Numbers, size: int) -> Numbers:
    """`value` at these positions, 0 elsewhere."""
    rest = np.setdiff1d(np.arange(size), at, assume_unique=True)
    return arithmetic.merge([(at, value), (rest, Numbers.constant(0, len(rest)))], size)


def _constants(value: Numbers, like: Forms) -> Forms:
    size = len(value)
    return Forms(
        value,
        SparseRows.empty(size, like.linear.width),
        SparseRows.empty(size, like.square.width),
        np.ones(size, dtype=np.bool_),
    )


def _chosen(parts: list[tuple[Truths, Forms]], size: int) -> Forms:
    """Each element from the part whose mask has it; elements of no mask are unknown."""
    linear = exact.add([exact.keep_rows(f.linear, mask) for mask, f in parts])
    square = exact.add([exact.keep_rows(f.square, mask) for mask, f in parts])
    known, constant = np.zeros(size, dtype=np.bool_), Numbers.constant(0, size)
    for mask, f in parts:
        known |= mask & f.known
        constant = arithmetic.select(mask, f.constant, constant)
    return _where_known(Forms(constant, linear, square, known))


def _where_known(forms: Forms) -> Forms:
    if forms.known.all():
        return forms
    return replace(
        forms, linear=exact.keep_rows(forms.linear, forms.known), square=exact.keep_rows(forms.square, forms.known)
    )


def _degree(forms: Forms) -> npt.NDArray[np.int64]:
    """0, 1 or 2 of each known element."""
    return np.where(np.diff(forms.square.starts) > 0, 2, np.where(np.diff(forms.linear.starts) > 0, 1, 0))


def _quadratic(forms: Forms, width: int) -> Quadratic:
    first, second = np.divmod(forms.square.columns.astype(np.int64), max(width, 1))
    value = forms.square.coefficients
    off = np.flatnonzero(first != second)
    # x_i x_j has second derivative 1 in two places, x_i^2 has 2 in one
    factor = Numbers.exact(np.where(first == second, 2, 1).astype(np.int64))
    whole = arithmetic.mul(value, factor)
    hessian = exact.from_entries(
        np.concatenate((first, second[off])),
        np.concatenate((second, first[off])),
        arithmetic.concat([whole, whole.take(off)]),
        width,
        width,
    )
    return Quadratic(hessian, forms.linear, forms.constant)
