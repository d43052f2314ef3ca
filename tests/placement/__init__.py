"""Whether a pod fits a node."""
