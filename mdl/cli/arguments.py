"""The command line's grammar: commands, options, and their help."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from mdl import __version__
from mdl.cli import errors
from mdl.diagnostics import Failure
from mdl.diagnostics.similar import nearest

COMMANDS = {
    "check": "find mistakes without solving, and say what kind of program each rule is",
    "solve": "run the tasks of a file, in order",
    "compile": "write the program of a task for another tool",
    "inspect": "print the program of a task in the names of the file",
    "explain": "say why a program is infeasible, unbounded or not convex",
    "test": "run every `expect` of the files or folders given",
    "fmt": "format files in place",
    "new": "start a file from a small working model",
    "models": "list the models that come with MDL, or print one",
}
MODES = ("auto", "fischer-burmeister", "product", "big-m", "strong-duality")
FORMATS = ("pyomo", "lp", "mps", "nl", "latex", "json")


class Formatter(argparse.HelpFormatter):
    """As wide as the terminal.  Without a width argparse would import shutil and its compressors at each start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=max(20, terminal_width() - 2))


def terminal_width() -> int:
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size().columns
    except (OSError, ValueError):
        return 80


class Parser(argparse.ArgumentParser):
    """Raises a Diagnostic where argparse would print and exit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Formatter, **options)

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"argument COMMAND: invalid choice: '([^']*)'", message)
        if wrong:
            raise Failure(errors.unknown_command(wrong.group(1), nearest(wrong.group(1), COMMANDS)))
        # argparse names TASK among what is missing, though it may be left out.
        raise Failure(errors.bad_command_line(message.removesuffix(", TASK"), self.prog))


def positive_seconds(text: str) -> float:
    """A finite number of seconds above zero."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return seconds


def data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", action="append", default=[], metavar="FILE", help="bind names to values (JSON, TOML)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="bind one scalar")


def common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def solver_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--solver", default="auto", help="highs, ipopt or auto; with --via pyomo any Pyomo solver")
    parser.add_argument("--via", choices=("direct", "pyomo"), default="direct", help="arrays, or a Pyomo model")
    parser.add_argument("--time-limit", type=positive_seconds, metavar="SECONDS")


def parse(given: Sequence[str]) -> argparse.Namespace:
    """The arguments of one command; tasks may also stand behind options.  Raises Failure (MDL001, MDL011)."""
    parser = make_parser()
    found, rest = parser.parse_known_args(given)
    options = [r for r in rest if r.startswith("-")]
    if not options and rest and hasattr(found, "tasks"):
        found.tasks += rest
    elif not options and len(rest) == 1 and getattr(found, "task", "") is None:
        found.task = rest[0]
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(options or rest)}")
    return found


def make_parser() -> argparse.ArgumentParser:
    top = Parser(prog="mdl", description="A declarative compiler for mechanism design.")
    top.add_argument("--version", action="version", version=f"mdl {__version__}")
    commands = top.add_subparsers(prog="mdl", dest="command", metavar="COMMAND", parser_class=Parser)
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()}
    for name in ("check", "solve", "compile", "inspect", "explain"):
        made[name].add_argument("file", metavar="FILE")
        data_options(made[name])
    for name in ("check", "solve", "inspect", "explain", "test", "fmt", "models"):
        common_options(made[name])
    for name in ("solve", "explain", "test"):
        solver_options(made[name])
    made["solve"].add_argument("tasks", nargs="*", metavar="TASK", help="only these: `welfare`, `solve welfare`")
    made["solve"].add_argument("--mode", choices=MODES, default="auto", help="how `solve kkt of` solves pairs")
    made["solve"].add_argument("--certificate", metavar="FILE", help="write the proof of a `find`")
    made["solve"].add_argument("--largest", metavar="PARAM", help="the largest PARAM at which a task has an answer")
    made["solve"].add_argument("--point", metavar="FILE", help="JSON with the point that `check kkt of` is about")
    for name in ("solve", "compile", "inspect", "explain"):
        made[name].add_argument("--full", action="store_true", help="keep every incentive row of a mechanism")
    for name in ("compile", "inspect", "explain"):
        made[name].add_argument("task", nargs="?", metavar="TASK", help="a rule; may be left out where there is one")
    made["compile"].add_argument("--to", choices=FORMATS, required=True)
    made["compile"].add_argument("-o", "--output", metavar="FILE", help="where to write; standard output if left out")
    made["inspect"].add_argument("--rows", metavar="PATTERN", help="rows in full whose name matches (`link[*]`)")
    made["test"].add_argument("paths", nargs="+", metavar="PATH")
    data_options(made["test"])
    made["fmt"].add_argument("files", nargs="+", metavar="FILE")
    made["fmt"].add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    made["new"].add_argument("path", nargs="?", default="model.mdl", metavar="FILE")
    made["models"].add_argument("name", nargs="?", metavar="NAME")
    made["models"].add_argument("--copy", metavar="FOLDER", help="copy the model and its data there")
    return top
