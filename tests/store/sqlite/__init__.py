"""Tests of the store in one file."""
