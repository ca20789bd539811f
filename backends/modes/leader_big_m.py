"""A leader's problem with followers as one integer program: a binary a pair, with bounds that are proved (HiGHS).

A pair a, b >= 0 with a <= M (1 - t), b <= N t needs M and N that no feasible point exceeds: each is the largest
value of a, or b, over the program without its pairs.  Where one is infinite there is no proof, and the
mode is refused.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from mdl.backends.modes.leader_branch import node, polished
from mdl.backends.modes.pair_binaries import with_binaries
from mdl.backends.modes.pair_limits import proved
from mdl.program.pairs import pairs
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "big-M (HiGHS)"

MOST = 20
"""Pairs: every bound may take as many linear programs as there are pairs."""


def unfit(program: Program) -> str | None:
    """It takes linear programs (integers or not) with few pairs and proved bounds."""
    if program.relaxed not in (ProgramClass.LP, ProgramClass.MIP):
        return "the objective or a row is not linear"
    held = pairs(program)
    if len(held) > MOST:
        return f"{len(held)} pairs are too many, it takes {MOST}"
    found = proved(relaxation(program), held)
    return found if isinstance(found, str) else None


def relaxation(program: Program) -> Program:
    """The linear program without pairs and without integers."""
    plain = replace(without_pairs(program), kind=ProgramClass.LP)
    return replace(plain, columns=tuple(replace(c, domain=_wider(c.domain)) for c in plain.columns))


def without_pairs(program: Program) -> Program:
    return node(program, np.zeros(len(pairs(program)), dtype=np.int8))


def _wider(domain: Domain) -> Domain:
    """A binary keeps its bounds as an integer would not; relaxations may be larger."""
    return domain if domain is Domain.BINARY else Domain.CONTINUOUS


def solve(program: Program, options: SolverOptions) -> Solution:
    """The global optimum."""
    from mdl.backends import highs

    began = perf_counter()
    held = pairs(program)
    limits = proved(relaxation(program), held)
    assert not isinstance(limits, str)
    if limits is None:
        return Solution(Status.INFEASIBLE, NAME, "even without complementarity no point is feasible")
    found = highs.solve(with_binaries(without_pairs(program), held, limits), replace(options, solver="highs"))
    values, objective = None, None
    if found.values is not None:
        from mdl.program.evaluation import Evaluation

        values = polished(program, held, found.values[: program.width])
        objective = Evaluation(program).objective(values)
    return replace(
        found, solver=NAME, values=values, objective=objective, row_duals=None, column_duals=None, ray=None,
        farkas=None, seconds=perf_counter() - began,
    )  # fmt: skip
