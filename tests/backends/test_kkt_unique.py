"""Uniqueness of multipliers: by hand, and the sparse rank against singular values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.backends import kkt_unique
from mdl.backends.kkt_unique import unique
from mdl.data.bind import bind
from mdl.diagnostics import Source
from mdl.lowering.kkt import Kkt, lower_kkt
from mdl.semantics.model import RuleSymbol


def solved(text: str) -> tuple[Kkt, np.ndarray]:
    instance = bind(driver.understand(Source("test.mdl", f"model m; {text}")), Path())
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    program = driver.compile_rule(instance, rule).program
    kkt = lower_kkt(program)
    return kkt, kkt.join(driver.solve_program(program))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("var x <= 9; subject to a: x <= 1; maximize g: x;", True),
        # the same row twice: only the sum of both duals is fixed
        ("var x; subject to a: x <= 1; subject to b: 2 * x <= 2; maximize g: x;", False),
        # y_a + y_c = 1 and y_b - y_c = 1: y_c is anything from 0 to 1
        ("var x; var y; subject to a: x <= 1; subject to b: y <= 1; subject to c: x <= y; maximize g: x + y;", False),
        # rank 1 of 2: y_a + y_b = -2 x = 0 with both at least 0, so both are 0
        ("var x; subject to a: x <= 0; subject to b: 2 * x <= 0; maximize g: -x^2;", True),
        # opposite rows: their difference alone is fixed
        ("var x; subject to a: x <= 1; subject to b: x >= 1; maximize g: x;", False),
    ],
)  # fmt: skip
def test_by_hand(text: str, expected: bool) -> None:
    assert unique(*solved(text)).unique == expected


def test_the_sparse_rank_is_that_of_singular_values() -> None:
    rng = np.random.default_rng(5)
    for dependent in (0, 1, 3):
        full = rng.integers(-3, 4, (40, 25)).astype(float) * (rng.random((40, 25)) < 0.4)
        for k in range(dependent):
            full[:, k] = full[:, k + 5] - 2 * full[:, k + 10]
        row, column = np.nonzero(full)
        entries = (row, column, full[row, column])
        expected = np.linalg.matrix_rank(full)
        assert kkt_unique._rank(entries, 40, 25) == expected
        assert (kkt_unique._sparse_rank(entries, 40, 25) == 25) == (expected == 25)
