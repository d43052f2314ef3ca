"""Logs of containers: reading them, following them, and keeping them small."""
