"""Volumes of pods, as directories and files of the node."""
