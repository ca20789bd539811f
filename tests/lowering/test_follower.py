"""Followers inside a leader's problem: conditions against differences, answers against closed forms and brute force."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.numbers import FloatArray
from mdl.backends.modes import leader_big_m, leader_branch, leader_duality
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source
from mdl.lowering.back import Lowered
from mdl.program.evaluation import Evaluation
from mdl.program.program import Program, ProgramClass, Role
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.semantics.model import FollowerSymbol, RuleSymbol, SolveTask
from mdl.tasks.followers import best_answers
from mdl.tasks.run import absence_of


def lowered(text: str) -> Lowered:
    instance = bind(driver.understand(Source("test.mdl", "model m;\n" + text)), Path())
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    return driver.compile_rule(instance, rule)


def solved(text: str, mode: str = "auto") -> tuple[Lowered, Solution, dict[str, FloatArray]]:
    """With the values of every block of columns by name; the followers' own problems agree."""
    held = lowered(text)
    found = driver.solve_program(held.program, SolverOptions(mode=mode))
    assert found.values is not None, found
    checks = best_answers(held, found, SolverOptions())
    assert checks and all(c.verdict == "holds" for c in checks), checks
    return held, found, {c.name: found.values[c.start : c.start + len(c.labels)] for c in held.program.columns}


def refused(text: str) -> list[str]:
    with pytest.raises(Failure) as caught:
        lowered(text)
    return [d.code for d in caught.value.diagnostics]


def block(program: Program, name: str, x: FloatArray) -> FloatArray:
    rows = next(r for r in program.rows if r.name == name)
    right = rows.lower if rows.lower is not None else rows.upper
    assert right is not None
    here = Evaluation(program).rows(x)[rows.start : rows.start + len(rows.labels)]
    return np.asarray(here - right.floats(0.0))


# ---- conditions ----------------------------------------------------------------------------------------

CURVED = """
set S := {a, b};
var p >= 1, <= 2;
var q[S] >= 0, <= 5;
follower f: maximize p * log(1 + q[a]) + p^2 * sqrt(1 + q[b]) - (q[a] + 2 * q[b])^2 - p * q[a] over q
    subject to round: q[a]^2 + p * q[b]^2 <= 3 * p, line[i in S]: 2 * q[i] >= p - 4;
maximize r: p - q[a];
"""


def curved_lagrangian(p: float, q: FloatArray, y: FloatArray) -> float:
    """Objective minus multipliers times rows, bounds among them; y = (round, line[a], line[b], lower, upper)."""
    a, b = q
    goal = p * np.log(1 + a) + p**2 * np.sqrt(1 + b) - (a + 2 * b) ** 2 - p * a
    rows = np.array([a * a + p * b * b - 3 * p, 2 * a - p, 2 * b - p, a, b, a, b])
    return float(goal - y @ rows)


def test_stationarity_is_the_derivative_of_the_lagrangian_by_own_variables() -> None:
    program = lowered(CURVED).program
    random = np.random.default_rng(7)
    x = random.uniform(1.0, 2.0, program.width)
    names = {c.name: c for c in program.columns}
    order = ["dual[round]", "dual[line]", "dual[q.lower]", "dual[q.upper]"]
    y = np.concatenate([x[names[n].start : names[n].start + len(names[n].labels)] for n in order])
    p, q, step = float(x[0]), x[1:3], 1e-6
    slope = [
        (curved_lagrangian(p, q + step * e, y) - curved_lagrangian(p, q - step * e, y)) / (2 * step) for e in np.eye(2)
    ]
    assert block(program, "stationarity[q]", x) == pytest.approx(np.array(slope), abs=1e-8)


def test_only_the_followers_own_variables_have_conditions() -> None:
    program = lowered(CURVED).program
    assert {r.name for r in program.rows} == {"stationarity[q]", "round", "line", "q.lower", "q.upper"}
    assert [c.name for c in program.columns if c.role is Role.MULTIPLIER] == [
        "dual[round]", "dual[line]", "dual[q.lower]", "dual[q.upper]",
    ]  # fmt: skip
    assert len(program.complementarities) == 4
    assert program.kind is ProgramClass.COMPLEMENTARITY and program.relaxed is ProgramClass.NLP


def test_signs_of_multipliers_follow_the_followers_sense() -> None:
    for sense, objective, sign in (("maximize", "p * q - q^2", 1), ("minimize", "q^2 - p * q", -1)):
        held, found, _ = solved(
            f"var p >= 8, <= 8; var q >= 0;\nfollower f: {sense} {objective} over q subject to most: q <= 3;\n"
            "maximize r: p;"
        )
        row = next(s for s in held.multipliers if s.name == "most")
        # d/dq of p q - q^2 at q = 3 is 2, in the follower's sense
        assert held.dual(row, found) == pytest.approx([2 * sign], abs=1e-6)


