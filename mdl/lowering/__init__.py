"""Model and data to Program, one file a reformulation."""
