"""Tests of the control loops and of what they compute with."""
