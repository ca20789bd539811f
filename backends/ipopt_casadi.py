"""IPOPT by its C interface, from the library inside casadi's wheel: a second route to the same solver.

For machines that `cyipopt-wheels` has no wheel for (`pip install casadi`).  casadi itself is
never imported.  Interface: IpStdCInterface.h of IPOPT 3.14 (indices int32, style C).
"""

from __future__ import annotations

import ctypes
import importlib.util
from ctypes import CFUNCTYPE, POINTER, byref, c_bool, c_char_p, c_double, c_int, c_void_p
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends import errors
from mdl.backends.nlp import Problem
from mdl.backends.nlp_callbacks import Callbacks
from mdl.backends.nlp_solve import Options, Raw, solve_by
from mdl.diagnostics import Failure
from mdl.program.program import Program
from mdl.program.solution import Solution, SolverOptions

NAME = "IPOPT (casadi)"
INSTALL = "install it with `pip install casadi`"
FILES = ("libipopt.so.3", "libipopt.3.dylib", "libipopt.dylib", "libipopt-3.dll", "libipopt.dll")

NO_BOUND = 1e20
"""IPOPT takes sizes from 1e19 on for infinite."""

Doubles = POINTER(c_double)
Ints = POINTER(c_int)
OBJECTIVE = CFUNCTYPE(c_bool, c_int, Doubles, c_bool, Doubles, c_void_p)
GRADIENT = CFUNCTYPE(c_bool, c_int, Doubles, c_bool, Doubles, c_void_p)
ROWS = CFUNCTYPE(c_bool, c_int, Doubles, c_bool, c_int, Doubles, c_void_p)
JACOBIAN = CFUNCTYPE(c_bool, c_int, Doubles, c_bool, c_int, c_int, Ints, Ints, Doubles, c_void_p)
HESSIAN = CFUNCTYPE(
    c_bool, c_int, Doubles, c_bool, c_double, c_int, Doubles, c_bool, c_int, Ints, Ints, Doubles, c_void_p
)
INTERMEDIATE = CFUNCTYPE(c_bool, c_int, c_int, *[c_double] * 8, c_int, c_void_p)


def solve(program: Program, options: SolverOptions | None = None) -> Solution:
    """As mdl.backends.ipopt.solve."""
    return solve_by(_run, NAME, program, options or SolverOptions())


def probe() -> Solution:
    """Solves a problem of two variables.  Raises Failure (MDL500) where IPOPT does not work this way."""
    from mdl.backends.nlp_probe import two_variables

    answer = solve(two_variables())
    if answer.objective is None or abs(answer.objective) > 1e-6:
        raise Failure(errors.ipopt_missing("casadi", f"two variables: {answer.status.value}", INSTALL))
    return answer


def library() -> Any:
    """The loaded libipopt.  Raises Failure (MDL500) where casadi or the library is not there."""
    found = importlib.util.find_spec("casadi")
    if found is None or not found.submodule_search_locations:
        raise Failure(errors.ipopt_missing("casadi", "it is not installed", INSTALL))
    folder = Path(found.submodule_search_locations[0])
    path = next((folder / name for name in FILES if (folder / name).exists()), None)
    if path is None:
        raise Failure(errors.ipopt_missing("casadi", "its wheel has no IPOPT library", INSTALL))
    try:
        held = ctypes.CDLL(str(path))
    except OSError as error:
        raise Failure(errors.ipopt_missing("casadi", str(error), INSTALL)) from error
    held.CreateIpoptProblem.restype = c_void_p
    sizes: list[Any] = [c_int, Doubles, Doubles, c_int, Doubles, Doubles, c_int, c_int, c_int]
    held.CreateIpoptProblem.argtypes = [*sizes, OBJECTIVE, ROWS, GRADIENT, JACOBIAN, HESSIAN]
    held.FreeIpoptProblem.argtypes = [c_void_p]
    held.FreeIpoptProblem.restype = None
    for name, kind in (("Str", c_char_p), ("Num", c_double), ("Int", c_int)):
        add = getattr(held, f"AddIpopt{name}Option")
        add.argtypes, add.restype = [c_void_p, c_char_p, kind], c_bool
    held.SetIntermediateCallback.argtypes, held.SetIntermediateCallback.restype = [c_void_p, INTERMEDIATE], c_bool
    held.IpoptSolve.argtypes, held.IpoptSolve.restype = [c_void_p, *[Doubles] * 6, c_void_p], c_int
    return held


