"""Numbers, index sets, evaluation on arrays, curvature."""
