"""Exact optima against vertices enumerated in rationals; answers that prove nothing are refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.coalitions.certified import exact_optimum
from mdl.data.bind import bind
from mdl.diagnostics import Source
from mdl.program.program import Program
from mdl.semantics.model import RuleSymbol

KNAPSACK = """model m "divisible";
set I := {a, b, c};
param worth[I] := {a: 7, b: 5, c: 3};
param size[I] := {a: 3, b: 7/3, c: 0.7};
var x[I] >= 0, <= 1;
subject to room: sum(i in I) size[i] * x[i] <= SPACE;
SENSE;
"""


def program(space: str, sense: str) -> Program:
    text = KNAPSACK.replace("SPACE", space).replace("SENSE", sense)
    instance = bind(driver.understand(Source("m.mdl", text)), Path())
    (rule,) = (s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    return driver.compile_rule(instance, rule).program


def best_first(space: Fraction) -> Fraction:
    """The divisible knapsack: greatest worth for its size first."""
    items = [(Fraction(7), Fraction(3)), (Fraction(5), Fraction(7, 3)), (Fraction(3), Fraction(7, 10))]
    total = Fraction(0)
    for worth, size in sorted(items, key=lambda i: -i[0] / i[1]):
        share = min(Fraction(1), space / size)
        total, space = total + share * worth, space - share * size
    return total


@pytest.mark.parametrize("space", ["0", "1/2", "3.7", "5", "100"])
def test_optima_are_exact(space: str) -> None:
    made = program(space, "maximize total: 2 + sum(i in I) worth[i] * x[i]")
    assert exact_optimum(made, driver.solve_program(made)) == 2 + best_first(Fraction(space))
    least = program(space, "minimize total: 2 - sum(i in I) worth[i] * x[i]")
    assert exact_optimum(least, driver.solve_program(least)) == 2 - best_first(Fraction(space))


def test_points_and_prices_that_prove_nothing_are_refused() -> None:
    made = program("3.7", "maximize total: sum(i in I) worth[i] * x[i]")
    found = driver.solve_program(made)
    assert found.values is not None and found.row_duals is not None
    assert exact_optimum(made, replace(found, values=found.values * 0.5)) is None
    assert exact_optimum(made, replace(found, values=found.values + 1)) is None
    assert exact_optimum(made, replace(found, row_duals=-found.row_duals)) is None
    assert exact_optimum(made, replace(found, row_duals=np.zeros(1))) is None
    assert exact_optimum(made, replace(found, row_duals=None)) is None
