"""Tests of the rules of pod specs."""
