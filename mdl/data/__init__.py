"""Data: read from files, bound to a Model and checked."""
