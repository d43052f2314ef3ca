"""Tests of the house itself: doors, floors, weight and order."""
