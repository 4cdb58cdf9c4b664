"""Sides that rectangles may have."""

SIDES = [(1.0, 2.0), (3.0, 3.0)]
