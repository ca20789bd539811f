"""What can be wrong with a point that is to be checked.  Codes MDL452-MDL457."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.diagnostics import Diagnostic, Label, Span
from mdl.diagnostics.similar import nearest


def no_point(span: Span) -> Diagnostic:
    """MDL452: a point is to be checked and none is given."""
    return Diagnostic(
        "MDL452",
        "no point is given",
        span,
        help="write `at {x: {...}, link: {...}}`, or give a JSON file with `--point FILE.json`",
    )


def not_a_point(span: Span) -> Diagnostic:
    """MDL453: not a map from names to values."""
    return Diagnostic(
        "MDL453",
        "a point gives values by the names of variables and rows",
        span,
        label="no such map",
        help="write `at {x: {u1: 1, u2: 2}, link: 3}`: values of variables, and duals of rows",
    )


def unknown(name: str, span: Span, known: Sequence[str]) -> Diagnostic:
    """MDL454: a name that is neither a variable nor a row."""
    near = nearest(name, known)
    listed = ", ".join(f"`{n}`" for n in known)
    return Diagnostic(
        "MDL454",
        f"`{name}` is neither a variable nor a row",
        span,
        label="not of the point",
        help=f"did you mean `{near}`?" if near else f"a point has {listed}",
    )


def missing(names: Sequence[str], span: Span) -> Diagnostic:
    """MDL455: variables or rows without values."""
    listed = ", ".join(f"`{n}`" for n in names)
    return Diagnostic(
        "MDL455",
        f"the point has no value for {listed}",
        span,
        label="incomplete",
        help="give each variable its value, and each row its dual (0 where it does not bind)",
    )


def twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL456: one name with two values."""
    return Diagnostic(
        "MDL456",
        f"`{name}` has two values",
        span,
        label="again",
        help="keep one",
        labels=(Label(first, "first here"),),
    )


def shape(name: str, indexed: bool, span: Span) -> Diagnostic:
    """MDL457: one value for a family, or a map for a scalar."""
    said = "has an index, and one value is given" if indexed else "has no index, and a map is given"
    help_text = f"write `{name}: {{member: value, ...}}`" if indexed else f"write `{name}: value`"
    return Diagnostic("MDL457", f"`{name}` {said}", span, label="wrong shape", help=help_text)


def formula(name: str, span: Span) -> Diagnostic:
    """MDL293: an outcome formula optimises nothing."""
    return Diagnostic(
        "MDL293",
        f"`{name}` is a formula, which optimises nothing: it has no KKT system",
        span,
        help="name an objective (`maximize NAME: ...`)",
    )
