"""Which class a program is of, and why: what was proved about the rules, the rows and the Hessian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mdl.algebra.proof import Proof, Requirement
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering import errors
from mdl.program.graph import Affine, Power, Product
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.quadratic import quadratic_objective
from mdl.program.sparse import SparseRows
from mdl.semantics.model import VarSymbol


@dataclass(slots=True, frozen=True, eq=False)
class Verdict:
    """`reason` in one sentence; `requirements`: the conditions of convexity with their proofs, the objective first."""

    kind: ProgramClass
    reason: str
    requirements: tuple[Requirement, ...]


def classified(program: Program, needs: Sequence[Requirement], integers: Sequence[VarSymbol]) -> Program:
    """The program with its `kind`, `why` and `faults`.

    `needs` has the objective's condition first.  Failure where integer variables meet nonlinear expressions.
    """
    curved_rows = {r.name for r in program.rows if r.nonlinear} | {r.origin for r in program.rows if r.nonlinear}
    flat = not program.objective.nonlinear and not curved_rows
    has_integers = any(c.domain is not Domain.CONTINUOUS and len(c.labels) for c in program.columns)
    if not flat and has_integers:
        raise Failure(errors.integer_nonlinear([v for v in integers if v.domain != "continuous"], _curved(needs)))
    known = tuple(_as_built(n, k, program, curved_rows) for k, n in enumerate(needs))
    kind, reason, faults = _kind(program, known, flat, has_integers, bool(curved_rows))
    return replace(program, kind=kind, why=Verdict(kind, reason, known), faults=tuple(faults))


def _as_built(need: Requirement, k: int, program: Program, curved: set[str | None]) -> Requirement:
    """A condition holds as well where the expression turned out linear (coefficients that are 0, terms that cancel)."""
    linear = need.name not in curved and not (k == 0 and program.objective.nonlinear)
    return replace(need, holds=True, rule="linear for these data") if linear and not need.holds else need


def _kind(
    program: Program, needs: Sequence[Requirement], flat: bool, integers: bool, curved: bool
) -> tuple[ProgramClass, str, list[Diagnostic]]:
    if flat:
        if integers:
            return ProgramClass.MIP, "linear, with integer variables", []
        return ProgramClass.LP, "rows and objective are linear", []
    maximize = program.objective.maximize
    told = (errors.not_convex(n, f, maximize if k == 0 else None) for k, n in enumerate(needs) for f in n.faults())
    faults = list({(d.span.start if d.span else 0, d.message): d for d in told}.values())
    if not curved and _polynomial(program):
        form = quadratic_objective(program)
        if form is not None:
            if not faults:
                side = "concave" if program.objective.maximize else "convex"
                return ProgramClass.QP, f"rows are linear, the objective is quadratic and {side} by the rules", []
            return _by_hessian(program, form.hessian, faults)
    if not faults:
        return ProgramClass.CONVEX, "convex by the rules", []
    return ProgramClass.NLP, "convexity is not proved", faults


def _by_hessian(
    program: Program, hessian: SparseRows, faults: list[Diagnostic]
) -> tuple[ProgramClass, str, list[Diagnostic]]:
    from mdl.program.definite import Level, semidefinite

    sign = -1 if program.objective.maximize else 1
    found = semidefinite(hessian, sign)
    how = f"{found.how}, proved exactly" if found.level is Level.EXACT else found.how
    if found.holds:
        side = "negative" if sign < 0 else "positive"
        return ProgramClass.QP, f"rows are linear, the Hessian of the objective is {side} semidefinite ({how})", []
    held = program.objective
    assert held.span is not None
    return ProgramClass.NLP, "the quadratic objective is not convex", [
        *faults, errors.indefinite(held.name, held.span, held.maximize, how),
    ]  # fmt: skip


def _polynomial(program: Program) -> bool:
    """Whether the graph can be quadratic at all: no log, exp or sqrt in it."""
    return all(isinstance(n, Affine | Power | Product) for n in program.nodes)


def _curved(needs: Sequence[Requirement]) -> Proof:
    """An innermost expression that is not linear."""
    every = (p for need in needs for side in need.sides for p in side.walk())
    return next(p for p in every if not p.curvature.affine and all(c.curvature.affine for c in p.children))
