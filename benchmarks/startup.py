"""What `mdl check` of a small model costs from shell to shell, beside an interpreter that does nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Case, Clock


def make(folder: Path, size: int) -> None:
    pass


def _timed(clock: Clock, *arguments: str) -> Callable[[], Any]:
    import subprocess
    import sys

    with clock("process"):
        done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return lambda: done.returncode


def mdl(folder: Path, clock: Clock) -> Callable[[], Any]:
    model = Path(__file__).resolve().parent.parent / "models" / "unicast.mdl"
    return _timed(clock, "-c", "import sys; from mdl.cli.main import main; sys.exit(main())", "check", str(model))


def python(folder: Path, clock: Clock) -> Callable[[], Any]:
    return _timed(clock, "-c", "pass")


def python_numpy(folder: Path, clock: Clock) -> Callable[[], Any]:
    return _timed(clock, "-c", "import numpy")


CASE = Case(
    name="startup",
    title="`mdl check models/unicast.mdl`, whole process",
    sizes=(1,),
    make=make,
    peers={"mdl": mdl, "python": python, "python_numpy": python_numpy},
    against="python",
)
