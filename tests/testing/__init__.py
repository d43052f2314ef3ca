"""Tests of the test bed: what strategies draw, what it shrinks to, and the laws it shows."""
