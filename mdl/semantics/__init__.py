"""Tree to Model: names, kinds, shapes, index domains."""
