"""What runs containers: here, simulated ones, whose behaviour is data."""
