"""The kinds that the API serves: a room for each, loaded when it is first asked for."""
