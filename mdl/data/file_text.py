"""The text of a data file."""

from __future__ import annotations

from pathlib import Path

from mdl.data import errors
from mdl.diagnostics import Failure, Span


def text_of(path: Path, name: str, span: Span | None) -> str:
    """UTF-8, without a byte order mark.  Raises Failure where it is not UTF-8."""
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as e:
        raise Failure(errors.unreadable(name, f"byte {e.start} is not UTF-8 text", span)) from None
