"""What went wrong, where, and what to do next, as data."""

from mdl.diagnostics.diagnostic import Diagnostic, Failure, Label, Severity
from mdl.diagnostics.source import Source, Span

__all__ = ["Diagnostic", "Failure", "Label", "Severity", "Source", "Span"]
