"""Whatever befalls a cluster on this machine, it comes back to what was asked for."""
