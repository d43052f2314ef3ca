"""The record of a simulation as a page for people: a picture, charts, and a table."""
