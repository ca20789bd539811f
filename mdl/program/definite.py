"""Is a symmetric matrix semidefinite, and how surely do we know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.program import exact
from mdl.program.sparse import SparseRows

ELIMINATIONS = 20_000
"""Rational multiplications that the exact factorisation may take before the numeric one takes over."""

DENSE = 1500
"""Largest matrix factored densely."""

TOLERANCE = 1e-9
"""Numeric test: H + TOLERANCE max|diag H| I has a Cholesky factor."""


class Level(Enum):
    """How the answer is known."""

    EXACT = "exact"
    NUMERIC = "numeric"
    """In floating point, up to TOLERANCE times the largest diagonal entry."""


@dataclass(slots=True, frozen=True)
class Semidefinite:
    holds: bool
    level: Level
    how: str
    """`diagonal`, `diagonally dominant`, `factored`, ...: said in proofs."""


def semidefinite(matrix: SparseRows, sign: int) -> Semidefinite:
    """Whether sign * matrix (symmetric, both triangles stored, sign 1 or -1) is positive semidefinite.

    Exact where the matrix is diagonally dominant, has a wrong diagonal, or is small enough for a
    rational LDL' factorisation; numeric otherwise.  A matrix of float64 coefficients is taken as
    the rationals they are.
    """
    if sign < 0:
        flipped = arithmetic.neg(matrix.coefficients)
        matrix = SparseRows(matrix.starts, matrix.columns, flipped, matrix.width)
    row = matrix.row_ids()
    return _by_diagonal(matrix, row) or _by_elimination(matrix, row) or _by_cholesky(matrix, row)


def _by_diagonal(matrix: SparseRows, row: npt.NDArray[Any]) -> Semidefinite | None:
    if not matrix.nonzeros:
        return Semidefinite(True, Level.EXACT, "zero")
    on = matrix.columns == row
    diagonal = exact.apply(_part(matrix, row, on), Numbers.constant(1, matrix.width))
    signs = arithmetic.signs(diagonal)
    if (signs < 0).any():
        return Semidefinite(False, Level.EXACT, "a negative diagonal entry")
    # a 2 x 2 minor with a zero on its diagonal and something beside it is negative
    if (signs[row[~on]] == 0).any():
        return Semidefinite(False, Level.EXACT, "a zero diagonal entry in a row that is not zero")
    if on.all():
        return Semidefinite(True, Level.EXACT, "diagonal")
    off = arithmetic.absolute(matrix.coefficients.take(np.flatnonzero(~on)))
    around = segments.total(off, Segments(row[~on], matrix.rows))
    if arithmetic.compare(">=", diagonal, around).all():
        return Semidefinite(True, _level(matrix), "diagonally dominant")
    return None


def _level(matrix: SparseRows) -> Level:
    return Level.EXACT if matrix.coefficients.is_exact else Level.NUMERIC


def _part(matrix: SparseRows, row: npt.NDArray[Any], kept: npt.NDArray[np.bool_]) -> SparseRows:
    at = np.flatnonzero(kept)
    value = matrix.coefficients.take(at)
    return exact.from_entries(row[at], matrix.columns[at], value, matrix.rows, matrix.width)


def _by_elimination(matrix: SparseRows, row: npt.NDArray[Any]) -> Semidefinite | None:
    """LDL' in rationals, sparsest row first; None where it would take too long."""
    if matrix.nonzeros > ELIMINATIONS:
        return None
    left: dict[int, dict[int, Fraction]] = {}
    for i, j, v in zip(row.tolist(), matrix.columns.tolist(), matrix.coefficients.fractions(), strict=True):
        left.setdefault(i, {})[j] = v
    work = 0
    while left:
        pivot = min(left, key=lambda i: len(left[i]))
        across = left.pop(pivot)
        diagonal = across.pop(pivot, Fraction(0))
        if diagonal < 0 or (diagonal == 0 and across):
            return Semidefinite(False, Level.EXACT, "a negative pivot")
        work += len(across) ** 2 + len(left)
        if work > ELIMINATIONS:
            return None
        for i, v in across.items():
            target, factor = left[i], v / diagonal
            del target[pivot]
            for j, w in across.items():
                found = target.get(j, Fraction(0)) - factor * w
                if found:
                    target[j] = found
                else:
                    target.pop(j, None)
    return Semidefinite(True, Level.EXACT, "factored in rationals")


def _by_cholesky(matrix: SparseRows, row: npt.NDArray[Any]) -> Semidefinite:
    values = matrix.coefficients.floats()
    shift = TOLERANCE * float(np.abs(values[matrix.columns == row]).max())
    holds = _dense(matrix, row, shift) if matrix.rows <= DENSE else _sparse(matrix, row, shift)
    return Semidefinite(holds, Level.NUMERIC, "factored in floating point")


def _dense(matrix: SparseRows, row: npt.NDArray[Any], shift: float) -> bool:
    held = np.zeros((matrix.rows, matrix.rows))
    held[row, matrix.columns] = matrix.coefficients.floats()
    held[np.diag_indices(matrix.rows)] += shift
    try:
        np.linalg.cholesky(held)
    except np.linalg.LinAlgError:
        return False
    return True


def _sparse(matrix: SparseRows, row: npt.NDArray[Any], shift: float) -> bool:
    """LU without row exchanges beyond the symmetric ordering: its pivots are those of LDL'."""
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    size = matrix.rows
    held = csc_array((matrix.coefficients.floats(), (row, matrix.columns)), shape=(size, size))
    options = {"SymmetricMode": True, "Equil": False}
    try:
        factor = splu(
            (held + shift * eye_array(size)).tocsc(),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options=options,
        )
    except RuntimeError:  # exactly singular
        return False
    return bool((factor.perm_r == factor.perm_c).all() and (factor.U.diagonal() > 0).all())
