"""OpenAPI: the shapes of what a server takes and gives, and every request that it answers."""
