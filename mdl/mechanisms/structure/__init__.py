"""Which incentive rows may be left out: those that neighbours imply, and those that a solution happens to keep."""
