"""A client of an API server that is reached through a socket."""
