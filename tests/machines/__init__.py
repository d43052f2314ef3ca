"""State machines: a long life of changes against a simple model."""
