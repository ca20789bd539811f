"""The reference program solver, against scipy on small random programs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.models.mechanisms.exact_lp import InfeasibleError, UnboundedError, maximise


@pytest.mark.parametrize("seed", range(40))
def test_small_programs(seed: int) -> None:
    draw = random.Random(seed)
    names = [f"x{k}" for k in range(draw.randint(1, 6))]
    free = {x for x in names if draw.random() < 0.4}
    rows = [
        ({x: draw.randint(-3, 3) for x in names}, draw.choice(["<=", ">=", "<=", "=="]), draw.randint(-4, 6))
        for _ in range(draw.randint(1, 7))
    ]
    goal = {x: draw.randint(-3, 3) for x in names}
    sign = {"<=": 1, ">=": -1, "==": 1}
    less = [(sign[s] * np.array([r[x] for x in names]), sign[s] * b) for r, s, b in rows if s != "=="]
    same = [(np.array([r[x] for x in names]), b) for r, s, b in rows if s == "=="]
    shape = {
        "A_ub": [a for a, _ in less] or None,
        "b_ub": [b for _, b in less] or None,
        "A_eq": [a for a, _ in same] or None,
        "b_eq": [b for _, b in same] or None,
        "bounds": [(None if x in free else 0, None) for x in names],
    }
    feasible = linprog([0] * len(names), **shape).status == 0
    found = linprog([-goal[x] for x in names], **shape)
    try:
        value = maximise(goal, rows, free)
    except InfeasibleError:
        assert not feasible
    except UnboundedError:
        assert feasible and found.status != 0
    else:
        assert found.status == 0 and float(value) == pytest.approx(-found.fun, abs=1e-7)
