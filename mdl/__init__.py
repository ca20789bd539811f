"""MDL: a declarative compiler for mechanism design."""

__version__ = "0.1.0"
