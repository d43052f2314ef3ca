"""What is true of a cluster at any time, whatever goes wrong; and what is true in the end."""
