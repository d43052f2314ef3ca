"""The HTTP edge: the API on a socket, with streams for logs, commands and ports."""
