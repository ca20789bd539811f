"""Rules that are not linear, against closed forms; cases without an answer; equal cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.driver import load
from mdl.lowering.welfare import lower
from mdl.mechanisms.rules import numeric
from mdl.mechanisms.rules.batch import Batch, by_first_label
from mdl.mechanisms.rules.sharpen import Sharpener
from mdl.mechanisms.rules.solve import solve_batch
from mdl.mechanisms.rules.split import Split
from mdl.mechanisms.rules.twins import equal_cases
from mdl.program.residual import column_sides
from mdl.program.solution import Solution, Status

LOG = """
model t;
set P := 1..{cases};
set A := 1..2;
param theta[P, A] := {{{theta}}};
param room[P] := {{{room}}};
var x[P, A] >= 0;
subject to total[p in P]: sum(a in A) x[p, a] <= room[p];
maximize w: sum(p in P, a in A) theta[p, a] * log(1 + x[p, a]);
"""

QUADRATIC = """
model t;
set P := 1..{cases};
set A := 1..2;
param theta[P, A] := {{{theta}}};
param room[P] := {{{room}}};
var x[P, A] >= 0;
subject to total[p in P]: sum(a in A) x[p, a] <= room[p];
maximize w: sum(p in P, a in A) (theta[p, a] * x[p, a] - x[p, a]^2 / 2);
"""


def batch_of(folder: Path, text: str, theta: Sequence[Sequence[float]], room: Sequence[float]) -> Batch:
    held = ", ".join(f"({p}, {a}): {v}" for p, row in enumerate(theta, 1) for a, v in enumerate(row, 1))
    rooms = ", ".join(f"{p}: {v}" for p, v in enumerate(room, 1))
    path = folder / "t.mdl"
    path.write_text(text.format(cases=len(theta), theta=held, room=rooms))
    instance = load(path)
    program = lower(instance, instance.model.symbols["w"]).program
    return by_first_label(program, range(1, len(theta) + 1), Numbers.constant(0, len(theta)))


def filled(theta: Sequence[float], room: float) -> tuple[float, float]:
    """The larger of two has room = x1 + x2 and theta1 / (1 + x1) = theta2 / (1 + x2), unless one stays at 0."""
    a, b = theta
    first = a * (2 + room) / (a + b) - 1
    first = min(max(first, 0.0), room)
    return first, room - first


DRAWN = np.random.default_rng(2)
THETA = DRAWN.integers(1, 30, (40, 2)).tolist()
ROOM = DRAWN.integers(1, 6, 40).tolist()


def test_logarithms(tmp_path: Path) -> None:
    found = solve_batch(batch_of(tmp_path, LOG, THETA, ROOM))
    assert set(found.status) == {Status.OPTIMAL}
    assert not found.exact
    assert found.why
    assert not found.unsure.any()
    assert found.tolerance < 1e-12
    expected = np.array([filled(t, r) for t, r in zip(THETA, ROOM, strict=True)])
    value = (np.array(THETA) * np.log1p(expected)).sum(axis=1)
    assert np.allclose(found.values.floats().reshape(-1, 2), expected, atol=1e-7)
    assert (np.abs(found.optimum.floats() - value) <= 2 * found.tolerance * (1 + np.abs(value))).all()


def test_squares(tmp_path: Path) -> None:
    found = solve_batch(batch_of(tmp_path, QUADRATIC, THETA, ROOM))
    expected = []
    for (a, b), room in zip(THETA, ROOM, strict=True):
        first = min(max((a - b + room) / 2, 0.0), room)
        expected.append((a, b) if a + b <= room else (first, room - first))
    assert np.allclose(found.values.floats().reshape(-1, 2), expected, atol=1e-12)
    assert found.tolerance < 1e-12


def test_the_case_without_an_answer(tmp_path: Path) -> None:
    """One among forty leaves nothing to choose from: the others are answered."""
    room = [*ROOM[:17], -1, *ROOM[18:]]
    found = solve_batch(batch_of(tmp_path, LOG, THETA, room))
    assert [k for k, s in enumerate(found.status) if s is not Status.OPTIMAL] == [17]
    assert found.status[17] is Status.INFEASIBLE
    assert found.optimum.floats()[17] == 0
    assert found.tolerance < 1e-12


def test_equal_cases_are_solved_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theta, room = [THETA[0], THETA[1], THETA[0], THETA[1], [3, 4]], [2, 2, 2, 3, 2]
    batch = batch_of(tmp_path, LOG, theta, room)
    first, kind = equal_cases(batch, Split(batch).elements)
    assert sorted(first.tolist()) == [0, 1, 3, 4]
    assert kind[2] == kind[0]
    widths = []
    real = numeric.dispatch.solve
    monkeypatch.setattr(numeric.dispatch, "solve", lambda p, o: widths.append(p.width) or real(p, o))
    found = solve_batch(batch)
    assert widths == [8]
    assert found.values.floats()[0:2].tolist() == found.values.floats()[4:6].tolist()


@pytest.mark.parametrize("most", [2, 6, 1000])
def test_in_parts(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(tmp_path, LOG, THETA, ROOM)
    whole = solve_batch(batch)
    monkeypatch.setattr(numeric, "MOST", most)
    assert np.allclose(solve_batch(batch).values.floats(), whole.values.floats(), atol=1e-9)


def test_errors_hold(tmp_path: Path) -> None:
    """The error of a point that is off is at least what its objective loses."""
    batch = batch_of(tmp_path, LOG, THETA, ROOM)
    best = solve_batch(batch)
    work = Sharpener(batch)
    rng = np.random.default_rng(4)
    x = best.values.floats() * rng.uniform(0.9, 1.0, batch.program.width)
    y = -rng.uniform(0, 10, batch.program.height)
    objective = numeric_objective(x)
    lost = (best.optimum.floats() - objective) / (1 + np.abs(objective))
    # the columns have no upper bound of their own; the tangent is taken to lead up to 1 + 2 |x|, so give them one
    work.columns = type(column_sides(batch.program))(work.columns.lower, np.full(batch.program.width, 6.0))
    assert (work.errors(x, y) >= lost).all()
    assert (lost > 1e-6).any()


def numeric_objective(x: np.ndarray) -> np.ndarray:
    return np.asarray((np.array(THETA) * np.log1p(x.reshape(-1, 2))).sum(axis=1))


def test_sharpening_from_a_rough_point(tmp_path: Path) -> None:
    """Five digits to fifteen."""
    batch = batch_of(tmp_path, LOG, THETA, ROOM)
    found: Solution = numeric.dispatch.solve(batch.program)
    assert found.values is not None
    assert found.row_duals is not None
    x, _, error = Sharpener(batch).best(found.values + 1e-5, -found.row_duals * (1 + 1e-5))
    assert error.max() < 1e-14
    assert np.allclose(x.reshape(-1, 2), [filled(t, r) for t, r in zip(THETA, ROOM, strict=True)], atol=1e-12)


SUM = """
model t;
set P := 1..{cases};
set A := 1..2;
param theta[P, A] := {{{theta}}};
param room[P] := {{{room}}};
var x[p in P, A] >= 0, <= room[p];
maximize w: sum(p in P) (sqrt(sum(a in A) x[p, a]) - sum(a in A) theta[p, a] * x[p, a]);
"""


def test_whether_an_outcome_is_alone(tmp_path: Path) -> None:
    """A root of the sum bends along one direction: alone where costs differ, or where both go to their bounds."""
    theta = [[0.25, 0.5], [0.25, 0.25], [0.1, 0.1]]
    found = solve_batch(batch_of(tmp_path, SUM, theta, [3, 3, 3]))
    assert found.ties.tolist() == [False, True, False]
    assert not found.unsure.any()
    points = found.values.floats().reshape(-1, 2)
    assert np.allclose(points, [[3, 0], [3, 1], [3, 3]], atol=1e-8)
    assert np.allclose(found.optimum.floats(), [3**0.5 - 0.75, 1, 6**0.5 - 0.6], rtol=0, atol=1e-9)


BOWL = """
model t;
set P := 1..{cases};
set A := 1..2;
param theta[P, A] := {{{theta}}};
param room[P] := {{{room}}};
var x[P, A] >= 0;
subject to total[p in P]: sum(a in A) x[p, a] <= room[p];
minimize w: sum(p in P) (sum(a in A) theta[p, a] * x[p, a] - 3)^2;
"""


def test_ties_of_squares(tmp_path: Path) -> None:
    """Two thirds of the one or of the other, and all between: the most of the first that there is room for."""
    theta, room = [[1, 2], [2, 1], [1, 2], [4, 5]], [4, 4, 2, 0.5]
    found = solve_batch(batch_of(tmp_path, BOWL, theta, room))
    points = found.values.floats().reshape(-1, 2)
    assert np.allclose(points, [[3, 0], [1.5, 0], [1, 1], [0, 0.5]], atol=1e-7)
    assert found.ties.tolist() == [True, True, True, False]
    assert not found.unsure.any()
    backwards = solve_batch(batch_of(tmp_path, BOWL, theta[::-1], room[::-1]))
    assert np.allclose(backwards.values.floats().reshape(-1, 2)[::-1], points, atol=1e-12)


def test_nothing_left_to_choose(tmp_path: Path) -> None:
    """Two reports of no capacity: the root has no slope at 0, and no solver is asked."""
    found = solve_batch(batch_of(tmp_path, SUM, [[0.25, 0.5], [0.25, 0.5], [0.5, 0.25]], [3, 0, 3]))
    assert set(found.status) == {Status.OPTIMAL}
    assert found.values.floats()[2:4].tolist() == [0, 0]
    assert found.optimum.floats()[1] == 0
    assert not found.unsure[1]
    assert found.tolerance < 1e-12


def test_nothing_at_all() -> None:
    from tests.mechanisms.rules.oracle import Case
    from tests.mechanisms.rules.oracle import batch_of as linear

    batch = linear([Case([1], [], [], [], [0], [1])])
    none = np.zeros(0, dtype=np.int64)
    empty = Batch(Split(batch).chosen(none)[0].program, 0, none, none, Numbers.constant(0, 0))
    assert solve_batch(empty).status == ()
