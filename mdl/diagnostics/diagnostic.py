"""Diagnostics are data; how they look is decided by the renderers beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from mdl.diagnostics.source import Span


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(slots=True, frozen=True)
class Label:
    """A second place that explains the first: `declared here`."""

    span: Span
    text: str


@dataclass(slots=True, frozen=True)
class Diagnostic:
    """One thing to tell the user.

    `code` is stable (`MDL203`); the hundreds say which part speaks: 0 command line, 1 syntax,
    2 names, kinds and shapes, 3 data, 4 class of the program and reformulations, 5 solvers,
    9 limits of this version and internal errors.  `message` is the headline; `label` stands under
    the caret; `help` is the next step.  `span` is None only where there is no text to point at
    (a missing file).
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    help: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR


class Failure(Exception):  # noqa: N818 - it carries diagnostics, it is not itself the error
    """Stops a pass with at least one diagnostic; only the command line catches it for good."""

    stopped: ClassVar[bool] = False
    """Whether a solver gave up; then nothing is wrong with the file."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("; ".join(d.message for d in found))
        self.diagnostics = found
