"""Tests of Docker and Podman: what is theirs alone."""
