"""Numbers that are no rationals, held as exact combinations of logs, roots and powers, with enclosures."""
