"""Rows generated as they are broken, against programs with all rows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.backends.dispatch import solve
from mdl.certify.outcome import Proof
from mdl.certify.search import prove
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.selection import ALL
from mdl.mechanisms.structure.generate import generate, tightened
from mdl.mechanisms.structure.oracle import broken, unproved
from mdl.program.solution import SolverOptions, Status
from tests.mechanisms.design.by_hand import Hand, uniform


def shuffled(size: int, seed: int) -> list[int]:
    return [int(v) for v in np.random.default_rng(seed).permutation(size) + 1]


@pytest.mark.parametrize("prop", ["dominant_ic", "bayesian_ic"])
def test_an_auction_whose_types_are_listed_in_no_order(prop: str) -> None:
    """Neighbours in the list are no neighbours in value: rows between others have to be found."""
    types = {"a": shuffled(8, 1), "b": shuffled(6, 2)}
    part = "ex_post_ir" if prop == "dominant_ic" else "interim_ir"
    design = Hand(types, [prop, part], prior=uniform(types)).given()
    found = generate(design, prop, SolverOptions())
    whole = solve(build(design).program)
    assert found.complete and found.solution.status is Status.OPTIMAL
    assert found.rounds > 1 and found.kept < found.all
    assert found.solution.objective is not None and whole.objective is not None
    assert abs(found.solution.objective - whole.objective) < 1e-7
    assert found.solution.values is not None
    point = Numbers.inexact(found.solution.values)
    assert all(not len(b.rows) for b in broken(found.design, point, prop, 1e-6))
    assert f"{found.all - found.kept:,} of {found.all:,} incentive rows are left out" in found.lines()[0]


def test_an_exact_optimum_of_fewer_rows_is_one_of_all() -> None:
    types = {"a": shuffled(6, 3), "b": shuffled(5, 4)}
    design = Hand(types, ["dominant_ic", "ex_post_ir"], prior=uniform(types)).given()
    held = generate(design, "dominant_ic", SolverOptions()).design
    while True:
        proof = prove(held.program)
        assert isinstance(proof, Proof)
        more = tightened(design, "dominant_ic", held, proof.point)
        if more is None:
            break
        held = more
    assert all(not len(m) for m in unproved(held, proof.point, "dominant_ic"))
    whole = prove(build(design).program)
    assert isinstance(whole, Proof) and whole.optimum == proof.optimum
    assert sum(len(r.labels) for r in held.program.rows) < sum(len(r.labels) for r in build(design).program.rows)


def test_a_point_that_breaks_a_row_by_any_amount_is_found_out() -> None:
    types = {"a": [1, 2, 3]}
    design = Hand(
        types, ["dominant_ic", "ex_post_ir"], value=lambda a, own, reports: Fraction(own * reports[0])
    ).given()
    held = build(design)
    fair = [Fraction(1), Fraction(3), Fraction(6)]
    columns = held.program.width
    assert columns == 3
    assert not len(unproved(held, Numbers.of(fair), "dominant_ic")[0])
    assert not len(broken(held, Numbers.of(fair), "dominant_ic", 1e-9)[0].rows)
    off = [fair[0], fair[1], fair[2] + Fraction(1, 10**30)]
    assert unproved(held, Numbers.of(off), "dominant_ic")[0].tolist() == [[2, 1, 0]]
    more = tightened(design, "dominant_ic", build(design, _none()), Numbers.of(off))
    assert more is not None and len(more.program.rows[-1].labels) + len(more.program.rows[0].labels) == 1 + 3


def _none() -> object:
    from mdl.mechanisms.design.selection import Selection

    return Selection({0: np.zeros((0, 2), dtype=np.int64)}, {})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_design_has_the_same_answer(data: st.DataObject) -> None:
    """Optimal, impossible or without bound: with generated rows as with all."""
    size = data.draw(st.integers(2, 5))
    types = {"a": list(range(1, size + 1)), "b": [1, 2, 3]}
    small = st.integers(-2, 3)
    table = {(k, t, i, j): data.draw(small) for k in range(2) for t in range(1, 6) for i in range(1, size + 1) for j in range(1, 4)} if data.draw(st.booleans()) else None  # fmt: skip # noqa: E501

    def value(agent: int, own: int, reports: tuple[int, ...]) -> Fraction:
        if table is None:
            return Fraction(own * reports[agent] - reports[1 - agent])
        return Fraction(table[(agent, own, *reports)])

    wanted = data.draw(
        st.sampled_from(
            [
                ["dominant_ic", "ex_post_ir", "weak_budget_balance"],
                ["dominant_ic", "strong_budget_balance"],
                ["dominant_ic", "interim_ir"],
                ["dominant_ic"],
                ["bayesian_ic", "interim_ir"],
                ["bayesian_ic", "strong_budget_balance"],
            ]
        )
    )
    if data.draw(st.booleans()):
        wanted = [*wanted, "no_subsidy"]
    design = Hand(types, wanted, value=value, prior=uniform(types)).given()
    found = generate(design, wanted[0], SolverOptions())
    whole = solve(build(design, ALL).program)
    assert found.complete and found.solution.status is whole.status
    if whole.objective is not None and found.solution.objective is not None:
        assert abs(found.solution.objective - whole.objective) < 1e-6
