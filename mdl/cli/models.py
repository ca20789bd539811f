"""`mdl models`: the models that come with MDL."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
from pathlib import Path

import mdl.models
from mdl.cli import errors
from mdl.cli.main import DONE
from mdl.diagnostics import Failure
from mdl.diagnostics.similar import nearest

HEADER = re.compile(r'^model\s+(\w+)\s*(?:"([^"]*)")?', re.MULTILINE)


def folder() -> Path:
    return Path(next(iter(mdl.models.__path__)))


def titles() -> dict[str, str]:
    """Title of each model by its name: the path without the ending, such as `unicast` or `kkt/screening`."""
    found = {}
    for path in sorted(folder().rglob("*.mdl"), key=lambda p: (len(p.parts), p)):
        header = HEADER.search(path.read_text(encoding="utf-8"))
        name = path.relative_to(folder()).with_suffix("").as_posix()
        found[name] = header.group(2) or "" if header else ""
    return found


def run(arguments: argparse.Namespace) -> int:
    known = titles()
    if arguments.name is not None and arguments.name not in known:
        raise Failure(errors.unknown_model(arguments.name, nearest(arguments.name, known)))
    if arguments.copy is not None:
        for name in [arguments.name] if arguments.name else known:
            print(copy(name, Path(arguments.copy)))
    elif arguments.name is not None:
        print((folder() / f"{arguments.name}.mdl").read_text(encoding="utf-8"), end="")
    elif arguments.json:
        print(json.dumps({"models": [{"name": n, "title": t} for n, t in known.items()]}))
    else:
        width = max(map(len, known), default=0)
        for name, title in known.items():
            print(f"{name.ljust(width)}  {title}")
    return DONE


def copy(name: str, target: Path) -> Path:
    """A model and the data files that it names, in the folders they have here; never over a file that is there."""
    model = Path(f"{name}.mdl")
    text = (folder() / model).read_text(encoding="utf-8")
    data = (model.parent / found for found in re.findall(r'^data\s+"([^"]+)"', text, re.MULTILINE))
    for part in (model, *(Path(os.path.normpath(d)) for d in data)):
        place = target / part
        if place.exists():
            if place.suffix == ".mdl" or place.read_bytes() != (folder() / part).read_bytes():
                raise Failure(errors.exists(str(place)))
            continue
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder() / part, place)
        except OSError as error:
            raise Failure(errors.cannot_write(str(place), error.strerror or str(error))) from None
    return target / model
