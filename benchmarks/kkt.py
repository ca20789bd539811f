"""The KKT system of network utility maximisation against the direct solve, on the instances of `num.py`.

Both end with the same welfare and with the residual of the KKT conditions, by one measure
(mdl.program.residual, scaled).  Promised: at most 1e-8, and at 1000 users at most 5 times the direct solve.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Case, Clock
from benchmarks.num import make


def direct(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        from mdl import driver
        from mdl.backends import ipopt
        from mdl.program.residual import residuals

        ipopt.probe()
    with clock("load"):
        instance = driver.load(folder / "num.mdl")
    with clock("lower"):
        program = driver.compile_rule(instance, instance.model.symbols["welfare"]).program
    with clock("solve"):
        found = driver.solve_program(program)
    return lambda: [found.status.name, found.objective, residuals(program, found).worst]


def kkt(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import scipy.sparse.linalg  # noqa: F401

        from mdl import driver
        from mdl.backends.modes.choose import solve
        from mdl.program.residual import residuals
        from mdl.program.solution import SolverOptions
    with clock("load"):
        instance = driver.load(folder / "num.mdl")
    with clock("lower"):
        program = driver.compile_rule(instance, instance.model.symbols["welfare"]).program
    with clock("derive"):
        system = driver.kkt_of(program)
    with clock("solve"):
        found = solve(system, SolverOptions())
    assert found.values is not None
    answer = system.split(found.values)
    return lambda: [found.status.name, answer.objective, residuals(program, answer).worst]


CASE = Case(
    name="kkt",
    title="The KKT system and the direct solve (network utility, by users)",
    sizes=(100, 1000, 10_000),
    make=make,
    peers={"mdl_kkt": kkt, "mdl_direct": direct},
    against="mdl_direct",
)
