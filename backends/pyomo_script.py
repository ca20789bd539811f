"""A Program as a Python script that needs nothing but Pyomo, for people to read, change and run.

    python model.py            solves with HiGHS where the program is linear or quadratic
    python model.py ipopt      solves with any solver that Pyomo finds

Importing it gives the ConcreteModel `m`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mdl.backends.expand import expand, sums
from mdl.backends.file_arrays import numerals
from mdl.backends.file_places import one_line, place_of, title
from mdl.backends.pyomo_keys import is_scalar, keys_of, sides
from mdl.backends.python_names import block_names, legal_names, reserved
from mdl.backends.python_text import ScriptAlgebra, Text, key_text
from mdl.program.program import Columns, Domain, Objective, Program, ProgramClass, Rows

DOMAINS = {Domain.INTEGER: "domain=pyo.Integers", Domain.BINARY: "domain=pyo.Binary"}
LINEAR = (ProgramClass.LP, ProgramClass.QP, ProgramClass.MIP)
WIDTH = 100
"""Characters at which lists are broken."""


def write(program: Program) -> str:
    """The script.  Raises Failure (MDL582) as backends/pyomo_model.py does."""
    return "".join(f"{line}\n" for line in lines(program))


Keys = dict[Columns | Rows, list[Any]]
"""Pyomo's keys of each block."""


def blocks(program: Program) -> tuple[Columns | Rows, ...]:
    return (*program.columns, *program.rows)


def lines(program: Program) -> Iterator[str]:
    legal = block_names(program)
    width = len(program.columns)
    column_names = dict(zip(program.columns, legal[:width], strict=True))
    row_names = dict(zip(program.rows, legal[width:-1], strict=True))
    keys: Keys = {block: keys_of(block.labels) for block in blocks(program)}
    index_names, index_lines = indices(program, [*column_names.values(), *row_names.values()], keys)
    algebra = ScriptAlgebra(variables(program, column_names, keys), set(legal))
    nodes = expand(program, algebra)

    body = list(index_lines)
    body += ["", f"m = pyo.ConcreteModel({key_text(one_line(program.name))})", "", "# ---- variables ----"]
    for block, name in column_names.items():
        body += variable(block, name, index_names.get(block), keys[block])
    if algebra.parts:
        body += ["", "# ---- expressions used more than once ----", *algebra.parts]
    body += ["", "# ---- constraints ----"]
    for rows, name in row_names.items():
        body += constraint(rows, name, index_names.get(rows), keys[rows], nodes, algebra)
    if program.complementarities:
        body += ["", "# ---- complementarity ----", *pairs(program, column_names, row_names, index_names, set(legal))]
    body += ["", "# ---- objective ----"]
    body += objective(program.objective, legal[-1], nodes, algebra)

    yield from head(program)
    yield from imports(body)
    yield from ["", "# ---- members ----", *body]
    yield from tail(program)


def head(program: Program) -> Iterator[str]:
    yield from (f"# {line}" for line in title(program))
    yield "#"
    if program.kind in LINEAR:
        yield "# Run it: it solves with HiGHS (package highspy), or with the solver named on the command line."
    else:
        yield "# Run it with the name of a nonlinear solver that Pyomo finds, such as ipopt."


def imports(body: list[str]) -> Iterator[str]:
    yield from ["", "import sys"]
    if any("Fraction(" in line for line in body):
        yield "from fractions import Fraction"
    yield from ["", "import pyomo.environ as pyo"]
    if any("LinearExpression(" in line for line in body):
        yield "from pyomo.core.expr import LinearExpression"
    if any("Complementarity(" in line for line in body):
        yield "from pyomo.mpec import Complementarity, complements"


def indices(program: Program, names: Sequence[str], keys: Keys) -> tuple[dict[Columns | Rows, str], list[str]]:
    """The name of each block's index, and the lines that define them; blocks over the same members share one."""
    found: dict[tuple[object, ...], str] = {}
    out: dict[Columns | Rows, str] = {}
    text: list[str] = []
    for block, name in zip(blocks(program), names, strict=True):
        if is_scalar(block.labels):
            continue
        held = tuple(keys[block])
        if held not in found:
            found[held] = f"{name}_index"
            text += broken(f"{name}_index = [", [key_text(k) for k in held], "]")
        out[block] = found[held]
    return out, text


def broken(opening: str, items: list[str], closing: str) -> list[str]:
    """On one line where it fits."""
    whole = opening + ", ".join(items) + closing
    if len(whole) <= WIDTH:
        return [whole]
    out, line = [opening], "   "
    for item in items:
        if len(line) + len(item) > WIDTH:
            out.append(line)
            line = "   "
        line += f" {item},"
    return [*out, line, closing]


def variables(program: Program, names: dict[Columns, str], keys: Keys) -> list[str]:
    """`m.x["u1"]` of every column."""
    out = [""] * program.width
    for block, name in names.items():
        one = is_scalar(block.labels)
        texts = [f"m.{name}" if one else f"m.{name}[{key_text(k, inside=True)}]" for k in keys[block]]
        out[block.start : block.start + len(texts)] = texts
    return out


def comment(block: Columns | Rows | Objective, name: str) -> Iterator[str]:
    """Where it comes from, and its name in the model where that differs."""
    place, user = place_of(block), one_line(block.name)
    said = ", ".join(part for part in (f"`{user}` of the model" if user != name else "", place) if part)
    yield ""
    if said:
        yield f"# {name}: {said}"


