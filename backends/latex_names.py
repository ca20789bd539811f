"""Names, members and numbers of a model in LaTeX's mathematics."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from mdl.backends.file_names import plain

SMALL = frozenset(
    """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega
    """.split()  # noqa: SIM905 - one alphabet reads best as a line
)
CAPITAL = frozenset({"Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"})

SPECIAL = {
    "\\": r"\backslash{}",
    "^": r"\hat{}",
    "~": r"\sim{}",
    " ": r"\ ",
    **{c: f"\\{c}" for c in "#$%&_{}"},
}


def name(text: str, family: str = "mathit") -> tuple[str, str]:
    """Base and subscript: `theta_max` is (`\\theta`, `\\mathrm{max}`), `x1` is (`x`, `1`), `must_run` has none.

    `family` is the font of a base of several letters.
    """
    spelt = "".join(greek(c) for c in text)
    found = re.fullmatch(r"([A-Za-z]+?)_?([0-9]+|_[A-Za-z0-9_]+)", spelt)
    if found and (len(found[1]) == 1 or found[1] in SMALL | CAPITAL):
        return base(found[1], family), subscript(found[2].strip("_"))
    return base(spelt, family), ""


def base(text: str, family: str) -> str:
    if text in SMALL or text in CAPITAL:
        return f"\\{text}"
    return text if len(text) == 1 and text.isalpha() else f"\\{family}{{{escaped(text)}}}"


def subscript(text: str) -> str:
    return text if text.isdigit() else upright(text.replace("_", " "))


def greek(character: str) -> str:
    """The English name of a Greek letter, as far as LaTeX has it; other letters are turned to ASCII."""
    return character if character.isascii() else plain(unicodedata.normalize("NFKC", character))


def upright(text: str) -> str:
    return f"\\mathrm{{{escaped(text)}}}"


def escaped(text: str) -> str:
    return "".join(SPECIAL.get(c, c) if c.isprintable() else r"\ " for c in plain(text))


def words(text: str) -> str:
    """Outside mathematics."""
    swap = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    swap |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}  # else other letters of the font
    swap |= {c: f"\\{c}" for c in "#$%&_{}"}
    return "".join(swap.get(c, c) for c in " ".join(plain(text).split()))


def number(value: Fraction) -> str:
    """A decimal where it is one of at most 12 places, else a fraction; without the sign."""
    size = abs(value)
    for places in range(13):
        if (size * 10**places).denominator == 1:
            whole, part = divmod(int(size * 10**places), 10**places)
            return f"{whole}.{part:0{places}d}" if places else str(whole)
    return f"\\frac{{{size.numerator}}}{{{size.denominator}}}"
