"""Names of the user's blocks as attributes of a Pyomo model.

Rule: NFKC (Python reads identifiers so), every character that an identifier cannot hold becomes `_`,
a digit at the front gets a `_`, and a name that Python or Pyomo uses itself (`model`, `name`,
`index`, `lambda`) or that is taken gets the suffix `_1`, `_2`, ...  So `link.max` is
`link_max`; a closing bracket is left out, so that `dual[link]` is `dual_link`.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from unicodedata import normalize

from mdl.program.program import Program


def block_names(program: Program) -> list[str]:
    """Legal and different names: the columns' blocks, the rows' blocks, the objective, in this order."""
    return legal_names(user_names(program), reserved())


def user_names(program: Program) -> list[str]:
    """As the user wrote them, in the order of `block_names`."""
    return [*(b.name for b in program.columns), *(b.name for b in program.rows), program.objective.name]


def legal_names(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    used = set(taken)
    out = []
    for name in names:
        legal = unused(identifier(name), used)
        used.add(legal)
        out.append(legal)
    return out


def identifier(name: str) -> str:
    name = name.removesuffix("]")
    text = "".join(c if c == "_" or ("x" + c).isidentifier() else "_" for c in normalize("NFKC", name))
    # Characters may be legal one by one and change again together.
    text = normalize("NFKC", text) or "_"
    if not text.isidentifier():
        text = "_" + text
    # A leading underscore is private to Pyomo's blocks.
    return text if not text.startswith("_") else "v" + text


def unused(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    k = 1
    while f"{name}_{k}" in used:
        k += 1
    return f"{name}_{k}"


def reserved() -> set[str]:
    """What Python and Pyomo's models use themselves, and the few names of the script."""
    import pyomo.environ as pyo

    return {*dir(pyo.ConcreteModel()), *keyword.kwlist, *SCRIPT}


SCRIPT = frozenset({"m", "pyo", "sys", "inf", "Fraction", "main", "solve", "report", "build"})
