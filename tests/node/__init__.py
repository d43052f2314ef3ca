"""Tests of what makes pods run on nodes."""
