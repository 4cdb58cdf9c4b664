"""Writes results in the formats of other programs: each export is a function from results to files.

Nothing here knows a check or a student's code; what a function needs besides results, it is given.
"""
