"""`mdl new`: a small working model to start from."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from mdl.cli import errors
from mdl.cli.main import DONE
from mdl.cli.whole_file import write_whole
from mdl.diagnostics import Failure

STARTER = """\
model {name} "One divisible good, two agents";

agents AGENT := {{ann, bob}};
param supply > 0 := 2;
type theta[AGENT] in {{1, 2}} := {{ann: 1, bob: 2}};   # private; the data is the realised profile

var x[AGENT] >= 0;                                  # the outcome
valuation[i in AGENT] = theta[i] * log(1 + x[i]);

subject to feasible: sum(i in AGENT) x[i] <= supply;
maximize welfare: sum(i in AGENT) valuation[i];

solve welfare;
expect x[bob] == 5/3 within 1e-6 "equal marginal values: 2 / (1 + 5/3) = 1 / (1 + 1/3)";
"""


def run(arguments: argparse.Namespace) -> int:
    path = Path(arguments.path)
    if path.suffix != ".mdl":
        path = path.with_name(path.name + ".mdl")
    if path.exists():
        raise Failure(errors.exists(str(path)))
    name = re.sub(r"\W", "_", path.stem, flags=re.ASCII)
    write_whole(path, STARTER.format(name=name if not name[:1].isdigit() else f"model_{name}"))
    print(f"{path}: written; try `mdl solve {path}`")
    return DONE
