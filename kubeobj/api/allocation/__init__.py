"""Numbers that the API hands out, each to one object at a time: addresses and ports."""
