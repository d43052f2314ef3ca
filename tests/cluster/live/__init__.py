"""Tests of live clusters."""
