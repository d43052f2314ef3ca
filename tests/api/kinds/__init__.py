"""Tests of the kinds of the API."""
