"""Commands that reach a cluster, against kubectl itself where it is there."""
