"""Names of rows and columns in LP and MPS files: legal there, all different, and close to the user's.

`x[u1,AB]` is `x(u1,AB)`.  Greek letters are spelt out, accents dropped, any other character that the
LP format cannot hold becomes `_`; names that are words of the format, or look like numbers, get a `_`;
where two names fall together the later ones get `.2`, `.3`, ...  Both formats use the same names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mdl.algebra.atoms import Atom
from mdl.program.labels import Labels
from mdl.program.program import Columns, Program, Rows

ILLEGAL = re.compile(r"[^A-Za-z0-9_.,()#@~!$%&]")
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

    def changed(self) -> Iterator[tuple[str, str]]:
        """(name in the file, the user's) where it is more than round brackets for square ones."""
        for here, user in zip(self.columns + self.rows, self.user_columns + self.user_rows, strict=True):
            if here != user.replace("[", "(").replace("]", ")"):
                yield here, user


def file_names(program: Program) -> FileNames:
    used: set[str] = set()
    objective = different([legal(program.objective.name)], used)[0]
    columns = spread(program.columns, program.width, used)
    rows = spread(program.rows, program.height, used)
    return FileNames(objective, columns[0], rows[0], columns[1], rows[1])


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
        user[place] = indexed(block.name, block.labels, "[", "]", str)
        made = indexed(legal(block.name), block.labels, "(", ")", legal_part)
        here[place] = different([name[:LONGEST] for name in made], used)
    return here, user


def indexed(name: str, labels: Labels, left: str, right: str, text: Callable[[Atom], str]) -> list[str]:
    """`x[u1,AB]` of every row of the labels; each member is turned to text once."""
    if not labels.codes:
        return [name] if len(labels) == 1 else [f"{name}{left}{k}{right}" for k in range(len(labels))]
    parts = []
    for atoms, codes in zip(labels.atoms, labels.codes, strict=True):
        texts = [text(a) for a in atoms]
        parts.append([texts[c] for c in codes.tolist()])
    if len(parts) == 1:
        return [f"{name}{left}{a}{right}" for a in parts[0]]
    return [f"{name}{left}{','.join(key)}{right}" for key in zip(*parts, strict=True)]


def legal_part(atom: Atom) -> str:
    return ILLEGAL.sub("_", plain(str(atom)))


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
