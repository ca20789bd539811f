"""`python -m tests.docs.refill tour.md`: write what the commands of a page print now into the page, to be reviewed."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import DOCS, FENCE, FILE_NAME, commands, page, run


def refilled(text: str, folder: Path) -> str:
    parts, at = [], 0
    for fence in FENCE.finditer(text):
        named = FILE_NAME.search(text[: fence.start()])
        if named:
            (folder / named["name"]).write_text(fence["body"], encoding="utf-8")
        if fence["kind"] == "console":
            parts += [text[at : fence.start("body")], session(fence["body"], folder)]
            at = fence.end("body")
    return "".join([*parts, text[at:]])


def session(body: str, folder: Path) -> str:
    lines = []
    for command in commands(body):
        output, status = run(command.words, folder)
        lines.append(f"$ {shlex.join(command.words)}")
        lines += [line.rstrip() for line in output.strip("\n").splitlines()]
        lines += [f"[exit status {status}]"] if status else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            (DOCS / name).write_text(refilled(page(name), Path(folder)), encoding="utf-8")
