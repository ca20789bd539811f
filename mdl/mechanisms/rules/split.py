"""Some cases of a batch as a batch of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.rules.batch import Batch, Places
from mdl.program.graph import Affine, Apply, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Rows
from mdl.program.restrict import take_rows
from mdl.program.sparse import SparseRows

NOBODY = -1


def element_cases(batch: Batch) -> list[Places]:
    """The case of each element of each node; NOBODY where it depends on no column."""
    out: list[Places] = []
    for node in batch.program.nodes:
        match node:
            case Affine():
                held = np.full(node.size, NOBODY, dtype=np.int64)
                if node.variables is not None:
                    np.maximum.at(held, node.variables.row_ids(), batch.column_case[node.variables.columns])
                for inner, place in node.nodes:
                    np.maximum.at(held, inner.row_ids(), out[place][inner.columns])
            case Product():
                held = np.maximum(out[node.left], out[node.right])
            case Power() | Apply():
                held = out[node.argument]
        out.append(held)
    return out


class Split:
    """Takes a batch apart; `chosen(cases)` gives a batch of these (ascending) and the columns it has."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.elements = element_cases(batch)

    def chosen(self, cases: Places) -> tuple[Batch, Places]:
        batch, program = self.batch, self.batch.program
        number = np.full(batch.cases + 1, NOBODY, dtype=np.int64)
        number[cases] = np.arange(len(cases))
        kept_columns = number[batch.column_case] >= 0
        kept_rows = number[batch.row_case] >= 0
        work = _Work(program, kept_columns, [(e == NOBODY) | (number[e] >= 0) for e in self.elements])
        rows, start = [], 0
        for block in sorted(program.rows, key=lambda b: b.start):
            here = np.flatnonzero(kept_rows[block.start : block.start + len(block.labels)])
            rows.append(work.rows(block, here, start))
            start += len(here)
        columns, start = [], 0
        for held in sorted(program.columns, key=lambda b: b.start):
            here = np.flatnonzero(kept_columns[held.start : held.start + len(held.labels)])
            columns.append(_columns(held, here, start))
            start += len(here)
        objective = work.objective(program.objective)
        smaller = replace(
            program, columns=tuple(columns), rows=tuple(rows), objective=objective, nodes=tuple(work.nodes())
        )
        made = Batch(
            smaller,
            len(cases),
            number[batch.column_case[kept_columns]],
            number[batch.row_case[kept_rows]],
            batch.constants.take(cases),
        )
        return made, np.flatnonzero(kept_columns)


class _Work:
    """Maps with new numbers of columns and of elements of nodes."""

    def __init__(self, program: Program, columns: Any, elements: list[Any]) -> None:
        self.program = program
        self.kept, self.elements = columns, elements

    def nodes(self) -> list[Node]:
        out: list[Node] = []
        for node, kept in zip(self.program.nodes, self.elements, strict=True):
            here = np.flatnonzero(kept)
            match node:
                case Affine():
                    variables = None
                    if node.variables is not None:
                        variables = _cut(take_rows(node.variables, here), self.kept)
                    inner = tuple((_cut(take_rows(m, here), self.elements[k]), k) for m, k in node.nodes)
                    out.append(Affine(len(here), node.constant.take(here), variables, inner, node.span))
                case Power():
                    out.append(replace(node, size=len(here), exponent=node.exponent.take(here)))
                case _:
                    out.append(replace(node, size=len(here)))
        return out

    def rows(self, block: Rows, here: Places, start: int) -> Rows:
        return replace(
            block,
            labels=_labels(block.labels, here),
            start=start,
            lower=_bound(block.lower, here),
            upper=_bound(block.upper, here),
            linear=_cut(take_rows(block.linear, here), self.kept),
            nonlinear=tuple((_cut(take_rows(m, here), self.elements[k]), k) for m, k in block.nonlinear),
        )

    def objective(self, held: Objective) -> Objective:
        """Without constants: they are the batch's."""
        return replace(
            held,
            constant=Numbers.constant(0, 1),
            linear=_cut(held.linear, self.kept),
            nonlinear=tuple((_cut(m, self.elements[k]), k) for m, k in held.nonlinear),
        )


def _cut(held: SparseRows, kept: Any) -> SparseRows:
    """Without the entries at columns that are not kept; the others numbered anew."""
    inside = kept[held.columns]
    number = np.cumsum(kept) - 1
    if inside.all():
        return SparseRows(held.starts, number[held.columns], held.coefficients, int(kept.sum()))
    starts = np.concatenate(([0], np.cumsum(inside)))[held.starts]
    at = np.flatnonzero(inside)
    return SparseRows(starts, number[held.columns[at]], held.coefficients.take(at), int(kept.sum()))


def _columns(block: Columns, here: Places, start: int) -> Columns:
    return replace(
        block,
        labels=_labels(block.labels, here),
        start=start,
        lower=_bound(block.lower, here),
        upper=_bound(block.upper, here),
        initial=None if block.initial is None else block.initial[here],
    )


def _labels(labels: Labels, here: Places) -> Labels:
    return Labels(labels.atoms, tuple(c[here] for c in labels.codes), len(here))


def _bound(bound: Bound | None, here: Places) -> Bound | None:
    if bound is None:
        return None
    return Bound(bound.values.take(here), None if bound.finite is None else bound.finite[here])
