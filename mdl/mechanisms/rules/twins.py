"""Which cases of any batch are equal, nonlinear parts included: by hashes of 128 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdl.algebra.numbers import IntArray, Numbers
from mdl.mechanisms.rules import alike
from mdl.mechanisms.rules.batch import Batch, Places
from mdl.mechanisms.rules.split import NOBODY
from mdl.program.graph import Affine, Power
from mdl.program.program import Bound
from mdl.program.sparse import SparseRows


def equal_cases(batch: Batch, elements: list[Places]) -> tuple[Places, Places]:
    """The first case of each kind of equal ones, and the kind of each case.

    `elements` are split.element_cases.  A column (row, element) is known by its block and its place in the case.
    """
    work = _Work(batch, elements)
    program = batch.program
    for k, block in enumerate(program.columns):
        own = work.column[block.start : block.start + len(block.labels)]
        case = batch.column_case[block.start : block.start + len(block.labels)]
        work.add(case, 1, k, own)
        work.bounds(case, 2, k, own, block.lower, block.upper)
    for k, held in enumerate(program.rows):
        here = slice(held.start, held.start + len(held.labels))
        case, own = batch.row_case[here], work.row[here]
        work.add(case, 3, k, own)
        work.bounds(case, 4, k, own, held.lower, held.upper)
        work.entries(case, 5, own, held.linear, work.column)
        for inner, place in held.nonlinear:
            work.entries(case, 6 + 8 * place, own, inner, work.element[place])
    objective = program.objective
    linear = objective.linear
    work.add(batch.column_case[linear.columns], 7, 0, work.column[linear.columns], words(linear.coefficients))
    for inner, place in objective.nonlinear:
        case = elements[place][inner.columns]
        work.add(case, 8 + 8 * place, 0, work.element[place][inner.columns], words(inner.coefficients))
    for place, node in enumerate(program.nodes):
        case, own = elements[place], work.element[place]
        match node:
            case Affine():
                work.add(case, 9 + 8 * place, 0, own, words(node.constant))
                if node.variables is not None:
                    work.entries(case, 10 + 8 * place, own, node.variables, work.column)
                for inner, k in node.nodes:
                    work.entries(case, 11 + 8 * place, own, inner, work.element[k], k)
            case Power():
                work.add(case, 12 + 8 * place, 0, own, words(node.exponent), work.element[node.argument])
    work.add(np.arange(batch.cases), 13, 0, np.zeros(batch.cases, dtype=np.int64), words(batch.constants))
    return alike.distinct(work.out[: batch.cases])


def words(values: Numbers) -> IntArray:
    """64 bits of each number; of one vector, equal where the numbers are."""
    if values.numerators is None:
        return np.ascontiguousarray(values.floats() + 0.0).view(np.int64)
    return np.asarray(values.numerators)


class _Work:
    def __init__(self, batch: Batch, elements: list[Places]) -> None:
        self.out = np.zeros((batch.cases + 1, 2), dtype=np.uint64)
        self.column = inside(batch.column_case)
        self.row = inside(batch.row_case)
        # an element that is nobody's is the same one for everybody
        self.element = [np.where(e == NOBODY, -1 - np.arange(len(e)), inside(e)) for e in elements]

    def add(self, case: Places, tag: int, block: int, *parts: Any) -> None:
        """One word for each item, made of all parts, to the sum of its case."""
        start = np.full(len(case), (tag << 32) + block, dtype=np.int64)
        for side, mixed in enumerate(alike.folded([start, *parts])):
            np.add.at(self.out[:, side], case, mixed)

    def bounds(self, case: Places, tag: int, block: int, own: Places, *sides: Bound | None) -> None:
        for k, bound in enumerate(sides):
            if bound is not None:
                has = np.ones(len(case), dtype=np.bool_) if bound.finite is None else bound.finite
                here = np.flatnonzero(has)
                self.add(case[here], tag, 2 * block + k, own[here], words(bound.values.take(here)))

    def entries(self, case: Places, tag: int, own: Places, held: SparseRows, inner: Places, block: int = 0) -> None:
        rows = held.row_ids()
        self.add(case[rows], tag, block, own[rows], inner[held.columns], words(held.coefficients))


def inside(case: Places) -> Places:
    """The place of each item among those of its case."""
    order = np.argsort(case, kind="stable")
    ordered = case[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(order)]
    starts = np.flatnonzero(new)
    out = np.empty(len(case), dtype=np.int64)
    out[order] = np.arange(len(case)) - np.repeat(starts, np.diff(np.append(starts, len(case))))
    return out
