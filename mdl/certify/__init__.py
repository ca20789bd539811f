"""Exact proofs about linear programs: optima, impossibilities, and the files that hold them."""
