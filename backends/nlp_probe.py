"""The problem of two variables that shows whether a solver of nonlinear programs works."""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Function
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, ProgramClass, Rows
from mdl.program.sparse import SparseRows


def two_variables() -> Program:
    """max log(x) + log(y), x + y <= 2, both >= 0: optimum 0 at (1, 1)."""
    both, one = np.arange(2), Numbers.constant(1, 2)
    row = SparseRows(np.array([0, 2]), both, one, 2)
    each = SparseRows(np.arange(3), both, one, 2)
    zero, two = Numbers.constant(0, 2), Numbers.constant(2, 1)
    return Program(
        name="probe",
        columns=(Columns("x", Labels((("x", "y"),), (both,), 2), 0, Bound(zero), None),),
        rows=(Rows("sum", Labels.scalar(), 0, "<=", None, Bound(two), row),),
        objective=Objective("welfare", True, Numbers.constant(0, 1), SparseRows.empty(1, 2), ((row, 1),)),
        nodes=(Affine(2, zero, each, ()), Apply(2, Function.LOG, 0)),
        kind=ProgramClass.CONVEX,
    )
