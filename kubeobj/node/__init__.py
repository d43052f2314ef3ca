"""Nodes: what makes bound pods run, and reports how they do."""
