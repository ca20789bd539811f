"""Whether the multipliers at a KKT point are the only ones.

They are unless there is a direction in which they can move: columns of the gradients of active sides add up to 0 with
weights d that are at least 0 where the multiplier is 0 (the strict Mangasarian-Fromovitz
condition, Kyparisis 1985, which is necessary and sufficient).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.lowering.kkt import Kkt, pairs_of
from mdl.program.functions import Functions
from mdl.program.maps import Places

ACTIVE = 1e-6
"""A slack or multiplier up to this, over 1 + its scale, is taken for 0."""
RANK = 1e-9
DENSE = 400
"""Up to this many active sides the rank is found by singular values."""


@dataclass(slots=True, frozen=True)
class Uniqueness:
    unique: bool
    why: str


def unique(kkt: Kkt, point: FloatArray) -> Uniqueness:
    """`why` in words, with the rank of the gradients of active rows and bounds."""
    functions, pairs = Functions(kkt.program), pairs_of(kkt)
    slack = pairs.direction * (functions.rows(point)[pairs.rows] - pairs.limit)
    multiplier = pairs.sign * point[pairs.columns]
    scale = 1 + np.abs(pairs.limit)
    small_slack = np.abs(slack) <= ACTIVE * scale
    strong = multiplier > ACTIVE * (1 + float(np.abs(multiplier).max(initial=0.0)))
    active = small_slack | strong
    free = [np.arange(m.start, m.start + len(m.places)) for m in kkt.multipliers if not m.sign]
    moving = np.concatenate([np.zeros(0, dtype=np.intp), *free, pairs.columns[active]])
    weak = np.concatenate([np.zeros(len(moving) - int(active.sum()), np.bool_), ~strong[active]])
    count = len(moving)
    if not count:
        return Uniqueness(True, "no row or bound is active")
    gradients = _columns(functions, point, kkt.primal.width, moving)
    rank = _rank(gradients, kkt.primal.width, count)
    said = f"rank {rank} of {count} active gradients"
    if rank == count:
        return Uniqueness(True, said)
    if weak.any() and _fixed(gradients, kkt.primal.width, count, weak, pairs.sign[active]):
        return Uniqueness(True, f"{said}, but signs leave no freedom")
    return Uniqueness(False, said)


Entries = tuple[Places, Places, FloatArray]


def _columns(functions: Functions, point: FloatArray, width: int, moving: Places) -> Entries:
    """The stationarity rows' derivative by these multipliers, entries renumbered."""
    places = np.full(functions.width, -1, dtype=np.intp)
    places[moving] = np.arange(len(moving))
    row, column = functions.jacobian_row, places[functions.jacobian_column]
    kept = (row < width) & (column >= 0)
    return row[kept], column[kept], functions.jacobian(point)[kept]


def _rank(gradients: Entries, width: int, count: int) -> int:
    if min(width, count) <= DENSE and width * count <= 400_000:
        full = np.zeros((width, count))
        np.add.at(full, (gradients[0], gradients[1]), gradients[2])
        size = np.sqrt((full * full).sum(axis=0))
        full /= np.where(size > 0, size, 1.0)
        values = np.linalg.svd(full, compute_uv=False)
        return int((values > RANK * max(1.0, float(values.max(initial=0.0)))).sum())
    return _sparse_rank(gradients, width, count)


def _sparse_rank(gradients: Entries, width: int, count: int) -> int:
    """From the pivots of [[I, J], [J', 0]], which has width + rank of them that are not 0."""
    from scipy.sparse import bmat, coo_array, csc_array, eye_array
    from scipy.sparse.linalg import splu

    if count > width:
        return min(width, count)  # never equal to `count`
    held = coo_array((gradients[2], (gradients[0], gradients[1])), shape=(width, count))
    size = np.sqrt(np.asarray((held * held).sum(axis=0)).ravel())
    held = held @ coo_array((1 / np.where(size > 0, size, 1.0), (np.arange(count), np.arange(count))))
    whole = csc_array(bmat([[eye_array(width), held], [held.T, None]]))
    try:
        pivots = np.abs(splu(whole).U.diagonal())
    except RuntimeError:
        return count - 1  # exactly singular
    return count - int((pivots <= RANK).sum())


def _fixed(gradients: Entries, width: int, count: int, weak: npt.NDArray[np.bool_], signs: FloatArray) -> bool:
    """No d other than 0 with gradients d = 0 and sign * d >= 0 where weak: two linear programs."""
    strong = np.flatnonzero(~weak)
    if len(strong):
        places = np.full(count, -1, dtype=np.intp)
        places[strong] = np.arange(len(strong))
        kept = places[gradients[1]] >= 0
        inner = (gradients[0][kept], places[gradients[1][kept]], gradients[2][kept])
        if _rank(inner, width, len(strong)) < len(strong):
            return False
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    sign = np.ones(count)
    sign[count - len(signs) :] = signs
    held = coo_array((gradients[2] * sign[gradients[1]], (gradients[0], gradients[1])), shape=(width, count))
    bounds = [(0.0, 1.0) if w else (None, None) for w in weak]
    found = linprog(-weak.astype(float), A_eq=held.tocsr(), b_eq=np.zeros(width), bounds=bounds, method="highs")
    return bool(found.status == 0 and -found.fun <= 1e-7)
