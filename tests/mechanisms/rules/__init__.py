"""The batch solver of outcome rules."""
