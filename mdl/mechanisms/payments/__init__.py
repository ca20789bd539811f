"""Payments for a known outcome: difference constraints, shortest paths, and cycles that prove that there are none."""
