"""Why a program is of its class: what each row and the objective must be, and the rule that proves it."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.proof import Proof, Requirement
from mdl.answer.inspect import crop
from mdl.program.program import Program, ProgramClass

DEEPEST = 6
"""Levels of the proof tree that are printed."""

WIDEST = 72


def lines(program: Program) -> Iterator[str]:
    """The reasons, one requirement after the other; empty for a program made without analysis."""
    if program.why is None:
        return
    yield f"  {program.kind.value}: {program.why.reason}"
    for need in program.why.requirements:
        yield from requirement_lines(need, program.kind is ProgramClass.NLP)


def requirement_lines(need: Requirement, failed: bool) -> Iterator[str]:
    where = f"{need.span.source.name}:{need.span.line}"
    if need.holds and all(s.curvature.affine for s in need.sides):
        yield f"    {need.name} is affine  ({where})"
        return
    verdict = need.wanted if need.holds else f"not proved {need.wanted}"
    rule = f": {need.rule}" if need.rule else ""
    yield f"    {need.name} is {verdict}{rule}  ({where})"
    if need.holds and not failed:
        for side in need.sides:
            yield from proof_lines(side, 6, DEEPEST)
    for fault in need.faults():
        yield f"      {crop(fault.text, WIDEST)}: {fault.rule}"


def proof_lines(proof: Proof, indent: int, levels: int) -> Iterator[str]:
    """An expression, its curvature and its rule; then what it is made of, down to what is affine."""
    if proof.curvature.affine or levels == 0:
        return
    yield f"{' ' * indent}{crop(proof.text, WIDEST)} is {proof.curvature.value}: {proof.rule}"
    for child in proof.children:
        yield from proof_lines(child, indent + 2, levels - 1)
