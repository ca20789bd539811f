"""A ConcreteModel as a Program, so that IPOPT gets vectorised derivatives of what Pyomo holds.

Every nonlinear operation of every expression becomes an element `function(affine form)`.  Elements of
one function at one depth make one vector node, however many families and row lengths they come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.pyomo_forms import Collector, Element, Form
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass, Rows
from mdl.program.sparse import SparseRows

Maps = tuple[tuple[SparseRows, int], ...]


@dataclass(slots=True, frozen=True, eq=False)
class ReadModel:
    """The program, and the variables and constraints that its columns and rows are."""

    program: Program
    columns: list[Any]
    rows: list[Any]


def read(model: Any, kind: ProgramClass = ProgramClass.NLP) -> ReadModel:
    """All active constraints and the one active objective; a fixed variable has equal bounds.

    `kind` is what the caller knows of the class.  Raises Failure (MDL585) for an operation that a
    Program does not have, (MDL582) for a constant outside a function's domain.
    """
    import pyomo.environ as pyo

    variables = list(model.component_objects(pyo.Var))
    columns = [v for component in variables for v in component.values()]
    collector = Collector({id(v): k for k, v in enumerate(columns)})
    families = [(c, [c[k] for k in c if c[k].active]) for c in model.component_objects(pyo.Constraint, active=True)]
    bodies = [[collector.form(row.body) for row in rows] for _, rows in families]
    objective = next(iter(model.component_data_objects(pyo.Objective, active=True)))
    goal = collector.form(objective.expr)
    layout = Layout(collector.elements, len(columns))
    blocks, start = [], 0
    for (component, rows), forms in zip(families, bodies, strict=True):
        blocks.append(row_block(component, rows, forms, start, layout))
        start += len(rows)
    program = Program(
        name=model.name,
        columns=column_blocks(variables),
        rows=tuple(blocks),
        objective=Objective(
            objective.parent_component().local_name,
            objective.sense == pyo.maximize,
            Numbers.inexact([goal.constant]),
            layout.linear([goal]),
            layout.maps([goal]),
        ),
        nodes=tuple(layout.nodes),
        kind=kind,
    )
    return ReadModel(program, columns, [row for _, rows in families for row in rows])


def column_blocks(variables: list[Any]) -> tuple[Columns, ...]:
    blocks, start = [], 0
    for component in variables:
        held = list(component.values())
        low = bound([v.value if v.fixed else v.lb for v in held])
        high = bound([v.value if v.fixed else v.ub for v in held])
        block = Columns(
            component.local_name, labels_of(component), start, low, high, domain_of(held), initial=begin(held)
        )
        blocks.append(block)
        start += len(held)
    return tuple(blocks)


def domain_of(held: list[Any]) -> Domain:
    if held and all(v.is_binary() for v in held):
        return Domain.BINARY
    return Domain.INTEGER if any(v.is_integer() or v.is_binary() for v in held) else Domain.CONTINUOUS


def begin(held: list[Any]) -> FloatArray | None:
    """Start values, NaN where a variable has none."""
    if all(v.value is None for v in held):
        return None
    return np.array([np.nan if v.value is None else v.value for v in held])


def row_block(component: Any, rows: list[Any], forms: list[Form], start: int, layout: Layout) -> Rows:
    """Constants of the bodies go to the sides."""
    low = bound([None if r.lb is None else r.lb - f.constant for r, f in zip(rows, forms, strict=True)])
    high = bound([None if r.ub is None else r.ub - f.constant for r, f in zip(rows, forms, strict=True)])
    relation = "==" if all(r.equality for r in rows) else ">=" if high is None else "<=" if low is None else "range"
    labels = labels_of(component, [r.index() for r in rows])
    return Rows(component.local_name, labels, start, relation, low, high, layout.linear(forms), layout.maps(forms))


def bound(values: list[float | None]) -> Bound | None:
    finite = np.array([v is not None for v in values], dtype=np.bool_)
    if not finite.any():
        return None
    held = Numbers.inexact([0.0 if v is None else v for v in values])
    return Bound(held, None if finite.all() else finite)


def labels_of(component: Any, keys: list[Any] | None = None) -> Labels:
    held = list(component) if keys is None else keys
    if not component.is_indexed():
        return Labels.scalar() if held else Labels((), (), 0)
    rows: list[tuple[Atom, ...]] = [k if isinstance(k, tuple) else (k,) for k in held]
    return Labels.of(rows) if rows else Labels((), (), 0)


class Layout:
    """Elements in vector nodes: all of one function and depth stand in one."""

    def __init__(self, elements: list[Element], width: int) -> None:
        self.width = width
        self.nodes: list[Node] = []
        self.node_of = np.zeros(len(elements), dtype=np.int64)
        self.place_of = np.zeros(len(elements), dtype=np.int64)
        groups: dict[tuple[int, str], list[int]] = {}
        for k, element in enumerate(elements):
            groups.setdefault((element.depth, element.function), []).append(k)
        for (_, function), members in sorted(groups.items()):
            self.add([elements[k] for k in members], function)
            self.node_of[members] = len(self.nodes) - 1
            self.place_of[members] = np.arange(len(members))

    def add(self, elements: list[Element], function: str) -> None:
        size = len(elements)
        left = self.affine([e.left for e in elements])
        if function == "power":
            self.nodes.append(Power(size, left, exponents([e.exponent for e in elements])))
        elif function == "product":
            right = self.affine([e.right for e in elements if e.right is not None])
            self.nodes.append(Product(size, left, right))
        else:
            self.nodes.append(Apply(size, Function(function), left))

    def affine(self, forms: list[Form]) -> int:
        constant = Numbers.inexact([f.constant for f in forms])
        self.nodes.append(Affine(len(forms), constant, self.linear(forms), self.maps(forms)))
        return len(self.nodes) - 1

    def linear(self, forms: list[Form]) -> SparseRows:
        lengths, columns, values = flat([f.linear for f in forms])
        return sparse_rows(np.repeat(np.arange(len(forms)), lengths), columns, values, len(forms), self.width)

    def maps(self, forms: list[Form]) -> Maps:
        lengths, elements, values = flat([f.elements for f in forms])
        rows = np.repeat(np.arange(len(forms)), lengths)
        nodes = self.node_of[elements]
        out = []
        for node in np.unique(nodes).tolist():
            here = nodes == node
            places = self.place_of[elements[here]]
            size = self.nodes[node].size
            out.append((sparse_rows(rows[here], places, values[here], len(forms), size), node))
        return tuple(out)


def flat(forms: list[dict[int, float]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Entries a form, and all keys and values one after the other."""
    lengths = np.array([len(f) for f in forms], dtype=np.int64)
    keys = np.fromiter((k for f in forms for k in f), dtype=np.int64, count=int(lengths.sum()))
    values = np.fromiter((v for f in forms for v in f.values()), dtype=np.float64, count=len(keys))
    return lengths, keys, values


def sparse_rows(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], values: FloatArray, height: int, width: int
) -> SparseRows:
    kept = values != 0
    rows, columns, values = rows[kept], columns[kept], values[kept]
    order = np.lexsort((columns, rows))
    starts = np.zeros(height + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=height), out=starts[1:])
    return SparseRows(starts, columns[order].astype(np.int32), Numbers.inexact(values[order]), width)


def exponents(values: list[float]) -> Numbers:
    """Exact where all are integers, since only then negative arguments are in the domain."""
    if all(v.is_integer() for v in values):
        return Numbers.exact(np.array(values, dtype=np.int64))
    return Numbers.inexact(values)
