"""IPOPT through cyipopt: convex and nonlinear programs.

The import name `cyipopt` is provided by two distributions.  `cyipopt-wheels` (a dependency of this
package) is binary and brings IPOPT; `cyipopt` is source only and needs an IPOPT of the system.  Both
work here, one at a time: they own the same folder, so with both installed the one installed last
has overwritten the other, and removing either breaks it.  Then uninstall both and install one.

Where neither works, the library inside casadi's wheel is taken, if that is installed
(mdl.backends.ipopt_casadi).

Signs: IPOPT minimises with Lagrangian f + multipliers'rows - lower'(x - l) + upper'(x - u); duals are
returned in the signs of mdl.program.solution.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from importlib import import_module, metadata
from typing import Any

import numpy as np

from mdl.backends import errors
from mdl.backends.nlp import Problem
from mdl.backends.nlp_callbacks import Callbacks
from mdl.backends.nlp_solve import Options, Raw, solve_by
from mdl.diagnostics import Failure
from mdl.program.program import Program
from mdl.program.solution import Solution, SolverOptions

NAME = "IPOPT"
INSTALL = (
    "install it with `pip install cyipopt-wheels==1.7.0.dev0`, or IPOPT inside another wheel with `pip install casadi`"
)
BOTH = "uninstall `cyipopt` and `cyipopt-wheels`, which overwrite each other, and install one of them"


def solve(program: Program, options: SolverOptions | None = None) -> Solution:
    """Solve any program without integers; see mdl.backends.nlp_solve for statuses.

    Raises Failure: MDL500 (no IPOPT), MDL501 (integers), MDL502 (complementarity), MDL503 (undefined at
    the start point), MDL551 (a number that is not finite).
    """
    options = options or SolverOptions()
    try:
        problem_type()
    except Failure as missing:
        from mdl.backends import ipopt_casadi

        try:
            ipopt_casadi.library()
        except Failure:
            raise missing from None
        return ipopt_casadi.solve(program, options)
    return solve_by(_run, NAME, program, options)


def _run(problem: Problem, callbacks: Callbacks, options: Options) -> Raw:
    made = problem_type()(
        n=len(problem.start),
        m=problem.functions.height,
        problem_obj=callbacks,
        lb=problem.columns.lower,
        ub=problem.columns.upper,
        cl=problem.rows.lower,
        cu=problem.rows.upper,
    )
    for name, value in options.items():
        made.add_option(name, value)
    x, info = made.solve(problem.start)
    multipliers = [np.asarray(info[k], dtype=np.float64) for k in ("mult_g", "mult_x_L", "mult_x_U")]
    return Raw(int(info["status"]), np.asarray(x, dtype=np.float64), *multipliers)


def installed() -> list[str]:
    """Which of the two distributions are there, with versions."""
    out = []
    for name in ("cyipopt-wheels", "cyipopt"):
        try:
            out.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return out


def problem_type() -> Any:
    """cyipopt's class `Problem`.  Raises Failure (MDL500) where it cannot be imported."""
    try:
        return _without_scipy() or import_module("cyipopt").Problem
    except (ImportError, AttributeError, OSError) as error:
        there = installed()
        reason = "it is not installed" if not there else f"{' and '.join(there)}: {error}"
        raise Failure(errors.ipopt_missing("cyipopt", reason, BOTH if len(there) > 1 else INSTALL)) from error


def _without_scipy() -> Any | None:
    """The class straight from the compiled module of cyipopt-wheels, which saves importing scipy.optimize.

    `cyipopt/__init__.py` imports the scipy interface (half a second).  The compiled module needs only
    `cyipopt.exceptions` and `cyipopt.utils`, so it is imported beside an empty package of that name.
    """
    held = sys.modules.get("cyipopt")
    if held is not None:
        return getattr(held, "Problem", None)
    compiled, package = importlib.util.find_spec("ipopt_wrapper"), importlib.util.find_spec("cyipopt")
    if compiled is None or package is None or package.submodule_search_locations is None:
        return None
    if "ipopt_wrapper" in sys.modules:
        return sys.modules["ipopt_wrapper"].Problem
    empty = types.ModuleType("cyipopt")
    empty.__path__ = list(package.submodule_search_locations)
    sys.modules["cyipopt"] = empty
    try:
        return import_module("ipopt_wrapper").Problem
    except (ImportError, AttributeError):
        return None
    finally:
        sys.modules.pop("cyipopt", None)


def probe() -> Solution:
    """Solves max log(x) + log(y), x + y <= 2 (optimum 0 at (1, 1)), and so shows that IPOPT works.

    Raises Failure (MDL500) where it does not.
    """
    from mdl.backends.nlp_probe import two_variables

    answer = solve(two_variables())
    if answer.objective is None or abs(answer.objective) > 1e-6:
        raise Failure(errors.ipopt_missing("cyipopt", f"two variables: {answer.status.value}", INSTALL))
    return answer
