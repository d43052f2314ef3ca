"""Tests of the API on a socket."""
