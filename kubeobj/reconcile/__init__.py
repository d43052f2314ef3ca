"""Control loops: queues, caches that follow the API, reconcilers, and what drives them."""
