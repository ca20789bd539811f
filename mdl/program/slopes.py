"""Sparse first derivatives of the nodes and rows of a Program, with structures fixed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.program.elementwise import Elementwise
from mdl.program.evaluation import Evaluation, Values
from mdl.program.graph import Affine, Product
from mdl.program.maps import FloatMap, Places, spread
from mdl.program.quadratic import reached


@dataclass(slots=True, frozen=True, eq=False)
class Pattern:
    """Places of the entries of a sparse matrix, row-major: row and column (nonzeros,), starts (rows + 1,)."""

    row: Places
    column: Places
    starts: Places

    @property
    def nonzeros(self) -> int:
        return len(self.row)


@dataclass(slots=True, frozen=True, eq=False)
class Sum:
    """base + sum of map times (entries of the derivative of a node)."""

    base: FloatArray
    parts: tuple[tuple[FloatMap, int], ...]


@dataclass(slots=True, frozen=True, eq=False)
class Chain:
    """Entry e is slope[row[e]] times entry e of the argument's derivative."""

    function: Elementwise
    argument: int


@dataclass(slots=True, frozen=True, eq=False)
class Both:
    """Product rule: `from_left` puts the entries of the left factor's derivative into place; likewise right."""

    left: int
    right: int
    from_left: FloatMap
    from_right: FloatMap


class Slopes:
    """Derivatives by x of the `wanted` nodes: `pattern[k]`, and entries `constant[k]` where they do not move."""

    def __init__(self, evaluation: Evaluation, wanted: Sequence[int]) -> None:
        self.evaluation = evaluation
        self.pattern: dict[int, Pattern] = {}
        self.constant: dict[int, FloatArray] = {}
        self.recipes: dict[int, Sum | Chain | Both] = {}
        nodes = evaluation.program.nodes
        needed = reached(nodes, list(wanted))
        for place, node in enumerate(nodes):
            if place not in needed:
                continue
            if isinstance(node, Affine):
                held = evaluation.variables[place]
                pattern, recipe = self.sum(node.size, [] if held is None else [held], evaluation.inner[place])
                if not recipe.parts:
                    self.constant[place] = recipe.base
                self.pattern[place], self.recipes[place] = pattern, recipe
            elif isinstance(node, Product):
                self._product(place, node)
            else:
                function = evaluation.functions[place]
                assert function is not None
                self.pattern[place] = self.pattern[node.argument]
                self.recipes[place] = Chain(function, node.argument)

    def sum(
        self, size: int, variables: Sequence[FloatMap], inner: Sequence[tuple[FloatMap, int]]
    ) -> tuple[Pattern, Sum]:
        """Derivative of (sum of variable maps) x + sum of (map times node), shape (size, width)."""
        rows, columns = [held.row for held in variables], [held.column for held in variables]
        sources, factors = [], []
        for held, k in inner:
            pattern = self.pattern[k]
            counts = np.diff(pattern.starts)[held.column]
            source = spread(pattern.starts[:-1][held.column], counts)
            rows.append(np.repeat(held.row, counts))
            columns.append(pattern.column[source])
            sources.append(source)
            factors.append(np.repeat(held.value, counts))
        pattern, slots = union(rows, columns, size, self.evaluation.width)
        base = np.zeros(pattern.nonzeros)
        for held, slot in zip(variables, slots[: len(variables)], strict=True):
            base += np.bincount(slot, held.value, pattern.nonzeros)
        moving = []
        for (_, k), slot, source, factor in zip(inner, slots[len(variables) :], sources, factors, strict=True):
            part = FloatMap(slot, source, factor, pattern.nonzeros, self.pattern[k].nonzeros)
            if k in self.constant:
                base += part.times(self.constant[k])
            else:
                moving.append((part, k))
        return pattern, Sum(base, tuple(moving))

    def _product(self, place: int, node: Product) -> None:
        left, right = self.pattern[node.left], self.pattern[node.right]
        pattern, slots = union([left.row, right.row], [left.column, right.column], node.size, self.evaluation.width)
        maps = [
            FloatMap(slot, np.arange(p.nonzeros), np.ones(p.nonzeros), pattern.nonzeros, p.nonzeros)
            for slot, p in zip(slots, (left, right), strict=True)
        ]
        self.pattern[place] = pattern
        self.recipes[place] = Both(node.left, node.right, *maps)

    def at(self, values: Values) -> dict[int, FloatArray]:
        """Entries of every derivative, given the values of the nodes."""
        out: dict[int, FloatArray] = {}
        with np.errstate(all="ignore"):
            for place, recipe in self.recipes.items():
                fixed = self.constant.get(place)
                out[place] = self._entries(place, recipe, values, out) if fixed is None else fixed
        return out

    def _entries(
        self, place: int, recipe: Sum | Chain | Both, values: Values, known: dict[int, FloatArray]
    ) -> FloatArray:
        match recipe:
            case Sum():
                return total(recipe, known)
            case Chain():
                slope = recipe.function.slope(values[recipe.argument], values[place])
                return slope[self.pattern[place].row] * known[recipe.argument]
            case Both():
                left = values[recipe.right][self.pattern[recipe.left].row] * known[recipe.left]
                right = values[recipe.left][self.pattern[recipe.right].row] * known[recipe.right]
                return recipe.from_left.times(left) + recipe.from_right.times(right)


def total(recipe: Sum, known: dict[int, FloatArray]) -> FloatArray:
    entries = recipe.base
    for held, k in recipe.parts:
        entries = entries + held.times(known[k])
    return entries


def union(rows: Sequence[Places], columns: Sequence[Places], size: int, width: int) -> tuple[Pattern, list[Places]]:
    """The pattern that has all these entries, and the slot of each entry in it."""
    row = np.concatenate([np.zeros(0, dtype=np.intp), *rows])
    column = np.concatenate([np.zeros(0, dtype=np.intp), *columns])
    key = row * np.int64(width) + column
    if len(key) < 2 or bool((key[1:] > key[:-1]).all()):
        slot = np.arange(len(key))
    else:
        key, slot = np.unique(key, return_inverse=True)
        row, column = np.divmod(key, max(width, 1))
    starts = np.zeros(size + 1, dtype=np.intp)
    np.cumsum(np.bincount(row, minlength=size), out=starts[1:])
    ends = np.cumsum([len(r) for r in rows], dtype=np.intp)[:-1]
    pattern = Pattern(row.astype(np.intp, copy=False), column.astype(np.intp, copy=False), starts)
    return pattern, [s.astype(np.intp, copy=False) for s in np.split(slot, ends)[: len(rows)]]
