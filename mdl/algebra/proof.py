"""Why an expression has the curvature it has: a tree of rules, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from mdl.algebra.interval import Interval
from mdl.diagnostics import Span
from mdl.semantics.typed import Expr


class Curvature(Enum):
    CONSTANT = "constant"
    AFFINE = "affine"
    CONVEX = "convex"
    CONCAVE = "concave"
    UNKNOWN = "unknown"

    @property
    def convex(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE, Curvature.CONVEX)

    @property
    def concave(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE, Curvature.CONCAVE)

    @property
    def affine(self) -> bool:
        return self in (Curvature.CONSTANT, Curvature.AFFINE)

    @property
    def negated(self) -> Curvature:
        return _NEGATED.get(self, self)


_NEGATED = {Curvature.CONVEX: Curvature.CONCAVE, Curvature.CONCAVE: Curvature.CONVEX}


@dataclass(slots=True, frozen=True, eq=False)
class Proof:
    """Curvature in the variables, by `rule`, of `expr`.

    `slopes[k]` says how `expr` moves with `children[k]`: 1 nondecreasing, -1 nonincreasing, 0 not at
    all, None neither or not known.  `degree` is that of a polynomial of degree at most 2 in the
    variables once every max, min and abs of affine expressions is replaced by a variable, None of anything else.
    `suggestion` is what to write instead, where the rule failed.
    """

    expr: Expr = field(repr=False)
    curvature: Curvature
    range: Interval
    rule: str
    children: tuple[Proof, ...] = ()
    slopes: tuple[int | None, ...] = ()
    degree: int | None = 0
    suggestion: str = ""

    @property
    def span(self) -> Span:
        return self.expr.span

    @property
    def text(self) -> str:
        """The expression as written."""
        return " ".join(self.span.text.split())

    @property
    def known(self) -> bool:
        return self.curvature is not Curvature.UNKNOWN

    def walk(self) -> Iterator[Proof]:
        """This proof and all below it, each once."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            p = stack.pop()
            if id(p) not in seen:
                seen.add(id(p))
                yield p
                stack.extend(reversed(p.children))

    def faults(self) -> tuple[Proof, ...]:
        """The innermost expressions of unknown curvature: where the rules first failed."""
        return tuple(
            p for p in self.walk() if not p.known and all(c.known for c in p.children)
        )  # fmt: skip


@dataclass(slots=True, frozen=True, eq=False)
class Requirement:
    """One condition of convexity: a row or the objective `name` needs `wanted` of the sides of a comparison.

    `sides` are the proofs of what stands there; `holds` says whether the condition is proved.
    `directions[k]` says which values of a side are at least as good: 1 smaller, -1 larger, None neither.
    """

    name: str
    wanted: str
    sides: tuple[Proof, ...]
    holds: bool
    span: Span
    rule: str = ""
    directions: tuple[int | None, ...] = ()

    def faults(self) -> tuple[Proof, ...]:
        """Where it fails: innermost unknown expressions, or the sides of the wrong curvature; empty where it holds."""
        if self.holds:
            return ()
        inner = tuple(f for s in self.sides for f in s.faults())
        return inner or tuple(s for s in self.sides if not s.curvature.affine)
