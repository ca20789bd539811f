"""How far the rows of a Program are from being satisfiable: phase 1.

Every side of a row may give way at a price: minimise the sum of what it takes.  An optimum of 0 is
a feasible point; of a convex program, a positive optimum proves that there is none, and row duals
of the relaxed program are the multipliers of that proof.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.program import exact
from mdl.program.graph import Affine
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Rows
from mdl.program.sparse import SparseRows


def elastic(program: Program) -> Program:
    """The same columns and rows with, after the columns, two slacks a row; kind, and so convexity, stay."""
    width, height = program.width, program.height
    wide = width + 2 * height
    zero = Bound(Numbers.constant(0, height))
    labels = Labels((), (), height)
    slacks = tuple(Columns(name, labels, width + k * height, zero, None) for k, name in enumerate(("short", "excess")))
    cost = SparseRows(np.array([0, 2 * height]), np.arange(width, wide), Numbers.constant(1, 2 * height), wide)
    nodes = tuple(
        replace(n, variables=replace(n.variables, width=wide))
        if isinstance(n, Affine) and n.variables is not None
        else n
        for n in program.nodes
    )
    return replace(
        program,
        columns=(*program.columns, *slacks),
        rows=tuple(_given_way(block, width, height, wide) for block in program.rows),
        objective=Objective("infeasibility", False, Numbers.constant(0, 1), cost),
        nodes=nodes,
    )


def _given_way(block: Rows, width: int, height: int, wide: int) -> Rows:
    size = len(block.labels)
    each, places = np.arange(size), block.start + np.arange(size)
    short = exact.from_entries(each, width + places, Numbers.constant(1, size), size, wide)
    excess = exact.from_entries(each, width + height + places, Numbers.constant(-1, size), size, wide)
    linear = exact.add([replace(block.linear, width=wide), short, excess])
    return replace(block, linear=linear)
