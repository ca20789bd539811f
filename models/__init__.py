"""Example models with their data and expectations."""
