"""Audits: whether a mechanism given as a table has a property, proved where the numbers allow, with a witness."""
