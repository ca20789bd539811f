"""Programs that come from a file: the divisible knapsack, whose optimum is the greedy one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mdl import driver
from mdl.certify import Proof, prove
from mdl.data.bind import bind
from mdl.diagnostics import Source
from mdl.program.program import Program
from mdl.program.solution import SolverOptions
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


def optimum(made: Program) -> Fraction:
    found = prove(made, driver.solve_program(made, SolverOptions(basis=True)))
    assert isinstance(found, Proof) and not found.pivots
    return found.optimum


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
    assert optimum(made) == 2 + best_first(Fraction(space))
    least = program(space, "minimize total: 2 - sum(i in I) worth[i] * x[i]")
    assert optimum(least) == 2 - best_first(Fraction(space))
