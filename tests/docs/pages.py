"""Documentation pages as tests: named files, console sessions, and how to run them."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(?P<kind>[a-z ]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"`(?P<name>[\w./-]+\.[a-z]+)`:\n\Z")
EXIT = re.compile(r"\n?\[exit status (\d)\]\n\Z")
LONG_NUMBER = re.compile(r"\d+\.\d{9,}(?:e[-+]?\d+)?")
TIMING = re.compile(r"\d+(\.\d+)?(?:e-\d+)? ?(?:ms|s)\b")


@dataclass(frozen=True)
class Block:
    kind: str
    body: str
    name: str | None
    """The file that the line before the block names."""
    section: str
    line: int


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]
    output: str
    status: int


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    found = []
    for fence in FENCE.finditer(text):
        before = text[: fence.start()]
        named = FILE_NAME.search(before)
        headings = re.findall(r"^## (.*)$", before, re.MULTILINE)
        found.append(
            Block(
                fence["kind"],
                fence["body"],
                named["name"] if named else None,
                headings[-1] if headings else "",
                before.count("\n") + 1,
            )
        )
    return found


def commands(body: str) -> list[Command]:
    """The `$ ...` lines of a console block, each with the output that the page shows."""
    sessions = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    out = []
    for session in sessions:
        line, _, output = session.partition("\n")
        ended = EXIT.search("\n" + output)
        if ended:
            output = ("\n" + output)[: ended.start()].removeprefix("\n")
            output += "\n" if output and not output.endswith("\n") else ""
        out.append(Command(tuple(shlex.split(line)), output, int(ended[1]) if ended else 0))
    return out


def write(block: Block, folder: Path) -> None:
    assert block.name is not None
    path = folder / block.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.body, encoding="utf-8")


def run(words: tuple[str, ...], folder: Path) -> tuple[str, int]:
    """Output (errors after answers) and exit status of `mdl`, `cat` or `python` in a folder."""
    if words[0] == "mdl":
        return run_mdl(words[1:], folder)
    if words[0] == "cat":
        return "".join((folder / name).read_text(encoding="utf-8") for name in words[1:]), 0
    assert words[0] == "python", f"a page may run mdl, cat and python, not {words[0]}"
    done = subprocess.run([sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def run_mdl(words: tuple[str, ...], folder: Path) -> tuple[str, int]:
    from mdl.cli.main import main

    here = Path.cwd()
    out, err = io.StringIO(), io.StringIO()
    os.chdir(folder)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = main(list(words))
            except SystemExit as leaving:  # argparse prints help and version this way
                status = int(leaving.code or 0)
    finally:
        os.chdir(here)
    return out.getvalue() + err.getvalue(), status


def comparable(text: str) -> str:
    """Without what may differ from run to run: timings, digits past the ninth, blanks at line ends."""
    told = LONG_NUMBER.sub(lambda m: f"{float(m[0]):.6g}", TIMING.sub("<time>", text))
    return "\n".join(line.rstrip() for line in told.strip().splitlines())
