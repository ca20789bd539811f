"""Answers to tasks, as data: what the text and JSON renderers print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mdl.algebra.atoms import Atom
from mdl.diagnostics import Diagnostic
from mdl.program.program import ProgramClass
from mdl.program.solution import Status

Value = float | int | Fraction | str
"""A number, or a member for an element-valued let."""


Key = Atom | tuple[Atom, ...]
"""A component of an index; several at once are shown together and are one after the other in JSON."""


@dataclass(slots=True)
class Table:
    """Values of one family by index, in the order of its index set.

    `of` says which sets it ranges over, as written (`USER`, `i in USER`), for the heading.
    """

    name: str
    rows: Sequence[tuple[tuple[Key, ...], Value]]
    of: str = ""


@dataclass(slots=True)
class Check:
    """A verdict: `holds`, `fails` or `undecided`, at level `exact`, `interval` or `numeric`."""

    property: str
    verdict: str
    level: str
    violation: float | None = None
    witness: str | None = None
    why: str = ""


@dataclass(slots=True)
class Size:
    kind: ProgramClass
    rows: int
    columns: int
    nonzeros: int


@dataclass(slots=True)
class Answer:
    """One task answered.  `status` is None for tasks that solve nothing (an expectation)."""

    task: str
    kind: str
    status: Status | None = None
    level: str = ""
    """Of a search: whether its status is exact, interval or numeric."""
    solver: str = ""
    message: str = ""
    objective: float | Fraction | None = None
    values: list[Table] = field(default_factory=list)
    more: Callable[[], list[Table]] = list
    """Values that are only worked out where everything is listed: in `--json`."""
    duals: list[Table] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    program: Size | None = None
    compile_seconds: float = 0.0
    solve_seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why there is no answer, line by line: a proof in the words of the file."""
    certificate: dict[str, Any] | None = None
    """The proof of a search as JSON data, where it was asked for."""
    unproved: Diagnostic | None = None
    """Why there is no certificate though one was asked for."""
    refused: Diagnostic | None = None
    """Why the task was not run."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is to be shown beside the answer, such as rows that are false whatever the variables are."""
