"""What makes Services reachable on this machine: addresses, a proxy, and names."""