def variable(block: Columns, name: str, index: str | None, keys: list[Any]) -> Iterator[str]:
    yield from comment(block, name)
    size = len(keys)
    limits = list(zip(sides(block.lower, size), sides(block.upper, size), strict=True))
    starts = [] if block.initial is None else block.initial.tolist()
    parts = [] if index is None else [index]
    if block.domain in DOMAINS:
        parts.append(DOMAINS[block.domain])
    several = len(set(limits)) > 1
    if limits and not several and limits[0] != (None, None):
        parts.append(f"bounds={pair(limits[0])}")
    if several:
        items = [f"{key_text(k)}: {pair(limit)}" for k, limit in zip(keys, limits, strict=True)]
        yield from broken(f"{name}_bounds = {{", items, "}")
        parts.append(f"bounds={name}_bounds")
    yield f"m.{name} = pyo.Var({', '.join(parts)})"
    for key, start in zip(keys, starts, strict=False):
        if start == start:  # NaN: no start given
            place = "" if index is None else f"[{key_text(key, inside=True)}]"
            yield f"m.{name}{place}.value = {numerals([start])[0]}"


def pair(limits: tuple[float | None, float | None]) -> str:
    return "(" + ", ".join("None" if v is None else numerals([v])[0] for v in limits) + ")"


def constraint(
    block: Rows, name: str, index: str | None, keys: list[Any], nodes: list[list[Text]], algebra: ScriptAlgebra
) -> Iterator[str]:
    yield from comment(block, name)
    size = len(keys)
    bodies = sums([0.0] * size, block.linear, block.nonlinear, size, nodes, algebra)
    limits = zip(sides(block.lower, size), sides(block.upper, size), strict=True)
    if index is not None:
        yield f"m.{name} = pyo.Constraint({index})"
    for key, body, (low, high) in zip(keys, bodies, limits, strict=True):
        place = name if index is None else f"{name}[{key_text(key, inside=True)}]"
        if low is None and high is None:
            yield f"# m.{place} has no bounds: {one_line(body.text)}"
            continue
        relation = compared(body, low, high)
        yield f"m.{place} = {relation}" if index is not None else f"m.{name} = pyo.Constraint(expr={relation})"


def pairs(
    program: Program,
    column_names: dict[Columns, str],
    row_names: dict[Rows, str],
    index_names: dict[Columns | Rows, str],
    taken: set[str],
) -> Iterator[str]:
    """A pyomo.mpec Complementarity a block: slack and multiplier as expressions that are at least 0."""
    names = legal_names([c.name for c in program.complementarities], {*taken, *reserved()})
    for name, pair in zip(names, program.complementarities, strict=True):
        rows, columns = program.rows[pair.rows], program.columns[pair.columns]
        index = index_names.get(rows)
        row, column = f"m.{row_names[rows]}", f"m.{column_names[columns]}"
        if index is not None:
            row, column = f"{row}[k]", f"{column}[k]"
        slack = f"{row}.body - {row}.lower" if rows.upper is None else f"{row}.upper - {row}.body"
        side = column if columns.upper is None else f"-{column}"
        condition = f"complements({slack} >= 0, {side} >= 0)"
        if index is None:
            yield f"m.{name} = Complementarity(expr={condition})"
        else:
            yield f"m.{name} = Complementarity({index})"
            yield f"for k in {index}:"
            yield f"    m.{name}.add(k, {condition})"


def compared(body: Text, low: float | None, high: float | None) -> str:
    if body.value is not None:
        return f"({limit(low)}, LinearExpression([{body.text}]), {limit(high)})"
    text = body.statement()
    if low == high:
        return f"{text} == {limit(low)}"
    if low is not None and high is not None:
        return f"({limit(low)}, {body.text}, {limit(high)})"
    return f"{text} <= {limit(high)}" if low is None else f"{text} >= {limit(low)}"


def limit(value: float | None) -> str:
    return "None" if value is None else numerals([value])[0]


def objective(held: Objective, name: str, nodes: list[list[Text]], algebra: ScriptAlgebra) -> Iterator[str]:
    yield from comment(held, name)
    (body,) = sums(held.constant.floats(), held.linear, held.nonlinear, 1, nodes, algebra)
    sense = "maximize" if held.maximize else "minimize"
    if "\n" in body.text:
        yield from [f"m.{name} = pyo.Objective(", f"    expr={body.text},", f"    sense=pyo.{sense},", ")"]
    else:
        yield f"m.{name} = pyo.Objective(expr={body.text}, sense=pyo.{sense})"


def tail(program: Program) -> Iterator[str]:
    default = '("highs", "appsi_highs")' if program.kind in LINEAR else "()"
    text = TAIL.replace("DEFAULT", default)
    if program.complementarities:
        text = text.replace("    results = ", f"{RELAXED}    results = ", 1)
    yield from text.splitlines()


RELAXED = """    # a pair becomes: both sides at least 0, and their product at most epsilon
    pyo.TransformationFactory("mpec.simple_nonlinear").apply_to(m, mpec_bound=1e-8)
"""


TAIL = '''

def main(names):
    """Solve with the first solver that is there; print the objective and all variables."""
    names = names or DEFAULT
    if not names:
        print(f"usage: python {sys.argv[0]} SOLVER, one for nonlinear programs, such as ipopt", file=sys.stderr)
        return 2
    there = [name for name in names if pyo.SolverFactory(name).available(exception_flag=False)]
    if not there:
        print(f"no solver here: tried {', '.join(names)}", file=sys.stderr)
        return 3
    results = pyo.SolverFactory(there[0]).solve(m, load_solutions=False)
    condition = results.solver.termination_condition
    print(f"{there[0]}: {condition}")
    if not len(results.solution):
        return 1
    m.solutions.load_from(results)
    for held in m.component_data_objects(pyo.Objective, active=True):
        print(f"{held.name} = {pyo.value(held)}")
    for held in m.component_data_objects(pyo.Var):
        print(f"{held.name} = {held.value}")
    return 0 if str(condition) in ("optimal", "locallyOptimal", "globallyOptimal") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
'''
