"""Devices of nodes: how drivers tell of them, and how pods claim them."""