# ---- closed forms --------------------------------------------------------------------------------------


def cournot(c: list[float], c0: float, a: float) -> tuple[float, list[float]]:
    """One leader and n followers in quantities, price a - Q (Sherali, Soyster and Murphy 1983), all active.

    Followers: q_i = a - q0 - c_i - sum q, so sum q = (n (a - q0) - sum c) / (n + 1), and the leader's
    margin is (a - q0 + sum c) / (n + 1) - c0.
    """
    n = len(c)
    q0 = (a + sum(c) - (n + 1) * c0) / 2
    total = (n * (a - q0) - sum(c)) / (n + 1)
    return q0, [a - q0 - total - ci for ci in c]


def test_followers_that_play_against_each_other() -> None:
    costs, c0, a = [10.0, 12.0, 15.0], 8.0, 100.0
    _, _, at = solved(
        "set F := {f1, f2, f3}; param c[F] := {f1: 10, f2: 12, f3: 15}; var q0 >= 0; var q[F] >= 0;\n"
        "let price = 100 - q0 - sum(i in F) q[i];\n"
        "follower firm[i in F]: maximize (price - c[i]) * q[i] over q[i] subject to room: q[i] <= 60;\n"
        "maximize profit: (price - 8) * q0;"
    )
    q0, q = cournot(costs, c0, a)
    assert min(q) > 0
    assert at["q0"] == pytest.approx([q0], abs=1e-5)
    assert at["q"] == pytest.approx(q, abs=1e-5)


def test_followers_written_one_by_one_are_the_same() -> None:
    _, _, at = solved(
        "var q0 >= 0; var q1 >= 0; var q2 >= 0; let price = 100 - q0 - q1 - q2;\n"
        "follower one: maximize (price - 10) * q1 over q1 subject to r1: q1 <= 60;\n"
        "follower two: maximize (price - 12) * q2 over q2 subject to r2: q2 <= 60;\n"
        "maximize profit: (price - 8) * q0;"
    )
    q0, (q1, q2) = cournot([10.0, 12.0], 8.0, 100.0)
    assert [at["q0"][0], at["q1"][0], at["q2"][0]] == pytest.approx([q0, q1, q2], abs=1e-5)


def test_revenue_from_a_quadratic_follower_is_found_globally() -> None:
    """Demand 2 (theta - price) each: revenue 2 p (8 - p) + 2 p (3 - p) up to 3, 2 p (8 - p) above; best at p = 4."""
    held, found, at = solved(
        "set U := {hi, lo}; param theta[U] := {hi: 8, lo: 3}; var p >= 0; var x[U] >= 0;\n"
        "follower user[i in U]: maximize theta[i] * x[i] - x[i]^2 / 4 - p * x[i] over x[i]\n"
        "    subject to most: x[i] <= 20;\n"
        "maximize revenue: p * sum(i in U) x[i];"
    )
    assert found.status is Status.OPTIMAL
    prices = np.linspace(0, 10, 10_001)
    revenue = prices * sum(np.clip(2 * (t - prices), 0, 20) for t in (8, 3))
    assert found.objective == pytest.approx(float(revenue.max()), abs=1e-5)
    assert at["p"] == pytest.approx([4.0], abs=1e-5)
    short = leader_duality.rewritten(held.program)
    assert short is not None and short.relaxed is ProgramClass.QP


def test_the_identity_of_strong_duality_holds_at_the_answer_and_not_everywhere() -> None:
    held, found, _ = solved(
        "var p >= 0, <= 9; var x >= 0; var z >= 0;\n"
        "follower f: minimize (2 + p) * x + 7 * z + x * 0 over x, z subject to need: x + z == 10;\n"
        "maximize revenue: p * x;"
    )
    follower = held.program.followers[0]
    form = leader_duality.identity(held.program, follower, None)

    def value(x: FloatArray) -> float:
        h = form.hessian
        bent = np.bincount(h.row_ids(), h.coefficients.floats() * x[h.columns], len(x)) @ x / 2
        return float(bent + form.linear.coefficients.floats() @ x[form.linear.columns] + form.constant.floats()[0])

    assert found.values is not None and found.objective == pytest.approx(50, abs=1e-6)
    assert value(found.values) == pytest.approx(0, abs=1e-6)
    assert abs(value(found.values + 1.0)) > 1e-3


def test_the_optimistic_answer_is_taken() -> None:
    """A follower that does not care: it does what the leader likes."""
    for sense, best in (("maximize", 4.0), ("minimize", 1.0)):
        _, _, at = solved(
            f"var p >= 0, <= 1; var q >= 1;\nfollower f: maximize 3 * p over q subject to most: q <= 4;\n{sense} r: q;"
        )
        assert at["q"] == pytest.approx([best], abs=1e-7)


