"""The proxy's own process: it does what rules say, and knows nothing of Services."""
