"""A whole cluster in one process: the API, its loops, a scheduler and nodes, on one clock."""