def test_a_max_in_a_follower_belongs_to_it() -> None:
    """The follower minimises max(q, 6 - q) + p q: at q = 3 until its slope 1 is less than p; the leader gets p q."""
    _, found, _ = solved(
        "var p >= 0, <= 3; var q >= 0, <= 6;\n"
        "follower f: minimize max(q, 6 - q) + p * q over q subject to low: q >= 1;\n"
        "maximize r: p * q;"
    )
    # p <= 1: q = 3 at best, 3 p = 3; above 1 the follower goes to 1: p = 3 gives 3 as well; nothing is better
    assert found.objective == pytest.approx(3, abs=1e-5)


def test_absent_followers_are_left_out() -> None:
    text = (
        "agents U := {u, v}; param theta[U] := {u: 8, v: 3}; var p >= 0; var x[U] >= 0;\n"
        "follower user[i in U]: maximize theta[i] * x[i] - x[i]^2 / 4 - p * x[i] over x[i]\n"
        "    subject to most: x[i] <= 20;\nmaximize revenue: p * sum(i in U) x[i];\nsolve revenue without u;"
    )
    instance = bind(driver.understand(Source("test.mdl", "model m;\n" + text)), Path())
    rule = instance.model.symbols["revenue"]
    assert isinstance(rule, RuleSymbol)
    task = instance.model.tasks[0]
    assert isinstance(task, SolveTask)
    held = driver.compile_rule(instance, rule, absence_of(instance, task))
    found = driver.solve_program(held.program)
    # 2 p (3 - p) at p = 3/2
    assert found.objective == pytest.approx(4.5, abs=1e-5)
    assert len(next(r for r in held.program.rows if r.name == "stationarity[x]").labels) == 1


# ---- linear problems by brute force ----------------------------------------------------------------------


