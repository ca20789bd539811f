"""Exact proofs about linear programs: optima, impossibilities, and the files that hold them.

`prove(program, solution)` gives a Proof, a Refutation, an Unboundedness, or Unproved with the reason; `words` says it
in lines of text, and `document` makes the file that `python -m mdl.certificate` checks.
"""

from mdl.certify.document import about, cycle_document, document, path_document
from mdl.certify.outcome import Outcome, Proof, Refutation, Unboundedness, Unproved
from mdl.certify.search import prove
from mdl.certify.words import words

__all__ = [
    "Outcome",
    "Proof",
    "Refutation",
    "Unboundedness",
    "Unproved",
    "about",
    "cycle_document",
    "document",
    "path_document",
    "prove",
    "words",
]
