"""REST without a socket: a request of HTTP goes in, a response or a stream of events comes out.

Whoever has a socket, a test or a program hands in what came, and sends what comes out.
"""
