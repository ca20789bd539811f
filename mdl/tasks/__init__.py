"""Tasks of a file, run in order."""
