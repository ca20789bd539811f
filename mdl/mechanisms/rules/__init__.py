"""One outcome rule at every report profile: many small programs of one shape, solved as one batch."""
