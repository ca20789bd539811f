"""The frame of a LaTeX document, and its aligned lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdl.backends.latex_names import words


def document(heading: str, body: Iterable[str], packages: Iterable[str] = ()) -> str:
    """`heading` is text as a person writes it, `body` lines of LaTeX."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath, amssymb}",
        *(rf"\usepackage{p}" for p in packages),
        r"\allowdisplaybreaks",
        r"\begin{document}",
        rf"\section*{{{words(heading)}}}",
        *body,
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def align(lines: Iterable[str]) -> Iterator[str]:
    yield r"\begin{align*}"
    yield " \\\\\n".join(f"  {line}" for line in lines)
    yield r"\end{align*}"
