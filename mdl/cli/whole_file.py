"""Output files appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from mdl.cli import errors
from mdl.diagnostics import Failure


def write_whole(path: str | Path, text: str) -> None:
    """Write UTF-8 text beside the target, then move it into place; a link is followed, a device or pipe is written to.

    Raises Failure (MDL005) where the place cannot be written; nothing is left behind then.
    """
    from tempfile import mkstemp  # with `random` and `hashlib`: for those who write only

    target = Path(path)
    if target.is_dir():
        raise Failure(errors.cannot_write(str(path), "it is a folder"))
    device = target.exists() and not target.is_file()
    target = target if device else Path(os.path.realpath(target))
    mode = target.stat().st_mode & 0o777 if target.is_file() else None
    beside = ""
    try:
        if device:
            target.write_text(text, encoding="utf-8", newline="")
            return
        handle, beside = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        umask = os.umask(0)
        os.umask(umask)
        Path(beside).chmod(mode if mode is not None else 0o666 & ~umask)
        Path(beside).replace(target)
    except OSError as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        raise Failure(errors.cannot_write(str(path), error.strerror or str(error))) from None
