"""`mdl fmt`: format files in place; `--check` changes nothing."""

from __future__ import annotations

import argparse
import json

from mdl.cli.main import DONE, FAILS
from mdl.cli.whole_file import write_whole
from mdl.diagnostics import Diagnostic, Failure
from mdl.syntax.format import format_text
from mdl.syntax.parse import read_source


def run(arguments: argparse.Namespace) -> int:
    changed: list[str] = []
    wrong: list[Diagnostic] = []
    for path in arguments.files:
        try:
            source = read_source(path)
            text = format_text(source)
        except Failure as failure:
            wrong += failure.diagnostics
            continue
        if text != source.text:
            changed.append(path)
            if not arguments.check:
                write_whole(path, text)
    if wrong:
        raise Failure(wrong)
    if arguments.json:
        print(json.dumps({"changed": changed}))
    elif not arguments.quiet:
        for path in changed:
            print(f"{path}: would change" if arguments.check else f"{path}: formatted")
    return FAILS if arguments.check and changed else DONE
