"""`mdl compile --to TARGET`: which writer writes what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdl.backends import errors
from mdl.diagnostics import Failure

if TYPE_CHECKING:
    from mdl.program.program import Program
    from mdl.semantics.model import Model, RuleSymbol

TARGETS = ("pyomo", "lp", "mps", "nl", "latex", "json")


def write(target: str, program: Program, model: Model, rule: RuleSymbol | None) -> str:
    """The text of the file; LaTeX is made from `rule`, and from the program where there is none.

    Raises Failure where the target cannot say the program (MDL580-MDL589).
    """
    match target:
        case "pyomo":
            from mdl.backends import pyomo_script

            return pyomo_script.write(program)
        case "lp":
            from mdl.backends import lp

            return lp.write(program)
        case "mps":
            from mdl.backends import mps

            return mps.write(program)
        case "nl":
            from mdl.backends import nl

            return nl.write(program)
        case "latex":
            if rule is None:
                from mdl.backends import latex_program

                return latex_program.write(program, model.title or model.name)
            if program.kind.value == "complementarity" and not program.followers:
                from mdl.backends import latex_kkt

                return latex_kkt.write(model, rule)
            from mdl.backends import latex

            return latex.write(model, rule)
        case "json":
            from mdl.backends import json_program

            return json_program.write(program)
    raise Failure(errors.unknown_target(target, TARGETS))


def beside(target: str, program: Program) -> dict[str, str]:
    """Files that belong next to it, by ending: names of rows and columns for tools."""
    match target:
        case "lp" | "mps":
            from mdl.backends.file_names import map_text

            return {".names.json": map_text(program)}
        case "nl":
            from mdl.backends import nl

            files = nl.files(program)
            return {".row": files.row, ".col": files.col}
    return {}
