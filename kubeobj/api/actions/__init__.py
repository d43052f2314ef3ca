"""What is asked by creating something that is not stored: to bind, to evict, to review."""
