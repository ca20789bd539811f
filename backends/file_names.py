"""Names of rows and columns in LP and MPS files: legal there, all different, and close to the user's.

`x[u1,AB]` is `x(u1,AB)`, and `ic[a: 3 -> 2 | b=1]` is `ic(a,3,2,b_1)`.  Greek letters are spelt out, accents
dropped, any other character that the LP format cannot hold becomes `_`; names that are words of the format, or
look like numbers, get a `_`; where two names fall together the later ones get `.2`, `.3`, ...  Both formats use the
same names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numerals import text as said
from mdl.program.labels import Labels
from mdl.program.program import Columns, Program, Rows

ILLEGAL = re.compile(r"[^A-Za-z0-9_.,()#@~!$%&]")
SIGNS = re.compile(r"\s*(?:->|[:;|,])\s*")
"""Between the members of names with a form."""
WORDS = frozenset(
    """
    min minimize minimise minimum max maximize maximise maximum subject such st s.t. st. bound bounds free inf infinity
    nan gen general generals int integer integers bin binary binaries semi semis semi-continuous sos sos1 sos2 end rhs
    rows columns ranges objsense name endata quadobj marker
    """.split()  # noqa: SIM905 - a list of forty words is no easier to read with quotes
)
LONGEST = 250
"""Characters; the LP format allows 255."""


@dataclass(slots=True, frozen=True, eq=False)
class FileNames:
    """Lists in the program's order of columns and rows."""

    objective: str
    columns: list[str]
    rows: list[str]
    user_columns: list[str]
    user_rows: list[str]
    formed: list[range]
    """Where in columns and then rows each block is whose names have a form."""

    def changed(self) -> Iterator[tuple[str, str]]:
        """(name in the file, the user's) where it is more than round brackets for square ones and a form's commas."""
        formed = np.zeros(len(self.columns) + len(self.rows), dtype=np.bool_)
        for block in self.formed:
            formed[block.start : block.stop] = True
        for (here, user), form in zip(self._pairs(), formed.tolist(), strict=True):
            if here != (without_form(user) if form else user.replace("[", "(").replace("]", ")")):
                yield here, user

    def examples(self) -> Iterator[tuple[str, str]]:
        """(name in the file, the user's) of the first member of each block whose names have a form."""
        firsts = {block.start for block in self.formed}
        yield from (pair for k, pair in enumerate(self._pairs()) if k in firsts)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from zip(self.columns, self.user_columns, strict=True)
        yield from zip(self.rows, self.user_rows, strict=True)


def file_names(program: Program) -> FileNames:
    used: set[str] = set()
    objective = different([legal(program.objective.name)], used)[0]
    columns = spread(program.columns, program.width, used)
    rows = spread(program.rows, program.height, used)
    formed = [
        range(first + b.start, first + b.start + len(b.labels))
        for first, blocks in ((0, program.columns), (program.width, program.rows))
        for b in blocks
        if b.labels.form is not None and len(b.labels)
    ]
    return FileNames(objective, columns[0], rows[0], columns[1], rows[1], formed)


def map_text(program: Program) -> str:
    """JSON: `{"objective", "columns", "rows"}`, each from the name in the file to the user's."""
    names = file_names(program)
    table = {
        "objective": {names.objective: program.objective.name},
        "columns": dict(zip(names.columns, names.user_columns, strict=True)),
        "rows": dict(zip(names.rows, names.user_rows, strict=True)),
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def spread(blocks: Sequence[Columns | Rows], size: int, used: set[str]) -> tuple[list[str], list[str]]:
    """Names in the file, and the user's, at the places of the blocks."""
    here, user = [""] * size, [""] * size
    for block in blocks:
        place = slice(block.start, block.start + len(block.labels))
        user[place] = indexed(block.name, block.labels, "[", "]", said)
        part = legal_part if block.labels.form is None else legal_formed
        made = indexed(block.name, block.labels, "(", ")", part, legal)
        here[place] = different([name[:LONGEST] for name in made], used)
    return here, user


def indexed(
    name: str,
    labels: Labels,
    left: str,
    right: str,
    text: Callable[[Atom], str],
    head: Callable[[str], str] = str,
) -> list[str]:
    """`x[u1,AB]` of every row of the labels; each member is turned to text once.

    Of a block named after another, `shortfall[ir]`, the members stand inside: `shortfall[ir[a]]`.
    """
    if labels.form is not None and name.endswith("]") and "[" in name:
        outer, inner = name[:-1].split("[", 1)
        outer = head(outer)
        return [f"{outer}{left}{n}{right}" for n in indexed(inner, labels, left, right, text, head)]
    name = head(name)
    if not labels.codes:
        return [name] if len(labels) == 1 else [f"{name}{left}{k}{right}" for k in range(len(labels))]
    parts = [texts_of(a, c, text) for a, c in zip(labels.atoms, labels.codes, strict=True)]
    if labels.form is not None:
        pieces = labels.form if text is said else [without_form(piece) for piece in labels.form]
        first, rest = f"{name}{left}{pieces[0]}", [*pieces[1:-1], pieces[-1] + right]
        return [first + "".join(chain.from_iterable(zip(key, rest, strict=True))) for key in zip(*parts, strict=True)]
    if len(parts) == 1:
        return [f"{name}{left}{a}{right}" for a in parts[0]]
    return [f"{name}{left}{','.join(key)}{right}" for key in zip(*parts, strict=True)]


def texts_of(atoms: Sequence[Atom], codes: npt.NDArray[Any], text: Callable[[Atom], str]) -> list[str]:
    """One a row; members that no row has are not looked at where there are many of them."""
    if len(atoms) > len(codes):
        used, places = np.unique(codes, return_inverse=True)
        few = [text(atoms[k]) for k in used.tolist()]
        return [few[k] for k in places.tolist()]
    texts = [text(a) for a in atoms]
    return [texts[c] for c in codes.tolist()]


def without_form(text: str) -> str:
    """Signs between members become commas, and `b=1` becomes `b_1`."""
    text = SIGNS.sub(",", text.replace("[", "(").replace("]", ")"))
    return text.replace("=", "_")


def legal_part(atom: Atom) -> str:
    return ILLEGAL.sub("_", plain(said(atom)))


def legal_formed(atom: Atom) -> str:
    return ILLEGAL.sub("_", plain(without_form(said(atom))))


def legal(name: str) -> str:
    """A whole name: also no number, no word of the format, no bracket that `indexed` will add."""
    text = ILLEGAL.sub("_", plain(name)).replace("(", "_").replace(")", "_")
    if not text or not (text[0].isalpha() or text[0] == "_") or re.match(r"[eE][0-9.eE]", text):
        text = "_" + text
    return text + "_" if text.lower() in WORDS else text


def plain(text: str) -> str:
    """ASCII where there is a way to say it."""
    return text if text.isascii() else "".join(spelt(c) for c in text)


def spelt(character: str) -> str:
    called = unicodedata.name(character, "")
    found = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)(?: WITH .*)?", called)
    if found:
        size, letter = found.groups()
        letter = {"LAMDA": "LAMBDA"}.get(letter, letter)
        return letter.lower() if size == "SMALL" else letter.capitalize()
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "_"


def different(names: list[str], used: set[str]) -> list[str]:
    """Unlike each other and all that are used; adds to `used`."""
    fresh = set(names)
    if len(fresh) == len(names) and fresh.isdisjoint(used):
        used |= fresh
        return names
    out = []
    for name in names:
        chosen, k = name, 2
        while chosen in used:
            chosen, k = f"{name}.{k}", k + 1
        used.add(chosen)
        out.append(chosen)
    return out
