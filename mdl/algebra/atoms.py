"""Members of sets."""

from __future__ import annotations

from fractions import Fraction

Atom = str | int | Fraction
"""A name or quoted text, an integer, or a rational that is no integer (members of type domains)."""
