"""Coalitional games: values of coalitions as one vector, and exact solutions of it."""
