"""Mechanisms that are to be found, as linear programs: payments, adjustments and, where it is free, the outcome."""
