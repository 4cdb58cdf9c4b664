"""Grades submissions: what was handed in, one submission's parts, a whole class, the results."""
