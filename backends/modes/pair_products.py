"""Slack times multiplier of each complementarity pair, as nodes of the program's graph."""

from __future__ import annotations

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.program import exact
from mdl.program.graph import Affine, Node, Product
from mdl.program.pairs import side_of
from mdl.program.program import Complementarity, Program


def products(program: Program) -> tuple[tuple[Node, ...], list[tuple[Complementarity, int]]]:
    """The program's nodes and after them those of the products; each pair that is not empty with its product's place.

    Both factors are at least 0 where the pair holds: direction * (row - limit), and sign * column.
    """
    nodes: list[Node] = list(program.nodes)
    made: list[tuple[Complementarity, int]] = []
    for pair in program.complementarities:
        block, multipliers = program.rows[pair.rows], program.columns[pair.columns]
        count = len(block.labels)
        if not count:
            continue
        limit, direction, sign = side_of(program, pair)
        every, factor = np.arange(count), Numbers.constant(direction, count)
        slack = Affine(
            count,
            arithmetic.neg(arithmetic.mul(limit.values, factor)),
            exact.scale(block.linear, factor),
            tuple((exact.scale(held, factor), k) for held, k in block.nonlinear),
        )
        own = exact.from_entries(every, multipliers.start + every, Numbers.constant(sign, count), count, program.width)
        nodes += [slack, Affine(count, Numbers.constant(0, count), own, ())]
        nodes.append(Product(count, len(nodes) - 2, len(nodes) - 1))
        made.append((pair, len(nodes) - 1))
    return tuple(nodes), made
