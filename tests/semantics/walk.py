"""Every typed node that a Model holds, found by walking dataclass fields, not by the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from mdl.diagnostics import Span
from mdl.semantics.model import Model, Symbol
from mdl.semantics.typed import Expr, IndexVar
from mdl.syntax import statement_tree, tree


def nodes(model: Model) -> Iterator[Any]:
    """Typed expressions, binders, indices and symbols reachable from a model."""
    seen: set[int] = set()
    todo: list[Any] = [
        *model.symbols.values(),
        *model.order,
        *model.data,
        *model.tasks,
        *model.priors,
        *model.symmetric,
    ]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo.extend(at)
        elif (
            is_dataclass(at)
            and not isinstance(at, Span | tree.Node | statement_tree.File | type)
            and id(at) not in seen
        ):
            seen.add(id(at))
            yield at
            todo.extend(getattr(at, field.name) for field in fields(at))


def expressions(model: Model) -> list[Expr]:
    return [node for node in nodes(model) if isinstance(node, Expr)]


def indices(model: Model) -> list[IndexVar]:
    return [node for node in nodes(model) if isinstance(node, IndexVar)]


def uses(symbol: Symbol) -> set[Symbol]:
    """Other symbols that a symbol's fields mention, the symbols behind those not followed."""
    found: set[Symbol] = set()
    todo: list[Any] = [getattr(symbol, field.name) for field in fields(symbol)]
    seen: set[int] = set()
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo.extend(at)
        elif isinstance(at, Symbol):
            found.add(at)
        elif is_dataclass(at) and not isinstance(at, Span | tree.Node | type) and id(at) not in seen:
            seen.add(id(at))
            todo.extend(getattr(at, field.name) for field in fields(at))
    return found
