"""Tests of what the API hands out."""