def linear(seed: int) -> tuple[str, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """min c x + d'y over x in [0, 4], y in [0, 4]^2 answering min g'y subject to A y <= b - B x."""
    random = np.random.default_rng(seed)
    c, d, g = random.integers(-4, 5, 1), random.integers(-4, 5, 2), random.integers(-4, 5, 2)
    matrix, shift, right = random.integers(-2, 4, (3, 2)), random.integers(-2, 3, 3), random.integers(3, 9, 3)
    rows = ", ".join(
        f"row{k}: {matrix[k, 0]} * y[a] + {matrix[k, 1]} * y[b] + {shift[k]} * x <= {right[k]}" for k in range(3)
    )
    text = (
        "set S := {a, b}; var x >= 0, <= 4; var y[S] >= 0, <= 4;\n"
        f"follower f: minimize {g[0]} * y[a] + {g[1]} * y[b] over y subject to {rows};\n"
        f"minimize r: {c[0]} * x + {d[0]} * y[a] + {d[1]} * y[b];"
    ).replace("+ -", "- ")
    return text, c, d, g, np.column_stack((matrix, shift)), right


def answered(x: float, d: FloatArray, g: FloatArray, rows: FloatArray, right: FloatArray) -> float | None:
    """The best d'y for the leader among the follower's best answers to x, by vertices of its polygon."""
    a = np.vstack((rows[:, :2], np.eye(2), -np.eye(2))).astype(float)
    b = np.concatenate((right - rows[:, 2] * x, [4, 4], [0, 0]))
    corners = []
    for i, j in product(range(len(a)), repeat=2):
        if i < j and abs(np.linalg.det(a[[i, j]])) > 1e-9:
            y = np.linalg.solve(a[[i, j]], b[[i, j]])
            if (a @ y <= b + 1e-9).all():
                corners.append(y)
    if not corners:
        return None
    least = min(float(g @ y) for y in corners)
    return min(float(d @ y) for y in corners if g @ y <= least + 1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_random_linear_problems(seed: int) -> None:
    text, c, d, g, rows, right = linear(seed)
    _, found, at = solved(text)
    assert found.status is Status.OPTIMAL and found.objective is not None
    # as good as every leader's choice on a grid, and what it claims is what the follower's best answer gives
    grid = [(c[0] * x, answered(x, d, g, rows, right)) for x in np.linspace(0, 4, 161)]
    assert found.objective <= min(now + best for now, best in grid if best is not None) + 1e-6
    # kinks lie at rationals of small denominators, where the follower's optimum may jump: look on both sides
    x = float(at["x"][0])
    near = [answered(x + e, d, g, rows, right) for e in (0.0, -1e-7, 1e-7)]
    assert any(v is not None and c[0] * x + v == pytest.approx(found.objective, abs=1e-5) for v in near)


def test_big_m_and_branching_agree() -> None:
    text = (
        "var x >= 0, <= 4; var y >= 0, <= 4;\n"
        "follower f: minimize y over y subject to low: y >= x - 1, high: y + x >= 2;\nmaximize r: 2 * y - x;"
    )
    program = lowered(text).program
    assert leader_branch.unfit(program) is None
    branched = leader_branch.solve(program, SolverOptions())
    # y = max(x - 1, 2 - x, 0): 2 (x - 1) - x = 2 at x = 4, and 4 at x = 0
    assert branched.objective == pytest.approx(4, abs=1e-6)
    assert leader_big_m.unfit(program) is None
    mixed = leader_big_m.solve(program, SolverOptions())
    assert mixed.status is Status.OPTIMAL and mixed.objective == pytest.approx(4, abs=1e-6)


def test_big_m_with_proved_bounds() -> None:
    """The multiplier of `most` is at most 8 - p: 2 q + y = 8 - p."""
    text = (
        "var p >= 1, <= 8; var q >= 0, <= 4;\n"
        "follower f: maximize (8 - p) * q - q^2 over q subject to most: q <= 2;\nmaximize r: p + 3 * q;"
    )
    _, found, at = solved(text, "big-m")
    assert found.status is Status.OPTIMAL and found.solver == leader_big_m.NAME
    # q = 2 up to p = 4, (8 - p) / 2 above: p + 3 q is 10 at p = 4, and falls by 1/2 a unit after
    assert found.objective == pytest.approx(10, abs=1e-6)
    assert [at["p"][0], at["q"][0]] == pytest.approx([4, 2], abs=1e-6)


def test_an_integer_leader() -> None:
    """Prices in whole units, q = (7 - p) / 2: 3 q + 2 p is 10.5 + p / 2, and p at least 1/4 is at least 1."""
    _, found, at = solved(
        "var p >= 1/4, <= 7, integer; var q >= 0, <= 9;\n"
        "follower f: maximize (7 - p) * q - q^2 over q subject to most: q <= 9;\nminimize r: 3 * q + 2 * p;"
    )
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(11, abs=1e-6) and at["p"] == pytest.approx([1], abs=1e-6)


def test_a_mode_that_does_not_fit_is_refused_with_the_reason() -> None:
    program = lowered(CURVED).program
    for mode in ("big-m", "strong-duality", "fischer-burmeister"):
        with pytest.raises(Failure) as caught:
            driver.solve_program(program, SolverOptions(mode=mode))
        assert caught.value.diagnostics[0].code == "MDL560"


# ---- refusals ------------------------------------------------------------------------------------------


def test_entries_with_two_owners_are_found_with_the_data() -> None:
    text = (
        "set S := {a, b, c}; set A in S := {a, b}; set B in S := {b, c}; var q[S] >= 0;\n"
        "follower f[i in A]: maximize -q[i] over q[i] subject to c1: q[i] <= 1;\n"
        "follower g[i in B]: maximize -q[i] over q[i] subject to c2: q[i] <= 1;\nmaximize r: q[a];"
    )
    assert refused(text) == ["MDL434"]
    held = lowered(text.replace("{b, c};", "{c};"))
    owned = [f.columns.tolist() for f in held.program.followers]
    assert owned == [[0, 1], [2]]


def test_a_product_with_the_leaders_variable_is_convex_in_the_followers_own() -> None:
    ok = (
        "var p >= 0, <= 1; var q >= 0; follower f: minimize p * q^2 - q over q subject to c: p * q <= 4; maximize r: p;"
    )
    assert lowered(ok).program.relaxed is ProgramClass.NLP
    assert refused(ok.replace("p >= 0", "p >= -1")) == ["MDL431"]


def test_the_model_keeps_the_followers_rows_to_itself() -> None:
    held = lowered(CURVED)
    symbols = held.instance.model.symbols
    assert isinstance(symbols["f"], FollowerSymbol) and "round" not in symbols


def test_bounds_alone_may_hold_a_follower() -> None:
    """q = base - price up to 4: the leader gains base^2 / 4 where q is free, and 5 * 4 from the last."""
    _, found, x = solved(
        "set H := 1..3; param base[H] := {1: 4, 2: 6, 3: 9}; var price[H] >= 0, <= 10; var q[H] >= 0, <= 4;"
        " follower c[h in H]: maximize base[h] * q[h] - q[h]^2 / 2 - price[h] * q[h] over q[h];"
        " maximize revenue: sum(h in H) price[h] * q[h];"
    )
    assert found.objective == pytest.approx(4 + 9 + 20)
    assert x["price"] == pytest.approx([2, 3, 5], abs=1e-6)
