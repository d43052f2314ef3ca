"""Tests of the simulated cluster: its faults, what it is held to, and that it plays again."""
