"""Answers as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from mdl.answer.answer import Answer, Check, Key, Size, Table, Value
from mdl.answer.numerals import brief, exact, short
from mdl.program.program import ProgramClass
from mdl.program.solution import Status

MOST_ROWS = 20
"""Longer tables are cut in the middle: the rest is in `--json`."""

# a KKT system is called optimal only where its program is convex
GLOBAL = {ProgramClass.LP, ProgramClass.QP, ProgramClass.MIP, ProgramClass.CONVEX, ProgramClass.COMPLEMENTARITY}


def heading(name: str, title: str) -> str:
    return f"{name}: {title}" if title else name


def render(answer: Answer) -> str:
    """The lines of one task's answer, ending with a newline."""
    lines = list(_claims(answer)) if answer.kind == "expect" else list(_solved(answer))
    return "\n".join(lines) + "\n"


def _claims(answer: Answer) -> Iterable[str]:
    for check in answer.checks:
        yield f"{answer.task}: {check_text(check)}"


def check_text(check: Check) -> str:
    text = f"{check.verdict} ({check.level})"
    if check.witness and check.verdict != "holds":
        text += f": {check.witness}"
    return text + (f"  # {check.why}" if check.why and check.verdict != "holds" else "")


def _solved(answer: Answer) -> Iterable[str]:
    done = {"find": "found", "check": "checked"}.get(answer.kind, "evaluated")
    status = done if answer.status is None else status_text(answer.status, answer.program)
    if answer.status is not None and answer.level:
        kind = f"{answer.program.kind.value}, " if answer.program is not None else ""
        status = f"{answer.status.value} ({kind}{answer.level})"
    yield f"{answer.task}: {status}" + (f", by {answer.solver}" if answer.solver else "")
    if answer.message:
        yield f"  {answer.message}"
    for note in answer.notes:
        yield f"  note: {note}"
    yield from (f"  {line}" for line in answer.reasons)
    if answer.objective is not None:
        yield f"  objective = {value_text(answer.objective)}"
    for table in answer.values:
        yield from table_lines(table, "")
    for table in answer.duals if answer.kind != "find" else ():
        yield from table_lines(table, "dual of ")
    for check in answer.checks:
        told = f", {check.witness}" if check.witness else ""
        if check.why and not (check.witness and check.verdict == "fails"):
            told = f": {check.why}"
        yield f"  {check.property}: {check.verdict} ({check.level}){told}"


def status_text(status: Status, size: Size | None) -> str:
    if size is None:
        return status.value
    if status is Status.OPTIMAL and size.kind in GLOBAL:
        return f"optimal ({size.kind.value}, global)"
    if status is Status.LOCAL:
        return f"locally optimal ({size.kind.value}, convexity not proved)"
    return f"{status.value} ({size.kind.value})"


def table_lines(table: Table, prefix: str) -> Iterable[str]:
    """`name = value` for a scalar; a heading and one line a member otherwise."""
    rows = list(table.rows)
    if len(rows) == 1 and not rows[0][0]:
        yield f"  {prefix}{table.name} = {value_text(rows[0][1])}"
        return
    yield f"  {prefix}{table.name}"
    shown = rows if len(rows) <= MOST_ROWS else rows[: MOST_ROWS // 2] + rows[-MOST_ROWS // 2 :]
    keys = [", ".join(map(key_text, key)) for key, _ in shown]
    texts = [value_text(value) for _, value in shown]
    width = max((len(k) for k in keys), default=0)
    for k, (key, text) in enumerate(zip(keys, texts, strict=True)):
        if len(rows) > MOST_ROWS and k == MOST_ROWS // 2:
            yield f"    ... {len(rows) - MOST_ROWS} more (all of them with --json)"
        yield f"    {key.ljust(width)}  {text}"


def key_text(key: Key) -> str:
    if isinstance(key, tuple):
        return f"({', '.join(map(key_text, key))})"
    return exact(key) if isinstance(key, Fraction) else str(key)


def value_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    return brief(value) if isinstance(value, Fraction | int) else short(value)
