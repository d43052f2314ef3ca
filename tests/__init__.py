"""The tests, laid out as the rooms of the house are."""
