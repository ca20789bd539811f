"""Entry point: arguments to a command, exceptions to diagnostics and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mdl.cli import errors
from mdl.cli.arguments import parse
from mdl.diagnostics import Diagnostic, Failure

if TYPE_CHECKING:
    import argparse

DONE, FAILS, WRONG, STOPPED = 0, 1, 2, 3
"""Exit statuses: everything holds; a property, expectation or feasibility fails; the file or the
command is wrong; a solver failed or stopped at a limit."""

UNWRITABLE = {errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF}
"""Errors of writing standard output: its reader has gone, or its disk is full."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status and lets no traceback out."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    try:
        status = answered(given, "--json" in given)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has gone (`| head`): not an error.
        discard(sys.stdout)
        return DONE
    except OSError as error:
        discard(sys.stdout)
        show((errors.cannot_write("the output", error.strerror or str(error)),), False)
        return WRONG


def answered(given: Sequence[str], as_json: bool) -> int:
    """Run the command; what goes wrong is shown.  Raises OSError only where the output cannot be written."""
    try:
        return run(given)
    except Failure as failure:
        show(failure.diagnostics, as_json)
        return STOPPED if failure.stopped else WRONG
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return STOPPED
    except Exception as error:
        if os.environ.get("MDL_DEBUG") or (isinstance(error, OSError) and error.errno in UNWRITABLE):
            raise
        show((errors.internal(error),), as_json)
        return STOPPED


def open_streams() -> None:
    """Streams that the caller has closed (`>&-`) take what is written and drop it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as the program runs


def discard(stream: TextIO) -> None:
    """What is still to be written goes nowhere, so that Python does not complain while it closes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(given: Sequence[str]) -> int:
    # numpy's BLAS would start and stop threads at each start: 40 ms, for matrices that are sparse here anyway.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments: argparse.Namespace = parse(given)
    if arguments.command is None:
        raise Failure(errors.no_command())
    command = import_module(f"mdl.cli.{arguments.command}")
    status: int = command.run(arguments)
    sys.stdout.flush()
    return status


def show(diagnostics: Sequence[Diagnostic], as_json: bool) -> None:
    """Diagnostics to standard error, or as one JSON object to standard output."""
    if not diagnostics and not as_json:
        return
    if as_json:
        import json

        from mdl.diagnostics.as_json import encode

        print(json.dumps({"diagnostics": [encode(d) for d in diagnostics]}))
        return
    from mdl.diagnostics.text import render

    sys.stderr.write(render(diagnostics, color=sys.stderr.isatty() and "NO_COLOR" not in os.environ))


if __name__ == "__main__":
    raise SystemExit(main())
