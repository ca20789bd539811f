"""MPS files say the same program to HiGHS."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mdl.backends import file_names, highs, lp, mps
from mdl.backends.arrays import to_arrays
from mdl.diagnostics import Failure
from mdl.program.program import Domain, Program
from mdl.program.solution import Status
from tests.backends.read_back import read_back
from tests.backends.test_lp import SOLVABLE
from tests.backends.test_pyomo_arrays import LINEAR, ranges
from tests.backends.test_pyomo_model import unicast
from tests.program import make


@pytest.mark.parametrize("build", SOLVABLE)
def test_same_optimum(build: Callable[[], Program], tmp_path: Path) -> None:
    found, ours = read_back(mps.write(build()), "mps", tmp_path), highs.solve(build())
    assert (found.status, ours.status) == ("kOptimal", Status.OPTIMAL)
    assert found.objective == pytest.approx(ours.objective, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("build", LINEAR)
def test_every_number_comes_back(build: Callable[[], Program], tmp_path: Path) -> None:
    program = build()
    found, arrays = read_back(mps.write(program), "mps", tmp_path), to_arrays(program)
    names = file_names.file_names(program)
    free = np.isinf(arrays.row_lower) & np.isinf(arrays.row_upper)
    assert not free.any()
    assert list(found.columns) == names.columns and list(found.rows) == names.rows
    assert list(found.columns.values()) == list(zip(arrays.lower, arrays.upper, strict=True))
    assert list(found.rows.values()) == list(zip(arrays.row_lower, arrays.row_upper, strict=True))
    assert list(found.cost.values()) == arrays.cost.tolist()
    assert found.offset == arrays.offset
    dense = np.zeros((arrays.height, arrays.width))
    dense[np.repeat(np.arange(arrays.height), np.diff(arrays.starts)), arrays.columns] = arrays.values
    np.testing.assert_array_equal(found.matrix, dense)
    whole = np.zeros(arrays.width, dtype=bool) if arrays.integer is None else arrays.integer
    assert found.integer == {n for n, w in zip(names.columns, whole, strict=True) if w}


def test_integers_between_continuous(tmp_path: Path) -> None:
    columns = (
        make.columns(2, 0, 3, name="a"),
        make.columns(2, [0, -4], [None, 7], name="n", start=2, domain=Domain.INTEGER),
        make.columns(1, None, -1, name="b", start=4),
        make.columns(1, name="z", start=5, domain=Domain.BINARY),
    )
    base = make.linear([1, -1, -1, 1, 1, 2], [[1, 1, 1, 1, 0, 0]], None, 5)
    program = Program("mixed", columns, base.rows, base.objective)
    found = read_back(mps.write(program), "mps", tmp_path)
    assert found.integer == {"n(1)", "n(2)", "z(1)"}
    assert found.columns == {
        "a(1)": (0, 3),
        "a(2)": (0, 3),
        "n(1)": (0, np.inf),
        "n(2)": (-4, 7),
        "b(1)": (-np.inf, -1),
        "z(1)": (0, 1),
    }


@given(some.lists(some.tuples(finite := some.floats(-1e12, 1e12), finite), min_size=1, max_size=20))
def test_ranges_lose_at_most_the_last_digit(pairs: list[tuple[float, float]]) -> None:
    low = np.array([min(p) for p in pairs])
    high = np.array([max(p) for p in pairs])
    from_high = np.abs(high) < np.abs(low)
    d = mps.difference(low, high, from_high)
    np.testing.assert_array_max_ulp(np.where(from_high, high - d, low + d), np.where(from_high, low, high), 1)


def test_crossed_bounds_stay_infeasible(tmp_path: Path) -> None:
    assert read_back(mps.write(make.linear([1], [[1]], None, 5, 0, -1)), "mps", tmp_path).status == "kInfeasible"


def test_text_of_a_small_program() -> None:
    program = make.linear([1, 2], [[1, Fraction(1, 10)]], None, 10, constant=3, maximize=True)
    assert mps.write(program).splitlines()[3:] == [
        "NAME linear",
        "OBJSENSE",
        "    MAX",
        "ROWS",
        " N cost",
        " L r(1)",
        "COLUMNS",
        " x(1) cost 1",
        " x(1) r(1) 1",
        " x(2) cost 2",
        " x(2) r(1) 0.1",
        "RHS",
        " RHS cost -3",
        " RHS r(1) 10",
        "BOUNDS",
        "ENDATA",
    ]


def test_map_of_names_leads_back() -> None:
    table = json.loads(file_names.map_text(ranges()))
    assert table["columns"]["x(2)"] == "x[2]" and table["rows"]["r(5)"] == "r[5]"
    assert table["objective"] == {"cost": "cost"}


def test_nonlinear_is_refused() -> None:
    with pytest.raises(Failure) as failed:
        mps.write(unicast())
    assert failed.value.diagnostics[0].code == "MDL581"


small = some.integers(-4, 4)


@given(some.data())
@settings(max_examples=40, deadline=None)
def test_random_programs_have_one_optimum_in_three_forms(data: some.DataObject) -> None:
    """Directly, from LP and from MPS: bounded integer or continuous programs with rows of every shape."""
    width, height = data.draw(some.integers(1, 4)), data.draw(some.integers(0, 4))
    line = some.lists(small, min_size=width, max_size=width)
    low = data.draw(line)
    sides = [sorted((data.draw(small), data.draw(small))) for _ in range(height)]
    shape = [data.draw(some.sampled_from("lubf")) for _ in range(height)]
    program = make.linear(
        data.draw(line),
        [data.draw(line) for _ in range(height)],
        [s[0] if k in "lb" else None for s, k in zip(sides, shape, strict=True)] if height else None,
        [s[1] if k in "ub" else None for s, k in zip(sides, shape, strict=True)] if height else None,
        low,
        [v + Fraction(data.draw(some.integers(0, 9)), 2) for v in low],
        maximize=data.draw(some.booleans()),
        constant=data.draw(small),
        domain=data.draw(some.sampled_from([Domain.CONTINUOUS, Domain.INTEGER])),
    )
    ours = highs.solve(program)
    with TemporaryDirectory() as folder:
        for text, ending in ((lp.write(program), "lp"), (mps.write(program), "mps")):
            found = read_back(text, ending, Path(folder))
            if ours.status is Status.OPTIMAL:
                assert found.status in ("kOptimal", "kModelEmpty")
                assert found.objective == pytest.approx(ours.objective, abs=1e-7)
            else:
                assert ours.status is Status.INFEASIBLE and found.status == "kInfeasible"
