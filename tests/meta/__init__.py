"""Metadata and wire values."""