def _run(problem: Problem, callbacks: Callbacks, options: Options) -> Raw:
    held, width, height = library(), len(problem.start), problem.functions.height
    sides = [np.clip(s, -NO_BOUND, NO_BOUND) for s in _sides(problem)]
    functions = _functions(callbacks)
    jacobian, hessian = callbacks.jacobianstructure(), callbacks.hessianstructure()
    made = held.CreateIpoptProblem(
        width, *map(_pointer, sides[:2]), height, *map(_pointer, sides[2:]), len(jacobian[0]), len(hessian[0]), 0,
        functions[0], functions[1], functions[2], functions[3], functions[4],
    )  # fmt: skip
    if not made:
        raise Failure(errors.ipopt_missing("casadi", "it did not take the problem", INSTALL))
    try:
        for name, setting in options.items():
            _add_option(held, made, name, setting)
        held.SetIntermediateCallback(made, functions[5])
        x, rows = problem.start.copy(), np.zeros(height)
        multipliers = [np.zeros(height), np.zeros(width), np.zeros(width)]
        value = c_double()
        code = held.IpoptSolve(made, _pointer(x), _pointer(rows), byref(value), *map(_pointer, multipliers), None)
    finally:
        held.FreeIpoptProblem(made)
    return Raw(int(code), x, *multipliers)


def _sides(problem: Problem) -> tuple[FloatArray, ...]:
    return problem.columns.lower, problem.columns.upper, problem.rows.lower, problem.rows.upper


def _add_option(held: Any, made: Any, name: str, value: str | float | int) -> None:
    key = name.encode()
    if isinstance(value, str):
        accepted = held.AddIpoptStrOption(made, key, value.encode())
    elif isinstance(value, int):
        accepted = held.AddIpoptIntOption(made, key, value)
    else:
        accepted = held.AddIpoptNumOption(made, key, value)
    assert accepted, name


def _functions(callbacks: Callbacks) -> tuple[Any, ...]:
    """The C functions; they must be kept while the solver runs."""

    def objective(n: int, x: Any, new: bool, out: Any, _: Any) -> bool:
        out[0] = callbacks.objective(_array(x, n))
        return bool(np.isfinite(out[0]))

    def gradient(n: int, x: Any, new: bool, out: Any, _: Any) -> bool:
        return _put(out, n, callbacks.gradient(_array(x, n)))

    def rows(n: int, x: Any, new: bool, m: int, out: Any, _: Any) -> bool:
        return not m or _put(out, m, callbacks.constraints(_array(x, n)))

    def jacobian(n: int, x: Any, new: bool, m: int, size: int, row: Any, column: Any, out: Any, _: Any) -> bool:
        if not size:
            return True
        if not out:
            return _put_structure(row, column, size, callbacks.jacobianstructure())
        return _put(out, size, callbacks.jacobian(_array(x, n)))

    def hessian(
        n: int, x: Any, new: bool, weight: float, m: int, multipliers: Any, new_multipliers: bool,
        size: int, row: Any, column: Any, out: Any, _: Any,
    ) -> bool:  # fmt: skip
        if not size:
            return True
        if not out:
            return _put_structure(row, column, size, callbacks.hessianstructure())
        held = _array(multipliers, m) if m else np.zeros(0)
        return _put(out, size, callbacks.hessian(_array(x, n), held, weight))

    def intermediate(mode: int, iteration: int, *rest: Any) -> bool:
        return callbacks.intermediate(mode, iteration)

    return (
        OBJECTIVE(objective),
        ROWS(rows),
        GRADIENT(gradient),
        JACOBIAN(jacobian),
        HESSIAN(hessian),
        INTERMEDIATE(intermediate),
    )


def _pointer(values: FloatArray) -> Any:
    return values.ctypes.data_as(Doubles)


def _array(pointer: Any, size: int) -> FloatArray:
    return np.ctypeslib.as_array(pointer, shape=(size,))


def _put(out: Any, size: int, values: FloatArray) -> bool:
    """False tells IPOPT that the point is outside the domain."""
    _array(out, size)[:] = values
    return bool(np.isfinite(values).all())


def _put_structure(row: Any, column: Any, size: int, places: tuple[npt.NDArray[Any], npt.NDArray[Any]]) -> bool:
    for out, values in zip((row, column), places, strict=True):
        np.ctypeslib.as_array(out, shape=(size,))[:] = values
    return True
