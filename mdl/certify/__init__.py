"""Exact proofs about linear programs: optima, impossibilities, and the files that hold them.

outcome = prove(program, solution)    # Proof | Refutation | Unboundedness | Unproved
"""

from mdl.certify.outcome import Outcome, Proof, Refutation, Unboundedness, Unproved
from mdl.certify.search import prove

__all__ = ["Outcome", "Proof", "Refutation", "Unboundedness", "Unproved", "prove"]
