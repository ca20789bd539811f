"""Expectations: claims about what has been solved, each with a verdict and its level."""

from __future__ import annotations

from fractions import Fraction

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.answer.answer import Check
from mdl.answer.numerals import exact, short
from mdl.semantics import typed
from mdl.semantics.coalitions import WORDS
from mdl.semantics.kinds import Element, Numeric
from mdl.semantics.model import ExpectTask, MechanismSymbol, RuleSymbol
from mdl.semantics.properties import PROPERTIES
from mdl.tasks.results import Results


def judge(task: ExpectTask, ev: Evaluator, results: Results) -> Check:
    """`holds` or `fails`; numbers are compared as the rationals that they are, so the level is exact
    where both sides are, and numeric where one came from a solver or a function such as `log`.
    """
    claim = task.claim
    text = " ".join(task.claim.span.text.split())
    if task.within is not None:
        text += f" within {short(float(task.within))}"
    check = Check(text, "holds", "exact", why=task.why)
    if not _holds(claim, task.within or Fraction(0), ev, results, check):
        check.verdict = "fails"
    return check


def _holds(claim: typed.Expr, within: Fraction, ev: Evaluator, results: Results, check: Check) -> bool:
    match claim:
        case typed.Logic(op=op, args=args):
            parts = [_holds(a, within, ev, results, check) for a in args]
            return all(parts) if op == "and" else any(parts)
        case typed.Not(arg=arg):
            return not _holds(arg, within, ev, results, check)
        case typed.Compare(first=first, rest=rest):
            lefts = [first, *(right for _, right in rest)]
            links = [
                _compare(left, op, right, within, ev, results, check)
                for left, (op, right) in zip(lefts, rest, strict=False)
            ]
            return all(links)
        case _:
            return bool(ev.truth(claim, ev.root)[0])


def _compare(
    left: typed.Expr, op: str, right: typed.Expr, within: Fraction, ev: Evaluator, results: Results, check: Check
) -> bool:
    status = _status(left, results) or _status(right, results)
    if status is not None:
        word = left if _status(left, results) else right
        assert isinstance(word, typed.Attribute)
        check.level = _level(word, results)
        other = right if _status(left, results) else left
        told = other.value if isinstance(other, typed.Member) else None
        equal = told == status
        if equal != (op == "=="):
            in_words = word.name in WORDS or _of_mechanism(word)
            check.witness = f"`{word.span.text}` is {status}" if in_words else f"the status is {status}"
        return equal == (op == "==")
    if op in ("in", "not in") or not (_numeric(left, ev) and _numeric(right, ev)):
        return bool(ev.truth(typed.Compare(left.span, left.kind, left, ((op, right),)), ev.root)[0])
    a, b = ev.number(left, ev.root), ev.number(right, ev.root)
    assert isinstance(a, Numbers) and isinstance(b, Numbers)
    if not (a.is_exact and b.is_exact):
        check.level = "numeric"
    x, y = a.fractions()[0], b.fractions()[0]
    return _verdict(x, op, y, within, a.is_exact, b.is_exact, check)


def _verdict(x: Fraction, op: str, y: Fraction, within: Fraction, x_exact: bool, y_exact: bool, check: Check) -> bool:
    excess = {"==": abs(x - y), "!=": -abs(x - y), "<=": x - y, "<": x - y, ">=": y - x, ">": y - x}[op]
    strict = op in ("<", ">", "!=")
    holds = excess < within if strict and not within else excess <= within
    if op == "!=":
        holds = abs(x - y) > within
    if not holds:
        check.violation = float(excess - within)
        left = exact(x) if x_exact else repr(float(x))
        right = exact(y) if y_exact else repr(float(y))
        check.witness = f"{left} against {right}, off by {short(float(abs(x - y)))}"
    return holds


def _numeric(expr: typed.Expr, ev: Evaluator) -> bool:
    """Whether a side can be compared as a number: everything but members that are names."""
    if isinstance(expr.kind, Numeric):
        return True
    if not isinstance(expr.kind, Element):
        return False
    code = ev.member(expr, ev.root).codes[0]
    return not isinstance(ev.store.universe.atom(int(code[0])), str)


def _of_mechanism(expr: typed.Attribute) -> bool:
    return isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, MechanismSymbol)


def _level(word: typed.Attribute, results: Results) -> str:
    """The level of an answer in words."""
    if _of_mechanism(word):
        from mdl.tasks.mechanism_answers import word as word_of_mechanism

        return word_of_mechanism(results.instance, word, results)[1]
    return "exact" if word.name not in WORDS or _proved(word, results) else "numeric"


def _proved(expr: typed.Attribute, results: Results) -> bool:
    """Whether an answer in words is about worths that are rationals, all of them listed."""
    from mdl.tasks.coalitions import in_rationals

    return in_rationals(results.instance, expr, results)


def _status(expr: typed.Expr, results: Results) -> str | None:
    """The status that `RULE.status` stands for, or an answer in words such as `v.core`; None for another expression."""
    if isinstance(expr, typed.Attribute) and _of_mechanism(expr):
        if expr.name != "status" and expr.name not in PROPERTIES:
            return None
        from mdl.tasks.mechanism_answers import word as word_of_mechanism

        return word_of_mechanism(results.instance, expr, results)[0]
    if isinstance(expr, typed.Attribute) and expr.name in WORDS:
        from mdl.tasks.coalitions import word

        return word(results.instance, expr, results)
    if isinstance(expr, typed.Attribute) and expr.name == "status":
        assert isinstance(expr.base, typed.Ref) and isinstance(expr.base.symbol, RuleSymbol)
        return results.answered(expr.base.symbol).solution.status.value
    return None
