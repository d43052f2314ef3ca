"""Tests of labels and selectors."""
