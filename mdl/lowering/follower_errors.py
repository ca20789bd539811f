"""Why a follower cannot be replaced by its optimality conditions: MDL431 to MDL439."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.proof import Requirement
from mdl.diagnostics import Diagnostic, Label, Span
from mdl.lowering.errors import shown
from mdl.semantics.model import FollowerSymbol


def not_convex(follower: FollowerSymbol, need: Requirement, *, objective: bool) -> Iterator[Diagnostic]:
    """MDL431: optimality conditions would admit points that are not the follower's best."""
    what = "its objective" if objective else f"its row `{need.name}`"
    for fault in need.faults():
        why = f"`{shown(fault)}` is {fault.curvature.value}" if fault.known else fault.rule
        yield Diagnostic(
            "MDL431",
            f"follower `{follower.name}` is not proved convex in its own variables: {why} in {what}",
            fault.span,
            need.rule if fault.known else "curvature not known",
            "write it so that it is convex whatever the others do; bounds of all variables in it help the proof",
            (Label(follower.span, "the follower"),),
            ("only a convex problem can be replaced by its optimality (KKT) conditions",),
        )


def extreme_of_others(fn: str, name: str, span: Span) -> Diagnostic:
    """MDL432: an epigraph column needs somebody who pushes it."""
    return Diagnostic(
        "MDL432",
        f"`{fn}` of others' variables in `{name}` cannot become rows of the follower's",
        span,
        "nothing here is the follower's to decide",
        f"let the leader have a variable for it, with rows that make it the {fn}",
    )


def extreme_of_indexed(name: str, span: Span) -> Diagnostic:
    """MDL433: columns of a max in a follower with an index would need an owner each."""
    return Diagnostic(
        "MDL433",
        f"follower `{name}` has an index, so that a max, min or abs in it needs rows written out",
        span,
        "no member owns the column for it",
        "declare a variable for it, list it after `over`, and bound it in rows of the follower",
    )


def owned_by_two(name: str, first: str, second: str, span: Span, other: Span) -> Diagnostic:
    """MDL434: for these data two followers decide on one entry."""
    return Diagnostic(
        "MDL434",
        f"`{name}` has two owners: followers `{first}` and `{second}`",
        span,
        "decides on it",
        "a variable belongs to one follower or to the leader",
        (Label(other, "decides on it too"),),
    )


def kkt_of_leader(name: str, follower: str, span: Span | None) -> Diagnostic:
    """MDL435: a KKT system of a problem with complementarity conditions in it."""
    return Diagnostic(
        "MDL435",
        f"`{name}` has the follower `{follower}` inside, and such a problem has no KKT system of its own",
        span,
        "complementarity conditions break the constraint qualification that KKT conditions need",
        f"`solve {name};` solves it with the follower's conditions; see them with `mdl inspect FILE {name}`",
    )
