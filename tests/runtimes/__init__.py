"""Tests of how simulated pods run."""
