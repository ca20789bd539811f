"""A written file as HiGHS reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import highspy
import numpy as np

from mdl.algebra.numbers import FloatArray


@dataclass(frozen=True)
class Read:
    """Bounds and costs by name, and what HiGHS answers; `matrix` dense, rows and columns as in the file."""

    status: str
    objective: float
    values: dict[str, float]
    columns: dict[str, tuple[float, float]]
    rows: dict[str, tuple[float, float]]
    cost: dict[str, float]
    offset: float
    integer: set[str]
    matrix: FloatArray


def read_back(text: str, ending: str, folder: Path) -> Read:
    path = folder / f"program.{ending}"
    path.write_text(text, encoding="utf-8")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    status = highs.readModel(str(path))
    assert status != highspy.HighsStatus.kError, text
    lp = highs.getLp()
    highs.run()
    columns, rows = list(lp.col_names_), list(lp.row_names_)
    matrix = np.zeros((lp.num_row_, lp.num_col_))
    by_columns = lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise
    starts, index, values = lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_
    for k in range(len(starts) - 1):
        for entry in range(starts[k], starts[k + 1]):
            place = (index[entry], k) if by_columns else (k, index[entry])
            matrix[place] = values[entry]
    whole = list(lp.integrality_) or [highspy.HighsVarType.kContinuous] * len(columns)
    return Read(
        status=highs.getModelStatus().name,
        objective=highs.getInfo().objective_function_value,
        values=dict(zip(columns, highs.getSolution().col_value, strict=False)),
        columns=dict(zip(columns, zip(lp.col_lower_, lp.col_upper_, strict=True), strict=True)),
        rows=dict(zip(rows, zip(lp.row_lower_, lp.row_upper_, strict=True), strict=True)),
        cost=dict(zip(columns, lp.col_cost_, strict=True)),
        offset=lp.offset_,
        integer={n for n, w in zip(columns, whole, strict=True) if w == highspy.HighsVarType.kInteger},
        matrix=matrix,
    )
